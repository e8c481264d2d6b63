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
  // Timers of pods.
  kStart,
  kBecomeReady,
  kStop,
  // Timers of reports about a group.
  kTellGroup,
  // Timers of nodes. The node's number is in `group`, and that of the outage in `life`.
  kNodeLost,
  kNodeBack,
  kNodeGone,
  // Timers of the controller.
  kList,
  kLook,
};

struct SimulationTimer {
  int32_t group;
  uint32_t life;  // the pod's life; a timer of a former life is void
  uint16_t worker;
  TimerKind kind;
};

using SimulationTimers = TimerWheel<SimulationTimer>;

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATION_TIMERS_H_
