#include "lws/adapters/testing/checker/group_world.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lws/adapters/testing/checker/packed_fields.h"

namespace lws::internal {
namespace {

using Kind = GroupWorld::Kind;

enum Phase : uint8_t { kAbsent, kPending, kReady, kTerminating };

struct Group {
  // Revisions are 0 and 1.
  Phase leader = kAbsent;
  bool leader_in_foreground = false;  // of its deletion
  int32_t leader_revision = 0;
  bool leader_restarted = false;

  bool has_workers = false;      // their StatefulSet
  bool workers_are_own = false;  // of the present leader, by UID
  bool workers_stopping = false;
  int32_t workers_revision = 0;
  int32_t workers_size = 0;  // the revision that it is from

  Phase worker = kAbsent;
  bool worker_is_own = false;  // of the present StatefulSet of workers
  int32_t worker_revision = 0;
  bool worker_restarted = false;
  bool worker_replaced = false;  // it has another UID than the one that is remembered

  // The controller's memory.
  bool knows_leader = false;  // the present one
  bool knows_leader_restarted = false;
  bool knows_worker = false;
  bool knows_worker_restarted = false;
  bool owes = false;

  // Of the present leader's life, and not answered yet: a member has failed, and that has to restart the group.
  bool failed = false;
  bool is_owed = false;
  int32_t set_revision = 0;
  int32_t faults = 0;
};

template <typename G, typename Field>
void ForEachField(G& group, const Field& field) {
  field(group.leader, 2);
  field(group.leader_in_foreground, 1);
  field(group.leader_revision, 1);
  field(group.leader_restarted, 1);
  field(group.has_workers, 1);
  field(group.workers_are_own, 1);
  field(group.workers_stopping, 1);
  field(group.workers_revision, 1);
  field(group.workers_size, 1);
  field(group.worker, 2);
  field(group.worker_is_own, 1);
  field(group.worker_revision, 1);
  field(group.worker_restarted, 1);
  field(group.worker_replaced, 1);
  field(group.knows_leader, 1);
  field(group.knows_leader_restarted, 1);
  field(group.knows_worker, 1);
  field(group.knows_worker_restarted, 1);
  field(group.owes, 1);
  field(group.failed, 1);
  field(group.is_owed, 1);
  field(group.set_revision, 1);
  field(group.faults, 2);
}

Group Unpack(const PackedState& state) {
  Group group;
  UnpackFields(state.now, 0, &group);
  return group;
}

bool IsAlive(Phase phase) { return phase == kPending || phase == kReady; }

PodPhase PodPhaseOf(Phase phase) { return phase == kPending ? PodPhase::kPending : PodPhase::kRunning; }

bool WorkerBelongs(const Group& group) { return group.has_workers && group.workers_are_own && group.worker_is_own; }

class Stepper {
 public:
  Stepper(const GroupWorldOptions& options, const PackedState& state, absl::FunctionRef<void(const WorldStep&)> emit)
      : options_(options), from_(Unpack(state)), emit_(emit) {}

  void All() {
    LookAtLeader();
    if (options_.policy == nullptr) LookAtWorker();
    RunLeader();
    RunWorkers();
    RunWorker();
    if (from_.faults < options_.faults) Faults();
    if (options_.template_changes && from_.set_revision == 0) {
      Group next = from_;
      next.set_revision = 1;
      Emit(next, Kind::kTemplateChanged, 0, true);
    }
  }

 private:
  void Emit(Group next, Kind kind, uint8_t law = 0, bool from_outside = false) {
    // What nobody can tell any more is made equal.
    if (next.leader == kAbsent) {
      next.leader_restarted = next.leader_in_foreground = next.failed = next.is_owed = false;
      next.leader_revision = 0;
      next.workers_are_own = false;
      next.knows_leader = next.knows_leader_restarted = next.knows_worker = next.knows_worker_restarted = false;
      next.owes = next.worker_replaced = false;
    }
    if (!next.has_workers) {
      next.workers_are_own = next.workers_stopping = next.worker_is_own = false;
      next.workers_revision = next.workers_size = 0;
    }
    if (next.worker == kAbsent) {
      next.worker_is_own = next.worker_restarted = next.worker_replaced = false;
      next.worker_revision = 0;
    }
    if (law == 0) law = BrokenBy(next);
    emit_({{PackFields(next, 0), 0}, kind, 0, law, from_outside});
  }

