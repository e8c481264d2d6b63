// Compares a list of a kind with what a fleet holds of it.
//
//   lws::internal::BeginFleetRelist("Pod", &index);
//   objects.AddPod(pod);                              // for every pod of the list
//   lws::internal::EndFleetRelist("Pod", &index);          // default/vllm-3: the fleet has it, but it was not told
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_FLEET_RELIST_H_
#define LWS_CORE_FLEET_FLEET_RELIST_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/fleet/fleet_index.h"

namespace lws::internal {

void BeginFleetRelist(absl::string_view kind, FleetIndex* index);

// Marks the object as told. Complexity: O(1).
void KeepListedFleetObject(const FleetName& object, absl::string_view kind, FleetIndex* index);

// The objects of the kind that were not told since BeginFleetRelist, sorted by namespace and name; none without
// BeginRelist. Complexity of BeginRelist and EndRelist: O(objects of the kind).
std::vector<FleetName> EndFleetRelist(absl::string_view kind, FleetIndex* index);

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_FLEET_RELIST_H_
