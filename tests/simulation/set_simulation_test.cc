// Compares the simulation in numbers with the simulation of objects: apart from delays, the same stories have the same
// end. Also checks its own laws.
#include "lws/adapters/simulation/numbers/set_simulation.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/core/groups/group_state.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/planner.h"
#include "lws/rollout/replace_unready_first.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::StatusCounts;
using simulation::ChangeType;
using simulation::ObjectChange;

struct Shape {
  int replicas;
  int size;
  int max_unavailable;
  int max_surge;
  bool feature;
};

Json Manifest(const Shape& shape) {
  Json set = Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "metadata": {"name": "s", "namespace": "n"},
    "spec": {"leaderWorkerTemplate": {"workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}}}})");
  set["spec"]["replicas"] = shape.replicas;
  set["spec"]["leaderWorkerTemplate"]["size"] = shape.size;
  set["spec"]["rolloutStrategy"] = {
      {"type", "RollingUpdate"},
      {"rollingUpdateConfiguration", {{"maxUnavailable", shape.max_unavailable}, {"maxSurge", shape.max_surge}}}};
  return set;
}

Json Image(const std::string& image) {
  Json patch;
  patch["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"] =
      Json::array({{{"name", "c"}, {"image", image}}});
  return patch;
}

// The end of a story.
struct End {
  int32_t partition = 0;
  int32_t replicas = 0;
  int32_t ready = 0;
  int32_t updated = 0;
  int64_t pods_created = 0;

  std::string Text() const {
    return absl::StrCat("partition ", partition, " replicas ", replicas, " ready ", ready, " updated ", updated,
                        " pods ", pods_created);
  }
};

// A set is created, updated to another image and scaled, and a pod fails.
class Story {
 public:
  explicit Story(const Shape& shape) : shape_(shape) {}

  std::vector<std::string> InNumbers(uint64_t seed) {
    SetSimulationOptions options;
    options.seed = seed;
    options.max_unavailable_statefulset = shape_.feature;
    options.sets = ReconcileOptionsFor(policy);
    events.clear();
    SetSimulation simulation(options, [this](const Event& event) { events.push_back(event.note); });
    std::vector<std::string> ends;
    const auto settle = [&](int32_t floor) {
      while (simulation.Advance()) {
        EXPECT_GE(simulation.counts().ready, floor);
        EXPECT_LE(simulation.counts().replicas, shape_.replicas + std::max(2, shape_.max_surge));
      }
      EXPECT_TRUE(simulation.error().ok()) << simulation.error();
      const SetSimulationCounts counts = simulation.counts();
      ends.push_back(End{counts.partition, counts.replicas, counts.ready, counts.updated, counts.pods_created}.Text());
      ExpectStates(simulation);
    };
    EXPECT_TRUE(simulation.Create(Manifest(shape_)).ok());
    settle(0);
    EXPECT_TRUE(simulation.Edit(Image("i:2")).ok());
    settle(shape_.replicas - shape_.max_unavailable);
    EXPECT_TRUE(simulation.FailContainer(0, shape_.size - 1));
    settle(0);
    EXPECT_TRUE(simulation.Edit({{"spec", {{"replicas", shape_.replicas + 2}}}}).ok());
    settle(shape_.replicas);
    EXPECT_TRUE(simulation.Edit({{"spec", {{"replicas", 1}}}}).ok());
    settle(0);
    return ends;
  }

  std::vector<std::string> InObjects() {
    SimulationOptions options;
    options.statefulsets.max_unavailable = shape_.feature;
    options.sets = ReconcileOptionsFor(policy);
    int64_t pods = 0;
    Simulation simulation(options, {nullptr, nullptr, [&pods](const ObjectChange& change) {
                                      pods += change.key.kind == "Pod" && change.type == ChangeType::kAdded;
                                    }});
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(simulation.AddNode(absl::StrCat("node-", i), {{"pods", "110"}, {"cpu", "64"}}, {}).ok());
    }
    std::vector<std::string> ends;
    const auto settle = [&] {
      EXPECT_TRUE(simulation.RunUntilQuiet(absl::Hours(24)));
      const SetObservation observation = simulation.ObserveSet("n", "s");
      const ObservedStatefulSet& leaders = *observation.leader_statefulset;
      const StatusCounts& counts = observation.groups->counts;
      ends.push_back(End{leaders.partition, leaders.replicas, counts.ready, counts.updated, pods}.Text());
    };
    EXPECT_TRUE(simulation.CreateSet(Manifest(shape_)).ok());
    settle();
    EXPECT_TRUE(simulation.EditSet("n", "s", Image("i:2")).ok());
    settle();
    EXPECT_TRUE(
        simulation.kubelet().FailContainer("n", shape_.size == 1 ? "s-0" : absl::StrCat("s-0-", shape_.size - 1)));
    settle();
    EXPECT_TRUE(simulation.EditSet("n", "s", {{"spec", {{"replicas", shape_.replicas + 2}}}}).ok());
    settle();
    EXPECT_TRUE(simulation.EditSet("n", "s", {{"spec", {{"replicas", 1}}}}).ok());
    settle();
    return ends;
  }

  RolloutPolicy policy = PlanRollout;
  std::vector<std::string> events;  // notes of the last run in numbers

 private:
  static void ExpectStates(const SetSimulation& simulation) {
    const SetSimulationCounts counts = simulation.counts();
    int32_t ready = 0;
    for (int32_t i = 0; i < counts.replicas; ++i) ready += simulation.StateOf(i) == GroupState::kNewReady;
    EXPECT_EQ(ready, counts.ready);
  }

  Shape shape_;
};

