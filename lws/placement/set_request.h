// The placement request of a LeaderWorkerSet's group.
//
//   lws::SetPlacement placement;
//   placement.closeness = lws::Closeness::kRequired;
//   placement.level = "cloud/rack";
//   lws::GroupRequest request = *lws::GroupRequestFromSet(set, placement);
//   request.workers;    // 1: and a leader
//
// Rules:
//   1. The leader is of the leader template, or of the worker template when there is none; workers are size - 1.
//   2. exclusive-topology of the set is one exclusive level, subgroup-exclusive-topology an exclusive layer of
//   subgroups.
//   3. Subgroups are those of the subGroupPolicy: the leader is a member of the first when its size divides the
//   group's,
//      beside it when it divides the number of workers, outside of all for LeaderExcluded.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SET_REQUEST_H_
#define LWS_PLACEMENT_SET_REQUEST_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "lws/placement/group_request.h"

namespace lws {

class LeaderWorkerSet;

// What the set itself does not say.
struct SetPlacement {
  Closeness closeness = Closeness::kUnconstrained;
  std::string level;
  // The level that each subgroup of the set's subGroupPolicy must fit in.
  std::optional<std::string> subgroup_level;
  std::optional<std::string> exclusive_level;
  PlacementProfile profile = PlacementProfile::kBestFit;
};

// Errors: InvalidArgument naming the field: resources that do not read, a subgroup level without a subGroupPolicy.
absl::StatusOr<GroupRequest> GroupRequestFromSet(const LeaderWorkerSet& set, const SetPlacement& placement);

}  // namespace lws

#endif  // LWS_PLACEMENT_SET_REQUEST_H_