  uint8_t BrokenBy(const Group& group) const {
    const bool serves = group.leader == kReady && WorkerBelongs(group) && group.worker == kReady;
    const bool is_mixed = group.workers_revision != group.leader_revision ||
                          group.workers_size != group.leader_revision || group.worker_revision != group.leader_revision;
    if (serves && is_mixed) return GroupWorld::kMixedRevisions;
    return CountsAsReady(group) && group.worker != kReady ? GroupWorld::kNotReady : 0;
  }

  // As the status of the set has it.
  bool CountsAsReady(const Group& group) const {
    ObservedStatefulSet workers;
    workers.replicas = 1;
    workers.status_replicas = group.worker != kAbsent;
    workers.available_replicas = group.worker == kReady;
    GroupFrame frame;
    frame.planner_wants_workers = true;
    GroupSummary summary;
    summary.has_leader = group.leader != kAbsent;
    summary.leader_ready = group.leader == kReady;
    summary.has_workers = group.has_workers;
    summary.workers_ready = group.has_workers && options_.decisions.workers_ready(workers);
    return JudgeGroup(frame, summary).ready;
  }

  bool IsStarted() const { return from_.leader == kReady && from_.worker == kReady; }

  RestartFacts Facts(bool is_leader) const {
    RestartFacts facts;
    facts.policy_restarts = true;
    facts.is_leader = is_leader;
    const Phase phase = is_leader ? from_.leader : from_.worker;
    facts.triggered = TriggersRestart(PodPhaseOf(phase), is_leader ? from_.leader_restarted : from_.worker_restarted,
                                      phase == kTerminating);
    facts.group_started = IsStarted();
    facts.leader_exists = from_.leader != kAbsent;
    facts.same_revision = is_leader || from_.worker_revision == from_.leader_revision;
    facts.belongs_to_leader = is_leader || WorkerBelongs(from_);
    facts.leader_terminating = from_.leader == kTerminating;
    return facts;
  }

  static Group WithLeaderDeleted(Group group, bool in_foreground) {
    group.leader = kTerminating;
    group.leader_in_foreground = in_foreground;
    group.failed = group.is_owed = false;  // whatever it was, the group is made anew
    return group;
  }

  void Restart(const Group& group) {
    Emit(WithLeaderDeleted(group, true), Kind::kRestarted, from_.failed ? 0 : GroupWorld::kRestartWithoutFailure);
  }

  void LookAtWorker() {
    if (from_.worker == kAbsent) return;
    if (options_.decisions.restart(Facts(false)).restart) Restart(from_);
  }

  void LookAtLeader() {
    if (from_.leader == kAbsent) return;
    if (options_.policy == nullptr) {
      const RestartDecision decision = options_.decisions.restart(Facts(true));
      if (decision.restart) Restart(from_);
      if (decision.stop) return;
    } else if (LookWithMemory()) {
      return;
    }
    LeaderFacts facts;
    facts.terminating = from_.leader == kTerminating;
    facts.waits_for_ready = options_.waits_for_leader && from_.leader != kReady;
    facts.has_revision = true;
    facts.has_workers = from_.has_workers;
    const DecisionReason reason = options_.decisions.leader(facts);
    if (reason == DecisionReason::kWorkersMissing) CreateWorkers();
    if (reason == DecisionReason::kWorkersExist && options_.decisions.patches_workers) {
      Group next = from_;
      next.workers_revision = from_.set_revision;
      Emit(next, Kind::kWorkersWritten);
    }
  }

  void CreateWorkers() {
    Group next = from_;
    next.has_workers = next.workers_are_own = true;
    next.workers_stopping = false;
    next.workers_revision = options_.decisions.template_of(from_.leader_revision, from_.set_revision);
    next.workers_size = options_.decisions.size_of(from_.leader_revision, from_.set_revision);
    const bool too_early = options_.waits_for_leader && from_.leader != kReady;
    Emit(next, Kind::kWorkersCreated, too_early ? GroupWorld::kStartedTooEarly : 0);
  }

  GroupMembers Members() const {
    GroupMembers group;
    group.revision_key = "k";
    GroupMember leader;
    leader.uid = "leader";
    leader.restarts = from_.leader_restarted;
    leader.phase = PodPhaseOf(from_.leader);
    leader.terminating = from_.leader == kTerminating;
    group.members.push_back(leader);
    if (from_.worker == kAbsent || !WorkerBelongs(from_)) return group;
    GroupMember worker;
    worker.index = 1;
    worker.uid = from_.worker_replaced ? "another worker" : "worker";
    worker.restarts = from_.worker_restarted;
    worker.phase = PodPhaseOf(from_.worker);
    worker.terminating = from_.worker == kTerminating;
    group.members.push_back(worker);
    return group;
  }

