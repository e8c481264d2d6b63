#include "lws/core/reconcile_set.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/go_integer.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"
#include "lws/core/desired_objects.h"
#include "lws/core/group_state.h"
#include "lws/core/plan_builder.h"
#include "lws/core/revision_data.h"
#include "lws/core/revisions.h"
#include "lws/core/status.h"
#include "lws/rollout/planner.h"
#include "lws/rollout/revision_key.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr absl::Duration kLeaderSetTerminatingRetry = absl::Seconds(5);

int32_t Replicas(const LeaderWorkerSet& set) { return set.spec().has_replicas() ? set.spec().replicas() : 1; }

DecisionReason ReasonOf(RolloutReason reason) {
  switch (reason) {
    case RolloutReason::kCreate:
      return DecisionReason::kCreateLeaderSet;
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
  }
  return DecisionReason::kAtRest;
}

// The pass over one set; each step writes to the plan, and tells whether the pass goes on.
class SetPass {
 public:
  SetPass(const SetObservation& observation, absl::Time now)
      : observation_(observation),
        set_(*observation.set),
        leader_set_(observation.leader_statefulset),
        now_(now),
        plan_({kKind, set_.metadata().namespace_(), set_.metadata().name()}) {}

  Plan Run() {
    if (set_.metadata().has_deletion_timestamp()) {
      plan_.Because(DecisionReason::kSetTerminating, Subject(kKind));
      return plan_.Take();
    }
    if (leader_set_ != nullptr && leader_set_->meta.terminating) {
      plan_.Because(DecisionReason::kLeaderSetTerminating, Subject("leader StatefulSet"));
      return plan_.Again(kLeaderSetTerminatingRetry);
    }
    absl::Status status = DecideRevision();
    if (status.ok()) status = DecideLeaderSet();
    if (!status.ok()) return plan_.Fail(std::move(status));
    DecideService();
    status = DecideStatus();
    if (!status.ok()) return plan_.Fail(std::move(status));
    return plan_.Take();
  }

 private:
  std::string Subject(absl::string_view what) const {
    return absl::StrCat(what, " ", set_.metadata().namespace_(), "/", set_.metadata().name());
  }

  // Finds or makes the revision of the leader StatefulSet, and the next one when the template changed.
  absl::Status DecideRevision() {
    const OwnedRevisions owned(set_, observation_.revisions);
    const std::string data = RevisionData(set_);
    const std::string leader_key = leader_set_ == nullptr ? "" : leader_set_->meta.revision_key;
    const ObservedRevision* current = leader_key.empty() ? nullptr : owned.Find(leader_key);
    if (current != nullptr) {
      key_ = leader_key;
      revision_name_ = current->meta.name;
      plan_.Because(DecisionReason::kRevisionFound, Subject(kKind), key_);
      if (SameRevision(set_, current->data, data)) return absl::OkStatus();
      updated_ = true;
      plan_.Because(DecisionReason::kTemplateChanged, Subject(kKind));
      return CreateRevision(owned, data, RevisionKey(data), " for updated LWS", "Creating revision with key ");
    }
    plan_.Because(DecisionReason::kRevisionMissing, Subject(kKind), leader_key);
    if (!leader_key.empty()) {
      return CreateRevision(owned, data, leader_key, " for existing LeaderWorkerSet",
                            "Creating missing revision with key ");
    }
    return CreateRevision(owned, data, RevisionKey(data), " for a newly created LeaderWorkerSet",
                          "Creating revision with key ");
  }

  absl::Status CreateRevision(const OwnedRevisions& owned, const std::string& data, const std::string& key,
                              absl::string_view note_end, absl::string_view note_begin) {
    const absl::StatusOr<int64_t> number = owned.NextNumber();
    if (!number.ok()) return number.status();
    key_ = key;
    revision_name_ = RevisionName(set_.metadata().name(), RevisionKey(data), *number);
    for (const ObservedRevision* revision : observation_.revisions) {
      if (revision->meta.name == revision_name_) {
        return absl::AlreadyExistsError(
            absl::StrCat("ControllerRevision ", set_.metadata().namespace_(), "/", revision_name_, " already exists"));
      }
    }
    plan_.Create(RevisionObject(set_, revision_name_, key, *number, data));
    plan_.Tell("CreatingRevision", "Create", absl::StrCat(note_begin, key, note_end), RevisionRef());
    return absl::OkStatus();
  }

  ObjectRef RevisionRef() const { return {"ControllerRevision", set_.metadata().namespace_(), revision_name_}; }

