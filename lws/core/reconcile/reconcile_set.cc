#include "lws/core/reconcile/reconcile_set.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"
#include "lws/api/revision_key.h"
#include "lws/api/spec_counts.h"
#include "lws/api/strict_integer.h"
#include "lws/api/well_known.h"
#include "lws/core/desired/desired_objects.h"
#include "lws/core/desired/set_digest.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/groups/status.h"
#include "lws/core/plan/action_object.h"
#include "lws/core/plan/plan_builder.h"
#include "lws/core/reconcile/revert_set.h"
#include "lws/core/revision/revision_data.h"
#include "lws/core/revision/revisions.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/planner.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::ChooseRevision;
using internal::DigestOfDesiredSet;
using internal::GroupDetail;
using internal::GroupFacts;
using internal::HasSharedSubdomain;
using internal::IsSetStatusCurrent;
using internal::IsSetUpdateDone;
using internal::LeaderStatefulSet;
using internal::NextSetStatus;
using internal::OwnedRevisions;
using internal::ParseStrictInteger;
using internal::PlanBuilder;
using internal::PolicyState;
using internal::ReadGroups;
using internal::RevertSetPatch;
using internal::RevisionChoice;
using internal::RevisionObject;
using internal::RolloutProgressing;
using internal::SetDigest;
using internal::SetStatus;
using internal::SharedService;
using internal::SpecReplicas;
using internal::StatusCounts;

namespace {

constexpr absl::Duration kLeaderStatefulSetTerminatingRetry = absl::Seconds(5);

DecisionReason ReasonOf(RolloutReason reason) {
  switch (reason) {
    case RolloutReason::kCreate:
      return DecisionReason::kCreateLeaderStatefulSet;
    case RolloutReason::kUpdateBegins:
      return DecisionReason::kUpdateBegins;
    case RolloutReason::kAtRest:
      return DecisionReason::kAtRest;
    case RolloutReason::kScaleUpFirst:
      return DecisionReason::kScaleUpFirst;
    case RolloutReason::kReplicasChanged:
      return DecisionReason::kReplicasChanged;
    case RolloutReason::kRolling:
      return DecisionReason::kRolling;
    case RolloutReason::kHeldByBudget:
      return DecisionReason::kHeldByBudget;
    case RolloutReason::kReplacing:
      return DecisionReason::kReplacing;
    case RolloutReason::kPaused:
      return DecisionReason::kPaused;
  }
  return DecisionReason::kAtRest;
}

// The pass over one set. Each step writes to the plan and returns an error if the pass ends there.
class SetPass {
 public:
  SetPass(const SetObservation& observation, absl::Time now, const SetReconcileOptions& options)
      : observation_(observation),
        options_(options),
        set_(*observation.set),
        leader_set_(observation.leader_statefulset),
        now_(now),
        digest_(observation.digest),
        plan_(set_.metadata().namespace_(), set_.metadata().name()) {}

  Plan Run() {
    if (set_.metadata().has_deletion_timestamp()) {
      plan_.Because(DecisionReason::kSetTerminating, DecisionSubject::kSet);
      return plan_.Take();
    }
    if (leader_set_ != nullptr && leader_set_->meta.terminating) {
      plan_.Because(DecisionReason::kLeaderStatefulSetTerminating, DecisionSubject::kLeaderStatefulSet);
      return plan_.Again(kLeaderStatefulSetTerminatingRetry);
    }
    absl::Status status = DecideRevision();
    if (status.ok()) status = DecideLeaderStatefulSet();
    if (!status.ok()) return plan_.Fail(std::move(status));
    DecideService();
    status = DecideStatus();
    if (status.ok()) status = DecideRevert();
    if (!status.ok()) return plan_.Fail(std::move(status));
    return look_again_in_.has_value() ? plan_.Again(*look_again_in_) : plan_.Take();
  }

 private:
  // "LeaderWorkerSet default/vllm", for errors.
  std::string Name() const {
    return absl::StrCat(kKind, " ", set_.metadata().namespace_(), "/", set_.metadata().name());
  }

