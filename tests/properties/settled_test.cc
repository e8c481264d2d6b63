// Properties of whole histories in the simulated cluster: random sets, edits and failures, by seed.
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using simulation::ObjectChange;

constexpr int kSeeds = 60;

class History {
 public:
  explicit History(uint64_t seed) : random_(seed), simulation_(Options(seed), Log()) {
    for (int i = 0; i < 60; ++i) {
      EXPECT_TRUE(
          simulation_
              .AddNode(absl::StrCat("node-", i), {{"pods", "20"}, {"cpu", "64"}}, {{"rack", absl::StrCat("r", i / 4)}})
              .ok());
    }
    EXPECT_TRUE(simulation_.CreateSet(Manifest()).ok());
  }

  // Lets something happen, after a while or at once.
  void Step() {
    if (random_() % 2 == 0) simulation_.RunUntilQuiet(absl::Seconds(static_cast<int64_t>(random_() % 60)));
    switch (random_() % 5) {
      case 0:
        return Edit({{"replicas", random_() % 6}});
      case 1:
        return Edit(Image());
      case 2:
        return Edit({{"rolloutStrategy", {{"rollingUpdateConfiguration", {{"maxUnavailable", 1 + random_() % 3}}}}}});
      case 3:
        simulation_.kubelet().FailContainer("n", RandomPod());
        return;
      default:
        simulation_.kubelet().EndPod("n", RandomPod());
        return;
    }
  }

  bool Settle() { return simulation_.RunUntilQuiet(absl::Hours(48)); }
  Simulation& simulation() { return simulation_; }
  const std::string& log() const { return log_; }

 private:
  static SimulationOptions Options(uint64_t seed) {
    SimulationOptions options;
    options.seed = seed;
    options.statefulsets.max_unavailable = seed % 2 == 0;
    return options;
  }

  SimulationLog Log() {
    SimulationLog log;
    log.on_change = [this](const ObjectChange& change) {
      absl::StrAppend(&log_, change.key.kind, " ", change.key.name, " ",
                      change.after == nullptr ? "gone" : CanonicalJson(*change.after->Document()), "\n");
    };
    return log;
  }

  Json Image() {
    return {{"leaderWorkerTemplate",
             {{"workerTemplate",
               {{"spec",
                 {{"containers", Json::array({{{"name", "c"}, {"image", absl::StrCat("i:", random_() % 4)}}})}}}}}}}};
  }

  Json Manifest() {
    Json manifest = {{"apiVersion", "leaderworkerset.x-k8s.io/v1"},
                     {"kind", "LeaderWorkerSet"},
                     {"metadata", {{"name", "s"}, {"namespace", "n"}}},
                     {"spec", Image()}};
    manifest["spec"]["replicas"] = random_() % 6;
    manifest["spec"]["leaderWorkerTemplate"]["size"] = 1 + random_() % 3;
    manifest["spec"]["startupPolicy"] = random_() % 3 == 0 ? "LeaderReady" : "LeaderCreated";
    if (random_() % 3 == 0) manifest["spec"]["networkConfig"]["subdomainPolicy"] = "UniquePerReplica";
    manifest["spec"]["rolloutStrategy"]["rollingUpdateConfiguration"] = {{"maxSurge", random_() % 3},
                                                                         {"maxUnavailable", 1}};
    if (random_() % 3 == 0) {
      manifest["metadata"]["annotations"]["leaderworkerset.sigs.k8s.io/exclusive-topology"] = "rack";
    }
    return manifest;
  }

  void Edit(const Json& spec) {
    const absl::Status status = simulation_.EditSet("n", "s", {{"spec", spec}});
    EXPECT_TRUE(status.ok()) << status;
  }

  std::string RandomPod() {
    const std::vector<SharedJson> pods = simulation_.server().List("Pod");
    if (pods.empty()) return "";
    return (*pods[random_() % pods.size()])["metadata"]["name"];
  }

  std::mt19937_64 random_;
  std::string log_;
  Simulation simulation_;
};

// After plans were performed and the state has settled, the next plan is empty.
TEST(SettledTest, TheNextPlanIsEmpty) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    History history(seed);
    for (int step = 0; step < 8; ++step) {
      history.Step();
      if (step % 3 != 2) continue;
      ASSERT_TRUE(history.Settle()) << "seed " << seed << ": does not come to rest";
      Simulation& simulation = history.simulation();
      const Plan plan = ReconcileSet(simulation.ObserveSet("n", "s"), simulation.now());
      EXPECT_TRUE(plan.empty()) << "seed " << seed << "\n" << ToString(plan);
      for (const SharedJson& pod : simulation.server().List("Pod")) {
        const Plan pod_plan = ReconcilePod(simulation.ObservePod("n", (*pod)["metadata"]["name"].get<std::string>()),
                                           absl::UnixEpoch(), {});
        EXPECT_TRUE(pod_plan.empty()) << "seed " << seed << "\n" << ToString(pod_plan);
      }
    }
  }
}

TEST(SettledTest, AllGroupsAreReadyAndOfOneRevision) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    History history(seed);
    for (int step = 0; step < 6; ++step) history.Step();
    ASSERT_TRUE(history.Settle()) << "seed " << seed;
    const SharedJson set = history.simulation().server().Get({"LeaderWorkerSet", "n", "s"});
    const Json replicas = (*set)["spec"]["replicas"];
    EXPECT_EQ((*set)["status"].value("readyReplicas", 0), replicas) << "seed " << seed;
    EXPECT_EQ((*set)["status"].value("updatedReplicas", 0), replicas) << "seed " << seed;
    EXPECT_EQ((*set)["status"].value("replicas", 0), replicas) << "seed " << seed;
  }
}

TEST(SettledTest, SameSeedSameBytes) {
  for (const uint64_t seed : {1, 2, 3}) {
    std::string logs[2];
    for (std::string& log : logs) {
      History history(seed);
      for (int step = 0; step < 6; ++step) history.Step();
      history.Settle();
      log = history.log();
    }
    EXPECT_EQ(logs[0], logs[1]) << "seed " << seed;
    EXPECT_GT(logs[0].size(), 1000);
  }
}

}  // namespace
}  // namespace lws
