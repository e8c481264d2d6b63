// A host behind the wire: whatever is lost, refused or cut, the cluster reaches the same end as without faults. The
// laws are those of kube_cluster.h.
#include "lws/adapters/kubernetes/kube_cluster.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/handover.h"
#include "lws/api/json.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/fake_api_server.h"
#include "tests/kubernetes/wired_cluster.h"

namespace lws {
namespace {

constexpr uint64_t kSeed = 20261126;
int RequestsOf(const WiredCluster& wired, const FakeApiServer& wire, absl::string_view verb) {
  int count = 0;
  for (const auto& [name, times] : wire.requests()) {
    if (absl::StartsWith(name, absl::StrCat(verb, " "))) count += times;
  }
  return count;
}

int RequestsBesideWatches(WiredCluster& wired) {
  int count = 0;
  for (const auto& [name, times] : wired.wire().requests()) count += absl::StartsWith(name, "WATCH ") ? 0 : times;
  return count;
}

TEST(KubeClusterTest, WithoutFaultsNothingIsRefusedAndAtRestNothingIsWritten) {
  WiredCluster wired(kSeed, {});
  wired.RunRollout(WiredCluster::Restarts::kNone);
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "a-2-2 two Running"));
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "\"readyReplicas\": 3"));
  EXPECT_EQ(wired.problems(), 0);
  EXPECT_EQ(wired.wire().answers().count(409), 0u);
  EXPECT_EQ(wired.wire().answers().count(422), 0u);
  EXPECT_EQ(wired.cluster().Counts().relists, 5) << "one list a kind";
  EXPECT_EQ(wired.wire().requests().count("LIST nodes"), 0u) << "no set asks for nodes";
  EXPECT_EQ(wired.wire().requests().at("GET statefulsets"), 2) << "one for each new set";
  EXPECT_EQ(wired.wire().requests().at("LIST configmaps"), 1);
  EXPECT_EQ(wired.wire().requests().count("PATCH configmaps"), 0u) << "no set has a policy that remembers";
  const auto before = wired.wire().requests();
  wired.Run(absl::Hours(1));
  for (const auto& [name, times] : wired.wire().requests()) {
    if (absl::StartsWith(name, "WATCH")) continue;
    EXPECT_EQ(times, before.count(name) > 0 ? before.at(name) : 0) << name;
  }
}

// Half of the requests of the reference, which needs 483 for this rollout, and none that is refused.
TEST(KubeClusterTest, ARolloutOfTwentyGroupsOfFourTakesAtMost250Requests) {
  WiredCluster wired(kSeed, {});
  wired.CreateSet("a", 20, "one", Json::object(), 4);
  wired.Run(absl::Minutes(10));
  const int before = RequestsBesideWatches(wired);
  wired.SetImage("a", "two");
  wired.Run(absl::Minutes(30));
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "\"updatedReplicas\": 20"));
  const int requests = RequestsBesideWatches(wired) - before;
  RecordProperty("requests", requests);
  EXPECT_LE(requests, 250);
  EXPECT_GT(requests, 20);
  EXPECT_EQ(wired.wire().answers().count(409), 0u);
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
  wired.wire().faults() = WireFaults();
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

std::string UidOf(WiredCluster* wired, const std::string& pod) {
  const SharedJson object = wired->server().Get({"Pod", "n", pod});
  return object == nullptr ? "" : (*object)["metadata"].value("uid", "");
}

// A policy that forgets would restart the group once more after each crash.
TEST(KubeClusterTest, Law6RestartsAreCountedOverCrashesOfTheOperator) {
  WiredCluster wired(kSeed, {});
  wired.CreateSet("a", 2, "one", {{"lws-policies/restarts", R"({"atMost": 2})"}});
  wired.Run(absl::Minutes(3));
  for (int failure = 1; failure <= 3; ++failure) {
    const std::string before = UidOf(&wired, "a-1");
    wired.kubelet().FailContainer("n", "a-1-1");
    wired.Run(absl::Seconds(1));
    wired.Restart();
    wired.Run(absl::Minutes(5));
    EXPECT_EQ(UidOf(&wired, "a-1") != before, failure <= 2) << failure;
  }
  EXPECT_GT(wired.wire().requests().at("PATCH configmaps"), 2);
  ASSERT_EQ(wired.server().List("ConfigMap").size(), 1u);
  EXPECT_TRUE(wired.server().Delete({kKind, "n", "a"}, {}).ok());
  wired.Run(absl::Minutes(5));
  EXPECT_TRUE(wired.server().List("ConfigMap").empty()) << "it goes with its set";
}

int UpdatedOf(const WiredCluster& wired) {
  const std::string shown = wired.Shown("a");
  int updated = 0;
  for (const char* leader : {"a-0 two", "a-1 two", "a-2 two"}) updated += absl::StrContains(shown, leader) ? 1 : 0;
  return updated;
}