  // Finds or creates the revision of the leader StatefulSet, and the next one when the template changed.
  absl::Status DecideRevision() {
    const OwnedRevisions owned(set_, observation_.revisions);
    if (digest_ == nullptr) {
      own_digest_ = DigestOfDesiredSet(set_);
      digest_ = &own_digest_;
    }
    const RevisionChoice choice =
        observation_.revision != nullptr
            ? *observation_.revision
            : ChooseRevision(owned, set_, {digest_->revision_data, digest_->revision_key}, leader_set_);
    key_ = choice.key;
    revision_ = choice.current;
    updated_ = choice.updated;
    if (choice.current == nullptr) {
      const bool lost = leader_set_ != nullptr && !leader_set_->meta.revision_key.empty();
      plan_.Because(DecisionReason::kRevisionMissing, DecisionSubject::kSet, lost ? key_ : "");
      return lost ? CreateRevision(owned, " for existing LeaderWorkerSet", "Creating missing revision with key ")
                  : CreateRevision(owned, " for a newly created LeaderWorkerSet", "Creating revision with key ");
    }
    plan_.Because(DecisionReason::kRevisionFound, DecisionSubject::kSet, choice.current->meta.revision_key);
    if (!updated_) return absl::OkStatus();
    plan_.Because(DecisionReason::kTemplateChanged, DecisionSubject::kSet);
    return CreateRevision(owned, " for updated LWS", "Creating revision with key ");
  }

  absl::Status CreateRevision(const OwnedRevisions& owned, absl::string_view note_end, absl::string_view note_begin) {
    const absl::StatusOr<int64_t> number = owned.NextNumber();
    if (!number.ok()) return number.status();
    revision_name_ = RevisionName(set_.metadata().name(), digest_->revision_key, *number);
    for (const ObservedRevision* revision : observation_.revisions) {
      if (revision->meta.name == revision_name_) {
        return absl::AlreadyExistsError(
            absl::StrCat("ControllerRevision ", set_.metadata().namespace_(), "/", revision_name_, " already exists"));
      }
    }
    plan_.Create(RevisionObject(set_, revision_name_, key_, *number, digest_->revision_data));
    plan_.Tell("CreatingRevision", "Create", absl::StrCat(note_begin, key_, note_end), RevisionRef());
    return absl::OkStatus();
  }

  ObjectRef RevisionRef() const {
    return {"ControllerRevision", set_.metadata().namespace_(),
            updated_ || revision_ == nullptr ? revision_name_ : revision_->meta.name};
  }

  // Read once per pass. PlanStep, which needs the bits, runs before the status, which needs only counts.
  const GroupFacts& Groups(GroupDetail detail) {
    if (observation_.groups != nullptr) return *observation_.groups;
    if (!groups_.has_value()) groups_ = ReadGroups(observation_, key_, detail);
    return *groups_;
  }

  // The group bits, with groups that owe a restart marked as leaving: policies must not count on them.
  const GroupBits& BitsToCountOn() {
    const GroupBits& bits = Groups(GroupDetail::kCountsAndBits).bits;
    if (observation_.groups_to_restart.empty()) return bits;
    bits_ = bits;
    for (const int32_t group : observation_.groups_to_restart) {
      if (group < bits_.size()) bits_.SetLeaving(group, true);
    }
    return bits_;
  }

  absl::StatusOr<RolloutStep> PlanStep() {
    const RollingUpdateConfiguration& update = set_.spec().rollout_strategy().rolling_update_configuration();
    RolloutInput input;
    input.replicas = SpecReplicas(set_.spec());
    input.max_surge = ToIntOrPercent(update.max_surge());
    input.max_unavailable = ToIntOrPercent(update.max_unavailable());
    input.spec_partition = update.partition();
    input.updated = updated_;
    input.namespace_name = set_.metadata().namespace_();
    input.set_name = set_.metadata().name();
    input.now = now_;
    if (leader_set_ == nullptr) return Step(input);
    const bool is_at_rest = !updated_ && options_.controls == nullptr && !leader_set_->on_delete &&
                            leader_set_->partition == 0 && leader_set_->replicas == input.replicas;
    // Under OnDelete no group is released, which is the same as a partition at the end.
    const int32_t partition = leader_set_->on_delete ? leader_set_->replicas : leader_set_->partition;
    input.current =
        LeaderState{leader_set_->replicas, partition, ParseStrictInteger(leader_set_->replicas_annotation.value_or("")),
                    is_at_rest ? nullptr : &BitsToCountOn(), leader_set_->on_delete};
    return Step(input);
  }

