// Topology assignment of several groups as one: all of them in one domain, or none. This is how the roles of a slice of
// a DisaggregatedSet are placed.
//
//   std::vector<const lws::GroupRequest*> groups = {&prefill, &prefill, &decode};
//   lws::TogetherResult result = *lws::AssignTogether(capacity, groups, "cloud/rack");
//   result.domain;         // the rack that all of them are in
//   result.assignments;    // one per group
//
// Laws:
//   1. All or nothing: there is an assignment for every group, or for none.
//   2. Together: all nodes of all assignments are in one domain of the level.
//   3. Each assignment is what AssignGroup, or AssignCuboid for a group with a cuboid, finds in the domain beside the
//      groups before it, so the laws of assign_group.h on capacity and constraints hold for all of them together.
//   4. Tightest: of the domains in which this succeeds, it is the one with the least left of the resource that is the
//      scarcest in the cluster, then the first in path order.
//   5. CompleteTogether keeps the nodes of the pods that run. All other pods go into the domain of these pods: first
//      the missing ranks of groups that run in part, each by AssignMissingRanks on the nodes of the domain, then the
//      groups without a pod, as in law 3. When no pod runs, it is AssignTogether.
//   6. The answer within a domain is the one in a cluster that has only the nodes of this domain.
//   7. The groups are placed one after another in the order given. Where they do not fit in this order, groups of
//      several kinds are placed in other orders of their kinds, of which kMostOrders are tried at most; laws 3 and 5
//      then hold for the first order in which they fit. A group that runs in part is a kind of its own. When
//      `is_certain`, no way to place the groups meets their constraints.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_ASSIGN_TOGETHER_H_
#define LWS_PLACEMENT_ASSIGN_TOGETHER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/placement/assign_cuboid.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology_domain.h"

namespace lws {

// The most orders of the groups that are tried.
inline constexpr int64_t kMostOrders = 24;

struct TogetherResult {
  // One per group; empty when they do not fit.
  std::vector<Assignment> assignments;
  // The path of the domain that all groups are in, or of the domain that takes most of them; empty for the whole
  // cluster.
  std::vector<std::string> domain;
  // Without assignments: how many of the groups this domain takes, and why it does not take the group `next_group`.
  size_t most_groups = 0;
  size_t next_group = 0;
  NoFit no_fit;
  // Without assignments: whether it is certain that the groups have no place, and in how many orders they were placed.
  bool is_certain = false;
  int64_t orders = 0;
  // As of PlacementResult, of all groups.
  std::vector<std::string> not_looked_at;
};

// An empty level stands for the whole cluster. Errors: InvalidArgument for an unknown level, and those of AssignGroup.
// Complexity: a copy of the capacity, and AssignGroups for each domain that is tried, with the nodes of the domain;
// without a place, once more for each other order.
absl::StatusOr<TogetherResult> AssignTogether(const Capacity& capacity, absl::Span<const GroupRequest* const> groups,
                                              absl::string_view level);

// A group of which some pods may run already.
struct PartlyPlacedGroup {
  const GroupRequest* request = nullptr;
  // By rank; nullopt for a pod that does not run. Empty when no pod runs.
  std::vector<std::optional<int32_t>> nodes;
  // The contiguous nodes that the group asks for; null for none.
  const CuboidOfGrid* cuboid = nullptr;
};

// Law 5. `capacity` has the pods that run, and what they hold. When they are in several domains of the level, or not
// all in `within`, the answer is a no-fit, and so it is for a group with a cuboid that runs in part. Errors: as for
// AssignTogether, AssignMissingRanks and AssignCuboid. Complexity: as for these.
absl::StatusOr<TogetherResult> CompleteTogether(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                                absl::string_view level, const TopologyDomain& within = {});

// Whether a pod of the groups runs.
bool AnyPodRuns(absl::Span<const PartlyPlacedGroup> groups);

// What is not looked at for any of the groups, whether they have a place or not.
std::vector<std::string> ConstraintsNotLookedAt(absl::Span<const PartlyPlacedGroup> groups);

}  // namespace lws

#endif  // LWS_PLACEMENT_ASSIGN_TOGETHER_H_
