// When the controller looks at its set: when something makes the set due, with a least time between two looks, and
// when a plan asked for another look.
//
//   lws::internal::PassSchedule schedule(absl::Milliseconds(100), &timers);
//   schedule.MakeDue();
//   if (schedule.IsTime()) schedule.Begin();    // no longer due, and no other pass for 100 ms
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_PASS_SCHEDULE_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_PASS_SCHEDULE_H_

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "lws/adapters/simulation/numbers/simulation_timers.h"

namespace lws::internal {

class PassSchedule {
 public:
  // Borrows `timers`. `pass` is the least time between the beginnings of two passes.
  PassSchedule(absl::Duration pass, SimulationTimers* timers)
      : pass_(absl::ToInt64Milliseconds(pass)), timers_(*timers) {}

  void MakeDue() { is_due_ = true; }
  bool IsTime() const { return is_due_ && timers_.now() >= next_pass_; }

  // A pass begins now.
  void Begin() {
    is_due_ = false;
    next_pass_ = timers_.now() + pass_;
  }

  // Records that the plan asks for another look. Only the latest request counts.
  void LookAgain(absl::Duration after) {
    const int64_t wait = absl::ToInt64Milliseconds(absl::Ceil(after, absl::Milliseconds(1)));
    next_look_ = timers_.now() + std::max<int64_t>(1, wait);
    timers_.Add(next_look_, {0, 0, 0, TimerKind::kLook});
  }
  // Handles the timer of a look.
  void RunLook() { is_due_ |= timers_.now() == next_look_; }

  // The millisecond at which something is to be done: that of a timer, or of a due pass.
  std::optional<int64_t> Next() const {
    const std::optional<int64_t> next = timers_.Next();
    return is_due_ ? std::min(next.value_or(next_pass_), next_pass_) : next;
  }

 private:
  const int64_t pass_;
  SimulationTimers& timers_;
  bool is_due_ = false;
  int64_t next_pass_ = 0;
  int64_t next_look_ = 0;  // the time that the last plan asked for
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_PASS_SCHEDULE_H_
