// Policies for single sets. The laws are those of set_policies.h.
#include "lws/adapters/host/set_policies.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/policies.h"

namespace lws {
namespace {

LeaderWorkerSet Annotated(const std::string& key, const std::string& text) {
  LeaderWorkerSet set;
  set.mutable_metadata()->set_namespace_("n");
  set.mutable_metadata()->set_name("s");
  (*set.mutable_metadata()->mutable_annotations())[key] = text;
  return set;
}

TEST(SetPoliciesTest, Law1OthersGetWhatIsGivenForAll) {
  SetPolicies otherwise;
  otherwise.rollout = KeepBudget;
  otherwise.restarts = std::make_shared<const RestartPolicy>();
  const absl::StatusOr<SetPolicies> policies = SetPoliciesFromAnnotations(otherwise)(Annotated("other", "x"));
  ASSERT_TRUE(policies.ok());
  EXPECT_EQ(policies->rollout, otherwise.rollout);
  EXPECT_EQ(policies->restarts, otherwise.restarts);
  EXPECT_EQ(policies->controls, nullptr);
}

TEST(SetPoliciesTest, EachAnnotationIsRead) {
  const PolicySource source = SetPoliciesFromAnnotations({});
  for (const NamedRolloutPolicy& named : RolloutPolicies()) {
    const auto policies = source(Annotated("lws-policies/rollout", std::string(named.name)));
    ASSERT_TRUE(policies.ok()) << policies.status();
    EXPECT_EQ(policies->rollout, named.policy);
    EXPECT_EQ(policies->former_revisions, ReconcileOptionsFor(named.policy).former_revisions);
  }
  const auto controls = source(Annotated("lws-policies/controls", R"({"minReady": "30s"})"));
  ASSERT_TRUE(controls.ok()) << controls.status();
  EXPECT_EQ(SetOptionsOf(*controls).controls->min_ready, absl::Seconds(30));
  const auto restarts = source(Annotated("lws-policies/restarts", R"({"atMost": 3})"));
  ASSERT_TRUE(restarts.ok()) << restarts.status();
  EXPECT_EQ(PodOptionsOf(*restarts).restarts->max_restarts, 3);
  const auto scheduler = source(Annotated("lws-policies/scheduler", "volcano"));
  ASSERT_TRUE(scheduler.ok()) << scheduler.status();
  EXPECT_EQ(PodOptionsOf(*scheduler).scheduler_provider, SchedulerProvider::kVolcano);
}

TEST(SetPoliciesTest, Law2WhatDoesNotReadIsAnErrorThatNamesTheAnnotation) {
  const PolicySource source = SetPoliciesFromAnnotations({});
  const struct {
    const char* key;
    const char* text;
    const char* error;
  } table[] = {
      {"lws-policies/rollout", "fastest",
       "LeaderWorkerSet n/s: metadata.annotations.lws-policies/rollout: \"fastest\" is not known"},
      {"lws-policies/controls", R"({"pause": true})",
       "LeaderWorkerSet n/s: metadata.annotations.lws-policies/controls: controls.pause: unknown key, did you mean "
       "\"paused\"?"},
      {"lws-policies/restarts", "[]",
       "LeaderWorkerSet n/s: metadata.annotations.lws-policies/restarts: restarts: not a map: []"},
      {"lws-policies/scheduler", "",
       "LeaderWorkerSet n/s: metadata.annotations.lws-policies/scheduler: \"\" is not known"},
  };
  for (const auto& row : table) {
    const absl::Status status = source(Annotated(row.key, row.text)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(std::string(status.message()), row.error);
  }
  EXPECT_FALSE(source(Annotated("lws-policies/controls", "{")).ok());
}

}  // namespace
}  // namespace lws
