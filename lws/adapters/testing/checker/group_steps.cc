#include "lws/adapters/testing/checker/group_steps.h"

#include <array>

#include "absl/time/time.h"
#include "lws/adapters/testing/checker/checked_group.h"
#include "lws/api/observed.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/pod_decision.h"
#include "lws/core/pod/restart.h"
#include "lws/core/pod/restart_policy.h"

namespace lws::internal {
namespace {

using Kind = GroupTerms::Kind;

class Stepper {
 public:
  Stepper(const GroupWorldOptions& options, const PackedState& state, absl::FunctionRef<void(const WorldStep&)> emit)
      : options_(options), from_(UnpackCheckedGroup(state)), emit_(emit) {}

  void All() {
    LookAtLeader();
    if (options_.policy == nullptr) LookAtWorker();
    RunLeader();
    RunWorkers();
    RunWorker();
    if (from_.faults < options_.faults) Faults();
    if (options_.template_changes && from_.set_revision == 0) {
      CheckedGroup next = from_;
      next.set_revision = 1;
      Emit(next, Kind::kTemplateChanged, 0, true);
    }
  }

 private:
  void Emit(CheckedGroup next, Kind kind, uint8_t law = 0, bool from_outside = false) {
    // Reset what no longer matters, so that equivalent states are equal.
    if (next.leader.phase == MemberPhase::kAbsent) {
      next.leader.restarted = next.leader.in_foreground = next.failed = next.is_owed = false;
      next.leader.revision = 0;
      next.workers.are_own = false;
      next.memory.leader = next.memory.leader_restarted = next.memory.worker = next.memory.worker_restarted = false;
      next.memory.owes_restart = next.worker.replaced = false;
    }
    if (!next.workers.exists) {
      next.workers.are_own = next.workers.stopping = next.worker.is_own = false;
      next.workers.revision = next.workers.size_revision = 0;
    }
    if (next.worker.phase == MemberPhase::kAbsent) {
      next.worker.is_own = next.worker.restarted = next.worker.replaced = false;
      next.worker.revision = 0;
    }
    if (law == 0) law = BrokenBy(next);
    emit_({PackCheckedGroup(next), kind, 0, law, from_outside});
  }

  uint8_t BrokenBy(const CheckedGroup& group) const {
    const bool serves = group.leader.phase == MemberPhase::kReady && CheckedWorkerBelongs(group) &&
                        group.worker.phase == MemberPhase::kReady;
    const bool is_mixed = group.workers.revision != group.leader.revision ||
                          group.workers.size_revision != group.leader.revision ||
                          group.worker.revision != group.leader.revision;
    if (serves && is_mixed) return GroupTerms::kMixedRevisions;
    return CountsAsReady(group) && group.worker.phase != MemberPhase::kReady ? GroupTerms::kNotReady : 0;
  }

  // Whether the status of the set counts the group as ready.
  bool CountsAsReady(const CheckedGroup& group) const {
    ObservedStatefulSet workers;
    workers.replicas = 1;
    workers.status_replicas = group.worker.phase != MemberPhase::kAbsent;
    workers.available_replicas = group.worker.phase == MemberPhase::kReady;
    GroupFrame frame;
    frame.planner_wants_workers = true;
    GroupSummary summary;
    summary.has_leader = group.leader.phase != MemberPhase::kAbsent;
    summary.leader_ready = group.leader.phase == MemberPhase::kReady;
    summary.has_workers = group.workers.exists;
    summary.workers_ready = group.workers.exists && options_.decisions.workers_ready(workers);
    return JudgeGroup(frame, summary).ready;
  }

  bool IsStarted() const {
    return from_.leader.phase == MemberPhase::kReady && from_.worker.phase == MemberPhase::kReady;
  }

