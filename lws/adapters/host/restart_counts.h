// Counts the restarts of pods' containers. A restart policy needs these counts, and a Fleet does not keep them.
//
//   lws::internal::RestartCounts counts;
//   counts.Tell("default", "vllm-0", *lws::ReadGroupMember(pod));    // for every pod that a watch reports
//   lws::PodObservation observation = fleet.ObservePod("default", "vllm-0");
//   lws::GroupMembers members = counts.MembersOf(observation);
//
// Laws:
//   1. The members equal those that ReadGroupMembers reads from the documents of the same objects.
//   2. Only pods that have restarted take memory.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_HOST_RESTART_COUNTS_H_
#define LWS_ADAPTERS_HOST_RESTART_COUNTS_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "lws/api/observed.h"
#include "lws/core/observation.h"
#include "lws/core/pod/restart_policy.h"

namespace lws::internal {

class RestartCounts {
 public:
  // Stores the pod as a member, read by ReadGroupMember. A pod without restarts is forgotten.
  void Tell(absl::string_view namespace_name, absl::string_view name, const GroupMember& member);
  void Forget(absl::string_view namespace_name, absl::string_view name);

  // The members of the pod's group; none when its leader does not exist. REQUIRES: observation.pod is not null.
  GroupMembers MembersOf(const PodObservation& observation) const;

  size_t size() const { return restarted_.size(); }

 private:
  GroupMember MemberOf(const ObservedPod& pod) const;

  absl::flat_hash_map<std::pair<std::string, std::string>, GroupMember> restarted_;  // by namespace and name
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_HOST_RESTART_COUNTS_H_
