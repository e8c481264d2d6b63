// Names nodes for whole groups of a simulated cluster: the first pod of a group asks, and its other pods follow.
//
//   lws::GroupPlacer placer(&server, {{"example.com/rack", "kubernetes.io/hostname"}, placement});
//   absl::StatusOr<std::string> node = placer.NodeFor(pod);
//
// A group keeps its nodes until its leader is recreated. If some of them are not ready, their pods are placed beside
// the others. If one of them no longer exists, the whole group is placed again.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_GROUP_PLACER_H_
#define LWS_ADAPTERS_SIMULATION_GROUP_PLACER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/set_request.h"

namespace lws {

struct GroupPlacerOptions {
  std::vector<std::string> levels;
  SetPlacement placement;
};

class GroupPlacer {
 public:
  // Borrows `server`.
  GroupPlacer(const simulation::ApiServer* server, GroupPlacerOptions options)
      : server_(server), options_(std::move(options)) {}

  // The node for a pod of a group. Errors: NotFound with the explanation when the group has no place, or
  // InvalidArgument naming what does not parse.
  absl::StatusOr<std::string> NodeFor(const simulation::StoredObject& pod);

 private:
  struct Placed {
    std::string leader_uid;
    GroupRequest request;
    std::vector<std::string> nodes;  // by rank
  };

  // Whether the node exists, is in the topology, and is ready.
  bool IsUsable(const std::string& name) const;
  // The capacity that is free beside the pods and the places of other groups.
  absl::StatusOr<std::unique_ptr<Capacity>> FreeFor(const GroupId& group) const;
  absl::Status Place(const GroupId& group, const std::string& leader_uid);

  const simulation::ApiServer* server_;
  GroupPlacerOptions options_;
  std::map<GroupId, Placed> placed_;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_SIMULATION_GROUP_PLACER_H_
