// Places waiting groups: chooses nodes for groups whose pods wait behind a scheduling gate, and writes these nodes into
// the pods as required node affinity.
//
//   lws::PlacementObservation observation;
//   observation.topology = *lws::TopologyFromNodes(shared_nodes, {"kubernetes.io/hostname"});
//   observation.pods = shared_pods;
//   observation.find_request = [](const lws::GroupId&, const std::string&) { return std::nullopt; };
//   lws::PlaceGroups(observation)->empty();    // true: no pod waits
//
// AdmitPod adds the gate kPlaceGate to pods (AdmissionOptions::waits_for_place). A leader gets the nodes of its whole
// group as the annotation kNodesAnnotation, so the group's room is taken before its workers exist, and another process
// that looks at the cluster knows what this one decided.
//
// Laws:
//   1. All or nothing: a leader loses its gate only when every rank of its group has a node (assign_group.h), and each
//      worker then gets the node of its rank.
//   2. A group takes the room of its ranks from the plan that places it, whether their pods are on nodes, are about to
//      be, or do not exist yet, and so its exclusive subgroups hold their domains. Groups are placed in the order of
//      their ids, each beside those before it. Only the room of a group whose request is unknown or malformed is not
//      taken between two looks.
//   3. When a node of a placed group cannot take its rank any more, a worker that waits goes where the group's
//      constraints still hold (law 10 of reassign_group.h), and the leader's annotation says so.
//   4. A group without a place gets one Warning event of its set, NoPlace, with the reason in counts. The leader's
//      annotation kNoPlaceAnnotation keeps the reason; there is no other event until the reason is another one. As long
//      as pods that are being deleted hold the room that the group needs, no event is recorded.
//   5. A pod without the gate is never changed, except a leader's annotations.
//   6. It is a pure function of its arguments. The same pods in another order give the same plans.
//
// Thread-safety: may be called concurrently. Complexity: O(nodes + pods log pods), and AssignGroup for each group that
// waits. Memory: O(nodes + pods), and O(pods that the nodes may run) for each group that is placed, whatever its size.
#ifndef LWS_CORE_RECONCILE_PLACE_GROUPS_H_
#define LWS_CORE_RECONCILE_PLACE_GROUPS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "lws/placement/group_request.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/set_request.h"
#include "lws/placement/topology.h"

namespace lws {

struct PlacementObservation {
  std::shared_ptr<const Topology> topology;
  // The pods of the cluster that are on a node or wait for one, whole or as PlacementFactsOfPod.
  std::vector<SharedJson> pods;
  // What the group asks for when its leader has this revision; nullopt when that is not known yet: the group then has
  // to wait for another look. Errors: for a set that asks for something malformed.
  std::function<std::optional<absl::StatusOr<GroupRequest>>(const GroupId& group, const std::string& revision_key)>
      find_request;
};

// One plan for each group that has something to do, in the order of the groups. Their actions are patches at the
// observed versions. Errors: InvalidArgument naming the pod and the field, for a pod that does not parse.
absl::StatusOr<std::vector<Plan>> PlaceGroups(const PlacementObservation& observation);

// What a group of the set asks for at a revision, for PlacementObservation::find_request. Nullopt without the set or
// the revision. Errors: those of GroupRequestFromSet and ApplyRevision.
std::optional<absl::StatusOr<GroupRequest>> GroupRequestAtRevision(const SetObservation& observation,
                                                                   absl::string_view revision_key,
                                                                   const SetPlacement& placement, int64_t group_index);

}  // namespace lws

#endif  // LWS_CORE_RECONCILE_PLACE_GROUPS_H_