  absl::StatusOr<RolloutStep> PlanStep() const {
    const RollingUpdateConfiguration& update = set_.spec().rollout_strategy().rolling_update_configuration();
    RolloutInput input;
    input.replicas = Replicas(set_);
    input.max_surge = ToIntOrPercent(update.max_surge());
    input.max_unavailable = ToIntOrPercent(update.max_unavailable());
    input.spec_partition = update.partition();
    input.updated = updated_;
    if (leader_set_ == nullptr) return PlanRollout(input);
    const bool needs_states = !updated_ && leader_set_->replicas >= input.replicas &&
                              !(leader_set_->partition == 0 && leader_set_->replicas == input.replicas);
    const LeaderWorkerTemplate& group = set_.spec().leader_worker_template();
    const GroupBits groups =
        needs_states ? GroupStates(observation_, key_, group.has_size() ? group.size() : 1, leader_set_->replicas)
                     : GroupBits();
    input.current = LeaderState{leader_set_->replicas, leader_set_->partition,
                                ParseGoInteger(leader_set_->replicas_annotation.value_or("")), &groups};
    return PlanRollout(input);
  }

  absl::Status DecideLeaderSet() {
    const absl::StatusOr<RolloutStep> step = PlanStep();
    if (!step.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(Subject(kKind), ": ", step.status().message()));
    }
    const std::string& name = set_.metadata().name();
    if (step->removes_groups) {
      plan_.Tell("GroupsProgressing", "Delete", RemovedGroupsNote(name, step->replicas, leader_set_->replicas));
    }
    const bool creates = leader_set_ == nullptr;
    const Event failure =
        plan_.Warning(creates ? "FailedCreate" : "FailedUpdate", creates ? "Create" : "Update",
                      absl::StrCat("Failed to ", creates ? "create" : "update", " leader statefulset ", name));
    absl::StatusOr<Json> object = LeaderStatefulSet(set_, key_, step->partition, step->replicas);
    if (!object.ok()) {
      plan_.Warn(failure.reason, failure.action, absl::StrCat(failure.note, ": ", object.status().message()));
      return absl::InvalidArgumentError(absl::StrCat(Subject(kKind), ": ", object.status().message()));
    }
    plan_.Because(ReasonOf(step->reason), Subject("leader StatefulSet"),
                  absl::StrCat("partition ", step->partition, ", replicas ", step->replicas));
    if (!creates && leader_set_->applied != nullptr && *leader_set_->applied == *object) {
      plan_.Because(DecisionReason::kLeaderSetUnchanged, Subject("leader StatefulSet"));
    } else {
      plan_.Apply(*std::move(object)).failure_event = failure;
    }
    if (creates) {
      plan_.Tell("GroupsProgressing", "Create", absl::StrCat("Created leader statefulset ", name), RevisionRef());
    } else if (!updated_ && step->partition != leader_set_->partition) {
      plan_.Tell("GroupsUpdating", "Update", PartitionNote(leader_set_->partition, step->partition), RevisionRef());
    }
    return absl::OkStatus();
  }

  void DecideService() {
    if (!HasSharedSubdomain(set_) || observation_.service != nullptr) return;
    plan_.Because(DecisionReason::kServiceMissing, Subject("Service"));
    plan_.Create(SharedService(set_));
  }

  absl::Status DecideStatus() {
    const absl::StatusOr<StatusCounts> counts = CountGroups(observation_, key_);
    if (!counts.ok()) return counts.status();
    const SetStatus next = NextStatus(observation_, *counts, now_);
    if (next.changed) {
      plan_.Because(DecisionReason::kStatusChanged, Subject(kKind));
      Json object = {{"apiVersion", kApiVersion},
                     {"kind", kKind},
                     {"metadata", {{"name", set_.metadata().name()}, {"namespace", set_.metadata().namespace_()}}},
                     {"status", LeaderWorkerSetStatusToJson(*next.status)}};
      Action& action = plan_.UpdateStatus(std::move(object));
      action.uid = set_.metadata().uid();
      action.resource_version = set_.metadata().resource_version();
      action.conflict_is_retry = true;
    }
    if (next.event_reason.has_value()) plan_.Tell(*next.event_reason, "Update", next.event_note);
    if (next.update_done) DeleteFormerRevisions();
    return absl::OkStatus();
  }

  void DeleteFormerRevisions() {
    const std::vector<const ObservedRevision*> former = OwnedRevisions(set_, observation_.revisions).AllBut(key_);
    if (!former.empty()) plan_.Because(DecisionReason::kUpdateDone, Subject(kKind));
    for (const ObservedRevision* revision : former) {
      plan_.Delete("apps/v1", "ControllerRevision", revision->meta);
    }
  }

  const SetObservation& observation_;
  const LeaderWorkerSet& set_;
  const ObservedStatefulSet* leader_set_;
  const absl::Time now_;
  PlanBuilder plan_;

  // The revision that the groups should have.
  std::string key_;
  std::string revision_name_;
  // The template changed with this pass.
  bool updated_ = false;
};

}  // namespace

Plan ReconcileSet(const SetObservation& observation, absl::Time now) {
  if (observation.set == nullptr) return Plan();
  return SetPass(observation, now).Run();
}

}  // namespace lws
