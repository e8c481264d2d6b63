// What placement reads of a pod, without the rest: a host that keeps all pods of a cluster keeps this of each.
//
//   lws::Json facts = lws::PlacementFactsOfPod(pod);
//   facts["spec"]["containers"][0].contains("image");    // false
//
// Laws:
//   1. UseRunningGroups, NodesOfRunningGroups and PlaceGroups (lws/core/reconcile/place_groups.h) read the same from
//      the facts as from the pod.
//   2. The facts of the facts are the facts.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_POD_FACTS_H_
#define LWS_PLACEMENT_POD_FACTS_H_

#include "lws/api/json.h"

namespace lws {

// A scheduling gate: the pod waits until its group has a place.
inline constexpr char kPlaceGate[] = "lws-policies/place";
// An annotation of a pod: the node that it is to run on.
inline constexpr char kNodeAnnotation[] = "lws-policies/node";
// An annotation of a leader: the nodes of its group by rank, as a JSON list.
inline constexpr char kNodesAnnotation[] = "lws-policies/nodes";
// An annotation of a leader: why its group has no place, as people were told.
inline constexpr char kNoPlaceAnnotation[] = "lws-policies/no-place";

// Whether the pod has the gate kPlaceGate. Complexity: O(gates).
bool PodWaitsForPlace(const Json& pod);

// Complexity: O(pod).
Json PlacementFactsOfPod(const Json& pod);

}  // namespace lws

#endif  // LWS_PLACEMENT_POD_FACTS_H_
