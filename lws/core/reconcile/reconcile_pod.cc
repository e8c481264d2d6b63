#include "lws/core/reconcile/reconcile_pod.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"
#include "lws/api/well_known.h"
#include "lws/core/desired/desired_objects.h"
#include "lws/core/desired/set_digest.h"
#include "lws/core/plan/plan_builder.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/pod_decision.h"
#include "lws/core/pod/restart.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/revision/revision_data.h"
#include "lws/core/revision/revisions.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::DecidePod;
using internal::GroupPodGroup;
using internal::GroupService;
using internal::OwnedRevisions;
using internal::PlanBuilder;
using internal::PodDecision;
using internal::RestartDecisionOf;
using internal::WorkerStatefulSet;

namespace {

constexpr absl::Duration kRevisionRetry = absl::Seconds(1);
constexpr absl::Duration kFormerPodGroupRetry = absl::Seconds(1);

class PodPass {
 public:
  PodPass(const PodObservation& observation, absl::Time now, const PodReconcileOptions& options)
      : observation_(observation),
        options_(options),
        now_(now),
        set_(*observation.set),
        pod_(*observation.pod),
        plan_(set_.metadata().namespace_(), set_.metadata().name()) {}

  Plan Run() {
    const bool is_leader = pod_.is_leader();
    subject_ = is_leader ? DecisionSubject::kLeaderPod : DecisionSubject::kWorkerPod;
    if (!is_leader && !ParsePodName(pod_.meta.name).has_value() && MayRestart()) {
      return plan_.Fail(absl::InvalidArgumentError(absl::StrCat("Pod ", pod_.meta.namespace_name, "/", pod_.meta.name,
                                                                ": metadata.name: no -ORDINAL at its end")));
    }
    if (options_.restarts != nullptr && NeedsMembers() && observation_.members == nullptr) {
      return plan_.Fail(absl::FailedPreconditionError(
          absl::StrCat("Pod ", pod_.meta.namespace_name, "/", pod_.meta.name,
                       ": the restart policy needs the members of the pod's group, and the observation has none")));
    }
    const RestartDecision restart =
        options_.restarts != nullptr ? DecideWithMemory() : DecideRestart(ReadRestartFacts(observation_));
    const PodDecision decision =
        DecidePod(restart, is_leader, [this] { return DecideLeader(ReadLeaderFacts(observation_)); });
    plan_.Because(restart.reason, subject_, options_.restarts != nullptr ? why_ : PolicyOfSet(restart.reason));
    if (restart.restart) RestartGroup(is_leader ? pod_ : *observation_.leader);
    if (look_again_in_.has_value()) return plan_.Again(*look_again_in_);
    if (restart.stop) return plan_.Take();
    if (decision.leader.has_value()) return RunLeader(*decision.leader);
    plan_.Because(DecisionReason::kWorkerIsFine, subject_);
    return plan_.Take();
  }

 private:
  // Whether the restart decision will need the leader.
  bool MayRestart() const {
    const RestartFacts facts = ReadRestartFacts(observation_);
    return facts.policy_restarts && facts.triggered && facts.group_started;
  }

  // Whether the restart policy has something to decide.
  bool NeedsMembers() const {
    const RestartFacts facts = ReadRestartFacts(observation_);
    return facts.policy_restarts && facts.leader_exists;
  }

  // What decides about a failure without a restart policy of the host; empty where none is decided about.
  std::string PolicyOfSet(DecisionReason reason) const {
    const bool is_decided = reason == DecisionReason::kRestartGroup || reason == DecisionReason::kGroupStillStarting;
    return is_decided ? absl::StrCat("by restartPolicy ", set_.spec().leader_worker_template().restart_policy()) : "";
  }

  // REQUIRES: the observation has members if NeedsMembers.
  RestartDecision DecideWithMemory() {
    const RestartFacts facts = ReadRestartFacts(observation_);
    if (!facts.policy_restarts) return {DecisionReason::kRestartPolicyNone, false, false};
    if (!facts.leader_exists) return {DecisionReason::kLeaderAbsent, false, false};
    const RestartMemory nothing;
    const RestartMemory& memory = observation_.restart_memory == nullptr ? nothing : *observation_.restart_memory;
    GroupMembers members = *observation_.members;
    members.started = members.started && facts.group_started;
    members.namespace_name = pod_.meta.namespace_name;
    members.set_name = pod_.meta.set_name;
    members.group = ParseIndex(pod_.meta.group_index.value_or(""));
    GroupRestartDecision decision = DecideGroupRestart(*options_.restarts, members, memory, now_);
    if (decision.memory.gave_up && !memory.gave_up) RecordGivenUp(decision);
    why_ = GroupRestartDecisionText(*options_.restarts, decision);
    if (!(decision.memory == memory)) plan_.Keep(std::move(decision.memory));
    look_again_in_ = decision.look_again_in;
    return RestartDecisionOf(decision.reason);
  }

