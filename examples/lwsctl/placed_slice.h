// The groups of all roles of one slice, or of all sets of a file, and their place.
#ifndef LWS_EXAMPLES_LWSCTL_PLACED_SLICE_H_
#define LWS_EXAMPLES_LWSCTL_PLACED_SLICE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/place_new.h"
#include "examples/lwsctl/shown_names.h"
#include "examples/lwsctl/slice_requests.h"
#include "lws/placement/assign_together.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/topology.h"

namespace lwsctl {

struct PlacedSlice {
  std::string set;
  std::string namespace_name;
  std::string shown;  // the name in tables
  std::optional<int32_t> slice;
  std::string where;  // "FILE:LINE", for errors; may be empty
  // One domain of this level holds all groups; "" for the whole cluster.
  std::string level;
  SliceRequests groups;
  // Groups of the slice in other revisions, which run beside those above.
  std::vector<lws::GroupId> others;
  // By group and rank; empty for a group without a running pod.
  std::vector<std::vector<std::optional<int32_t>>> running;
  lws::TogetherResult result;
  // The groups that would have to go before, and whether fewer may be enough.
  std::vector<std::string> victims;
  bool victims_are_bounded = false;
  // Whether nobody looked for a place, because the command was stopped.
  bool is_left_out = false;

  bool is_placed() const { return result.assignments.size() == groups.requests.size(); }
  bool AnyRuns() const;
  bool AnyIsMissing() const;
  bool Runs(size_t group, size_t rank) const {
    return rank < running[group].size() && running[group][rank].has_value();
  }
  std::string title() const;
};

// The first `count` slices of the set, without a place. Errors: those of RequestsOfSlice, with the place in the file.
absl::StatusOr<std::vector<PlacedSlice>> ReadSlices(const DisaggregatedManifest& manifest, int64_t count,
                                                    const SliceOptions& options, const ClusterInput& cluster,
                                                    const ShownNames& shown);

// Whether the topology has the level of the placement policy. Errors: InvalidArgument with the place in the file.
absl::Status CheckLevelOf(const DisaggregatedManifest& manifest, const lws::Topology& topology);

// Places slice by slice, those with running pods first. Takes their room, and that of their victims, from the cluster.
// Ends early when the command is stopped. Errors: those of SpreadTogether, PreemptTogether and AssignCuboid.
absl::Status PlaceSlices(const NewGroupOptions& options, ClusterInput* cluster, std::vector<PlacedSlice>* slices);

// Places the missing pods of the slices that run in part, and drops all other slices. Takes their room from the
// cluster. Errors: as for PlaceSlices.
absl::Status CompleteSlices(ClusterInput* cluster, std::vector<PlacedSlice>* slices);

// "" when it is certain that the groups have no place, else a clause that says why it is not.
std::string CertaintyText(const lws::TogetherResult& result);

// Why the slice has no place.
std::string WhySliceHasNoPlace(const PlacedSlice& slice);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_PLACED_SLICE_H_
