// The API server's checks of a container's environment.
//
//   lws::internal::CheckEnvironment(container, &errors);
//   // spec.containers[0].env[1].name: Required value
//
// Laws:
//   1. A variable has a name of printable ASCII without '=', and a value or one source.
//
// Thread-safety: may be called concurrently for distinct errors.
#ifndef LWS_API_ENVIRONMENT_VALIDATION_H_
#define LWS_API_ENVIRONMENT_VALIDATION_H_

#include "lws/api/field_error.h"
#include "lws/api/field_value.h"

namespace lws::internal {

// `env` and `envFrom`. Complexity: O(variables).
void CheckEnvironment(const FieldValue& container, FieldErrors* errors);

// The volumes that variables are read from: they are emptyDirs of the pod. Complexity: O(variables).
void CheckVariableFiles(const FieldValue& container, const FieldValue& volumes, FieldErrors* errors);

}  // namespace lws::internal

#endif  // LWS_API_ENVIRONMENT_VALIDATION_H_