  // Asks the policy, within the controls.
  absl::StatusOr<RolloutStep> Step(const RolloutInput& input) {
    if (options_.controls == nullptr) {
      absl::StatusOr<RolloutStep> step = options_.rollout(input);
      if (step.ok()) look_again_in_ = step->look_again_in;
      return step;
    }
    const RolloutProgress nothing;
    const RolloutProgress& progress =
        observation_.rollout_progress == nullptr ? nothing : *observation_.rollout_progress;
    absl::StatusOr<ControlledStep> step =
        PlanControlledRollout(options_.rollout, input, key_, *options_.controls, progress, now_);
    if (!step.ok()) return step.status();
    look_again_in_ = step->look_again_in;
    if (step->hold != RolloutHold::kNone && step->hold != RolloutHold::kPaused) {
      plan_.Because(DecisionReason::kCanaryHolds, DecisionSubject::kSet);
    }
    if (step->progress.deadline_exceeded) policy_.progressing = RolloutProgressing::kStalled;
    policy_.hold = step->hold;
    if (step->progress.deadline_exceeded) ExceedDeadline(!progress.deadline_exceeded);
    if (!(step->progress == progress)) plan_.Keep(std::move(step->progress));
    return std::move(step->step);
  }

  void ExceedDeadline(bool is_first_look) {
    if (is_first_look) {
      plan_.Because(DecisionReason::kDeadlineExceeded, DecisionSubject::kSet, key_);
      plan_.Warn("ProgressDeadlineExceeded", "Update",
                 absl::StrCat("revision ", key_, " has made no progress within the deadline"));
    }
    if (!options_.controls->reverts || updated_) return;
    former_ = OwnedRevisions(set_, observation_.revisions).NewestBut(key_);
    if (former_ != nullptr && CameBack()) former_ = nullptr;
    if (former_ != nullptr) plan_.RevertTo(former_->meta.revision_key);
  }

  // Whether this template was taken back before: it is older than the former revision. Reverting again would swap the
  // two forever.
  bool CameBack() const {
    return std::any_of(observation_.revisions.begin(), observation_.revisions.end(),
                       [this](const ObservedRevision* revision) {
                         return revision->meta.set_name == set_.metadata().name() &&
                                revision->meta.revision_key == key_ && revision->number < former_->number;
                       });
  }

  // Gives the set its former template. When the same pass writes the status, the revert waits for the next pass: both
  // writes carry the set's version, so the second would conflict.
  absl::Status DecideRevert() {
    if (former_ == nullptr || wrote_status_) return absl::OkStatus();
    absl::StatusOr<Json> patch = RevertSetPatch(set_, *former_);
    if (!patch.ok()) return patch.status();
    Action& action = plan_.PatchSet(*std::move(patch));
    action.uid = set_.metadata().uid();
    action.resource_version = set_.metadata().resource_version();
    action.conflict_is_retry = true;
    plan_.Tell("GroupsUpdating", "Update", absl::StrCat("Reverting to revision ", former_->meta.revision_key),
               ObjectRef{"ControllerRevision", former_->meta.namespace_name, former_->meta.name});
    return absl::OkStatus();
  }

