#include "lws/adapters/host/restart_counts.h"

#include "lws/api/observed_roles.h"
#include "lws/api/pod_name.h"

namespace lws::internal {
void RestartCounts::Tell(absl::string_view namespace_name, absl::string_view name, const GroupMember& member) {
  if (member.restarts == 0 && !member.last_end.has_value()) return Forget(namespace_name, name);
  restarted_[{std::string(namespace_name), std::string(name)}] = member;
}

void RestartCounts::Forget(absl::string_view namespace_name, absl::string_view name) {
  if (!restarted_.empty()) restarted_.erase(std::pair(std::string(namespace_name), std::string(name)));
}

GroupMember RestartCounts::MemberOf(const ObservedPod& pod) const {
  GroupMember member;
  member.index = ParseIndex(pod.worker_index.value_or(""));
  member.uid = pod.meta.uid;
  member.phase = pod.phase;
  member.terminating = pod.meta.terminating;
  const auto found = restarted_.find(std::pair(pod.meta.namespace_name, pod.meta.name));
  if (found == restarted_.end() || found->second.uid != pod.meta.uid) return member;
  member.restarts = found->second.restarts;
  member.last_end = found->second.last_end;
  return member;
}

GroupMembers RestartCounts::MembersOf(const PodObservation& observation) const {
  GroupMembers group;
  if (observation.pod == nullptr) return group;
  const bool is_leader = observation.pod->is_leader();
  const ObservedPod* leader = is_leader ? observation.pod : observation.leader;
  if (leader == nullptr) return group;
  group.revision_key = leader->meta.revision_key;
  group.members.push_back(MemberOf(*leader));
  const ObservedStatefulSet* workers = is_leader ? observation.worker_statefulset : observation.controller;
  const bool are_own =
      workers != nullptr && workers->meta.name == leader->meta.name && IsControlledBy(workers->meta, leader->meta.uid);
  if (!are_own) return group;
  for (const ObservedPod* pod : observation.group_pods) {
    if (IsControlledBy(pod->meta, workers->meta.uid)) group.members.push_back(MemberOf(*pod));
  }
  return group;
}

}  // namespace lws::internal