  RestartFacts Facts(bool is_leader) const {
    RestartFacts facts;
    facts.policy_restarts = true;
    facts.is_leader = is_leader;
    const MemberPhase phase = is_leader ? from_.leader.phase : from_.worker.phase;
    facts.triggered =
        TriggersRestart(CheckedPodPhaseOf(phase), is_leader ? from_.leader.restarted : from_.worker.restarted,
                        phase == MemberPhase::kTerminating);
    facts.group_started = IsStarted();
    facts.leader_exists = from_.leader.phase != MemberPhase::kAbsent;
    facts.same_revision = is_leader || from_.worker.revision == from_.leader.revision;
    facts.belongs_to_leader = is_leader || CheckedWorkerBelongs(from_);
    facts.leader_terminating = from_.leader.phase == MemberPhase::kTerminating;
    return facts;
  }

  static CheckedGroup WithLeaderDeleted(CheckedGroup group, bool in_foreground) {
    group.leader.phase = MemberPhase::kTerminating;
    group.leader.in_foreground = in_foreground;
    group.failed = group.is_owed = false;  // the group is recreated in any case
    return group;
  }

  void Restart(const CheckedGroup& group) {
    Emit(WithLeaderDeleted(group, true), Kind::kRestarted, from_.failed ? 0 : GroupTerms::kRestartWithoutFailure);
  }

  void LookAtWorker() {
    if (from_.worker.phase == MemberPhase::kAbsent) return;
    if (options_.decisions.restart(Facts(false)).restart) Restart(from_);
  }

  void LookAtLeader() {
    if (from_.leader.phase == MemberPhase::kAbsent) return;
    const bool remembers = options_.policy != nullptr;
    const RestartDecision restart = remembers ? LookWithMemory() : options_.decisions.restart(Facts(true));
    const PodDecision decision = DecidePod(restart, /*is_leader=*/true, [this] { return DecideLeaderHere(); });
    if (restart.restart && !remembers) Restart(from_);
    if (decision.leader == DecisionReason::kWorkersMissing) CreateWorkers();
    if (decision.leader == DecisionReason::kWorkersExist && options_.decisions.patches_workers) {
      CheckedGroup next = from_;
      next.workers.revision = from_.set_revision;
      Emit(next, Kind::kWorkersWritten);
    }
  }

  DecisionReason DecideLeaderHere() const {
    LeaderFacts facts;
    facts.terminating = from_.leader.phase == MemberPhase::kTerminating;
    facts.waits_for_ready = options_.waits_for_leader && from_.leader.phase != MemberPhase::kReady;
    facts.has_revision = true;
    facts.has_workers = from_.workers.exists;
    return options_.decisions.leader(facts);
  }

  void CreateWorkers() {
    CheckedGroup next = from_;
    next.workers.exists = next.workers.are_own = true;
    next.workers.stopping = false;
    next.workers.revision = options_.decisions.template_of(from_.leader.revision, from_.set_revision);
    next.workers.size_revision = options_.decisions.size_of(from_.leader.revision, from_.set_revision);
    const bool too_early = options_.waits_for_leader && from_.leader.phase != MemberPhase::kReady;
    Emit(next, Kind::kWorkersCreated, too_early ? GroupTerms::kStartedTooEarly : 0);
  }

  GroupMembers Members() const {
    GroupMembers group;
    group.revision_key = "k";
    GroupMember leader;
    leader.uid = "leader";
    leader.restarts = from_.leader.restarted;
    leader.phase = CheckedPodPhaseOf(from_.leader.phase);
    leader.terminating = from_.leader.phase == MemberPhase::kTerminating;
    group.members.push_back(leader);
    if (from_.worker.phase == MemberPhase::kAbsent || !CheckedWorkerBelongs(from_)) return group;
    GroupMember worker;
    worker.index = 1;
    worker.uid = from_.worker.replaced ? "another worker" : "worker";
    worker.restarts = from_.worker.restarted;
    worker.phase = CheckedPodPhaseOf(from_.worker.phase);
    worker.terminating = from_.worker.phase == MemberPhase::kTerminating;
    group.members.push_back(worker);
    return group;
  }

