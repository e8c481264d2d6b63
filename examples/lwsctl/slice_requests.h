// What the groups of a slice of a DisaggregatedSet, or of several sets as one, ask for.
#ifndef LWS_EXAMPLES_LWSCTL_SLICE_REQUESTS_H_
#define LWS_EXAMPLES_LWSCTL_SLICE_REQUESTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/named_values.h"
#include "examples/lwsctl/pod_count.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/placement/group_request.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/running_groups.h"
#include "lws/placement/set_request.h"
#include "lws/placement/topology.h"

namespace lwsctl {

// By group.
struct SliceRequests {
  std::vector<std::string> names;  // "prefill-0"
  std::vector<std::string> roles;  // "prefill"; the name of the set where sets are placed together
  std::vector<std::string> paths;  // "default/llm/prefill", or "default/serve", as named_values.h has them
  std::vector<lws::GroupId> ids;
  std::vector<lws::GroupRequest> requests;
  PodCount count;  // of all groups
};

// How a slice differs from what the set says.
struct SliceOptions {
  lws::SetPlacement placement;
  // The numbers of pods in a group, for some or all roles.
  NamedValues sizes;
  // Whether each role also has the groups that a rollout makes beside those of the set.
  bool has_surge = false;
  // Borrowed. CheckLevelsOfAnnotations looks for the levels there; null where they are checked already.
  const lws::Topology* topology = nullptr;
};

// The level of the placement policy; "" without a policy.
std::string LevelOfPolicy(const lws::DisaggregatedSet& set);

// The groups of the role that a rollout makes at most beside those that it replaces. An External role counts with the
// one group that a new scaler asks for.
int32_t SurgeOfRole(const lws::DisaggregatedRole& role);

// The path of a set, or of a manifest.
std::string PathOf(const lws::LeaderWorkerSet& set);
std::string PathOf(const lws::Json& manifest);

// The set with the size that `sizes` has for this path; unchanged when it has none. Errors: InvalidArgument for a size
// that is no number.
absl::StatusOr<lws::LeaderWorkerSet> WithSize(const lws::LeaderWorkerSet& set, const std::string& path,
                                              const NamedValues& sizes);

// The values of --size or --cuboid. Errors: those of named_values.h, for the paths of the sets and their roles.
absl::StatusOr<NamedValues> ReadValuesOf(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments,
                                         const std::string& flag);

// Checks the levels that annotations of the set name, in the request that GroupRequestFromSet made of the set. Levels
// that flags name are checked where the flags are read. Errors: InvalidArgument naming the annotation, for a level that
// the topology does not have.
absl::Status CheckLevelsOfAnnotations(const lws::LeaderWorkerSet& set, const lws::GroupRequest& request,
                                      const lws::Topology& topology);

// The same for the request with these options. Errors: also those of GroupRequestFromSet.
absl::Status CheckLevelsOfAnnotations(const lws::LeaderWorkerSet& set, const SliceOptions& options);

// Adds the first `count` groups of a LeaderWorkerSet. Their names begin with the end of `path`, which is looked up in
// the sizes. Errors: those of GroupRequestFromSet and PodCount, and InvalidArgument for a size that is no number.
absl::Status AddGroupsOf(const lws::LeaderWorkerSet& set, const std::string& path, int32_t count,
                         const SliceOptions& options, SliceRequests* slice);

// The groups of all roles. The slice may be beyond those of the set. Errors: as for CheckLevelsOfAnnotations,
// AddGroupsOf and DesiredRoles, and InvalidArgument for a role whose LeaderWorkerSet would not be admitted.
absl::StatusOr<SliceRequests> RequestsOfSlice(const lws::DisaggregatedSet& set, int32_t slice,
                                              const SliceOptions& options);

// Lets running groups of other revisions of the slice stand for groups that do not run: an edited file then finds the
// pods of its set. Returns those that stand for none.
std::vector<lws::GroupId> KeepOtherRevisions(const std::map<lws::GroupId, lws::RunningGroup>& running,
                                             const lws::DisaggregatedSet& set, int32_t slice, SliceRequests* requests);

// Tells on standard error which roles are counted with one group, because the spec does not tell how many they have.
void WarnOfExternalRoles(const DisaggregatedManifest& manifest);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SLICE_REQUESTS_H_
