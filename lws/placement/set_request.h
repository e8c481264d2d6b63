// The placement request of a LeaderWorkerSet's group.
//
//   lws::SetPlacement placement;
//   placement.closeness = lws::Closeness::kRequired;
//   placement.level = "cloud/rack";
//   lws::GroupRequest request = *lws::GroupRequestFromSet(set, placement);
//   request.workers;    // 1: and a leader
//
// Laws:
//   1. The leader is of the leader template, or of the worker template when there is none; workers are size - 1.
//   2. exclusive-topology of the set is one exclusive level, subgroup-exclusive-topology an exclusive layer of
//      subgroups.
//   3. Subgroups are those of the subGroupPolicy. The leader is a member of the first when the subgroup size divides
//   the
//      group's size, is beside the first when it divides the number of workers, and is outside of all for
//      LeaderExcluded.
//   4. Kueue's annotations of the worker template are read where `placement` says nothing: podset-required-topology and
//      podset-preferred-topology, podset-slice-required-topology with podset-slice-size. Slices count the leader unless
//      it has a template of its own, which is another set of pods to Kueue. What the leader's template says otherwise
//      is not looked at.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SET_REQUEST_H_
#define LWS_PLACEMENT_SET_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "lws/placement/group_request.h"

namespace lws {

class LeaderWorkerSet;

// What the set itself does not say, or says otherwise.
struct SetPlacement {
  Closeness closeness = Closeness::kUnconstrained;
  std::string level;
  // The level that each subgroup of the set's subGroupPolicy must fit in.
  std::optional<std::string> subgroup_level;
  std::optional<std::string> exclusive_level;
  PlacementProfile profile = PlacementProfile::kBestFit;
};

// `group_index` matters to labels alone, and with them to what pods ask of each other. Errors: InvalidArgument naming
// the field: resources or affinity that do not read, a subgroup level without a subGroupPolicy, a size of slices that
// is no positive integer.
absl::StatusOr<GroupRequest> GroupRequestFromSet(const LeaderWorkerSet& set, const SetPlacement& placement,
                                                 int64_t group_index = 0);

}  // namespace lws

#endif  // LWS_PLACEMENT_SET_REQUEST_H_
