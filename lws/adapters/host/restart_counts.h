// Counts the restarts of pods' containers. A restart policy needs these counts, and a Fleet does not keep them.
//
//   lws::internal::RestartCounts counts;
//   counts.Tell("default", "vllm-0", *lws::ReadMemberForRestart(pod));    // for every pod that a watch reports
//   lws::PodObservation observation = fleet.ObservePod("default", "vllm-0");
//   lws::GroupMembers members = counts.MembersOf(observation);
//
// Laws:
//   1. The members equal those that ReadMembersForRestart reads from the documents of the same objects.
//   2. Only pods that have restarted take memory.
//   3. Tell returns true if and only if MembersOf may return something else about the pod.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_HOST_RESTART_COUNTS_H_
#define LWS_ADAPTERS_HOST_RESTART_COUNTS_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "lws/api/observed.h"
#include "lws/core/observation.h"
#include "lws/core/pod/restart_policy.h"

namespace lws::internal {

// Whether the pod belongs to a set and terminates, or has restarted.
bool IsFailingPod(const ObservedPod& pod);

class RestartCounts {
 public:
  // Stores the pod as a member, read by ReadMemberForRestart. A pod without restarts is forgotten. Returns whether that
  // changed what is stored.
  bool Tell(absl::string_view namespace_name, absl::string_view name, const GroupMember& member);
  void Forget(absl::string_view namespace_name, absl::string_view name);

  // The members of the pod's group; none when its leader does not exist. REQUIRES: observation.pod is not null.
  GroupMembers MembersOf(const PodObservation& observation) const;

  // Whether the pod's own restarts were told. Others may have been told of a pod with its name.
  bool Knows(const ObservedPod& pod) const;

  // Calls visit(namespace, name, member) for every pod that restarted, by namespace and name. Complexity:
  // O(size log size).
  void ForEach(absl::FunctionRef<void(const std::string&, const std::string&, const GroupMember&)> visit) const;

  size_t size() const { return restarted_.size(); }

 private:
  GroupMember MemberOf(const ObservedPod& pod) const;

  absl::flat_hash_map<std::pair<std::string, std::string>, GroupMember> restarted_;  // by namespace and name
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_HOST_RESTART_COUNTS_H_