  RestartMemory Memory() const {
    RestartMemory memory;
    memory.revision_key = "k";
    memory.leader_uid = from_.memory.leader ? "leader" : "a former leader";
    memory.owes_restart = memory.is_counted = from_.memory.owes_restart;
    memory.has_started = from_.memory.leader;
    if (from_.memory.leader) memory.members.push_back({0, "leader", from_.memory.leader_restarted});
    if (from_.memory.worker) memory.members.push_back({1, "worker", from_.memory.worker_restarted});
    return memory;
  }

  // Emits the step that keeps the memory, and the restart with and without keeping it.
  RestartDecision LookWithMemory() {
    const GroupRestartDecision decision = DecideGroupRestart(*options_.policy, Members(), Memory(), absl::UnixEpoch());
    CheckedGroup next = from_;
    if (decision.reason != GroupRestartReason::kAlreadyRestarting) {
      next.memory.leader = true;
      next.memory.leader_restarted = from_.leader.restarted;
      next.memory.worker = from_.worker.phase != MemberPhase::kAbsent && CheckedWorkerBelongs(from_);
      next.memory.worker_restarted = next.memory.worker && from_.worker.restarted;
      next.worker.replaced = false;
      next.memory.owes_restart = decision.memory.owes_restart;
    }
    Emit(next, Kind::kRemembered);
    if (decision.restart) {
      Restart(next);
      Restart(from_);  // the controller crashed before it kept the memory
    }
    return RestartDecisionOf(decision.reason);
  }

  // Steps of the StatefulSet of leaders, the kubelet, and the garbage collector.
  void RunLeader() {
    CheckedGroup next = from_;
    switch (from_.leader.phase) {
      case MemberPhase::kAbsent:
        next.leader.phase = MemberPhase::kPending;
        next.leader.revision = options_.partition_holds ? 0 : from_.set_revision;
        return Emit(next, Kind::kLeaderCreated);
      case MemberPhase::kPending:
        next.leader.phase = MemberPhase::kReady;
        Emit(next, Kind::kLeaderReady);
        break;
      case MemberPhase::kReady:
        break;
      case MemberPhase::kTerminating: {
        const bool is_blocked = from_.leader.in_foreground && from_.workers.exists && from_.workers.are_own;
        next.leader.phase = MemberPhase::kAbsent;
        if (!is_blocked) Emit(next, Kind::kLeaderGone);
        return;
      }
    }
    const bool is_old = from_.leader.revision != from_.set_revision && !options_.partition_holds;
    if (is_old) Emit(WithLeaderDeleted(from_, false), Kind::kLeaderReplaced);
  }

  void RunWorkers() {
    if (!from_.workers.exists) return;
    CheckedGroup next = from_;
    if (!from_.workers.are_own) {
      next.workers.exists = false;  // the worker itself is collected later
      return Emit(next, Kind::kWorkersGone);
    }
    const bool leader_goes = from_.leader.phase == MemberPhase::kTerminating && from_.leader.in_foreground;
    if (leader_goes && !from_.workers.stopping) {
      next.workers.stopping = true;
      return Emit(next, Kind::kWorkersStopping);
    }
    if (from_.workers.stopping && !(from_.worker.is_own && from_.worker.phase != MemberPhase::kAbsent)) {
      next.workers.exists = false;
      Emit(next, Kind::kWorkersGone);
    }
  }

  // If no look has seen the worker, its failures are forgotten with it.
  void Forget(CheckedGroup* next) const {
    if (options_.policy != nullptr && !from_.memory.worker && !from_.memory.owes_restart)
      next->is_owed = from_.leader.restarted;
  }

