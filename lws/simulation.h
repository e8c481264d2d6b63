// LeaderWorkerSet in a simulated cluster, as objects and as numbers.
//
//   lws::Simulation simulation({});
//
// The included headers document each function's errors, costs and thread-safety.
#ifndef LWS_SIMULATION_H_
#define LWS_SIMULATION_H_

#include "lws/adapters/simulation/disaggregated_simulation.h"
#include "lws/adapters/simulation/group_placer.h"
#include "lws/adapters/simulation/numbers/set_simulation.h"
#include "lws/adapters/simulation/set_admission.h"
#include "lws/adapters/simulation/simulation.h"

#endif  // LWS_SIMULATION_H_
