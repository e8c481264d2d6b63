// Draws random values for a simulation: how long things take, and what goes wrong.
//
//   lws::internal::Chance chance(/*seed=*/17, faults, [] { return absl::Seconds(3); });
//   chance.IsFaulty() && chance.Happens(faults.crash);    // false: nothing goes wrong before `faults.until` by default
//   timers.Add(timers.now() + chance.Draw(options.start), timer);
//
// Laws:
//   1. The same seed and calls give the same draws on every compiler.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_CHANCE_H_
#define LWS_ADAPTERS_SIMULATION_CHANCE_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <utility>

#include "absl/time/time.h"
#include "lws/adapters/simulation/faults.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"

namespace lws::internal {

class Chance {
 public:
  // `elapsed` returns the time since the beginning.
  Chance(uint64_t seed, const SimulationFaults& faults, std::function<absl::Duration()> elapsed)
      : random_(seed), faults_(faults), elapsed_(std::move(elapsed)) {}

  const SimulationFaults& faults() const { return faults_; }

  // Whether things may go wrong at this time.
  bool IsFaulty() const { return faults_.until > absl::ZeroDuration() && elapsed_() < faults_.until; }

  // Returns true with a probability of `chance` in a thousand. With a chance of 0 nothing is drawn.
  bool Happens(int32_t chance) { return chance > 0 && static_cast<int32_t>(random_() % 1000) < chance; }

  // Draws a delay, in milliseconds.
  int64_t Draw(const simulation::DelayRange& range) {
    return DrawWithin(absl::ToInt64Milliseconds(range.least), absl::ToInt64Milliseconds(range.most));
  }
  int64_t DrawWithin(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(random_() % static_cast<uint64_t>(most - least + 1));
  }

  // Draws by how much a change is reported late.
  absl::Duration DrawDelay() {
    return absl::Milliseconds(DrawWithin(1, std::max<int64_t>(1, absl::ToInt64Milliseconds(faults_.most_late))));
  }

  // Lets the controller's clock jump to another error, if that happens now.
  void JumpClock(absl::Duration* error) {
    if (!IsFaulty() || !Happens(faults_.clock_jump)) return;
    const int64_t most = absl::ToInt64Milliseconds(faults_.most_clock_error);
    *error = absl::Milliseconds(DrawWithin(-most, most));
  }

 private:
  std::mt19937_64 random_;
  const SimulationFaults faults_;
  const std::function<absl::Duration()> elapsed_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_CHANCE_H_