  absl::Status DecideLeaderStatefulSet() {
    const absl::StatusOr<RolloutStep> step = PlanStep();
    if (!step.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(Name(), ": ", step.status().message()));
    }
    const std::string& name = set_.metadata().name();
    if (step->removes_groups) {
      plan_.Tell("GroupsProgressing", "Delete",
                 RolloutNoteOfRemovedGroups(name, step->replicas, leader_set_->replicas));
    }
    const bool creates = leader_set_ == nullptr;
    plan_.BecauseOfStep(ReasonOf(step->reason), step->partition, step->replicas);
    absl::Status status = WriteLeaderStatefulSet(*step);
    if (!status.ok()) return status;
    if (creates) {
      plan_.Tell("GroupsProgressing", "Create", absl::StrCat("Created leader statefulset ", name), RevisionRef());
    } else if (!updated_ && !step->on_delete && step->partition != leader_set_->partition) {
      plan_.Tell("GroupsUpdating", "Update", RolloutNoteOfPartition(leader_set_->partition, step->partition),
                 RevisionRef());
    }
    for (const int32_t group : step->replace) ReplaceGroup(group);
    return absl::OkStatus();
  }

  // Deletes the leader in the foreground, like a restart. If it changed in the meantime, the deletion conflicts, and
  // the host looks again.
  void ReplaceGroup(int32_t group) {
    const ObservedPod* leader = FindLeader(group);
    if (leader == nullptr || leader->meta.terminating) return;
    if (leader->meta.revision_key == key_) return;  // already updated; only its workers are missing
    Action& action = plan_.Delete("v1", "Pod", leader->meta);
    action.propagation = Propagation::kForeground;
    action.conflict_is_retry = true;
    plan_.Tell("GroupsUpdating", "Delete", absl::StrCat("Updating replica ", group), RevisionRef());
  }

  // A pod with a leader's name and other labels is not the set's.
  const ObservedPod* FindLeader(int32_t group) const {
    const std::string& set_name = set_.metadata().name();
    if (observation_.leaders != nullptr) {
      const ObservedPod* leader = observation_.leaders->FindLeader(group);
      const bool is_own = leader != nullptr && leader->is_leader() && leader->meta.set_name == set_name;
      return is_own ? leader : nullptr;
    }
    const auto found = std::find_if(
        observation_.leader_pods.begin(), observation_.leader_pods.end(),
        [name = LeaderPodName(set_name, group)](const ObservedPod* pod) { return pod->meta.name == name; });
    return found == observation_.leader_pods.end() ? nullptr : *found;
  }

  static ActionObject::Numbers NumbersOf(const RolloutStep& step) {
    return {step.partition, step.replicas, step.on_delete};
  }

  // The object to apply, apart from partition and replicas.
  absl::StatusOr<SharedJson> LeaderStatefulSetBase(const RolloutStep& step) const {
    if (digest_->leader_statefulset != nullptr && key_ == digest_->revision_key) {
      return digest_->leader_statefulset;
    }
    absl::StatusOr<Json> object = LeaderStatefulSet(set_, key_, step.partition, step.replicas);
    if (!object.ok()) return object.status();
    return std::make_shared<const Json>(*std::move(object));
  }

  // Whether the applied object equals the object to apply.
  bool IsUnchanged(const RolloutStep& step, const SharedJson& base) const {
    if (leader_set_ == nullptr || leader_set_->applied == nullptr) return false;
    if (leader_set_->replicas != step.replicas || leader_set_->on_delete != step.on_delete) return false;
    if (!step.on_delete && leader_set_->partition != step.partition) return false;
    if (!step.on_delete && base == digest_->leader_statefulset && !leader_set_->applied_core.empty()) {
      return leader_set_->applied_core == digest_->leader_core;
    }
    return *leader_set_->applied == ActionObject::OfStatefulSet(base, NumbersOf(step)).Document();
  }

  absl::Status WriteLeaderStatefulSet(const RolloutStep& step) {
    absl::StatusOr<SharedJson> base = LeaderStatefulSetBase(step);
    if (base.ok() && IsUnchanged(step, *base)) {
      plan_.Because(DecisionReason::kLeaderStatefulSetUnchanged, DecisionSubject::kLeaderStatefulSet);
      return absl::OkStatus();
    }
    const bool creates = leader_set_ == nullptr;
    Event failure = plan_.Warning(
        creates ? "FailedCreate" : "FailedUpdate", creates ? "Create" : "Update",
        absl::StrCat("Failed to ", creates ? "create" : "update", " leader statefulset ", set_.metadata().name()));
    if (!base.ok()) {
      plan_.Warn(failure.reason, failure.action, absl::StrCat(failure.note, ": ", base.status().message()));
      return absl::InvalidArgumentError(absl::StrCat(Name(), ": ", base.status().message()));
    }
    const bool prepared = *base == digest_->leader_statefulset;
    plan_.ApplyStatefulSet(*base, NumbersOf(step), prepared ? digest_->leader_text : nullptr).failure_event =
        std::move(failure);
    return absl::OkStatus();
  }

