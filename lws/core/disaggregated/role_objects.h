// The objects that a DisaggregatedSet creates: children, Services and scalers.
//
//   absl::StatusOr<Json> child =
//       lws::internal::RoleChildObject(set, set.spec().roles(0), /*slice=*/0, "daf1923f", /*replicas=*/3);
//   child->at("metadata").value("name", "");    // "llm-0-daf1923f-prefill"
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_ROLE_OBJECTS_H_
#define LWS_CORE_DISAGGREGATED_ROLE_OBJECTS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/api/observed_roles.h"

namespace lws {
inline namespace v1 {
class DisaggregatedRole;
class DisaggregatedSet;
}  // namespace v1
}  // namespace lws

namespace lws::internal {
// The LeaderWorkerSet of one slice, revision and role. It has the role's spec with these replicas, labels on itself
// and on its pod templates, and the terms of the placement policy after the user's. Errors: InvalidArgument for an
// affinity in a template that holds anything but objects and lists. Complexity: O(templates).
absl::StatusOr<Json> RoleChildObject(const DisaggregatedSet& set, const DisaggregatedRole& role, int32_t slice,
                                     absl::string_view revision, int32_t replicas);

// The headless Service of a child. Its labels and its selector are the child's labels.
Json RoleServiceObject(const DisaggregatedSet& set, const ObservedChild& child);

Json RoleScalerObject(const DisaggregatedSet& set, const DisaggregatedRole& role, int32_t replicas);

}  // namespace lws::internal

#endif  // LWS_CORE_DISAGGREGATED_ROLE_OBJECTS_H_
