// The API server's checks of a pod's scheduling constraints: affinity, tolerations, spread constraints and the like.
//
//   lws::internal::CheckAffinity(spec["affinity"], &errors);
//   // spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not
//   // be empty
//
// Each function appends what is wrong with its field. Complexity: O(field), and quadratic in the number of spread
// constraints.
//
// Thread-safety: may be called concurrently for distinct errors.
#ifndef LWS_API_SCHEDULING_VALIDATION_H_
#define LWS_API_SCHEDULING_VALIDATION_H_

#include "lws/api/field_error.h"
#include "lws/api/field_value.h"

namespace lws::internal {

void CheckAffinity(const FieldValue& affinity, FieldErrors* errors);
void CheckTolerations(const FieldValue& tolerations, FieldErrors* errors);
void CheckSpreadConstraints(const FieldValue& constraints, FieldErrors* errors);
void CheckSchedulingGates(const FieldValue& gates, FieldErrors* errors);
void CheckReadinessGates(const FieldValue& gates, FieldErrors* errors);

}  // namespace lws::internal

#endif  // LWS_API_SCHEDULING_VALIDATION_H_
