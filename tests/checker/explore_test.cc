// Explore compared with a naive search over small random worlds, and both laws of progress on examples.
#include "lws/adapters/testing/checker/explore.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "lws/adapters/testing/checker/state_table.h"

namespace lws {
namespace {

using internal::Exploration;
using internal::ExploreLimits;
using internal::ExploreStates;
using internal::kForEver;
using internal::kStuck;
using internal::PackedState;
using internal::StateTable;
using internal::WorldStep;

// A world of numbers with given steps between them.
struct Graph {
  using State = PackedState;

  std::map<uint64_t, std::vector<WorldStep>> steps;
  std::set<uint64_t> settled;

  void Add(uint64_t from, uint64_t to, uint8_t law = 0, bool from_outside = false) {
    steps[from].push_back({{to, 0}, /*kind=*/1, static_cast<uint8_t>(to), law, from_outside});
  }
  template <typename Emit>
  void Steps(const PackedState& state, const Emit& emit) const {
    const auto found = steps.find(state.now);
    if (found == steps.end()) return;
    for (const WorldStep& step : found->second) emit(step);
  }
  bool IsSettled(const PackedState& state) const { return settled.count(state.now) > 0; }
};

std::vector<uint64_t> Words(const std::vector<WorldStep>& steps) {
  std::vector<uint64_t> words;
  for (const WorldStep& step : steps) words.push_back(step.next.now);
  return words;
}

TEST(ExploreTest, CountsStatesAndTransitions) {
  Graph graph;
  graph.Add(1, 2);
  graph.Add(1, 3);
  graph.Add(2, 4);
  graph.Add(3, 4);
  graph.settled = {4};
  const Exploration all = ExploreStates(graph, {{1, 0}}, {});
  EXPECT_EQ(all.states, 4);
  EXPECT_EQ(all.transitions, 4);
  EXPECT_EQ(all.broken_law, 0);
  EXPECT_TRUE(all.counterexample.empty());
}

TEST(ExploreTest, Law2AnEndThatIsNotSettledIsStuckStepsFromOutsideAside) {
  Graph graph;
  graph.Add(1, 2);
  graph.Add(2, 3, 0, /*from_outside=*/true);
  graph.settled = {3};
  const Exploration all = ExploreStates(graph, {{1, 0}}, {});
  EXPECT_EQ(all.broken_law, kStuck);
  EXPECT_EQ(Words(all.counterexample), (std::vector<uint64_t>{1, 2}));
  graph.settled = {2, 3};
  EXPECT_EQ(ExploreStates(graph, {{1, 0}}, {}).broken_law, 0);
}

TEST(ExploreTest, Law2ACycleMayGoOnForEver) {
  Graph graph;
  graph.Add(1, 2);
  graph.Add(2, 3);
  graph.Add(3, 2);
  graph.Add(3, 4);
  graph.settled = {4};
  EXPECT_EQ(ExploreStates(graph, {{1, 0}}, {}).broken_law, kForEver);
  ExploreLimits without_progress;
  without_progress.checks_progress = false;
  EXPECT_EQ(ExploreStates(graph, {{1, 0}}, without_progress).broken_law, 0);
}

TEST(ExploreTest, LimitsEndIt) {
  Graph graph;
  for (uint64_t i = 0; i < 100; ++i) graph.Add(i, i + 1);
  ExploreLimits limits;
  limits.states = 10;
  limits.checks_progress = false;
  const Exploration all = ExploreStates(graph, {{0, 0}}, limits);
  EXPECT_FALSE(all.complete);
  EXPECT_EQ(all.states, 10);
}

TEST(ExploreTest, TheCallerStopsIt) {
  Graph graph;
  for (uint64_t i = 0; i < 5000; ++i) graph.Add(i, i + 1);
  graph.settled = {5000};
  int asked = 0;
  int stops_at = 0;
  ExploreLimits limits;
  limits.is_stopped = [&asked, &stops_at] { return ++asked == stops_at; };
  ASSERT_TRUE(ExploreStates(graph, {{0, 0}}, limits).complete);
  const int questions = asked;  // while states are visited, and while their order is checked
  ASSERT_GE(questions, 8);
  for (stops_at = 1; stops_at <= questions; ++stops_at) {
    asked = 0;
    const Exploration stopped = ExploreStates(graph, {{0, 0}}, limits);
    EXPECT_FALSE(stopped.complete) << stops_at;
    EXPECT_EQ(stopped.broken_law, 0) << stops_at;
    EXPECT_EQ(asked, stops_at);
  }
}

// The number of steps from a start to the nearest broken law, by relaxing until nothing changes; -1 when there is none.
int NaiveDistance(const Graph& graph, uint64_t start) {
  std::map<uint64_t, int> distance = {{start, 0}};
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [from, steps] : graph.steps) {
      if (distance.count(from) == 0) continue;
      for (const WorldStep& step : steps) {
        const int through = distance[from] + 1;
        const auto [known, is_new] = distance.emplace(step.next.now, through);
        if (is_new || through < known->second) {
          known->second = through;
          changed = true;
        }
      }
    }
  }
  int nearest = -1;
  for (const auto& [from, steps] : graph.steps) {
    if (distance.count(from) == 0) continue;
    for (const WorldStep& step : steps) {
      const int through = distance[from] + 1;
      if (step.broken_law != 0 && (nearest < 0 || through < nearest)) nearest = through;
    }
  }
  return nearest;
}

