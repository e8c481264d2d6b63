// Errors of the simulation in numbers itself, and of its controller's plans.
//
//   lws::internal::SimulationErrors errors;
//   errors.Keep(fleet.TellPods({&facts, 1}));
//   errors.Latest();    // OK, or the first error that was kept
//
// Thread-safety: a value.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATION_ERRORS_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATION_ERRORS_H_

#include "absl/status/status.h"

namespace lws::internal {

struct SimulationErrors {
  absl::Status plan;  // of the last plan
  // The first impossible thing that the simulation did. Its results are meaningless from then on.
  absl::Status broken;

  void Keep(const absl::Status& status) { broken.Update(status); }
  const absl::Status& Latest() const { return broken.ok() ? plan : broken; }
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATION_ERRORS_H_
