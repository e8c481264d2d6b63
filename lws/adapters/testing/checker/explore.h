// Visits every state that a small world can reach, each once.
//
//   struct Counter {                                    // counts to 3 and stays
//     using State = lws::internal::PackedState;
//     void Steps(const State& s, absl::FunctionRef<void(const lws::internal::WorldStep&)> emit) const {
//       if (s.now < 3) emit(lws::internal::WorldStep{{s.now + 1, 0}});
//     }
//     bool IsSettled(const State& s) const { return s.now == 3; }
//   };
//   lws::internal::Exploration all = lws::internal::ExploreStates(Counter(), {{0, 0}}, {});
//   all.states;                  // 4
//   all.transitions;             // 3
//   all.counterexample.empty();  // true
//
// A world is a value with the two methods above, which are both pure. It packs a state into words. It gives equal
// words to states that continue in the same way. With a step it says which of its own laws the step breaks.
//
// Laws:
//   1. Every reachable state is visited once, the nearest first, so a counterexample is a shortest one.
//   2. Without a counterexample, every course comes to an end after finitely many steps that change something, if
//      steps from outside are left out. Every such end is settled.
//   3. The same world, starts and limits give the same result.
//
// Thread-safety: may be called concurrently; one thread explores a world.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_EXPLORE_H_
#define LWS_ADAPTERS_TESTING_CHECKER_EXPLORE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "lws/adapters/testing/checker/state_table.h"

namespace lws::internal {

// The kind and the broken law of a step, in the numbers of its world. Law 0 means none.
template <typename State>
struct WorldStepOf {
  State next;
  uint8_t kind = 0;
  uint8_t subject = 0;
  uint8_t broken_law = 0;
  // Something that need not ever happen, such as a fault or an edit.
  bool from_outside = false;
};
using WorldStep = WorldStepOf<PackedState>;

// Laws of progress, which every world has in addition to its own.
enum : uint8_t {
  kStuck = 254,    // no step is possible, and the state is not settled
  kForEver = 255,  // the steps may never end
};

struct ExploreLimits {
  // No more than this number of states is visited; `complete` is then false.
  size_t states = std::numeric_limits<uint32_t>::max();
  bool checks_progress = true;
  // Asked now and then, if it is set: the exploration ends when it returns true, and `complete` is then false.
  std::function<bool()> is_stopped;
};

template <typename State>
struct ExplorationOf {
  int64_t states = 0;
  int64_t transitions = 0;  // checking progress looks at each once more, without counting it
  bool complete = true;
  uint8_t broken_law = 0;
  // The way from a start to the state or step that breaks the law: the start, as a step of kind 0, followed by steps.
  // For kForEver the last state can be reached again from itself.
  std::vector<WorldStepOf<State>> counterexample;
};
using Exploration = ExplorationOf<PackedState>;

namespace explore_internal {

// The steps from a start to state `index`.
template <typename State>
std::vector<WorldStepOf<State>> PathToState(const StateTableOf<State>& table, uint32_t index) {
  std::vector<WorldStepOf<State>> path;
  for (uint32_t at = index; at != StateTableOf<State>::kNoParent; at = table.ParentOf(at)) {
    WorldStepOf<State> step;
    step.next = table.StateAt(at);
    step.kind = table.KindOf(at);
    step.subject = table.SubjectOf(at);
    path.push_back(step);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

// Whether `is_stopped`, which is asked after every thousandth step of the work, ends it.
inline bool IsExplorationStopped(const std::function<bool()>& is_stopped, size_t steps) {
  return steps % 1024 == 0 && is_stopped && is_stopped();
}

// A state on a cycle or reachable from one; table.size() when there is none; nullopt when the search was stopped. It
// removes states without incoming steps until none is left. `ways_in` has the number of steps into each state from
// others; it is consumed.
template <typename World, typename State>
std::optional<uint32_t> FindStateCycle(const World& world, const StateTableOf<State>& table,
                                       std::vector<uint16_t> ways_in, const std::function<bool()>& is_stopped) {
  std::vector<uint32_t> free;
  for (uint32_t i = 0; i < table.size(); ++i) {
    if (ways_in[i] == 0) free.push_back(i);
  }
  size_t taken = 0;
  while (!free.empty()) {
    const State state = table.StateAt(free.back());
    free.pop_back();
    if (IsExplorationStopped(is_stopped, ++taken)) return std::nullopt;
    world.Steps(state, [&](const WorldStepOf<State>& step) {
      if (step.next == state) return;
      const uint32_t to = table.Find(step.next);
      if (--ways_in[to] == 0) free.push_back(to);
    });
  }
  if (taken == table.size()) return static_cast<uint32_t>(taken);
  uint32_t first = 0;
  while (ways_in[first] == 0) ++first;
  return first;
}

}  // namespace explore_internal

// Complexity: O(transitions); about 30 bytes a state of two words.
template <typename World>
ExplorationOf<typename World::State> ExploreStates(const World& world, const std::vector<typename World::State>& starts,
                                                   const ExploreLimits& limits) {
  using State = typename World::State;
  ExplorationOf<State> result;
  StateTableOf<State> table;
  for (const State& start : starts) table.Insert(start, StateTableOf<State>::kNoParent, 0, 0);
  std::vector<uint16_t> ways_in(table.size());
  const auto fail = [&](uint32_t from, uint8_t law) {
    result.broken_law = law;
    result.counterexample = explore_internal::PathToState(table, from);
  };
  for (uint32_t from = 0; from < table.size() && result.broken_law == 0; ++from) {
    if (explore_internal::IsExplorationStopped(limits.is_stopped, from)) {
      result.complete = false;
      break;
    }
    const State state = table.StateAt(from);
    bool goes_on = false;
    WorldStepOf<State> broken;
    world.Steps(state, [&](const WorldStepOf<State>& step) {
      ++result.transitions;
      if (step.broken_law != 0 && broken.broken_law == 0) broken = step;
      if (step.next == state) return;
      goes_on |= !step.from_outside;
      if (table.size() >= limits.states) {
        result.complete = false;
        return;
      }
      const uint32_t to = table.Insert(step.next, from, step.kind, step.subject);
      if (to == ways_in.size()) ways_in.push_back(0);
      ++ways_in[to];
    });
    if (broken.broken_law != 0) {
      fail(from, broken.broken_law);
      result.counterexample.push_back(broken);
    } else if (!goes_on && limits.checks_progress && !world.IsSettled(state)) {
      fail(from, kStuck);
    }
  }
  result.states = static_cast<int64_t>(table.size());
  if (result.broken_law != 0 || !result.complete || !limits.checks_progress) return result;
  const std::optional<uint32_t> cycle =
      explore_internal::FindStateCycle(world, table, std::move(ways_in), limits.is_stopped);
  result.complete = cycle.has_value();
  if (cycle.has_value() && *cycle < table.size()) fail(*cycle, kForEver);
  return result;
}

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_EXPLORE_H_
