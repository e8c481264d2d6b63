#include "lws/core/pod/restart.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/spec_counts.h"
#include "lws/api/strict_integer.h"
#include "lws/api/well_known.h"

namespace lws {

using internal::ParseStrictInteger;
using internal::SpecSize;

namespace {

bool IsStarted(const PodObservation& observation) {
  const int64_t size = SpecSize(observation.set->spec());
  if (static_cast<int64_t>(observation.group_pods.size()) != size) return false;
  return std::none_of(observation.group_pods.begin(), observation.group_pods.end(),
                      [](const ObservedPod* pod) { return pod->phase == PodPhase::kPending; });
}

bool IsController(const ObservedMeta& owned, absl::string_view kind, const ObservedMeta& owner) {
  return owned.controller.has_value() && owned.controller->kind == kind && owned.controller->name == owner.name &&
         owned.controller->uid == owner.uid;
}

// Whether the pod that has the name of the pod's leader is a leader of the pod's set. Any pod may take a name.
bool IsLeaderOf(const ObservedPod& leader, const ObservedPod& pod) {
  return leader.is_leader() && leader.meta.set_name == pod.meta.set_name;
}

// The leader pod owns the StatefulSet, which owns the workers. A worker that the leader itself owns counts too.
bool BelongsToLeader(const PodObservation& observation) {
  const ObservedMeta& pod = observation.pod->meta;
  const ObservedMeta& leader = observation.leader->meta;
  if (IsController(pod, "Pod", leader)) return true;
  const ObservedStatefulSet* statefulset = observation.controller;
  return statefulset != nullptr && IsController(pod, "StatefulSet", statefulset->meta) &&
         IsController(statefulset->meta, "Pod", leader);
}

}  // namespace

bool TriggersRestart(PodPhase phase, bool restarted, bool terminating) {
  const bool alive = phase == PodPhase::kRunning || phase == PodPhase::kPending;
  return terminating || (alive && restarted);
}

RestartFacts RestartFactsOfSet(const LeaderWorkerSet& set) {
  const std::string& policy = set.spec().leader_worker_template().restart_policy();
  const bool after_start = policy == kRecreateGroupAfterStart;
  RestartFacts facts;
  facts.policy_restarts = after_start || policy == kRecreateGroupOnPodRestart;
  facts.waits_for_start = after_start || set.metadata().annotations().count(kRecreateGroupAfterStartAnnotation) > 0;
  return facts;
}

RestartFacts ReadRestartFacts(const PodObservation& observation) {
  const ObservedPod& pod = *observation.pod;
  RestartFacts facts = RestartFactsOfSet(*observation.set);
  facts.triggered = TriggersRestart(pod.phase, pod.restarted, pod.meta.terminating);
  facts.group_started = !facts.waits_for_start || IsStarted(observation);
  facts.is_leader = pod.is_leader();
  const ObservedPod* leader = facts.is_leader ? &pod : observation.leader;
  facts.leader_exists = leader != nullptr && IsLeaderOf(*leader, pod);
  if (!facts.leader_exists) return facts;
  facts.same_revision = leader->meta.revision_key == pod.meta.revision_key;
  facts.belongs_to_leader = facts.is_leader || BelongsToLeader(observation);
  facts.leader_terminating = leader->meta.terminating;
  return facts;
}

RestartDecision DecideRestart(const RestartFacts& facts) {
  const struct {
    bool matches;
    RestartDecision decision;
  } table[] = {
      {!facts.policy_restarts, {DecisionReason::kRestartPolicyNone, false, false}},
      {!facts.triggered, {DecisionReason::kNoTrigger, false, false}},
      // While a group is coming up, its pods may fail and restart because they wait for each other.
      {facts.waits_for_start && !facts.group_started, {DecisionReason::kGroupStillStarting, false, false}},
      // The leader was deleted with its group, and the next leader does not exist yet.
      {!facts.leader_exists, {DecisionReason::kLeaderAbsent, false, false}},
      // Old workers still end while the leader already has the next revision.
      {!facts.same_revision, {DecisionReason::kOtherRevision, false, false}},
      // The leader has the same name and revision, but it is not the one that the pod belonged to.
      {!facts.belongs_to_leader, {DecisionReason::kFormerLeader, false, false}},
      {facts.leader_terminating, {DecisionReason::kAlreadyRestarting, false, true}},
  };
  for (const auto& row : table) {
    if (row.matches) return row.decision;
  }
  return {DecisionReason::kRestartGroup, true, true};
}

std::optional<int32_t> GroupOwedRestart(const PodObservation& observation) {
  const ObservedPod& pod = *observation.pod;
  const bool restarts = pod.worker_index.has_value() && DecideRestart(ReadRestartFacts(observation)).restart;
  if (!restarts) return std::nullopt;
  const ObservedMeta& leader = pod.is_leader() ? pod.meta : observation.leader->meta;
  const std::optional<int64_t> group = ParseStrictInteger(leader.group_index.value_or(""));
  const bool fits = group.has_value() && *group >= 0 && *group <= std::numeric_limits<int32_t>::max();
  return fits ? std::optional<int32_t>(static_cast<int32_t>(*group)) : std::nullopt;
}

}  // namespace lws
