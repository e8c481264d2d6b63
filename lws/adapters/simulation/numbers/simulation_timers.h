// The timers of the simulation in numbers.
//
//   lws::internal::SimulationTimers timers;
//   timers.Add(1500, {/*group=*/12, /*life=*/1, /*worker=*/3, lws::internal::TimerKind::kStart});
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATION_TIMERS_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATION_TIMERS_H_

#include <cstdint>

#include "lws/adapters/simulation/numbers/timer_wheel.h"

namespace lws::internal {

enum class TimerKind : uint8_t {
  // A pod does something.
  kStart,
  kBecomeReady,
  kStop,
  // A group is told.
  kTellGroup,
  // A node does something: its number is in the place of the group, that of the outage in the place of the life.
  kNodeLost,
  kNodeBack,
  kNodeGone,
  // The controller does something.
  kList,
  kLook,
};

struct SimulationTimer {
  int32_t group;
  uint32_t life;  // of the pod: a timer of a former life is void
  uint16_t worker;
  TimerKind kind;
};

using SimulationTimers = TimerWheel<SimulationTimer>;

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATION_TIMERS_H_