TEST(KubeClusterTest, Law6ACanaryThatWasBegunGoesOnAfterACrash) {
  WiredCluster wired(kSeed, {});
  wired.CreateSet("a", 3, "one",
                  {{"lws-policies/rollout", "keep-budget"},
                   {"lws-policies/controls", R"({"steps": [{"groups": 1, "wait": "10m"}]})"}});
  wired.Run(absl::Minutes(3));
  wired.SetImage("a", "two");
  wired.Run(absl::Minutes(8));
  EXPECT_EQ(UpdatedOf(wired), 1);
  wired.Restart();
  wired.Run(absl::Minutes(5));
  EXPECT_EQ(UpdatedOf(wired), 3) << "another ten minutes would not be over yet";
}

// Without the right to write ConfigMaps nothing is done that would have to be remembered.
TEST(KubeClusterTest, Law6NoActionIsSentBeforeWhatItsPlanWantsKept) {
  WiredCluster wired(kSeed, {});
  wired.CreateSet("a", 2, "one", {{"lws-policies/restarts", R"({"atMost": 2})"}});
  wired.CreateSet("b", 2, "one");
  wired.Run(absl::Minutes(3));
  wired.wire().faults().forbidden = "configmaps";
  const std::string before = UidOf(&wired, "a-1");
  wired.kubelet().FailContainer("n", "a-1-1");
  wired.kubelet().FailContainer("n", "b-1-1");
  const std::string of_other = UidOf(&wired, "b-1");
  wired.Run(absl::Minutes(5));
  EXPECT_EQ(UidOf(&wired, "a-1"), before);
  EXPECT_NE(UidOf(&wired, "b-1"), of_other) << "sets without such a policy go on";
  EXPECT_GT(wired.problems(), 0);
  wired.wire().faults().forbidden.clear();
  wired.Run(absl::Minutes(30));
  EXPECT_NE(UidOf(&wired, "a-1"), before);
}

int WritesOf(const WiredCluster& wired, const FakeApiServer& wire) {
  int count = 0;
  for (const char* verb : {"POST", "PUT", "PATCH", "DELETE"}) count += RequestsOf(wired, wire, verb);
  return count;
}

// The reference does not restore a revision before something else happens, nor does a process that goes on.
TEST(KubeClusterTest, Law7WhoTakesOverDoesNotLookAgainAtWhatWasLookedAt) {
  for (const bool takes_over : {true, false}) {
    WiredCluster wired(kSeed, {});
    wired.CreateSet("a", 2, "one");
    wired.Run(absl::Minutes(3));
    for (const SharedJson& revision : wired.server().List("ControllerRevision")) {
      ASSERT_TRUE(wired.server().Delete({"ControllerRevision", "n", (*revision)["metadata"]["name"]}, {}).ok());
    }
    wired.Run(absl::Minutes(1));
    const std::optional<internal::Handover> handover = wired.cluster().HandOver();
    ASSERT_TRUE(handover.has_value());
    EXPECT_TRUE(handover->pending.empty());
    const int writes = WritesOf(wired, wired.wire());
    wired.Restart(takes_over ? handover : std::nullopt);
    wired.Run(absl::Minutes(5));
    EXPECT_EQ(wired.server().List("ControllerRevision").empty(), takes_over);
    EXPECT_EQ(WritesOf(wired, wired.wire()) == writes, takes_over);
    wired.SetImage("a", "two");
    wired.Run(absl::Minutes(10));
    EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "a-1-2 two Running")) << wired.Shown("a");
  }
}

// Whatever happens between the handover and the takeover is looked at, whichever kind of object changed.
TEST(KubeClusterTest, Law7WhatChangedSinceTheHandoverIsSeen) {
  const struct {
    const char* name;
    std::function<void(WiredCluster*)> change;
    const char* end;
  } table[] = {
      {"an edit", [](WiredCluster* wired) { wired->SetImage("a", "two"); }, "a-1-2 two Running"},
      {"another set", [](WiredCluster* wired) { wired->CreateSet("b", 1, "one"); }, "b-0-2 one Running"},
      {"a failure", [](WiredCluster* wired) { wired->kubelet().FailContainer("n", "a-1-1"); }, "a-1-1 one Running"},
      {"workers that are gone",
       [](WiredCluster* wired) {
         ASSERT_TRUE(wired->server().Delete({"StatefulSet", "n", "a-1"}, {}).ok());
       },
       "a-1-2 one Running"},
      {"the set is gone",
       [](WiredCluster* wired) {
         ASSERT_TRUE(wired->server().Delete({kKind, "n", "a"}, {}).ok());
       },
       ""},
  };
  for (const auto& row : table) {
    WiredCluster wired(kSeed, {});
    wired.CreateSet("a", 2, "one");
    wired.Run(absl::Minutes(3));
    const std::string before = UidOf(&wired, "a-1-1");
    const std::optional<internal::Handover> handover = wired.cluster().HandOver();
    ASSERT_TRUE(handover.has_value());
    wired.wire().Disconnect();
    row.change(&wired);
    wired.Restart(handover);
    wired.Run(absl::Minutes(10));
    const std::string shown = wired.Shown("a") + wired.Shown("b");
    EXPECT_TRUE(absl::StrContains(shown, row.end)) << row.name << "\n" << shown;
    const bool is_replaced = absl::string_view(row.name) != "another set";
    EXPECT_EQ(UidOf(&wired, "a-1-1") != before, is_replaced) << row.name;
  }
}