  RestartMemory Memory() const {
    RestartMemory memory;
    memory.revision_key = "k";
    memory.leader_uid = from_.knows_leader ? "leader" : "a former leader";
    memory.owes_restart = memory.is_counted = from_.owes;
    memory.has_started = from_.knows_leader;
    if (from_.knows_leader) memory.members.push_back({0, "leader", from_.knows_leader_restarted});
    if (from_.knows_worker) memory.members.push_back({1, "worker", from_.knows_worker_restarted});
    return memory;
  }

  // True when the group is on its way, and nothing else is to be done.
  bool LookWithMemory() {
    const RestartVerdict verdict = DecideGroupRestart(*options_.policy, Members(), Memory(), absl::UnixEpoch());
    Group next = from_;
    if (verdict.reason != RestartReason::kAlreadyRestarting) {
      next.knows_leader = true;
      next.knows_leader_restarted = from_.leader_restarted;
      next.knows_worker = from_.worker != kAbsent && WorkerBelongs(from_);
      next.knows_worker_restarted = next.knows_worker && from_.worker_restarted;
      next.worker_replaced = false;
      next.owes = verdict.memory.owes_restart;
    }
    Emit(next, Kind::kRemembered);
    if (verdict.restart) {
      Restart(next);
      Restart(from_);  // and crashed before the memory was kept
    }
    return verdict.restart || verdict.reason == RestartReason::kAlreadyRestarting;
  }

  // The StatefulSet of leaders, the kubelet, and the garbage collector.
  void RunLeader() {
    Group next = from_;
    switch (from_.leader) {
      case kAbsent:
        next.leader = kPending;
        next.leader_revision = options_.partition_holds ? 0 : from_.set_revision;
        return Emit(next, Kind::kLeaderCreated);
      case kPending:
        next.leader = kReady;
        Emit(next, Kind::kLeaderReady);
        break;
      case kReady:
        break;
      case kTerminating: {
        const bool is_blocked = from_.leader_in_foreground && from_.has_workers && from_.workers_are_own;
        next.leader = kAbsent;
        if (!is_blocked) Emit(next, Kind::kLeaderGone);
        return;
      }
    }
    const bool is_old = from_.leader_revision != from_.set_revision && !options_.partition_holds;
    if (is_old) Emit(WithLeaderDeleted(from_, false), Kind::kLeaderReplaced);
  }

  void RunWorkers() {
    if (!from_.has_workers) return;
    Group next = from_;
    if (!from_.workers_are_own) {
      next.has_workers = false;  // the worker is collected by itself
      return Emit(next, Kind::kWorkersGone);
    }
    const bool leader_goes = from_.leader == kTerminating && from_.leader_in_foreground;
    if (leader_goes && !from_.workers_stopping) {
      next.workers_stopping = true;
      return Emit(next, Kind::kWorkersStopping);
    }
    if (from_.workers_stopping && !(from_.worker_is_own && from_.worker != kAbsent)) {
      next.has_workers = false;
      Emit(next, Kind::kWorkersGone);
    }
  }

  // A worker that nobody has looked at takes its failures with it.
  void Forget(Group* next) const {
    if (options_.policy != nullptr && !from_.knows_worker && !from_.owes) next->is_owed = from_.leader_restarted;
  }

  void RunWorker() {
    Group next = from_;
    if (from_.worker == kAbsent) {
      if (!from_.has_workers || from_.workers_stopping) return;
      next.worker = kPending;
      next.worker_is_own = true;
      next.worker_revision = from_.workers_revision;
      next.worker_replaced = from_.knows_worker;
      return Emit(next, Kind::kWorkerCreated);
    }
    if (from_.worker == kTerminating) {
      next.worker = kAbsent;
      if (WorkerBelongs(from_)) Forget(&next);
      return Emit(next, Kind::kWorkerGone);
    }
    const bool is_orphan = !from_.has_workers || !from_.worker_is_own;
    const bool is_old = from_.has_workers && from_.worker_is_own && from_.worker_revision != from_.workers_revision;
    if (is_orphan || from_.workers_stopping || is_old) {
      next.worker = kTerminating;
      return Emit(next, Kind::kWorkerStopping);
    }
    if (from_.worker != kPending) return;
    next.worker = kReady;
    Emit(next, Kind::kWorkerReady);
  }

