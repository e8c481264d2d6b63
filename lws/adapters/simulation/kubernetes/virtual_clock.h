// Time that moves only when the program moves it, with timers.
//
//   lws::simulation::VirtualClock clock(start);
//   clock.After(absl::Seconds(5), [&] { MakeReady(pod); });
//   clock.Advance();    // moves to the next timer, and runs it
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_VIRTUAL_CLOCK_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_VIRTUAL_CLOCK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "absl/time/time.h"

namespace lws::simulation {

class VirtualClock {
 public:
  explicit VirtualClock(absl::Time start) : now_(start) {}

  absl::Time now() const { return now_; }

  // Timers with equal times run in the order in which they were set.
  void At(absl::Time when, std::function<void()> run) { timers_[{when, next_number_++}] = std::move(run); }
  void After(absl::Duration delay, std::function<void()> run) { At(now_ + delay, std::move(run)); }

  std::optional<absl::Time> next() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first.first;
  }

  // Moves to the next timer and runs it. Returns false when there is none.
  bool Advance() {
    if (timers_.empty()) return false;
    now_ = std::max(now_, timers_.begin()->first.first);
    const std::function<void()> run = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    run();
    return true;
  }

  // Moves to `when`. REQUIRES: no timer is earlier.
  void MoveTo(absl::Time when) { now_ = std::max(now_, when); }

 private:
  absl::Time now_;
  uint64_t next_number_ = 0;
  std::map<std::pair<absl::Time, uint64_t>, std::function<void()>> timers_;
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_VIRTUAL_CLOCK_H_
