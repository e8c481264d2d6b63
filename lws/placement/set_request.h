// Builds the placement request for a group of a LeaderWorkerSet.
//
//   lws::SetPlacement placement;
//   placement.closeness = lws::Closeness::kRequired;
//   placement.level = "cloud/rack";
//   lws::GroupRequest request = *lws::GroupRequestFromSet(set, placement);
//   request.workers;    // 1, besides the leader
//
// Laws:
//   1. The leader has the leader template, or the worker template when there is none. There are size - 1 workers.
//   2. exclusive-topology of the set becomes an exclusive level, subgroup-exclusive-topology an exclusive layer of
//      subgroups.
//   3. Subgroups are those of the subGroupPolicy. The leader is a member of the first when the subgroup size divides
//      the group's size, is beside the first when it divides the number of workers, and is outside of all for
//      LeaderExcluded.
//   4. Where `placement` says nothing, Kueue's annotations of the worker template count: podset-required-topology and
//      podset-preferred-topology, podset-slice-required-topology with podset-slice-size. Slices count the leader,
//      unless it has its own template and thus is a separate pod set for Kueue. Deviating annotations of the leader's
//      template are listed in `not_looked_at`.
//   5. Layers of `placement` take the place of the set's subgroups, and of slices.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SET_REQUEST_H_
#define LWS_PLACEMENT_SET_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lws/placement/group_request.h"

namespace lws {

inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1

// Kueue's annotations of pod templates, which name levels, and the one with the number of pods in a slice.
inline constexpr char kKueueRequiredTopology[] = "kueue.x-k8s.io/podset-required-topology";
inline constexpr char kKueuePreferredTopology[] = "kueue.x-k8s.io/podset-preferred-topology";
inline constexpr char kKueueSliceTopology[] = "kueue.x-k8s.io/podset-slice-required-topology";
inline constexpr char kKueueSliceSize[] = "kueue.x-k8s.io/podset-slice-size";

// Placement options that the set itself does not have, or that override it.
struct SetPlacement {
  Closeness closeness = Closeness::kUnconstrained;
  std::string level;
  // As in GroupRequest: a level narrower than the required one. Empty for none.
  std::string preferred_within;
  // The level at which each subgroup of the subGroupPolicy must fit into one domain.
  std::optional<std::string> subgroup_level;
  // Layers of subgroups in place of those of the set, the widest first. The leader is a member of the first subgroup
  // when the size of the widest layer divides the group's size, and is beside it when it divides the number of workers.
  std::vector<SubgroupLayer> layers;
  std::optional<std::string> exclusive_level;
  PlacementProfile profile = PlacementProfile::kBestFit;
  // As in GroupRequest.
  bool keeps_empty = false;
};

// `group_index` only affects labels, and through them what pods ask of each other. Errors: InvalidArgument naming the
// field: resources or affinity that do not parse, a subgroup level without a subGroupPolicy, a slice size that is not
// a positive integer.
absl::StatusOr<GroupRequest> GroupRequestFromSet(const LeaderWorkerSet& set, const SetPlacement& placement,
                                                 int64_t group_index = 0);

}  // namespace lws

#endif  // LWS_PLACEMENT_SET_REQUEST_H_
