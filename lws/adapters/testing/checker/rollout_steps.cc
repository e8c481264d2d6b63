#include "lws/adapters/testing/checker/rollout_steps.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/testing/checker/checked_rollout.h"
#include "lws/adapters/testing/promise.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/planner.h"

namespace lws::internal {
namespace {

// Emits the steps from one state.
class Stepper {
 public:
  Stepper(const RolloutWorldOptions& options, const PackedState& state, absl::FunctionRef<void(const WorldStep&)> emit)
      : options_(options), from_(UnpackCheckedRollout(state, options.lags)), emit_(emit) {}

  void All() {
    Pass();
    for (int32_t i = 0; i < kMostCheckedGroups; ++i) {
      GroupSteps(i);
      if (options_.lags && from_.seen[i] != from_.groups[i]) See(i);
    }
    Replace();
    if (from_.faults < options_.faults) Faults();
    if (from_.edits < options_.edits) Edits();
  }

 private:
  int32_t Floor(const CheckedRollout& r) const { return PromiseFloor(r.set_replicas, Unavailable(r)); }
  int32_t Surge(const CheckedRollout& r) const { return std::min(options_.max_surge, r.set_replicas); }
  int32_t Unavailable(const CheckedRollout&) const { return options_.max_unavailable; }
  // The groups that count for the promise. A failure that nobody has seen yet is excused.
  int32_t CountedOn(const CheckedRollout& r) const {
    return Promise::Grounded(Floor(r), CheckedGuarantee(r)) - UnseenCheckedFailures(r);
  }

  void Emit(CheckedRollout next, RolloutTerms::Kind kind, int32_t subject, uint8_t law = 0, bool from_outside = false) {
    if (!options_.lags) next.seen = next.groups;
    // As in Kubernetes, the StatefulSet's rollout is complete when all pods are updated and ready.
    bool complete = true;
    for (int32_t i = 0; i < kMostCheckedGroups && complete; ++i) {
      complete = i < next.replicas ? next.groups[i] == MakeCheckedGroup(CheckedPhase::kReady, next.revision)
                                   : next.groups[i] == kNoGroup;
    }
    if (complete) next.current_revision = next.revision;
    Promise promise(next.promised);
    if (law == 0 && !promise.IsKeptBy(next.groups.CountReady())) law = RolloutTerms::kBudget;
    promise.Raise(CountedOn(next));
    next.promised = promise.groups();
    if (options_.merges_symmetric && options_.edits == 0 && !options_.lags) Merge(&next);
    emit_({PackCheckedRollout(next, options_.lags), kind, static_cast<uint8_t>(subject), law, from_outside});
  }

  // Sorts groups that the policy and the StatefulSet do not distinguish.
  void Merge(CheckedRollout* next) const {
    if (!next->on_delete && options_.order != ReplacementOrder::kAny) return;
    const int32_t begin = next->on_delete ? next->set_partition : std::max(next->partition, next->set_partition);
    for (int32_t i = begin + 1; i < next->set_replicas; ++i) {
      for (int32_t j = i; j > begin && next->groups[j - 1] > next->groups[j]; --j) {
        const CheckedGroupBits group = next->groups[j];
        next->groups.Set(j, next->groups[j - 1]);
        next->groups.Set(j - 1, group);
      }
    }
  }

  void EmitGroup(int32_t i, CheckedGroupBits group, RolloutTerms::Kind kind) {
    CheckedRollout next = from_;
    next.groups.Set(i, group);
    Emit(next, kind, i);
  }

  void Pass() {
    const GroupBits bits = GroupBitsOfCheck(from_);
    RolloutInput input;
    input.replicas = from_.set_replicas;
    input.max_surge = IntOrPercent::Int(options_.max_surge);
    input.max_unavailable = IntOrPercent::Int(options_.max_unavailable);
    input.spec_partition = from_.set_partition;
    input.updated = from_.revision != from_.set_revision;
    input.current = LeaderState{from_.replicas, from_.partition, from_.annotation, &bits, from_.on_delete};
    const absl::StatusOr<RolloutStep> step = options_.policy(input);
    if (!step.ok()) return Emit(from_, RolloutTerms::kPass, 0, RolloutTerms::kPolicyError);
    CheckedRollout next = from_;
    next.partition = step->partition;
    next.replicas = step->replicas;
    next.on_delete = step->on_delete;
    next.annotation = from_.set_replicas;
    next.revision = from_.set_revision;
    const uint8_t law = BrokenBy(*step, input.updated);
    if (law == RolloutTerms::kSurgeCap) next.replicas = from_.replicas;  // the world may not have room for more
    Emit(next, RolloutTerms::kPass, 0, law);
    // The controller may crash after any of its writes.
    for (size_t i = 0; i < step->replace.size() && law == 0; ++i) {
      const int32_t group = step->replace[i];
      if (!IsCheckedAlive(next.groups[group]) || next.groups[group] != next.seen[group]) continue;  // stale
      next.groups.Set(group, DeletedCheckedGroup(next, next.groups[group]));
      next.seen.Set(group, next.groups[group]);  // known from the answer
      Emit(next, RolloutTerms::kPass, static_cast<int32_t>(i) + 1);
    }
  }