TEST(SetSimulationTest, ComesToTheEndOfTheSimulationOfObjects) {
  for (const Shape& shape : std::vector<Shape>{{4, 2, 1, 0, false},
                                               {4, 2, 1, 0, true},
                                               {5, 3, 2, 0, true},
                                               {4, 1, 1, 0, true},
                                               {6, 2, 2, 1, true},
                                               {3, 2, 1, 2, false}}) {
    Story story(shape);
    const std::vector<std::string> wanted = story.InObjects();
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      ASSERT_EQ(story.InNumbers(seed), wanted) << shape.replicas << " " << shape.size << " " << shape.max_unavailable
                                               << " " << shape.max_surge << " " << shape.feature << " seed " << seed;
    }
  }
}

// One policy runs in both simulations.
class PolicyTest : public testing::TestWithParam<RolloutPolicy> {};

TEST_P(PolicyTest, ComesToTheSameEndInBothSimulations) {
  for (const Shape& shape :
       std::vector<Shape>{{4, 2, 1, 0, true}, {6, 2, 2, 1, true}, {3, 2, 1, 2, false}, {4, 2, 0, 2, true}}) {
    Story story(shape);
    story.policy = GetParam();
    const std::vector<std::string> wanted = story.InObjects();
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      const std::vector<std::string> ends = story.InNumbers(seed);
      ASSERT_EQ(ends.size(), wanted.size());
      // The delays decide how many surge groups are added and removed on the way.
      for (size_t i = 0; i < ends.size(); ++i) {
        ASSERT_EQ(ends[i].substr(0, ends[i].find(" pods")), wanted[i].substr(0, wanted[i].find(" pods")))
            << shape.replicas << " " << shape.max_surge << " seed " << seed << " part " << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Policies, PolicyTest, testing::Values(KeepBudget, ReplaceUnreadyFirst));

TEST(SetSimulationTest, Law1SameOptionsAndCallsSameEvents) {
  Story story({6, 3, 2, 1, true});
  story.InNumbers(7);
  const std::vector<std::string> first = story.events;
  story.InNumbers(7);
  EXPECT_EQ(story.events, first);
  EXPECT_FALSE(first.empty());
  story.InNumbers(8);
  EXPECT_NE(story.events, first);
}

TEST(SetSimulationTest, WhatCannotBeIsAnError) {
  SetSimulation simulation({});
  EXPECT_FALSE(simulation.Edit(Image("i")).ok());
  EXPECT_FALSE(simulation.Create(Json::parse(R"({"metadata": {"name": "s"}, "spec": {"replicas": -1}})")).ok());
  EXPECT_TRUE(simulation.Create(Manifest({2, 2, 1, 0, false})).ok());
  EXPECT_FALSE(simulation.Create(Manifest({2, 2, 1, 0, false})).ok());
  EXPECT_FALSE(simulation.FailContainer(0, 0));  // it does not exist yet
  EXPECT_FALSE(simulation.Advance(simulation.now() - absl::Seconds(1)));
  while (simulation.Advance()) {
  }
  EXPECT_FALSE(simulation.FailContainer(5, 0));
  EXPECT_FALSE(simulation.FailContainer(0, 2));
  EXPECT_FALSE(simulation.Edit({{"spec", {{"leaderWorkerTemplate", {{"size", 3}}}}}}).ok());
  EXPECT_FALSE(simulation.Edit({{"spec", {{"replicas", -1}}}}).ok());
  EXPECT_EQ(simulation.counts().ready, 2);
}

}  // namespace
}  // namespace lws