  void RunWorker() {
    CheckedGroup next = from_;
    if (from_.worker.phase == MemberPhase::kAbsent) {
      if (!from_.workers.exists || from_.workers.stopping) return;
      next.worker.phase = MemberPhase::kPending;
      next.worker.is_own = true;
      next.worker.revision = from_.workers.revision;
      next.worker.replaced = from_.memory.worker;
      return Emit(next, Kind::kWorkerCreated);
    }
    if (from_.worker.phase == MemberPhase::kTerminating) {
      next.worker.phase = MemberPhase::kAbsent;
      if (CheckedWorkerBelongs(from_)) Forget(&next);
      return Emit(next, Kind::kWorkerGone);
    }
    const bool is_orphan = !from_.workers.exists || !from_.worker.is_own;
    const bool is_old = from_.workers.exists && from_.worker.is_own && from_.worker.revision != from_.workers.revision;
    if (is_orphan || from_.workers.stopping || is_old) {
      next.worker.phase = MemberPhase::kTerminating;
      return Emit(next, Kind::kWorkerStopping);
    }
    if (from_.worker.phase != MemberPhase::kPending) return;
    next.worker.phase = MemberPhase::kReady;
    Emit(next, Kind::kWorkerReady);
  }

  // A member fails. `can_be_told` means that the pod itself shows the failure as long as it exists.
  void Fail(CheckedGroup next, Kind kind, bool is_member, bool can_be_told) {
    const bool remembers = options_.policy != nullptr;
    const bool is_owed = !remembers || can_be_told || from_.memory.worker;
    if (is_member && IsCheckedAlive(from_.leader.phase)) {
      next.failed = true;
      next.is_owed |= is_owed;
    }
    ++next.faults;
    Emit(next, kind, 0, true);
  }

  void Faults() {
    CheckedGroup next = from_;
    if (from_.leader.phase == MemberPhase::kReady && !from_.leader.restarted) {
      next.leader.restarted = true;
      Fail(next, Kind::kLeaderFails, true, true);
    }
    if (IsCheckedAlive(from_.leader.phase)) {
      next = WithLeaderDeleted(from_, false);
      Fail(next, Kind::kLeaderDeleted, false, true);
    }
    const bool is_member = CheckedWorkerBelongs(from_);
    next = from_;
    if (from_.worker.phase == MemberPhase::kReady && !from_.worker.restarted) {
      next.worker.restarted = true;
      Fail(next, Kind::kWorkerFails, is_member, true);
    }
    if (!options_.deletes_workers || !IsCheckedAlive(from_.worker.phase)) return;
    next = from_;
    next.worker.phase = MemberPhase::kTerminating;
    Fail(next, Kind::kWorkerDeleted, is_member, false);
    next.worker.phase = MemberPhase::kAbsent;
    if (is_member) Forget(&next);
    Fail(next, Kind::kWorkerLost, is_member, false);
  }

  const GroupWorldOptions& options_;
  const CheckedGroup from_;
  absl::FunctionRef<void(const WorldStep&)> emit_;
};

}  // namespace

void EmitGroupSteps(const GroupWorldOptions& options, const PackedState& state,
                    absl::FunctionRef<void(const WorldStep&)> emit) {
  Stepper(options, state, emit).All();
}

absl::string_view GroupStepText(uint8_t kind) {
  static constexpr std::array<absl::string_view, 21> kTexts = {
      "initial state",
      "the leader is created",
      "the leader is ready",
      "the leader is being replaced",
      "the leader is gone",
      "the workers' StatefulSet is created",
      "the workers' StatefulSet is written",
      "the workers' StatefulSet is stopping",
      "the workers' StatefulSet is gone",
      "the worker is created",
      "the worker is ready",
      "the worker is stopping",
      "the worker is gone",
      "the controller RESTARTS the group",
      "the controller remembers",
      "FAULT: the leader's container restarts",
      "FAULT: the worker's container restarts",
      "FAULT: the leader is deleted",
      "FAULT: the worker is deleted",
      "FAULT: the worker is lost",
      "EDIT: a new template",
  };
  return kind < kTexts.size() ? kTexts[kind] : "";
}

}  // namespace lws::internal
