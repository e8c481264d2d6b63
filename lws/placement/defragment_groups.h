// Plans of moves of whole groups: moves that empty domains, and moves that make room for a group which has no place.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   lws::Capacity capacity(topology);
//   lws::GroupRequest request;
//   request.worker.amounts = {{"nvidia.com/gpu", 8}};
//   request.workers = 1;
//   std::vector<lws::MovableGroup> groups(2);
//   for (lws::MovableGroup& group : groups) group.request = &request;
//   groups[0].assignment.workers = {{*topology->FindNode("n1"), 1}};
//   groups[1].assignment.workers = {{*topology->FindNode("n4"), 1}};
//   for (const lws::MovableGroup& group : groups) capacity.Commit(request, group.assignment);
//   lws::EmptyingPlan plan = *lws::EmptyDomains(capacity, groups, "cloud/rack");
//   plan.moves.size();    // 1: the group in r1 moves to r2
//   plan.empty_after;     // 1
//
// A domain counts as empty when none of the given groups has a pod in it, and none of its nodes is one of those that
// are in use otherwise. Whatever else runs stays where it is.
//
// Laws:
//   1. Every move is possible when its turn comes: after the moves before it, the group's new place has room while the
//      group is still in its old one, and keeps all constraints of the group. So a host may create the new pods first.
//   2. A group moves at most once. No move goes into a domain that is empty, or that the plan empties. No group moves
//      for the sake of a domain with a node that is in use otherwise.
//   3. The emptied domains had pods of the groups before the moves, and have none after them. Domains that were empty
//      stay empty.
//   4. No way to place the groups, however it moves them, leaves more than `at_most` domains empty.
//   5. MakeRoom moves groups out of one domain, and none into it. After the moves, AssignGroup finds the assignment.
//      When `exact`, fewer groups do not make room in this way, and neither do as many groups with fewer pods. Without
//      an assignment, `exact` means that no moves make room in this way.
// To empty as many domains as possible is bin packing, which no quick algorithm solves. The plan looks at the domains
// with the fewest pods first, and in each places the largest groups first. A domain whose groups have no other place
// stays as it is, and is open to the groups of others.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_PLACEMENT_DEFRAGMENT_GROUPS_H_
#define LWS_PLACEMENT_DEFRAGMENT_GROUPS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"

namespace lws {

// A group that runs, and may be moved.
struct MovableGroup {
  const GroupRequest* request = nullptr;
  Assignment assignment;
};

struct GroupMove {
  size_t group = 0;
  Assignment to;
};

struct EmptyingPlan {
  // In the order in which they are possible.
  std::vector<GroupMove> moves;
  // The paths of the domains that the moves empty, in the order in which they do.
  std::vector<std::vector<std::string>> emptied;
  // Numbers of empty domains of the level, without domains that lack a label.
  int64_t empty_before = 0;
  int64_t empty_after = 0;
  int64_t at_most = 0;
  // How many domains of the level are not empty because of nodes that are in use otherwise.
  int64_t in_use = 0;
};

// `capacity` has all groups committed. `in_use` are the nodes on which other pods run that keep a domain from being
// empty; a host leaves out the pods of DaemonSets, which every node has. Errors: InvalidArgument for an unknown level
// or node, and those of AssignGroup. Complexity: for each group that is tried, AssignGroup.
absl::StatusOr<EmptyingPlan> EmptyDomains(const Capacity& capacity, absl::Span<const MovableGroup> groups,
                                          absl::string_view level, absl::Span<const int32_t> in_use = {});

struct RoomPlan {
  std::vector<GroupMove> moves;
  // The nodes of the group that is to have room; nullopt when no plan was found.
  std::optional<Assignment> assignment;
  // The level of which one domain is to have room; empty when the request binds its pods to no domain.
  std::string level;
  // Whether it is certain that no smaller set of moves makes room.
  bool exact = false;
  // Whether the bound of tries was met. `exact` is false then, and also when groups of several sizes may fit in another
  // order than the largest first.
  bool met_bound = false;
  // Without an assignment: why the group has no place now.
  NoFit no_fit;
};

// Makes room in one domain of the level that binds all pods of the request; a request without such a level has no plan
// unless it has a place now, and is not `exact`. `capacity` has all groups committed. `tries` limits the sets of groups
// that are tried. Errors: those of AssignGroup. Complexity: for each try, AssignGroup at most twice for each group of
// the set.
absl::StatusOr<RoomPlan> MakeRoomForGroup(const Capacity& capacity, const GroupRequest& request,
                                          absl::Span<const MovableGroup> groups, int64_t tries);

}  // namespace lws

#endif  // LWS_PLACEMENT_DEFRAGMENT_GROUPS_H_