// A failing pass makes a revision each time. Over a crash, its backoff goes on.
TEST(KubeClusterTest, Law7TheBackoffOfAFailingSetGoesOn) {
  for (const bool takes_over : {true, false}) {
    WiredCluster wired(kSeed, {});
    wired.server().RegisterWebhook("StatefulSet", [](Json object) -> absl::StatusOr<Json> {
      return absl::InvalidArgumentError("no StatefulSet is valid today");
    });
    wired.CreateSet("a", 2, "one");
    wired.Run(absl::Seconds(30));
    const size_t before = wired.server().List("ControllerRevision").size();
    const std::optional<internal::Handover> handover = wired.cluster().HandOver();
    ASSERT_TRUE(handover.has_value());
    ASSERT_EQ(handover->pending.size(), 1u);
    EXPECT_GT(handover->pending[0].failures, 10);
    wired.Restart(takes_over ? handover : std::nullopt);
    wired.Run(absl::Seconds(5));
    EXPECT_EQ(wired.server().List("ControllerRevision").size() == before, takes_over);
    wired.Run(absl::Minutes(2));
    EXPECT_GT(wired.server().List("ControllerRevision").size(), before);
  }
}

TEST(KubeClusterTest, Law7WithoutThePastEverythingIsLookedAt) {
  WiredCluster wired(kSeed, {});
  wired.CreateSet("a", 2, "one");
  wired.Run(absl::Minutes(3));
  wired.Annotate("a", "example.com/seen", "last");
  wired.Run(absl::Seconds(1));
  const std::optional<internal::Handover> handover = wired.cluster().HandOver();
  ASSERT_TRUE(handover.has_value());
  wired.wire().Disconnect();
  ASSERT_TRUE(wired.server().Delete({"StatefulSet", "n", "a-1"}, {}).ok());
  wired.kubelet().FailContainer("n", "a-0-1");
  const std::string before = UidOf(&wired, "a-0");
  // One kind is still remembered, and was told when the others are refused.
  wired.wire().faults().compacted = 1;
  for (const auto& [kind, version] : handover->versions) {
    wired.wire().faults().compacted = std::max(wired.wire().faults().compacted, int64_t{std::stoll(version)});
  }
  wired.Restart(handover);
  wired.Run(absl::Minutes(10));
  EXPECT_GT(wired.wire().answers().count(410), 0u);
  EXPECT_NE(UidOf(&wired, "a-0"), before);
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "\"readyReplicas\": 2")) << wired.Shown("a");
}

TEST(KubeClusterTest, Law7ThereIsNoHandoverBeforeThereIsAnythingToHandOver) {
  WiredCluster wired(kSeed, {});
  EXPECT_FALSE(wired.cluster().HandOver().has_value()) << "nothing was read";
  wired.Run(absl::Minutes(1));
  EXPECT_TRUE(wired.cluster().HandOver().has_value());
  const int64_t news = wired.cluster().Counts().news;
  wired.CreateSet("a", 1, "one");
  wired.Run(absl::Minutes(1));
  EXPECT_GT(wired.cluster().Counts().news, news);
  wired.cluster().Lead(false);
  EXPECT_FALSE(wired.cluster().HandOver().has_value()) << "another process may know more";
}

// The view still has a leader that is gone, since its watch is silent. Its workers are collected as often as they are
// made; without a wait that would go on as fast as the server answers.
TEST(KubeClusterTest, WorkersOfALeaderThatIsGoneAreNotMadeInAHotLoop) {
  WiredCluster wired(kSeed, {});
  wired.CreateSet("a", 2, "one");
  wired.Run(absl::Minutes(3));
  wired.wire().faults().silent_kind = "Pod";
  const SharedJson leader = wired.server().Get({"Pod", "n", "a-1"});
  ASSERT_NE(leader, nullptr);
  const int before = wired.wire().requests().at("POST statefulsets");
  ASSERT_TRUE(wired.server().Delete({"Pod", "n", "a-1"}, {}).ok());
  wired.Run(absl::Minutes(2));
  wired.wire().faults().silent_kind.clear();
  wired.Run(absl::Minutes(10));
  EXPECT_LT(wired.wire().requests().at("POST statefulsets") - before, 30);
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "\"readyReplicas\": 2"));
}

}  // namespace
}  // namespace lws
