// A host on a Kubernetes in memory that is slow, refuses writes, and loses answers. The laws are those of
// fleet_cluster.h and, for plans, controller.h.
#include "lws/adapters/host/fleet_cluster.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/api/admit_set.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/rollout/controls.h"
#include "nlohmann/json.hpp"
#include "tests/host/hosted_cluster.h"

namespace lws {
namespace {

constexpr uint64_t kSeed = 20261126;
#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kSeeds = 3;
#else
constexpr uint64_t kSeeds = 12;
#endif

Json Manifest(const std::string& name, int replicas, const std::string& image, Json annotations = Json::object()) {
  Json manifest = Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"namespace": "n"},
    "spec": {"leaderWorkerTemplate": {"size": 3, "restartPolicy": "RecreateGroupOnPodRestart",
      "workerTemplate": {"spec": {"containers": [{"name": "main"}]}}}}})");
  manifest["metadata"]["name"] = name;
  manifest["metadata"]["annotations"] = std::move(annotations);
  manifest["spec"]["replicas"] = replicas;
  manifest["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"] = image;
  return manifest;
}

Json Admitted(const Json& manifest) {
  const SetAdmission admission = AdmitSet(manifest);
  EXPECT_EQ(admission.stage, AdmissionStage::kAdmitted);
  return LeaderWorkerSetToJson(*admission.set);
}

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

TEST(FleetClusterTest, LateWatchesAndSlowAnswersMakeNoPlanOnAnOlderView) {
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

TEST(FleetClusterTest, Law5TheSameCallsMakeTheSameWrites) {
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
  options.policies = PoliciesFromAnnotations({});
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

TEST(FleetClusterTest, Law3WhatIsKeptOutlivesTheProcessAndNotTheSet) {
  ControllerOptions options;
  options.policies = PoliciesFromAnnotations({});
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

TEST(FleetClusterTest, ARolloutThatExceedsItsDeadlineIsTakenBack) {
  ControllerOptions options;
  options.policies = PoliciesFromAnnotations({});
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

}  // namespace
}  // namespace lws