TEST(ExploreTest, Law1TheCounterexampleIsAShortestOne) {
  int broken = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    std::mt19937_64 random(seed);
    Graph graph;
    const uint64_t size = 2 + random() % 30;
    for (uint64_t i = 0; i < size * 2; ++i) {
      graph.Add(random() % size, random() % size, random() % 15 == 0 ? 7 : 0);
    }
    ExploreLimits limits;
    limits.checks_progress = false;
    const Exploration all = ExploreStates(graph, {{0, 0}}, limits);
    const int nearest = NaiveDistance(graph, 0);
    ASSERT_EQ(all.broken_law != 0, nearest >= 0) << "seed " << seed;
    if (nearest < 0) continue;
    ++broken;
    ASSERT_EQ(static_cast<int>(all.counterexample.size()), nearest + 1) << "seed " << seed;
    for (size_t i = 1; i < all.counterexample.size(); ++i) {
      const std::vector<WorldStep>& steps = graph.steps[all.counterexample[i - 1].next.now];
      ASSERT_TRUE(std::any_of(steps.begin(), steps.end(),
                              [&](const WorldStep& step) { return step.next == all.counterexample[i].next; }))
          << "seed " << seed;
    }
  }
  EXPECT_GT(broken, 50);
}

TEST(ExploreTest, Law3SameWorldSameResult) {
  int complete = 0;
  int broken = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    std::mt19937_64 random(seed);
    Graph graph;
    const uint64_t size = 2 + random() % 30;
    for (uint64_t i = 0; i < size * 2; ++i) graph.Add(random() % size, random() % size, random() % 60 == 0 ? 7 : 0);
    for (uint64_t i = 0; i < size; i += 2) graph.settled.insert(i);
    ExploreLimits limits;
    limits.states = seed % 3 == 0 ? size / 2 : 1000;
    const Graph copy = graph;
    const Exploration one = ExploreStates(graph, {{0, 0}, {1, 0}}, limits);
    const Exploration other = ExploreStates(copy, {{0, 0}, {1, 0}}, limits);
    ASSERT_EQ(one.states, other.states) << "seed " << seed;
    ASSERT_EQ(one.transitions, other.transitions) << "seed " << seed;
    ASSERT_EQ(one.complete, other.complete) << "seed " << seed;
    ASSERT_EQ(one.broken_law, other.broken_law) << "seed " << seed;
    ASSERT_EQ(Words(one.counterexample), Words(other.counterexample)) << "seed " << seed;
    complete += one.complete;
    broken += one.broken_law != 0;
  }
  EXPECT_GT(complete, 100);
  EXPECT_GT(broken, 100);
}

TEST(StateTableTest, NumbersStatesInTheOrderTheyCame) {
  StateTable table;
  std::map<std::pair<uint64_t, uint64_t>, uint32_t> known;
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const PackedState state = {random() % 300, random() % 100 << 40};
    const auto [found, is_new] = known.emplace(std::make_pair(state.now, state.seen), known.size());
    ASSERT_EQ(table.Insert(state, StateTable::kNoParent, 0, 0), found->second);
    ASSERT_EQ(table.Find(state), found->second);
    ASSERT_EQ(table.size(), known.size());
  }
}

}  // namespace
}  // namespace lws
