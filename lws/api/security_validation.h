// The API server's checks of the security contexts of containers and pods.
//
//   lws::internal::CheckContainerSecurity(container["securityContext"], /*host_users=*/true, &errors);
//   // spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive
//
// Not looked at: windowsOptions, and the annotations that seccomp and AppArmor had before they had fields.
//
// Thread-safety: may be called concurrently for distinct errors.
#ifndef LWS_API_SECURITY_VALIDATION_H_
#define LWS_API_SECURITY_VALIDATION_H_

#include "lws/api/field_error.h"
#include "lws/api/field_value.h"

namespace lws::internal {

// `securityContext` of a container. `host_users` is false if the pod has a user namespace of its own. Complexity:
// O(context).
void CheckContainerSecurity(const FieldValue& context, bool host_users, FieldErrors* errors);

// `securityContext` of the pod, and the fields of `spec` that depend on it. Complexity: O(context).
void CheckPodSecurity(const FieldValue& spec, FieldErrors* errors);

// The fields that a pod with a user namespace of its own must not have. Complexity: O(containers).
void CheckHostUsers(const FieldValue& spec, FieldErrors* errors);

// The fields that the operating system which `spec.os` names does not have. Complexity: O(containers).
void CheckOperatingSystem(const FieldValue& spec, FieldErrors* errors);

}  // namespace lws::internal

#endif  // LWS_API_SECURITY_VALIDATION_H_
