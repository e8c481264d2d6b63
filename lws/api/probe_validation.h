// The API server's checks of probes and of the hooks that run when a container starts and stops.
//
//   lws::internal::CheckProbes(container, /*grace_period=*/30, &errors);
//   // spec.containers[0].readinessProbe: Required value: must specify a handler type
//
// Laws:
//   1. A probe and a lifecycle hook have one handler.
//   2. Liveness and startup probes succeed with one success; a readiness probe has no grace period.
//
// Thread-safety: may be called concurrently for distinct errors.
#ifndef LWS_API_PROBE_VALIDATION_H_
#define LWS_API_PROBE_VALIDATION_H_

#include <cstdint>

#include "lws/api/field_error.h"
#include "lws/api/field_value.h"

namespace lws::internal {

// The port of a container or of a service: a number or a name.
void CheckPortNumberOrName(const FieldValue& port, FieldErrors* errors);

// `lifecycle` and the three probes; the pod has `grace_period` seconds to stop. Complexity: O(container).
void CheckProbes(const FieldValue& container, int64_t grace_period, FieldErrors* errors);

// An init container that ends must have none of them. Complexity: O(1).
void CheckNoProbes(const FieldValue& container, FieldErrors* errors);

}  // namespace lws::internal

#endif  // LWS_API_PROBE_VALIDATION_H_