  void DecideService() {
    if (!HasSharedSubdomain(set_) || observation_.service != nullptr) return;
    plan_.Because(DecisionReason::kServiceMissing, DecisionSubject::kService);
    plan_.Create(SharedService(set_));
  }

  absl::Status DecideStatus() {
    const GroupFacts& groups = Groups(GroupDetail::kCounts);
    if (!groups.error.ok()) return groups.error;
    if (!IsSetStatusCurrent(observation_, groups.counts, policy_)) WriteStatus(groups.counts);
    if (IsSetUpdateDone(set_, groups.counts) && !MayMakeFormerGroups()) DeleteFormerRevisions();
    return absl::OkStatus();
  }

  // Whether the StatefulSet may still make pods of a former revision. Under OnDelete it makes none, although its own
  // rollout never ends.
  bool MayMakeFormerGroups() const {
    if (options_.former_revisions == FormerRevisions::kUntilDone || leader_set_ == nullptr) return false;
    return !leader_set_->on_delete && leader_set_->current_revision != leader_set_->update_revision;
  }

  void WriteStatus(const StatusCounts& counts) {
    const SetStatus next = NextSetStatus(observation_, counts, now_, policy_);
    if (next.changed) {
      wrote_status_ = true;
      plan_.Because(DecisionReason::kStatusChanged, DecisionSubject::kSet);
      Action& action = plan_.UpdateStatus(next.status);
      action.uid = set_.metadata().uid();
      action.resource_version = set_.metadata().resource_version();
      action.conflict_is_retry = true;
    }
    if (next.event_reason.has_value()) plan_.Tell(*next.event_reason, "Update", next.event_note);
  }

  void DeleteFormerRevisions() {
    const std::vector<const ObservedRevision*> former = OwnedRevisions(set_, observation_.revisions).AllBut(key_);
    if (!former.empty()) plan_.Because(DecisionReason::kUpdateDone, DecisionSubject::kSet);
    for (const ObservedRevision* revision : former) {
      plan_.Delete("apps/v1", "ControllerRevision", revision->meta);
    }
  }

  const SetObservation& observation_;
  const SetReconcileOptions& options_;
  const LeaderWorkerSet& set_;
  const ObservedStatefulSet* leader_set_;
  const absl::Time now_;
  const SetDigest* digest_;
  SetDigest own_digest_;
  std::optional<GroupFacts> groups_;
  GroupBits bits_;  // a copy, if groups owe restarts
  PlanBuilder plan_;

  // The revision that the groups should have. It exists, or this pass creates it under revision_name_.
  std::string key_;
  const ObservedRevision* revision_ = nullptr;
  std::string revision_name_;
  // Whether the template changed with this pass.
  bool updated_ = false;
  std::optional<absl::Duration> look_again_in_;
  const ObservedRevision* former_ = nullptr;  // the revision to which the set is to be reverted
  bool wrote_status_ = false;
  PolicyState policy_;
};

}  // namespace

SetReconcileOptions ReconcileOptionsFor(RolloutPolicy policy) {
  SetReconcileOptions options;
  options.rollout = policy;
  options.former_revisions = policy == PlanRollout ? FormerRevisions::kUntilDone : FormerRevisions::kUntilUnused;
  return options;
}

Plan ReconcileSet(const SetObservation& observation, absl::Time now, const SetReconcileOptions& options) {
  if (observation.set == nullptr) return Plan();
  return SetPass(observation, now, options).Run();
}

}  // namespace lws
