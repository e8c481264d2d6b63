// The rates of the swarm's faults in one table, used to draw cases, to read and write their files, and to minimize
// them.
//
//   for (const lws::internal::SwarmRate& rate : lws::internal::kSwarmRates) drawn.faults.*rate.rate = 0;
//
// Thread-safety: constants.
#ifndef LWS_ADAPTERS_TESTING_SWARM_SWARM_RATES_H_
#define LWS_ADAPTERS_TESTING_SWARM_SWARM_RATES_H_

#include <cstdint>

#include "lws/adapters/simulation/faults.h"

namespace lws::internal {

// A rate with its name in files, and the largest value that is drawn for it.
struct SwarmRate {
  const char* name;
  int32_t SimulationFaults::*rate;
  int32_t most;
};

inline constexpr SwarmRate kSwarmRates[] = {
    {"late", &SimulationFaults::late, 500},
    {"lost", &SimulationFaults::lost, 200},
    {"twice", &SimulationFaults::twice, 500},
    {"refused", &SimulationFaults::refused, 200},
    {"conflict", &SimulationFaults::conflict, 200},
    {"answerLost", &SimulationFaults::answer_lost, 200},
    {"crash", &SimulationFaults::crash, 200},
    {"clockJump", &SimulationFaults::clock_jump, 200},
    {"slowImage", &SimulationFaults::slow_image, 200},
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SWARM_SWARM_RATES_H_