  // A member of a life that goes on has failed; `can_be_told` when it shows on the pod itself for as long as it is
  // there.
  void Fail(Group next, Kind kind, bool is_member, bool can_be_told) {
    const bool remembers = options_.policy != nullptr;
    const bool is_owed = !remembers || can_be_told || from_.knows_worker;
    if (is_member && IsAlive(from_.leader)) {
      next.failed = true;
      next.is_owed |= is_owed;
    }
    ++next.faults;
    Emit(next, kind, 0, true);
  }

  void Faults() {
    Group next = from_;
    if (from_.leader == kReady && !from_.leader_restarted) {
      next.leader_restarted = true;
      Fail(next, Kind::kLeaderFails, true, true);
    }
    if (IsAlive(from_.leader)) {
      next = WithLeaderDeleted(from_, false);
      Fail(next, Kind::kLeaderDeleted, false, true);
    }
    const bool is_member = WorkerBelongs(from_);
    next = from_;
    if (from_.worker == kReady && !from_.worker_restarted) {
      next.worker_restarted = true;
      Fail(next, Kind::kWorkerFails, is_member, true);
    }
    if (!options_.deletes_workers || !IsAlive(from_.worker)) return;
    next = from_;
    next.worker = kTerminating;
    Fail(next, Kind::kWorkerDeleted, is_member, false);
    next.worker = kAbsent;
    if (is_member) Forget(&next);
    Fail(next, Kind::kWorkerLost, is_member, false);
  }

  const GroupWorldOptions& options_;
  const Group from_;
  absl::FunctionRef<void(const WorldStep&)> emit_;
};

absl::string_view KindText(uint8_t kind) {
  static constexpr std::array<absl::string_view, 21> kTexts = {
      "so it begins",
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

absl::string_view PhaseText(Phase phase) {
  static constexpr std::array<absl::string_view, 4> kTexts = {".", "pending", "ready", "terminating"};
  return kTexts[phase];
}

}  // namespace

GroupWorld::State GroupWorld::Beginning() const { return {PackFields(Group(), 0), 0}; }

void GroupWorld::Steps(const State& state, absl::FunctionRef<void(const WorldStep&)> emit) const {
  Stepper(options_, state, emit).All();
}

bool GroupWorld::IsSettled(const State& state) const {
  const Group group = Unpack(state);
  const int32_t revision = options_.partition_holds ? 0 : group.set_revision;
  return group.leader == kReady && group.worker == kReady && WorkerBelongs(group) && !group.is_owed &&
         group.leader_revision == revision && group.worker_revision == revision;
}

std::string GroupWorld::Draw(const std::vector<WorldStep>& steps) const {
  std::string text;
  for (size_t i = 0; i < steps.size(); ++i) {
    const Group group = Unpack(steps[i].next);
    const std::string workers =
        group.has_workers ? absl::StrCat(group.workers_are_own ? "own" : "former", " r", group.workers_revision) : ".";
    const auto pod = [](Phase phase, int32_t revision, bool restarted) {
      if (phase == kAbsent) return std::string(".");
      return absl::StrCat(PhaseText(phase), " r", revision, restarted ? " restarted" : "");
    };
    absl::StrAppendFormat(&text, "%3d  %-38s leader [%s] workers [%s] worker [%s%s]%s\n", i, KindText(steps[i].kind),
                          pod(group.leader, group.leader_revision, group.leader_restarted), workers,
                          pod(group.worker, group.worker_revision, group.worker_restarted),
                          group.worker != kAbsent && !WorkerBelongs(group) ? " former" : "",
                          group.is_owed ? "  a restart is owed" : "");
  }
  return text;
}

absl::string_view GroupWorld::LawText(uint8_t law) {
  switch (law) {
    case kRestartWithoutFailure:
      return "a group is restarted, and no member of it had failed";
    case kMixedRevisions:
      return "a group serves in two revisions";
    case kNotReady:
      return "a group counts as ready, and its worker is not";
    case kStartedTooEarly:
      return "workers are made before their leader is ready";
    case kStuck:
      return "nothing goes on, and something is missing: a part of the group, or a restart";
    case kForEver:
      return "it may go on for ever";
  }
  return "";
}

}  // namespace lws::internal