  uint8_t BrokenBy(const RolloutStep& step, bool updated) const {
    if (step.replicas > std::max(from_.replicas, from_.set_replicas + Surge(from_))) return RolloutTerms::kSurgeCap;
    for (const int32_t group : step.replace) {
      if (group < from_.set_partition) return RolloutTerms::kPartitionKept;
    }
    if (step.on_delete) return 0;
    if (step.partition < from_.set_partition) return RolloutTerms::kPartitionKept;
    const bool rises = step.partition > std::max(from_.partition, from_.set_partition);
    return rises && !updated && !from_.on_delete ? RolloutTerms::kPartitionFalls : 0;
  }

  void GroupSteps(int32_t i) {
    const CheckedGroupBits group = from_.groups[i];
    const bool wanted = i < from_.replicas;
    switch (CheckedPhaseOf(group)) {
      case CheckedPhase::kAbsent:
        if (wanted) EmitGroup(i, MakeCheckedGroup(CheckedPhase::kUnready, RevisionToCreate(i)), RolloutTerms::kCreated);
        return;
      case CheckedPhase::kUnready: {
        if (!wanted) return EmitGroup(i, kLeavingUnready, RolloutTerms::kStopping);
        const bool heals = options_.old_groups_heal || CheckedRevisionOf(group) == from_.revision;
        if (heals)
          EmitGroup(i, MakeCheckedGroup(CheckedPhase::kReady, CheckedRevisionOf(group)), RolloutTerms::kBecameReady);
        return;
      }
      case CheckedPhase::kReady:
        if (!wanted) EmitGroup(i, DeletedCheckedGroup(from_, group), RolloutTerms::kStopping);
        return;
      case CheckedPhase::kLeaving:
        if (group != kLeavingUnready) return EmitGroup(i, kLeavingUnready, RolloutTerms::kStoppedServing);
        EmitGroup(i, kNoGroup, RolloutTerms::kGone);
    }
  }

  uint32_t RevisionToCreate(int32_t i) const {
    const int32_t kept = from_.on_delete ? from_.set_partition : from_.partition;
    return i < kept ? from_.current_revision : from_.revision;
  }

  bool IsOld(int32_t i) const {
    return IsCheckedAlive(from_.groups[i]) && CheckedRevisionOf(from_.groups[i]) != from_.revision;
  }

  void ReplaceOne(int32_t i) { EmitGroup(i, DeletedCheckedGroup(from_, from_.groups[i]), RolloutTerms::kReplaced); }

  // The StatefulSet's rolling update replaces groups that its partition releases.
  void Replace() {
    if (from_.on_delete) return;
    int32_t unhealthy = 0;
    for (int32_t i = 0; i < from_.replicas; ++i) unhealthy += CheckedPhaseOf(from_.groups[i]) != CheckedPhase::kReady;
    const int64_t most = std::max<int64_t>(1, int64_t{Unavailable(from_)} + Surge(from_));
    for (int32_t i = from_.replicas - 1; i >= from_.partition; --i) {
      switch (options_.order) {
        case ReplacementOrder::kAny:
          if (IsOld(i)) ReplaceOne(i);
          break;
        case ReplacementOrder::kHighestFirst:
          if (IsOld(i)) return ReplaceOne(i);
          if (CheckedPhaseOf(from_.groups[i]) != CheckedPhase::kReady) return;
          break;
        case ReplacementOrder::kMaxUnavailable:
          if (!IsOld(i)) break;
          if (unhealthy < most) ReplaceOne(i);
          return;
      }
    }
  }

  void See(int32_t i) {
    CheckedRollout next = from_;
    next.seen.Set(i, next.groups[i]);
    Emit(next, RolloutTerms::kSeen, i);
  }

