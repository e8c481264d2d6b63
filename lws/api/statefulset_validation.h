// The API server's checks of StatefulSets, when they are created and when they are changed.
//
//   lws::JoinFieldErrors(lws::internal::ValidateStatefulSet(statefulset));
//   // spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"
//
// Laws:
//   1. A StatefulSet's template restarts its containers always and has no deadline; its labels match the selector.
//      Volumes of claim templates replace volumes of the same name, and come first.
//   2. An update changes nothing but replicas, ordinals, template, updateStrategy, revisionHistoryLimit,
//      persistentVolumeClaimRetentionPolicy and minReadySeconds.
//   3. When the stored StatefulSet breaks today's rules, an update of it is not checked against the rules of
//      templates.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_STATEFULSET_VALIDATION_H_
#define LWS_API_STATEFULSET_VALIDATION_H_

#include "lws/api/field_error.h"
#include "lws/api/json.h"

namespace lws::internal {

// Creation. Complexity: O(statefulset).
FieldErrors ValidateStatefulSet(const Json& statefulset);

// An update of `before`. Complexity: O(both).
FieldErrors ValidateStatefulSetUpdate(const Json& before, const Json& statefulset);

}  // namespace lws::internal

#endif  // LWS_API_STATEFULSET_VALIDATION_H_
