// A host behind the wire: whatever is lost, refused or cut, the cluster reaches the same end as without faults. The
// laws are those of kube_cluster.h.
#include "lws/adapters/kubernetes/kube_cluster.h"

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/fake_api_server.h"
#include "tests/kubernetes/wired_cluster.h"

namespace lws {
namespace {

constexpr uint64_t kSeed = 20261126;
#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kSeeds = 3;
#else
constexpr uint64_t kSeeds = 25;
#endif

WireFaults AllFaults() {
  WireFaults faults;
  faults.refused_for_now = 50;
  faults.error = 30;
  faults.lost_before = 20;
  faults.lost_after = 30;
  faults.cut = 50;
  faults.expired = 50;
  faults.watch_cut = 5;
  faults.watch_error = 5;
  faults.watch_silent = 2;
  faults.watch_strange = 2;
  faults.most_slow = absl::Milliseconds(200);
  return faults;
}

// A rollout with a failing pod in it, after which the faults end.
void RunRollout(WiredCluster* wired, bool restarts) {
  wired->CreateSet("a", 3, "one");
  wired->CreateSet("b", 2, "one");
  wired->Run(absl::Minutes(3));
  wired->SetImage("a", "two");
  wired->Run(absl::Minutes(1));
  if (restarts) wired->Restart();
  wired->kubelet().FailContainer("n", "b-1-1");
  wired->Run(absl::Minutes(2));
  if (restarts) wired->Restart();
  wired->wire().Heal();
  wired->Run(absl::Minutes(30));
}

int RequestsOf(const WiredCluster& wired, const FakeApiServer& wire, absl::string_view verb) {
  int count = 0;
  for (const auto& [name, times] : wire.requests()) {
    if (absl::StartsWith(name, absl::StrCat(verb, " "))) count += times;
  }
  return count;
}

TEST(KubeClusterTest, WithoutFaultsNothingIsRefusedAndAtRestNothingIsWritten) {
  WiredCluster wired(kSeed, {});
  RunRollout(&wired, false);
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "a-2-2 two Running"));
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "\"readyReplicas\": 3"));
  EXPECT_EQ(wired.problems(), 0);
  EXPECT_EQ(wired.wire().answers().count(409), 0u);
  EXPECT_EQ(wired.wire().answers().count(422), 0u);
  EXPECT_EQ(wired.cluster().Counts().relists, 5) << "one list a kind";
  EXPECT_EQ(wired.wire().requests().count("LIST nodes"), 0u) << "no set asks for nodes";
  EXPECT_EQ(wired.wire().requests().at("GET statefulsets"), 2) << "one for each new set";
  const auto before = wired.wire().requests();
  wired.Run(absl::Hours(1));
  for (const auto& [name, times] : wired.wire().requests()) {
    if (absl::StartsWith(name, "WATCH")) continue;
    EXPECT_EQ(times, before.count(name) > 0 ? before.at(name) : 0) << name;
  }
}

TEST(KubeClusterTest, WhateverTheWireDoesTheEndIsThatWithoutFaults) {
  WiredCluster plain(kSeed, {});
  RunRollout(&plain, false);
  int problems = 0;
  for (uint64_t seed = kSeed; seed < kSeed + kSeeds; ++seed) {
    WiredCluster wired(seed, AllFaults());
    RunRollout(&wired, seed % 3 == 0);
    for (const char* name : {"a", "b"}) EXPECT_EQ(wired.Shown(name), plain.Shown(name)) << "seed " << seed;
    EXPECT_EQ(wired.wire().too_early(), 0) << "seed " << seed;
    EXPECT_EQ(wired.cluster().writes_under_way(), 0) << "seed " << seed;
    problems += wired.problems();
  }
  EXPECT_GT(problems, static_cast<int>(kSeeds));
}

TEST(KubeClusterTest, Law1NothingIsWrittenWhileItDoesNotLead) {
  WiredCluster wired(kSeed, {});
  wired.cluster().Lead(false);
  wired.CreateSet("a", 3, "one");
  wired.Run(absl::Minutes(5));
  EXPECT_TRUE(wired.cluster().HasSynced());
  for (const char* verb : {"POST", "PUT", "PATCH", "DELETE"}) EXPECT_EQ(RequestsOf(wired, wired.wire(), verb), 0);
  wired.cluster().Lead(true);
  wired.Run(absl::Minutes(5));
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "\"readyReplicas\": 3"));
}

// Without the memory, every look would apply again what the server drops.
TEST(KubeClusterTest, Law2AnApplyThatIsKnownToChangeNothingIsNotSent) {
  WiredCluster wired(kSeed, {});
  wired.server().RegisterWebhook("StatefulSet", [](Json object) -> absl::StatusOr<Json> {
    if (object["metadata"].value("name", "") == "a") object["spec"].erase("podManagementPolicy");
    return object;
  });
  wired.CreateSet("a", 2, "one");
  wired.Run(absl::Minutes(5));
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "\"readyReplicas\": 2"));
  const int applies = wired.wire().requests().at("PATCH statefulsets");
  for (int i = 0; i < 10; ++i) {
    wired.kubelet().FailContainer("n", "a-0-1");
    wired.Run(absl::Minutes(5));
  }
  EXPECT_GT(wired.cluster().Counts().skipped_applies, 5);
  EXPECT_EQ(RequestsOf(wired, wired.wire(), "PATCH"), applies);
}

TEST(KubeClusterTest, Law3ARefusedWriteWaitsAsLongAsTheServerSaid) {
  WireFaults faults;
  faults.refused_for_now = 400;
  WiredCluster wired(kSeed, faults);
  wired.CreateSet("a", 2, "one");
  wired.Run(absl::Minutes(20));
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "\"readyReplicas\": 2"));
  EXPECT_GT(wired.wire().answers().at(429), 20);
  EXPECT_EQ(wired.wire().too_early(), 0);
}

// A write whose answer is lost finds its own object. The view has it before the watch tells it, so no plan asks for it
// a third time.
TEST(KubeClusterTest, Law5WhatIsInTheWayOfAWriteIsToldBeforeItsAnswer) {
  WireFaults faults;
  faults.lost_after = 300;
  faults.most_slow = absl::Seconds(2);
  WiredCluster wired(kSeed, faults);
  wired.CreateSet("a", 3, "one");
  wired.Run(absl::Minutes(5));
  wired.wire().Heal();
  wired.Run(absl::Minutes(5));
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "\"readyReplicas\": 3"));
  EXPECT_GT(wired.wire().answers().at(409), 0);
}

// Law 4: without the look, the set would apply over a StatefulSet of another owner.
TEST(KubeClusterTest, Law4AnUnlabelledStatefulSetInTheWayIsSeenFirst) {
  for (const bool is_early : {false, true}) {
    WiredCluster wired(kSeed, {});
    if (!is_early) wired.Run(absl::Minutes(1));
    Json foreign = Json::parse(R"({"apiVersion": "apps/v1", "kind": "StatefulSet",
      "metadata": {"namespace": "n", "name": "a"},
      "spec": {"replicas": 1, "serviceName": "other", "selector": {"matchLabels": {"app": "x"}},
        "template": {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}})");
    ASSERT_TRUE(wired.server().Create(foreign).ok());
    wired.CreateSet("a", 1, "one");
    wired.Run(absl::Minutes(2));
    bool failed = false;
    for (const Json& event : wired.wire().events()) failed |= event.value("reason", "") == "FailedUpdate";
    EXPECT_TRUE(failed) << "a new one would have been FailedCreate";
  }
}

}  // namespace
}  // namespace lws