  // The memory says so from now on, so the event is recorded once.
  void RecordGivenUp(const GroupRestartDecision& decision) {
    if (decision.fails_set) {
      plan_.Warn("GroupFailed", "Restart",
                 absl::StrCat("pod ", pod_.meta.name, " failed in a way that is not restarted"), PodRef(pod_));
      return;
    }
    plan_.Warn("RestartLimitExceeded", "Restart",
               absl::StrCat(
                   "group ", pod_.meta.group_index.value_or(""), " was restarted ", decision.memory.restarts,
                   " times, which is its limit, and failed again: it stays as it is until the set's template changes"),
               PodRef(pod_));
  }

  ObjectRef PodRef(const ObservedPod& pod) const { return {"Pod", pod.meta.namespace_name, pod.meta.name}; }

  void RestartGroup(const ObservedPod& leader) {
    plan_.Delete("v1", "Pod", leader.meta).propagation = Propagation::kForeground;
    plan_.Tell("RecreateGroup", "Delete",
               absl::StrCat("Worker pod ", pod_.meta.name, " failed, deleted leader pod ", leader.meta.name,
                            " to recreate group ", leader.meta.group_index.value_or("")),
               PodRef(leader));
  }

  // Performs the answer of the leader's table.
  Plan RunLeader(DecisionReason reason) {
    if (reason == DecisionReason::kMistakenLeader) {
      plan_.Because(DecisionReason::kMistakenLeader, subject_);
      plan_.Warn("FailedCreate", "Create",
                 absl::StrCat("leader pod ", pod_.meta.namespace_name, "/", pod_.meta.name,
                              " contains mistake annotation '", kLeaderNameAnnotation,
                              "': requires Kubernetes ≥v1.27 or v1.26 with StatefulSetStartOrdinal feature"),
                 PodRef(pod_));
      return plan_.Take();
    }
    if (reason == DecisionReason::kLeaderTerminating) return Wait(reason);
    const bool unique = set_.spec().network_config().subdomain_policy() == kSubdomainUniquePerReplica;
    if (unique && observation_.service == nullptr) {
      plan_.Because(DecisionReason::kServiceMissing, subject_);
      plan_.Create(GroupService(set_, pod_));
    }
    if (options_.waits_for_former_pod_group && HasFormerPodGroup()) {
      plan_.Because(DecisionReason::kFormerPodGroup, subject_);
      return plan_.Again(kFormerPodGroupRetry);
    }
    absl::Status status = DecidePodGroup();
    if (!status.ok()) return plan_.Fail(std::move(status));
    return RunWorkers(reason);
  }

  bool HasFormerPodGroup() const {
    if (options_.scheduler_provider != SchedulerProvider::kVolcano || observation_.pod_group == nullptr) return false;
    const std::optional<ObservedMeta::Controller>& owner = observation_.pod_group->meta.controller;
    return owner.has_value() && owner->kind == "Pod" && owner->uid != pod_.meta.uid;
  }

  absl::Status DecidePodGroup() {
    if (options_.scheduler_provider != SchedulerProvider::kVolcano || observation_.pod_group != nullptr) {
      return absl::OkStatus();
    }
    plan_.Because(DecisionReason::kPodGroupMissing, subject_);
    absl::StatusOr<Json> pod_group = GroupPodGroup(set_, pod_);
    if (!pod_group.ok()) return pod_group.status();
    plan_.Create(*std::move(pod_group));
    return absl::OkStatus();
  }

  Plan Wait(DecisionReason reason) {
    plan_.Because(reason, subject_);
    return plan_.Take();
  }

  Plan RunWorkers(DecisionReason reason) {
    const bool waits = reason == DecisionReason::kSingleMember || reason == DecisionReason::kWaitingForLeaderReady;
    if (waits) return Wait(reason);
    if (reason == DecisionReason::kWaitingForRevision) {
      plan_.Because(reason, subject_, pod_.meta.revision_key);
      return plan_.Again(kRevisionRetry);
    }
    const ObservedRevision* revision = OwnedRevisions(set_, observation_.revisions).Find(pod_.meta.revision_key);
    if (reason == DecisionReason::kWorkersMissing) return CreateWorkers(*revision);
    // A revision that does not parse is an error even when the workers exist. Parsing takes O(templates), so it is
    // done only if nobody did it before.
    if (!revision->is_known_to_read) {
      const absl::Status status = ReadRevision(*revision).status();
      if (!status.ok()) return plan_.Fail(status);
    }
    const absl::StatusOr<std::optional<std::string>> topology_value = TopologyValue();
    if (!topology_value.ok()) return plan_.Fail(topology_value.status());
    return Wait(reason);
  }

