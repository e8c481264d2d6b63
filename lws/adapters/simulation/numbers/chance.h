// Draws random values for the simulation in numbers: how long things take, and what goes wrong.
//
//   lws::internal::Chance chance(/*seed=*/17, faults, &timers);
//   chance.IsFaulty() && chance.Happens(faults.crash);    // false: nothing goes wrong before `faults.until` by default
//   timers.Add(timers.now() + chance.Draw(options.start), timer);
//
// Laws:
//   1. The same seed and calls give the same draws on every compiler.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_CHANCE_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_CHANCE_H_

#include <cstdint>
#include <random>

#include "absl/time/time.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/adapters/simulation/numbers/faults.h"
#include "lws/adapters/simulation/numbers/simulation_timers.h"

namespace lws::internal {

class Chance {
 public:
  // Borrows `timers`, which give the time.
  Chance(uint64_t seed, const SimulationFaults& faults, const SimulationTimers* timers)
      : random_(seed), faults_(faults), timers_(*timers) {}

  const SimulationFaults& faults() const { return faults_; }

  // Whether things may go wrong at this time.
  bool IsFaulty() const { return absl::Milliseconds(timers_.now()) < faults_.until; }

  // Returns true with a probability of `chance` in a thousand. With a chance of 0 nothing is drawn.
  bool Happens(int32_t chance) { return chance > 0 && static_cast<int32_t>(random_() % 1000) < chance; }

  // Draws a delay, in milliseconds.
  int64_t Draw(const simulation::DelayRange& range) {
    return DrawWithin(absl::ToInt64Milliseconds(range.least), absl::ToInt64Milliseconds(range.most));
  }
  int64_t DrawWithin(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(random_() % static_cast<uint64_t>(most - least + 1));
  }

 private:
  std::mt19937_64 random_;
  const SimulationFaults faults_;
  const SimulationTimers& timers_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_CHANCE_H_
