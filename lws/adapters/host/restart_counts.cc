#include "lws/adapters/host/restart_counts.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "lws/api/observed_roles.h"
#include "lws/api/pod_name.h"

namespace lws::internal {
namespace {

bool IsSame(const std::optional<ContainerEnd>& a, const std::optional<ContainerEnd>& b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() == b.has_value();
  return a->exit_code == b->exit_code && a->reason == b->reason;
}

// Whether MembersOf gives the same of both.
bool IsSame(const GroupMember& a, const GroupMember& b) {
  return a.uid == b.uid && a.restarts == b.restarts && IsSame(a.last_end, b.last_end);
}

}  // namespace

bool IsFailingPod(const ObservedPod& pod) {
  return !pod.meta.set_name.empty() && (pod.restarted || pod.meta.terminating);
}

bool RestartCounts::Tell(absl::string_view namespace_name, absl::string_view name, const GroupMember& member) {
  std::pair<std::string, std::string> key{namespace_name, name};
  const auto found = restarted_.find(key);
  const bool is_stored = found != restarted_.end();
  if (member.restarts == 0 && !member.last_end.has_value()) {
    if (is_stored) restarted_.erase(found);
    return is_stored;
  }
  if (is_stored && IsSame(found->second, member)) return false;
  restarted_[std::move(key)] = member;
  return true;
}

void RestartCounts::Forget(absl::string_view namespace_name, absl::string_view name) {
  if (!restarted_.empty()) restarted_.erase(std::pair(std::string(namespace_name), std::string(name)));
}

bool RestartCounts::Knows(const ObservedPod& pod) const {
  const auto found = restarted_.find(std::pair(pod.meta.namespace_name, pod.meta.name));
  return found != restarted_.end() && found->second.uid == pod.meta.uid;
}

void RestartCounts::ForEach(
    absl::FunctionRef<void(const std::string&, const std::string&, const GroupMember&)> visit) const {
  std::vector<const std::pair<const std::pair<std::string, std::string>, GroupMember>*> pods;
  for (const auto& entry : restarted_) pods.push_back(&entry);
  std::sort(pods.begin(), pods.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  for (const auto* entry : pods) visit(entry->first.first, entry->first.second, entry->second);
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
