// The laws of the promise that a budget makes, and of the watch that keeps its ledger.
#include "lws/adapters/testing/promise.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/scenario/group_watch.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::GroupWatch;
using internal::Promise;
using internal::PromiseFloor;

TEST(PromiseTest, Law1TheFloorIsReplicasWithoutTheUnavailable) {
  for (int32_t replicas = 0; replicas <= 8; ++replicas) {
    int32_t groups = replicas;
    for (int32_t unavailable = 0; unavailable <= 10; ++unavailable) {
      EXPECT_EQ(PromiseFloor(replicas, unavailable), groups) << replicas << " without " << unavailable;
      groups -= groups > 0;
    }
  }
}

TEST(PromiseTest, Law2AsManyAsThereWereToCountOnAtMostTheFloor) {
  for (int32_t floor = 0; floor <= 4; ++floor) {
    for (int32_t first = 0; first <= 6; ++first) {
      for (int32_t second = 0; second <= 6; ++second) {
        Promise promise;
        promise.Raise(Promise::Grounded(floor, first));
        promise.Raise(Promise::Grounded(floor, second));
        EXPECT_EQ(promise.groups(), std::min(floor, std::max(first, second)));
        for (int32_t ready = 0; ready <= 6; ++ready) {
          EXPECT_EQ(promise.IsKeptBy(ready), ready >= std::min(floor, std::max(first, second)));
        }
      }
    }
  }
}

// Against groups that are promised one by one.
TEST(PromiseTest, Laws3And4EditsAndExcusesOnlyLowerIt) {
  constexpr unsigned kSeed = 20261126;
  std::mt19937 random(kSeed);
  for (int history = 0; history < 2000; ++history) {
    Promise promise;
    std::vector<bool> promised(10);
    const auto count = [&] { return static_cast<int32_t>(std::count(promised.begin(), promised.end(), true)); };
    for (int step = 0; step < 20; ++step) {
      const auto number = static_cast<int32_t>(random() % 9);
      const int32_t before = count();
      const unsigned what = random() % 3;
      if (what == 0) {
        for (int32_t i = 0; count() < number; ++i) promised[static_cast<size_t>(i)] = true;
        promise.Raise(number);
      } else {
        // An edit leaves ground for so many; or so many are lost, and excused.
        const int32_t left = what == 1 ? number : std::max(0, before - number);
        for (size_t i = promised.size(); count() > left; --i) promised[i - 1] = false;
        what == 1 ? promise.Edit(number) : promise.Excuse(number);
        ASSERT_LE(promise.groups(), before) << "seed " << kSeed << ", history " << history;
      }
      ASSERT_EQ(promise.groups(), count()) << "seed " << kSeed << ", history " << history << ", step " << step;
      ASSERT_TRUE(promise.IsKeptBy(count()));
      ASSERT_FALSE(count() > 0 && promise.IsKeptBy(count() - 1));
    }
  }
}

// The letters of a watch's groups after its last look.
class Letters {
 public:
  Letters(Simulation* simulation, const std::vector<simulation::ObjectChange>& changes)
      : watch(simulation, "n", &report_) {
    for (const simulation::ObjectChange& change : changes) watch.OnChange(change);
  }

  const std::string& Look() {
    const std::optional<TimelineEntry> entry = watch.Look(absl::ZeroDuration(), /*step=*/0);
    if (entry.has_value()) groups_ = entry->groups;
    return groups_;
  }

 private:
  static ScenarioReport ReportOf(const std::string& set) {
    ScenarioReport report;
    report.set_name = set;
    return report;
  }

  ScenarioReport report_ = ReportOf("s");
  std::string groups_;

 public:
  GroupWatch watch;
};

TEST(GroupWatchTest, Law1ALookReadsTheGroupsThatChanged) {
  std::vector<simulation::ObjectChange> changes;
  std::vector<Letters*> told;
  SimulationLog log;
  log.on_change = [&](const simulation::ObjectChange& change) {
    changes.push_back(change);
    for (Letters* letters : told) letters->watch.OnChange(change);
  };
  Simulation simulation({}, log);
  ASSERT_TRUE(simulation.AddNode("node", {{"cpu", "64"}, {"pods", "100"}}, {}).ok());
  ASSERT_TRUE(simulation
                  .CreateSet(Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1",
      "kind": "LeaderWorkerSet", "metadata": {"name": "s", "namespace": "n"},
      "spec": {"replicas": 4, "leaderWorkerTemplate": {"size": 2,
        "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}}}})"))
                  .ok());
  ASSERT_TRUE(simulation.RunUntilQuiet(absl::Minutes(10)));
  Letters watch(&simulation, changes);
  Letters deaf(&simulation, changes);
  told = {&watch};
  const std::string all_ready = "NNNN";
  ASSERT_EQ(watch.Look(), all_ready);
  ASSERT_EQ(deaf.Look(), all_ready);
  int less = 0;
  for (const char* pod : {"s-2-1", "s-0"}) {
    ASSERT_TRUE(simulation.kubelet().FailContainer("n", pod));
    do {
      simulation.Settle();
      // As one that reads all groups.
      const std::string& groups = watch.Look();
      ASSERT_EQ(groups, Letters(&simulation, changes).Look()) << pod << " at " << simulation.now();
      less += groups != all_ready;
      // Nothing is read that nobody tells.
      ASSERT_EQ(deaf.Look(), all_ready) << pod << " at " << simulation.now();
    } while (simulation.Advance(absl::InfiniteFuture()));
    ASSERT_EQ(watch.Look(), all_ready) << pod;
  }
  EXPECT_GT(less, 4);
}

}  // namespace
}  // namespace lws