  // The set with the revision applied. The revision of the set as it is gives the set itself.
  absl::StatusOr<std::shared_ptr<const LeaderWorkerSet>> ReadRevision(const ObservedRevision& revision) const {
    const bool is_present = observation_.digest != nullptr && observation_.digest->revision_data == revision.data;
    if (is_present) return std::shared_ptr<const LeaderWorkerSet>(std::shared_ptr<void>(), &set_);
    absl::StatusOr<LeaderWorkerSet> set = ApplyRevision(set_, revision.data);
    if (set.ok()) return std::make_shared<const LeaderWorkerSet>(*std::move(set));
    return absl::InvalidArgumentError(absl::StrCat("ControllerRevision ", revision.meta.namespace_name, "/",
                                                   revision.meta.name, ": ", set.status().message()));
  }

  // The node label of exclusive placement. An empty key counts too, but no node has such a label.
  std::optional<std::string> Topology() const {
    const auto& annotations = set_.metadata().annotations();
    const auto found = annotations.find(kExclusiveTopologyAnnotation);
    if (found == annotations.end()) return std::nullopt;
    return found->second;
  }

  // The value of that label on the leader's node; nullopt without exclusive placement, or while the leader has no
  // node.
  absl::StatusOr<std::optional<std::string>> TopologyValue() const {
    if (!Topology().has_value() || pod_.node_name.empty()) return std::optional<std::string>();
    if (observation_.node == nullptr) {
      return absl::NotFoundError(absl::StrCat("Pod ", pod_.meta.namespace_name, "/", pod_.meta.name,
                                              ": spec.nodeName: node ", pod_.node_name, " does not exist"));
    }
    const auto found = observation_.node->labels.find(*Topology());
    if (found == observation_.node->labels.end()) {
      return absl::FailedPreconditionError(
          absl::StrCat("Node ", pod_.node_name, ": metadata.labels: no topology label \"", *Topology(), "\""));
    }
    return std::optional<std::string>(found->second);
  }

  Plan CreateWorkers(const ObservedRevision& revision) {
    const absl::StatusOr<std::shared_ptr<const LeaderWorkerSet>> set = ReadRevision(revision);
    if (!set.ok()) return plan_.Fail(set.status());
    const absl::StatusOr<std::optional<std::string>> topology_value = TopologyValue();
    if (!topology_value.ok()) return plan_.Fail(topology_value.status());
    plan_.Because(DecisionReason::kWorkersMissing, subject_);
    Action& action = plan_.Create(WorkerStatefulSet(**set, pod_, *topology_value));
    action.failure_event = plan_.Warning(
        "FailedCreate", "Create", absl::StrCat("Failed to create worker statefulset for leader pod ", pod_.meta.name),
        PodRef(pod_));
    plan_.Tell("GroupsProgressing", "Create",
               absl::StrCat("Created worker statefulset for leader pod ", pod_.meta.name), PodRef(pod_));
    return plan_.Take();
  }

  const PodObservation& observation_;
  const PodReconcileOptions& options_;
  const absl::Time now_;
  const LeaderWorkerSet& set_;
  const ObservedPod& pod_;
  PlanBuilder plan_;
  std::optional<absl::Duration> look_again_in_;
  DecisionSubject subject_ = DecisionSubject::kLeaderPod;
  std::string why_;  // what a restart policy goes by
};

Plan Missing(const ObservedPod& pod, const char* label) {
  Plan plan;
  plan.error = absl::InvalidArgumentError(
      absl::StrCat("Pod ", pod.meta.namespace_name, "/", pod.meta.name, ": metadata.labels.", label, ": missing"));
  return plan;
}

}  // namespace

Plan ReconcilePod(const PodObservation& observation, absl::Time now, const PodReconcileOptions& options) {
  if (observation.pod == nullptr) return Plan();
  if (observation.pod->meta.set_name.empty()) return Missing(*observation.pod, kNameLabel);
  if (!observation.pod->worker_index.has_value()) return Missing(*observation.pod, kWorkerIndexLabel);
  if (observation.set == nullptr) return Plan();
  return PodPass(observation, now, options).Run();
}

}  // namespace lws
