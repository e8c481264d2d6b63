// Visits all objects of a fleet, unpacked.
//
//   lws::internal::VisitFleetObjects(&index, [](const lws::ObservedObject& object) { Save(object); });
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_OBJECT_VISIT_H_
#define LWS_CORE_FLEET_OBJECT_VISIT_H_

#include "absl/functional/function_ref.h"
#include "lws/api/observed_object.h"
#include "lws/core/fleet/fleet_index.h"

namespace lws::internal {

// Namespace by namespace the sets, StatefulSets, pods, revisions, Services and PodGroups, each by name; then the nodes.
// Changes nothing. An object lives as long as its visit. Complexity: O(objects log objects).
void VisitFleetObjects(FleetIndex* index, absl::FunctionRef<void(const ObservedObject& object)> visit);

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_OBJECT_VISIT_H_