  void Faults() {
    for (int32_t i = 0; i < kMostCheckedGroups; ++i) {
      const CheckedGroupBits group = from_.groups[i];
      if (!IsCheckedAlive(group)) continue;
      CheckedRollout next = from_;
      ++next.faults;
      next.groups.Set(i, DeletedCheckedGroup(from_, group));
      if (CheckedPhaseOf(group) == CheckedPhase::kReady) {
        Promise promise(next.promised);
        promise.Excuse(1);
        next.promised = promise.groups();
      }
      Emit(next, RolloutTerms::kDeleted, i, 0, true);
      if (CheckedPhaseOf(group) != CheckedPhase::kReady) continue;
      next.groups.Set(i, MakeCheckedGroup(CheckedPhase::kUnready, CheckedRevisionOf(group)));
      Emit(next, RolloutTerms::kNotReady, i, 0, true);
    }
  }

  template <typename Change>
  void Edit(bool possible, RolloutTerms::Kind kind, const Change& change) {
    if (!possible) return;
    CheckedRollout next = from_;
    ++next.edits;
    change(&next);
    Promise promise(next.promised);
    promise.Edit(CountedOn(next));
    next.promised = promise.groups();
    Emit(next, kind, 0, 0, true);
  }

  void Edits() {
    const bool has_place =
        from_.set_replicas + 1 + std::min(options_.max_surge, from_.set_replicas + 1) <= kMostCheckedGroups;
    Edit(has_place, RolloutTerms::kScaledUp, [](CheckedRollout* r) { ++r->set_replicas; });
    Edit(from_.set_replicas > 1, RolloutTerms::kScaledDown, [](CheckedRollout* r) { --r->set_replicas; });
    Edit(from_.set_revision < 2, RolloutTerms::kNewTemplate, [](CheckedRollout* r) { ++r->set_revision; });
    Edit(from_.set_revision > 0, RolloutTerms::kReverted, [](CheckedRollout* r) { r->set_revision = 0; });
    Edit(from_.set_partition < from_.set_replicas, RolloutTerms::kPartitionUp,
         [](CheckedRollout* r) { ++r->set_partition; });
    Edit(from_.set_partition > 0, RolloutTerms::kPartitionDown, [](CheckedRollout* r) { --r->set_partition; });
  }

  const RolloutWorldOptions& options_;
  const CheckedRollout from_;
  absl::FunctionRef<void(const WorldStep&)> emit_;
};

}  // namespace

void EmitRolloutSteps(const RolloutWorldOptions& options, const PackedState& state,
                      absl::FunctionRef<void(const WorldStep&)> emit) {
  Stepper(options, state, emit).All();
}

std::string RolloutStepText(const WorldStep& step) {
  const std::string group = absl::StrCat("group ", step.subject);
  switch (static_cast<RolloutTerms::Kind>(step.kind)) {
    case RolloutTerms::kStart:
      return "initial state";
    case RolloutTerms::kPass:
      return step.subject == 0 ? "the controller writes" : "the controller writes and deletes";
    case RolloutTerms::kCreated:
      return absl::StrCat(group, " is created");
    case RolloutTerms::kBecameReady:
      return absl::StrCat(group, " becomes ready");
    case RolloutTerms::kStopping:
      return absl::StrCat(group, " is not wanted any more");
    case RolloutTerms::kReplaced:
      return absl::StrCat(group, " is being replaced");
    case RolloutTerms::kStoppedServing:
      return absl::StrCat(group, " serves no more");
    case RolloutTerms::kGone:
      return absl::StrCat(group, " is gone");
    case RolloutTerms::kNotReady:
      return absl::StrCat("FAULT: ", group, " is not ready");
    case RolloutTerms::kDeleted:
      return absl::StrCat("FAULT: ", group, " is deleted");
    case RolloutTerms::kSeen:
      return absl::StrCat(group, " is seen as it is");
    case RolloutTerms::kScaledUp:
      return "EDIT: one replica more";
    case RolloutTerms::kScaledDown:
      return "EDIT: one replica less";
    case RolloutTerms::kNewTemplate:
      return "EDIT: a new template";
    case RolloutTerms::kReverted:
      return "EDIT: back to the first template";
    case RolloutTerms::kPartitionUp:
      return "EDIT: the partition up by one";
    case RolloutTerms::kPartitionDown:
      return "EDIT: the partition down by one";
  }
  return "";
}

bool IsRolloutStepFromOutside(const WorldStep& step) {
  return step.kind == RolloutTerms::kNotReady || step.kind == RolloutTerms::kDeleted ||
         step.kind >= RolloutTerms::kScaledUp;
}

}  // namespace lws::internal
