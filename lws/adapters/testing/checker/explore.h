// Every state that a small world can come to, each looked at once.
//
//   struct Counter {                                    // counts to 3 and stays
//     using State = lws::internal::PackedState;
//     template <typename Emit> void Steps(const State& s, const Emit& emit) const {
//       if (s.now < 3) emit(lws::internal::WorldStep{{s.now + 1, 0}});
//     }
//     bool IsSettled(const State& s) const { return s.now == 3; }
//   };
//   lws::internal::Exploration all = lws::internal::Explore(Counter(), {{0, 0}}, {});
//   all.states;                  // 4
//   all.transitions;             // 3
//   all.counterexample.empty();  // true
//
// A world is a value with the two methods above, pure both. It packs a state in two words, merges states that go on
// alike by giving them the same words, and says with a step which law of its own the step breaks.
//
// Laws:
//   1. Every state that can be reached is visited once, nearest first: a counterexample is a shortest one.
//   2. Without a counterexample, every way to go on comes to an end after finitely many steps that change something,
//      and every such end is settled, steps from outside aside.
//   3. Same world, same starts, same limits: the same result.
//
// Thread-safety: may be called concurrently; worlds are explored by one thread each.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_EXPLORE_H_
#define LWS_ADAPTERS_TESTING_CHECKER_EXPLORE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "lws/adapters/testing/checker/state_table.h"

namespace lws::internal {

// What a step is and breaks, in the numbers of its world. 0 is no law.
struct WorldStep {
  PackedState next;
  uint8_t kind = 0;
  uint8_t subject = 0;
  uint8_t broken_law = 0;
  // Something that need not ever happen: a fault, an edit.
  bool from_outside = false;
};

// Broken by worlds that do not settle, beside their own laws.
enum ProgressLaw : uint8_t {
  kStuck = 254,    // nothing goes on, and it is not settled
  kForEver = 255,  // it may go on for ever
};

struct ExploreLimits {
  // More states than these are not visited, and `complete` is false.
  size_t states = std::numeric_limits<uint32_t>::max();
  bool checks_progress = true;
};

struct Exploration {
  int64_t states = 0;
  int64_t transitions = 0;  // each is looked at once more when progress is checked, and not counted again
  bool complete = true;
  uint8_t broken_law = 0;
  // From a start to the state or step that breaks the law: the start, as a step of kind 0, then steps. For kForEver
  // the last state is one that can be come back to.
  std::vector<WorldStep> counterexample;
};

namespace explore_internal {

// The steps from a start to state `index`.
std::vector<WorldStep> PathTo(const StateTable& table, uint32_t index);

// A state on or behind a cycle, table.size() when there is none. States without a way in are taken away until none is
// left. `ways_in` has the number of steps that lead to a state from others, and is used up.
template <typename World>
uint32_t FindCycle(const World& world, const StateTable& table, std::vector<uint16_t> ways_in) {
  std::vector<uint32_t> free;
  for (uint32_t i = 0; i < table.size(); ++i) {
    if (ways_in[i] == 0) free.push_back(i);
  }
  size_t taken = 0;
  while (!free.empty()) {
    const PackedState state = table.StateAt(free.back());
    free.pop_back();
    ++taken;
    world.Steps(state, [&](const WorldStep& step) {
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

// Complexity: O(transitions); about 30 bytes a state.
template <typename World>
Exploration Explore(const World& world, const std::vector<PackedState>& starts, const ExploreLimits& limits) {
  Exploration result;
  StateTable table;
  for (const PackedState& start : starts) table.Insert(start, StateTable::kNoParent, 0, 0);
  std::vector<uint16_t> ways_in(table.size());
  const auto fail = [&](uint32_t from, uint8_t law) {
    result.broken_law = law;
    result.counterexample = explore_internal::PathTo(table, from);
  };
  for (uint32_t from = 0; from < table.size() && result.broken_law == 0; ++from) {
    const PackedState state = table.StateAt(from);
    bool goes_on = false;
    WorldStep broken;
    world.Steps(state, [&](const WorldStep& step) {
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
  const uint32_t cycle = explore_internal::FindCycle(world, table, std::move(ways_in));
  if (cycle < table.size()) fail(cycle, kForEver);
  return result;
}

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_EXPLORE_H_
