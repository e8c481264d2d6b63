// A host on a Kubernetes in memory that is slow, refuses writes, and loses answers. The laws are those of
// fleet_cluster.h and, for plans, controller.h.
#include "lws/adapters/host/fleet_cluster.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/adapters/host/work_key.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"
#include "tests/host/hosted_cluster.h"
#include "tests/host/set_documents.h"

namespace lws {
namespace {

constexpr uint64_t kSeed = 20261126;
#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kSeeds = 3;
#else
constexpr uint64_t kSeeds = 12;
#endif

void CreateSet(HostedCluster* host, const Json& manifest) {
  ASSERT_TRUE(host->server().Create(Admitted(manifest)).ok());
}

void SetImage(HostedCluster* host, const std::string& name, const std::string& image) {
  Json live = *host->server().Get({"LeaderWorkerSet", "n", name});
  live["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"] = image;
  ASSERT_TRUE(host->server().Update(live).ok());
}

std::string ImageOf(HostedCluster* host, const std::string& name) {
  const SharedJson live = host->server().Get({"LeaderWorkerSet", "n", name});
  return (*live)["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"].get<std::string>();
}

// Expects that everything exists, is ready and has the image, and that the status says so.
void ExpectDone(HostedCluster* host, const std::string& name, int replicas, const std::string& image,
                const std::string& where) {
  int pods = 0;
  for (const SharedJson& pod : host->server().List("Pod")) {
    if ((*pod)["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/name"] != name) continue;
    ++pods;
    EXPECT_EQ((*pod)["status"].value("phase", ""), "Running") << where;
    EXPECT_EQ((*pod)["spec"]["containers"][0]["image"], image) << where;
  }
  EXPECT_EQ(pods, replicas * 3) << where;
  const SharedJson set = host->server().Get({"LeaderWorkerSet", "n", name});
  EXPECT_EQ((*set)["status"].value("readyReplicas", 0), replicas) << where;
  EXPECT_EQ((*set)["status"].value("updatedReplicas", 0), replicas) << where;
}

// A rollout with faults, which end after some time.
void RunRollout(HostedCluster* host, bool relists) {
  CreateSet(host, Manifest("a", 4, "one"));
  CreateSet(host, Manifest("b", 2, "one"));
  host->Run(absl::Minutes(3));
  SetImage(host, "a", "two");
  host->Run(absl::Minutes(1));
  host->kubelet().FailContainer("n", "b-1-1");
  if (relists) host->Relist();
  host->Run(absl::Minutes(2));
  host->Heal();
  host->Run(absl::Minutes(10));
}

TEST(FleetClusterTest, WithoutFaultsItIsASimpleLoop) {
  HostedCluster host(kSeed, {});
  RunRollout(&host, false);
  ExpectDone(&host, "a", 4, "two", "");
  ExpectDone(&host, "b", 2, "one", "");
  EXPECT_TRUE(host.refused().empty());
  EXPECT_EQ(host.NextDue(), std::nullopt);
}

TEST(FleetClusterTest, Law1LateWatchesAndSlowAnswersMakeNoPlanOnAnOlderView) {
  for (const bool have_objects : {true, false}) {
    for (uint64_t seed = kSeed; seed < kSeed + kSeeds; ++seed) {
      HostFaults faults;
      faults.most_slow = absl::Seconds(2);
      faults.most_late = absl::Seconds(10);
      faults.answers_have_objects = have_objects;
      HostedCluster host(seed, faults);
      RunRollout(&host, seed % 2 == 0);
      const std::string where = absl::StrCat("seed ", seed, have_objects ? "" : ", versions alone");
      ExpectDone(&host, "a", 4, "two", where);
      ExpectDone(&host, "b", 2, "one", where);
      // Nobody else writes these objects, so a refusal would mean that a plan was decided on an old view.
      EXPECT_EQ(host.refused().count("create"), 0u) << where;
      EXPECT_EQ(host.refused().count("update-status"), 0u) << where;
      EXPECT_GT(host.most_at_once(), 1) << where;
    }
  }
}

TEST(FleetClusterTest, FailuresConflictsAndLostAnswersEndWhereNoneWouldHave) {
  for (uint64_t seed = kSeed; seed < kSeed + kSeeds; ++seed) {
    HostFaults faults;
    faults.failed = 100;
    faults.conflict = 100;
    faults.answer_lost = 100;
    faults.most_slow = absl::Seconds(1);
    faults.most_late = absl::Seconds(5);
    HostedCluster host(seed, faults);
    RunRollout(&host, seed % 2 == 0);
    const std::string where = absl::StrCat("seed ", seed);
    ExpectDone(&host, "a", 4, "two", where);
    ExpectDone(&host, "b", 2, "one", where);
    EXPECT_EQ(host.NextDue(), std::nullopt) << where;
  }
}

TEST(FleetClusterTest, AtRestNothingIsWritten) {
  HostedCluster host(kSeed, {});
  RunRollout(&host, false);
  const int writes = host.writes();
  host.Relist();
  host.Run(absl::Hours(1));
  EXPECT_EQ(host.writes(), writes);
}

TEST(FleetClusterTest, APlanThatFailsForEverMakesNoHotLoop) {
  HostedCluster host(kSeed, {});
  // A StatefulSet with other immutable fields is in the way, so the server refuses the change.
  int refusals = 0;
  host.server().RegisterWebhook("StatefulSet", [&refusals](Json) -> absl::StatusOr<Json> {
    ++refusals;
    return absl::InvalidArgumentError("no StatefulSets here");
  });
  CreateSet(&host, Manifest("a", 1, "one"));
  host.Run(absl::Minutes(2));
  // 0.1 s, doubled up to 10 s: 7 looks in the first 6.4 s, then one every 10 s.
  EXPECT_GE(refusals, 10);
  EXPECT_LE(refusals, 22);
}

TEST(FleetClusterTest, Law4AListLeavesWhatWasToldInBetween) {
  for (const char* kind : {"Pod", "StatefulSet", "ControllerRevision"}) {
    HostedCluster host(kSeed, {});
    RunRollout(&host, false);
    std::vector<Json> objects;
    for (const SharedJson& object : host.server().List(kind)) {
      // The revisions of StatefulSets concern no decision, and are not in the view.
      const Json& owner = (*object)["metadata"]["ownerReferences"][0];
      const bool is_seen = kind != std::string("ControllerRevision") || owner["kind"] == "LeaderWorkerSet";
      if (is_seen) objects.push_back(*object);
    }
    ASSERT_GE(objects.size(), 2u) << kind;
    const auto is_there = [&](const Json& object) {
      const std::string name = object["metadata"]["name"];
      const std::string set = object["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/name"];
      if (kind == std::string("Pod")) return host.fleet().ObservePod("n", name).pod != nullptr;
      const SetObservation observation = host.fleet().ObserveWholeSet("n", set);
      bool found = observation.leader_statefulset != nullptr && observation.leader_statefulset->meta.name == name;
      for (const ObservedStatefulSet* workers : observation.worker_statefulsets) {
        found = found || (kind == std::string("StatefulSet") && workers->meta.name == name);
      }
      for (const ObservedRevision* revision : observation.revisions) found = found || revision->meta.name == name;
      return found;
    };
    for (const Json& object : objects) EXPECT_TRUE(is_there(object)) << kind << " " << object["metadata"]["name"];
    host.BeginRelist(kind);
    for (size_t i = 0; i < objects.size(); i += 2) ASSERT_TRUE(host.Tell(objects[i]).ok());
    host.EndRelist(kind, "");
    for (size_t i = 0; i < objects.size(); ++i) {
      EXPECT_EQ(is_there(objects[i]), i % 2 == 0) << kind << " " << objects[i]["metadata"]["name"];
    }
  }
}

TEST(FleetClusterTest, Law6ARevisionThatIsGoneMakesNothingDue) {
  HostedCluster host(kSeed, {});
  RunRollout(&host, false);
  ASSERT_EQ(host.NextDue(), std::nullopt);
  int revisions = 0;
  for (const SharedJson& revision : host.server().List("ControllerRevision")) {
    ASSERT_TRUE(host.TellGone(*revision).ok());
    ++revisions;
  }
  EXPECT_GT(revisions, 2);
  EXPECT_EQ(host.NextDue(), std::nullopt);
  EXPECT_TRUE(host.fleet().ObserveSet("n", "a").revisions.empty()) << "the view no longer has them";
  ASSERT_TRUE(host.TellGone(*host.server().Get({"StatefulSet", "n", "a"})).ok());
  EXPECT_NE(host.NextDue(), std::nullopt) << "a StatefulSet that is gone makes its set due";
}

TEST(FleetClusterTest, Law7TheSameCallsMakeTheSameWrites) {
  const auto run = [] {
    HostFaults faults;
    faults.failed = faults.conflict = faults.answer_lost = 50;
    faults.most_slow = absl::Seconds(1);
    faults.most_late = absl::Seconds(5);
    HostedCluster host(kSeed, faults);
    RunRollout(&host, true);
    return host.log();
  };
  EXPECT_EQ(run(), run());
}

TEST(FleetClusterTest, Laws2And3ARestartPolicyCountsEveryRestart) {
  ControllerOptions options;
  options.policies = SetPoliciesFromAnnotations({});
  HostedCluster host(kSeed, {}, options);
  CreateSet(&host, Manifest("a", 1, "one", {{"lws-policies/restarts", R"({"atMost": 2})"}}));
  host.Run(absl::Minutes(5));
  std::vector<std::string> uids;
  for (int failure = 0; failure < 4; ++failure) {
    uids.push_back((*host.server().Get({"Pod", "n", "a-0"}))["metadata"]["uid"].get<std::string>());
    ASSERT_TRUE(host.kubelet().FailContainer("n", "a-0-1")) << failure;
    host.Run(absl::Minutes(5));
  }
  EXPECT_NE(uids[0], uids[1]);
  EXPECT_NE(uids[1], uids[2]);
  EXPECT_EQ(uids[2], uids[3]) << "two restarts are all that the policy allows";
}

// "RestartsHeld=True: MESSAGE" of the set a, or "none".
std::string ConditionOf(HostedCluster& host, const std::string& type) {
  const SharedJson set = host.server().Get({"LeaderWorkerSet", "n", "a"});
  for (const Json& condition : (*set)["status"]["conditions"]) {
    if (condition["type"] != type) continue;
    return absl::StrCat(type, "=", condition["status"].get<std::string>(), ": ",
                        condition["message"].get<std::string>());
  }
  return "none";
}

TEST(FleetClusterTest, TheStatusTellsWhatARestartPolicyRemembers) {
  ControllerOptions options;
  options.policies = SetPoliciesFromAnnotations({});
  HostedCluster host(kSeed, {}, options);
  CreateSet(&host, Manifest("a", 2, "one", {{"lws-policies/restarts", R"({"atMost": 2, "firstBackoff": "2m"})"}}));
  host.Run(absl::Minutes(5));
  EXPECT_EQ(ConditionOf(host, "RestartsHeld"), "none");
  ASSERT_TRUE(host.kubelet().FailContainer("n", "a-1-1"));  // restarts at once
  host.Run(absl::Minutes(1));
  EXPECT_EQ(ConditionOf(host, "RestartsHeld"), "none");
  ASSERT_TRUE(host.kubelet().FailContainer("n", "a-1-1"));
  host.Run(absl::Seconds(30));
  EXPECT_EQ(ConditionOf(host, "RestartsHeld"), "RestartsHeld=True: Groups that failed and wait for their backoff: 1");
  host.Run(absl::Minutes(5));
  EXPECT_EQ(ConditionOf(host, "RestartsHeld"), "RestartsHeld=False: No group waits for its restart");
  EXPECT_EQ(ConditionOf(host, "GroupsGivenUp"), "none");
  ASSERT_TRUE(host.kubelet().FailContainer("n", "a-1-1"));
  host.Run(absl::Minutes(1));
  EXPECT_EQ(ConditionOf(host, "GroupsGivenUp"),
            "GroupsGivenUp=True: Groups that failed and are not restarted until the set's template changes: 1");
  const int writes = host.writes();
  host.Run(absl::Minutes(30));
  EXPECT_EQ(host.writes(), writes) << "at rest";
  SetImage(&host, "a", "two");
  host.Run(absl::Minutes(30));
  EXPECT_EQ(ConditionOf(host, "GroupsGivenUp"), "GroupsGivenUp=False: No group is given up");
}

TEST(FleetClusterTest, Law3WhatIsKeptOutlivesTheProcessAndNotTheSet) {
  ControllerOptions options;
  options.policies = SetPoliciesFromAnnotations({});
  HostedCluster host(kSeed, {}, options);
  CreateSet(&host, Manifest("a", 1, "one", {{"lws-policies/restarts", R"({"atMost": 2})"}}));
  host.Run(absl::Minutes(5));
  host.kubelet().FailContainer("n", "a-0-1");
  host.Run(absl::Minutes(5));
  ASSERT_EQ(host.kept().size(), 1u);

  HostedCluster next(kSeed, {}, options);
  ASSERT_TRUE(next.LoadKept(host.SaveKept()).ok());
  EXPECT_EQ(next.kept().size(), 1u);
  next.Relist();  // the list does not have the set
  EXPECT_EQ(next.kept().size(), 0u);

  ASSERT_TRUE(host.server().Delete({"LeaderWorkerSet", "n", "a"}, {}).ok());
  host.Run(absl::Minutes(5));
  EXPECT_EQ(host.kept().size(), 0u);
  EXPECT_EQ(host.fleet().Count().known_sets, 0);
}

// The process before may have ended after it stored what it remembers of a group, and before the set's status told it.
TEST(FleetClusterTest, ASetWithKeptGroupsIsLookedAtAfterATakeover) {
  ControllerOptions options;
  options.policies = SetPoliciesFromAnnotations({});
  HostedCluster before(kSeed, {}, options);
  CreateSet(&before, Manifest("a", 1, "one", {{"lws-policies/restarts", R"({"atMost": 1})"}}));
  CreateSet(&before, Manifest("b", 1, "one"));
  before.Run(absl::Minutes(5));
  ASSERT_TRUE(before.kubelet().FailContainer("n", "a-0-1"));
  before.Run(absl::Minutes(5));
  HostedCluster next(kSeed, {}, options);
  next.BeginPast();
  next.EndPast({});
  ASSERT_TRUE(next.AddKept(before.SaveKept()).ok());
  ASSERT_EQ(next.Pending().size(), 1u);
  EXPECT_EQ(next.Pending()[0].key.name, "a");
}

// A host whose store answers when the test says so.
struct StoringHost final : FleetCluster {
  StoringHost() : FleetCluster(Options()) {}
  static ControllerOptions Options() {
    ControllerOptions options;
    options.policies = SetPoliciesFromAnnotations({});
    return options;
  }
  void Start(const Action& action, absl::Time, WriteDone) override { started.push_back(action.target.kind); }
  void Record(const Event&) override {}
  bool StoreKept(const LeaderWorkerSet&, std::string bytes, StoreDone done) override {
    stored.push_back(std::move(bytes));
    stores.push_back(std::move(done));
    return false;
  }

