// Performs actions of plans on a simulated API server, as a real one would carry them out.
//
//   absl::StatusOr<lws::simulation::SharedObject> object = lws::internal::PerformAction(action, &server);
//   *object;    // the object after the write; null when nothing is left of a deleted object
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_PERFORM_ACTION_H_
#define LWS_ADAPTERS_SIMULATION_PERFORM_ACTION_H_

#include "absl/status/statusor.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/api/json.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

// Errors: those of the server, and NotFound for a patch of an object that does not exist. Complexity: O(object).
absl::StatusOr<simulation::SharedObject> PerformAction(const Action& action, simulation::ApiServer* server);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_PERFORM_ACTION_H_