  std::vector<std::string> started;
  std::vector<std::string> stored;
  std::vector<StoreDone> stores;
};

TEST(FleetClusterTest, Law8NoActionStartsBeforeWhatItsPlanWantsKeptIsStored) {
  for (const bool is_stored : {true, false}) {
    StoringHost host;
    Json set = SetAtVersion("a", 1, "1");
    set["metadata"]["annotations"]["lws-policies/controls"] = R"({"minReady": "30s"})";
    ASSERT_TRUE(host.Tell(set).ok());
    host.RunDue(absl::UnixEpoch());
    ASSERT_EQ(host.stores.size(), 1u);
    EXPECT_TRUE(host.started.empty());
    host.stores[0](is_stored ? absl::OkStatus() : absl::UnavailableError("no"), absl::UnixEpoch());
    EXPECT_EQ(host.started.empty(), !is_stored);
    if (is_stored) continue;
    ASSERT_TRUE(host.NextDue().has_value()) << "the plan failed, and is tried again";
    host.RunDue(*host.NextDue());
    EXPECT_EQ(host.stores.size(), 2u);
    FleetCluster& other = host;
    EXPECT_TRUE(other.AddKept(host.stored[0]).ok());
  }
}

TEST(FleetClusterTest, ARolloutThatExceedsItsDeadlineIsTakenBack) {
  ControllerOptions options;
  options.policies = SetPoliciesFromAnnotations({});
  HostedCluster host(kSeed, {}, options);
  host.kubelet().SetImage("broken", {{absl::Seconds(1), absl::Seconds(1)}, /*broken=*/true, false});
  CreateSet(&host,
            Manifest("a", 3, "one", {{"lws-policies/controls", R"({"progressDeadline": "5m", "reverts": true})"}}));
  host.Run(absl::Minutes(5));
  SetImage(&host, "a", "broken");
  host.Run(absl::Minutes(30));
  EXPECT_EQ(ImageOf(&host, "a"), "one");
  ExpectDone(&host, "a", 3, "one", "");
}

TEST(FleetClusterTest, WhatDoesNotReadIsAnErrorAndChangesNothing) {
  HostedCluster host(kSeed, {});
  EXPECT_EQ(host.Tell(Json::array()).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(host.Tell({{"kind", "Pod"}, {"metadata", {{"name", 3}}}}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(host.TellGone({{"kind", "Pod"}}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(host.LoadKept("\xff").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(host.NextDue(), std::nullopt);
}

// A process that only reads.
class Reader final : public FleetCluster {
 public:
  void Record(const Event&) override {}

  void TellAll(HostedCluster* host, const std::string& kind) {
    for (const SharedJson& object : host->server().List(kind)) ASSERT_TRUE(Tell(*object).ok());
  }
  void Relist(HostedCluster* host, const std::string& kind) {
    BeginRelist(kind);
    TellAll(host, kind);
    EndRelist(kind, "");
  }
};

constexpr const char* kKinds[] = {"LeaderWorkerSet", "StatefulSet", "Pod", "ControllerRevision", "Service", "Node"};

// What the lists say after the past was told: nothing has changed, or one object has, or the past is not whole.
TEST(FleetClusterTest, Law10OnlyWhatChangedSinceThePastIsDue) {
  HostedCluster host(kSeed, {});
  RunRollout(&host, false);
  host.kubelet().FailContainer("n", "b-1-2");
  const PendingKey left = {{WorkKey::Kind::kPod, "n", "a-1"}, 2, absl::FromUnixSeconds(1790000000)};
  Reader first, second, third, plain;
  for (Reader* reader : {&first, &second, &third}) {
    reader->BeginPast();
    for (const char* kind : kKinds) reader->TellAll(&host, kind);
  }
  first.EndPast({});
  second.EndPast({left});
  third.AbandonPast();
  for (const char* kind : kKinds) first.Relist(&host, kind);
  EXPECT_EQ(first.NextDue(), std::nullopt) << first.Pending()[0].key.name;
  EXPECT_EQ(second.Pending(), std::vector<PendingKey>{left});
  SetImage(&host, "a", "three");
  for (Reader* reader : {&first, &second, &third, &plain}) {
    for (const char* kind : kKinds) reader->Relist(&host, kind);
  }
  const PendingKey changed = {{WorkKey::Kind::kSet, "n", "a"}};
  const std::vector<PendingKey> pending = second.Pending();
  EXPECT_NE(std::find(pending.begin(), pending.end(), changed), pending.end());
  EXPECT_NE(std::find(pending.begin(), pending.end(), left), pending.end());
  EXPECT_EQ(std::find(pending.begin(), pending.end(), PendingKey{{WorkKey::Kind::kSet, "n", "b"}}), pending.end());
  // A list makes all sets due; what else is due without a past is due when the past was abandoned.
  const std::vector<PendingKey> abandoned = third.Pending();
  EXPECT_FALSE(plain.Pending().empty());
  for (const PendingKey& due : plain.Pending()) {
    EXPECT_NE(std::find(abandoned.begin(), abandoned.end(), due), abandoned.end()) << due.key.name;
  }
}

}  // namespace
}  // namespace lws
