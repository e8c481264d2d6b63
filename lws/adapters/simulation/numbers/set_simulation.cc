#include "lws/adapters/simulation/numbers/set_simulation.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/numbers/leader_rollout.h"
#include "lws/adapters/simulation/numbers/node_outages.h"
#include "lws/adapters/simulation/numbers/timer_wheel.h"
#include "lws/adapters/simulation/set_admission.h"
#include "lws/api/applied_fields.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/pod_name.h"
#include "lws/core/desired/set_digest.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/plan/action_object.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/pod_decision.h"
#include "lws/core/pod/restart.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::AppliedCore;
using internal::DecidePod;
using internal::GroupFacts;
using internal::LeaderRollout;
using internal::NodeOutages;
using internal::PodDecision;
using internal::SimulationFaults;
using internal::TimerWheel;
using simulation::DelayRange;

namespace {

constexpr char kUid[] = "00000000-0000-4000-8000-000000000000";

// Of a group.
constexpr int32_t kMaxSize = 65535;

// What UIDs are made of, besides the life.
enum class UidKind : uint32_t { kPod = 1, kStatefulSet = 2 };

PackedUid Uid(UidKind kind, int32_t group, int32_t worker, uint32_t life) {
  return {{static_cast<uint32_t>(kind), static_cast<uint32_t>(group), static_cast<uint32_t>(worker), life}};
}

struct Pod {
  uint32_t life = 0;       // how many there were of the name
  uint32_t told_life = 0;  // of the one that the controller knows; 0: none
  uint16_t node = 0;
  uint8_t pulls = 0;  // that failed
  bool exists : 1;
  bool started : 1;
  bool ready : 1;
  bool restarted : 1;
  bool stopping : 1;
  bool is_former : 1;     // a worker of a former StatefulSet
  bool is_lost : 1;       // it was ready when its node was lost
  bool told_failing : 1;  // the controller knows that it fails

  Pod() : exists(), started(), ready(), restarted(), stopping(), is_former(), is_lost(), told_failing() {}
};
static_assert(sizeof(Pod) == 12, "a pod is packed");

struct Group {
  uint32_t workers_life = 0;  // how many worker StatefulSets there were
  RevisionId leader_revision = 0;
  RevisionId workers_revision = 0;
  bool has_workers = false;       // their StatefulSet
  bool workers_stopping = false;  // it goes when its pods are gone
  bool restarts = false;          // the leader goes when its dependents are gone
  bool leader_stopped = false;    // its containers have ended
  uint64_t leader_version = 0;    // the resource version of the leader
  bool is_kept_back = false;      // by the watches
  int32_t members = 0;            // pods of the StatefulSet
  int32_t ready_members = 0;
};

enum class TimerKind : uint8_t {
  // Of a pod.
  kStart,
  kBecomeReady,
  kStop,
  // Of a group.
  kTellGroup,
  // Of a node: its number is in the place of the group, that of the outage in the place of the life.
  kNodeLost,
  kNodeBack,
  kNodeGone,
  kList,
  kLook,
};

// From the kubelet's last word until its node counts as lost, and from there until the node is taken away.
constexpr absl::Duration kNodeMonitorGracePeriod = absl::Seconds(40);
constexpr absl::Duration kNodeRemoval = absl::Minutes(5);
// After a pull that fails, doubling.
constexpr absl::Duration kFirstPullBackoff = absl::Seconds(10);
constexpr absl::Duration kMostPullBackoff = absl::Minutes(5);

struct SimulationErrors {
  absl::Status plan;  // of the last plan
  absl::Status
      broken;  // the first thing that the simulation did and that cannot be: what comes after it is worth nothing

  void Keep(const absl::Status& status) { broken.Update(status); }
  const absl::Status& Latest() const { return broken.ok() ? plan : broken; }
};

struct Timer {
  int32_t group;
  uint32_t life;
  uint16_t worker;
  TimerKind kind;
};

}  // namespace

class SetSimulation::State {
 public:
  State(SetSimulationOptions options, std::function<void(const Event&)> on_event)
      : options_(std::move(options)),
        on_event_(std::move(on_event)),
        random_(options_.seed),
        nodes_(options_.nodes),
        leaders_(options_.max_unavailable_statefulset) {
    if (options_.faults.until > absl::ZeroDuration()) ListLater();
  }

  absl::Status Create(const Json& manifest);
  absl::Status Edit(const Json& patch);
  bool FailContainer(int32_t group, int32_t worker);
  bool DeletePod(int32_t group, int32_t worker);
  bool FailNode(int32_t node, absl::Duration outage);
  absl::Status BreakImage();
  void List();
  bool Advance(absl::Time limit);
  absl::Time now() const { return options_.start + absl::Milliseconds(timers_.now()); }
  SetSimulationCounts counts() const;
  GroupState StateOf(int32_t group) const;
  GroupTruth TruthOf(int32_t group) const;
  int64_t failures() const { return failures_; }
  bool on_delete() const { return leaders_.spec().on_delete; }
  int64_t steps() const { return steps_; }

  SimulationErrors errors;

 private:
  Pod& PodOf(int32_t group, int32_t worker) { return pods_[static_cast<size_t>(group) * size_ + worker]; }

  int64_t Draw(const DelayRange& range);
  void Later(int64_t delay, TimerKind kind, int32_t group, int32_t worker);

  bool Has(int32_t group, int32_t worker) const {
    return group >= 0 && group < static_cast<int32_t>(groups_.size()) && worker >= 0 && worker < size_;
  }
  // Calls visit(group, worker) for the pods that are on the node.
  template <typename Visit>
  void ForEachPodOn(uint16_t node, const Visit& visit);

  // What becomes of members.
  void StartPod(int32_t group, int32_t worker);
  void StopPod(int32_t group, int32_t worker);
  void Run(const Timer& timer);
  void RunPod(const Timer& timer);
  void PullOrStart(int32_t group, int32_t worker);
  void SetReady(int32_t group, int32_t worker, bool ready);
  void RunNode(const Timer& timer);
  void EndPod(int32_t group, int32_t worker);
  void RemoveLeader(int32_t group);
  void CreateWorkers(int32_t group);
  void RemoveWorkers(int32_t group);
  void RestartGroup(const Member& member);
  void CreateWorkersOf(const Member& member);
  bool IsSeen(const Member& member) const;
  void Retry(const Member& member);
  bool StopGroup(int32_t group);
  // What the watches tell, sooner or later.
  void TellPod(int32_t group, int32_t worker);
  void TellWorkers(int32_t group);
  void TellPodNow(int32_t group, int32_t worker);
  void TellWorkersNow(int32_t group);
  void TellGroupNow(int32_t group);
  void ListLater();

  // What goes wrong.
  bool IsFaulty() const { return absl::Milliseconds(timers_.now()) < options_.faults.until; }
  // Counts the group when it was steady until what is to befall it now.
  void CountFailure(int32_t group);
  bool Happens(int32_t chance) { return chance > 0 && static_cast<int32_t>(random_() % 1000) < chance; }
  // True when the watches keep what changes in the group back.
  bool IsKeptBack(int32_t group);
  enum class Write { kDone, kNotDone, kAnswerLost };
  Write WriteOutcome();
  void Crash();

  // What the controllers do.
  void Settle();
  void SyncLeaders();
  void LookAtPod(const Member& member);
  absl::Duration DrawClockError();
  void LookAgain(absl::Duration after);
  void DecideSet();
  bool Perform(const Action& action);
  void ApplyLeaders(const ActionObject& object);
  void TellLeaders();
  void AdoptSet(LeaderWorkerSet set);

  const SetSimulationOptions options_;
  const std::function<void(const Event&)> on_event_;
  std::mt19937_64 random_;
  TimerWheel<Timer> timers_;
  std::vector<Timer> due_;
  NodeOutages<Timer> nodes_;
  std::vector<RevisionId> broken_images_;  // of these revisions

  Fleet fleet_;
  uint32_t set_number_ = 0;
  const GroupFacts* facts_ = nullptr;  // kept up to date by the fleet
  std::optional<LeaderWorkerSet> set_;
  int32_t size_ = 1;
  std::vector<Group> groups_;
  std::vector<Pod> pods_;
  int64_t pods_created_ = 0;
  int64_t restarts_ = 0;
  uint64_t next_version_ = 1;
  int64_t steps_ = 0;
  int64_t failures_ = 0;
  bool crashed_ = false;
  absl::Duration clock_error_;  // of the controller

  LeaderRollout leaders_;
  LeaderRollout::Work work_;
  bool leaders_exist_ = false;
  bool leaders_due_ = false;
  ObservedStatefulSet observed_leaders_;
  SharedJson base_;  // of what was applied last

  // Looks.
  bool set_due_ = false;
  int64_t next_pass_ = 0;
  int64_t next_look_ = 0;  // that the last plan asked for
  std::shared_ptr<const RolloutProgress> rollout_progress_;
  std::vector<uint32_t> due_sets_;
  std::vector<Member> due_pods_;
  std::vector<FleetName> due_names_;
  std::vector<Member> waiting_;  // leaders whose revision is not there yet
};

int64_t SetSimulation::State::Draw(const DelayRange& range) {
  const int64_t least = absl::ToInt64Milliseconds(range.least);
  const int64_t most = absl::ToInt64Milliseconds(range.most);
  return least + static_cast<int64_t>(random_() % static_cast<uint64_t>(most - least + 1));
}

void SetSimulation::State::Later(int64_t delay, TimerKind kind, int32_t group, int32_t worker) {
  timers_.Add(timers_.now() + delay, {group, PodOf(group, worker).life, static_cast<uint16_t>(worker), kind});
}

// A group is told as it is at one time: leaders and workers that are seen apart may look ready together when they never
// were, which no controller can tell.
bool SetSimulation::State::IsKeptBack(int32_t group) {
  Group& state = groups_[group];
  if (state.is_kept_back) return true;
  if (!IsFaulty()) return false;
  const SimulationFaults& faults = options_.faults;
  state.is_kept_back = Happens(faults.lost);
  if (state.is_kept_back) return true;  // until the next list
  state.is_kept_back = Happens(faults.late);
  if (state.is_kept_back || Happens(faults.twice)) {
    const int64_t most = std::max<int64_t>(1, absl::ToInt64Milliseconds(faults.most_late));
    Later(1 + static_cast<int64_t>(random_() % static_cast<uint64_t>(most)), TimerKind::kTellGroup, group, 0);
  }
  return state.is_kept_back;
}

void SetSimulation::State::TellPod(int32_t group, int32_t worker) {
  if (worker == 0) groups_[group].leader_version = next_version_++;
  if (!IsKeptBack(group)) TellPodNow(group, worker);
}

void SetSimulation::State::TellWorkers(int32_t group) {
  if (!IsKeptBack(group)) TellWorkersNow(group);
}

void SetSimulation::State::TellGroupNow(int32_t group) {
  groups_[group].is_kept_back = false;
  for (int32_t worker = 0; worker < size_; ++worker) {
    if (PodOf(group, worker).life > 0) TellPodNow(group, worker);
  }
  if (groups_[group].workers_life > 0) TellWorkersNow(group);
}

void SetSimulation::State::List() {
  for (int32_t group = 0; group < static_cast<int32_t>(groups_.size()); ++group) TellGroupNow(group);
}

void SetSimulation::State::ListLater() {
  timers_.Add(timers_.now() + absl::ToInt64Milliseconds(options_.faults.list_every), {-1, 0, 0, TimerKind::kList});
}

SetSimulation::State::Write SetSimulation::State::WriteOutcome() {
  ++steps_;
  if (!IsFaulty()) return Write::kDone;
  if (Happens(options_.faults.crash)) {
    crashed_ = true;
    return Write::kNotDone;
  }
  if (Happens(options_.faults.refused) || Happens(options_.faults.conflict)) return Write::kNotDone;
  return Happens(options_.faults.answer_lost) ? Write::kAnswerLost : Write::kDone;
}

// The next controller lists everything, and looks at all of it.
void SetSimulation::State::Crash() {
  crashed_ = false;
  rollout_progress_ = nullptr;
  List();
  set_due_ = true;
  for (int32_t group = 0; group < static_cast<int32_t>(groups_.size()); ++group) {
    for (int32_t worker = 0; worker < size_; ++worker) waiting_.push_back({set_number_, group, worker});
  }
}

void SetSimulation::State::TellPodNow(int32_t group, int32_t worker) {
  ++steps_;
  Pod& pod = PodOf(group, worker);
  pod.told_life = pod.exists ? pod.life : 0;
  pod.told_failing = pod.exists && (pod.restarted || pod.stopping);
  PodFacts facts;
  facts.member = {set_number_, group, worker};
  facts.exists = pod.exists;
  facts.phase = pod.started ? PodPhase::kRunning : PodPhase::kPending;
  facts.has_ready_condition = pod.ready;
  facts.restarted = pod.restarted;
  facts.terminating = pod.stopping;
  facts.revision = worker == 0 ? groups_[group].leader_revision : groups_[group].workers_revision;
  facts.node = 1;
  facts.resource_version = worker == 0 ? groups_[group].leader_version : next_version_++;
  facts.uid = Uid(UidKind::kPod, group, worker, pod.life);
  facts.owner_uid = Uid(UidKind::kStatefulSet, group, 0, groups_[group].workers_life);
  errors.Keep(fleet_.TellPods({&facts, 1}));
}

void SetSimulation::State::TellWorkersNow(int32_t group) {
  ++steps_;
  const Group& state = groups_[group];
  WorkersFacts facts;
  facts.set = set_number_;
  facts.group = group;
  facts.exists = state.has_workers;
  facts.terminating = state.workers_stopping;
  facts.revision = state.workers_revision;
  facts.replicas = size_ - 1;
  facts.status_replicas = state.members;
  facts.available_replicas = state.ready_members;
  facts.uid = Uid(UidKind::kStatefulSet, group, 0, state.workers_life);
  facts.leader_uid = Uid(UidKind::kPod, group, 0, PodOf(group, 0).life);
  errors.Keep(fleet_.TellWorkers({&facts, 1}));
}

void SetSimulation::State::StartPod(int32_t group, int32_t worker) {
  Pod& pod = PodOf(group, worker);
  const Pod before = pod;
  pod = Pod();
  pod.life = before.life + 1;
  pod.told_life = before.told_life;
  pod.told_failing = before.told_failing;
  pod.node = nodes_.Next();
  pod.exists = true;
  ++pods_created_;
  if (worker > 0) ++groups_[group].members;
  TellPod(group, worker);
  const int64_t pull = Draw(options_.pull);  // in this order on every compiler
  const bool is_slow = IsFaulty() && Happens(options_.faults.slow_image);
  Later(pull * (is_slow ? 10 : 1) + Draw(options_.kubelet.start), TimerKind::kStart, group, worker);
}

// The pod is deleted: it goes when its containers have ended.
void SetSimulation::State::StopPod(int32_t group, int32_t worker) {
  Pod& pod = PodOf(group, worker);
  if (!pod.exists || pod.stopping) return;
  pod.stopping = true;
  TellPod(group, worker);
  Later(Draw(options_.kubelet.stop), TimerKind::kStop, group, worker);
}

void SetSimulation::State::Run(const Timer& timer) {
  ++steps_;
  switch (timer.kind) {
    case TimerKind::kStart:
    case TimerKind::kBecomeReady:
    case TimerKind::kStop:
      return RunPod(timer);
    case TimerKind::kNodeLost:
    case TimerKind::kNodeBack:
    case TimerKind::kNodeGone:
      return RunNode(timer);
    case TimerKind::kTellGroup:
      return TellGroupNow(timer.group);
    case TimerKind::kList:
      if (IsFaulty()) ListLater();
      return List();
    case TimerKind::kLook:
      set_due_ |= timers_.now() == next_look_;
  }
}

void SetSimulation::State::RunPod(const Timer& timer) {
  const Pod& pod = PodOf(timer.group, timer.worker);
  if (!pod.exists || pod.life != timer.life) return;
  if (!nodes_.Runs(pod.node)) return nodes_.Wait(pod.node, timer);
  if (timer.kind == TimerKind::kStop) return EndPod(timer.group, timer.worker);
  if (pod.stopping) return;
  if (timer.kind == TimerKind::kStart) return PullOrStart(timer.group, timer.worker);
  if (!pod.ready) SetReady(timer.group, timer.worker, true);
}

void SetSimulation::State::PullOrStart(int32_t group, int32_t worker) {
  Pod& pod = PodOf(group, worker);
  const RevisionId revision = worker == 0 ? groups_[group].leader_revision : groups_[group].workers_revision;
  const bool is_broken = std::find(broken_images_.begin(), broken_images_.end(), revision) != broken_images_.end();
  if (is_broken && IsFaulty()) {
    const absl::Duration backoff = std::min(kMostPullBackoff, kFirstPullBackoff * (1 << std::min<int>(pod.pulls, 5)));
    ++pod.pulls;
    return Later(absl::ToInt64Milliseconds(backoff), TimerKind::kStart, group, worker);
  }
  pod.started = true;
  TellPod(group, worker);
  Later(Draw(options_.kubelet.ready), TimerKind::kBecomeReady, group, worker);
}

// And tells so. REQUIRES: it was not.
void SetSimulation::State::SetReady(int32_t group, int32_t worker, bool ready) {
  Pod& pod = PodOf(group, worker);
  pod.ready = ready;
  TellPod(group, worker);
  if (worker == 0) {
    leaders_.SetReady(group, ready);
    leaders_due_ = true;
  } else if (!pod.is_former) {
    groups_[group].ready_members += ready ? 1 : -1;
    TellWorkers(group);
  }
}

template <typename Visit>
void SetSimulation::State::ForEachPodOn(uint16_t node, const Visit& visit) {
  for (size_t i = 0; i < pods_.size(); ++i) {
    const bool is_there = pods_[i].exists && pods_[i].node == node;
    if (is_there) visit(static_cast<int32_t>(i / size_), static_cast<int32_t>(i % size_));
  }
}

void SetSimulation::State::RunNode(const Timer& timer) {
  const uint16_t node = static_cast<uint16_t>(timer.group);
  if (!nodes_.IsDuring(node, timer.life)) return;
  if (timer.kind == TimerKind::kNodeLost) {
    ForEachPodOn(node, [this](int32_t group, int32_t worker) {
      if (!PodOf(group, worker).ready) return;
      CountFailure(group);
      PodOf(group, worker).is_lost = true;
      SetReady(group, worker, false);
    });
    return;
  }
  const std::vector<Timer> waiting = nodes_.End(node);
  if (timer.kind == TimerKind::kNodeGone) {
    // With the node go its pods, wherever they were in their lives.
    ForEachPodOn(node, [this](int32_t group, int32_t worker) { EndPod(group, worker); });
    return;
  }
  for (const Timer& waited : waiting) timers_.Add(timers_.now() + 1, waited);
  ForEachPodOn(node, [this](int32_t group, int32_t worker) {
    Pod& pod = PodOf(group, worker);
    const bool returns = pod.is_lost && !pod.stopping;
    pod.is_lost = false;
    if (returns && !pod.ready) SetReady(group, worker, true);
  });
}

void SetSimulation::State::CountFailure(int32_t group) {
  const GroupTruth truth = TruthOf(group);
  failures_ += truth.ready && !truth.leaving;
}

// The containers of the pod have ended.
void SetSimulation::State::EndPod(int32_t group, int32_t worker) {
  Group& state = groups_[group];
  if (worker == 0) {
    state.leader_stopped = true;
    if (!state.restarts || !state.has_workers) RemoveLeader(group);
    return;
  }
  Pod& pod = PodOf(group, worker);
  const Pod before = pod;
  pod.exists = false;
  TellPod(group, worker);
  if (!before.is_former) {
    --state.members;
    state.ready_members -= before.ready;
    TellWorkers(group);
  }
  if (!state.has_workers) return;
  if (!state.workers_stopping) {
    StartPod(group, worker);
    TellWorkers(group);
  } else if (state.members == 0) {
    RemoveWorkers(group);
    if (state.leader_stopped) RemoveLeader(group);
  }
}

// The garbage collector takes what the leader owned.
void SetSimulation::State::RemoveLeader(int32_t group) {
  Group& state = groups_[group];
  PodOf(group, 0).exists = false;
  state.restarts = false;
  state.leader_stopped = false;
  TellPod(group, 0);
  if (state.has_workers) RemoveWorkers(group);
  leaders_.SetGone(group);
  leaders_due_ = true;
}

void SetSimulation::State::CreateWorkers(int32_t group) {
  Group& state = groups_[group];
  state.has_workers = true;
  state.workers_stopping = false;
  state.workers_revision = state.leader_revision;
  state.members = state.ready_members = 0;
  ++state.workers_life;
  TellWorkers(group);
  for (int32_t i = 1; i < size_; ++i) {
    if (!PodOf(group, i).exists) StartPod(group, i);
  }
  TellWorkers(group);
}

void SetSimulation::State::RemoveWorkers(int32_t group) {
  Group& state = groups_[group];
  state.has_workers = false;
  state.workers_stopping = false;
  state.members = state.ready_members = 0;
  TellWorkers(group);
  for (int32_t i = 1; i < size_; ++i) {
    PodOf(group, i).is_former = true;
    StopPod(group, i);
  }
}

// The leader is deleted in the foreground: first its dependents go. False when it is on its way already.
bool SetSimulation::State::StopGroup(int32_t group) {
  Group& state = groups_[group];
  if (!PodOf(group, 0).exists || state.restarts) return false;
  state.restarts = true;
  StopPod(group, 0);
  leaders_.SetStopping(group);
  leaders_due_ = true;
  if (!state.has_workers) return true;
  state.workers_stopping = true;
  TellWorkers(group);
  for (int32_t i = 1; i < size_; ++i) StopPod(group, i);
  return true;
}

void SetSimulation::State::SyncLeaders() {
  leaders_due_ = false;
  leaders_.Sync(&work_);
  for (const auto& [ordinal, revision] : work_.create) {
    groups_[ordinal].leader_revision = revision;
    StartPod(ordinal, 0);
  }
  for (const int32_t ordinal : work_.stop) StopPod(ordinal, 0);
  TellLeaders();
}

void SetSimulation::State::TellLeaders() {
  const LeaderRollout::Spec& spec = leaders_.spec();
  ObservedStatefulSet& observed = observed_leaders_;
  const bool same = observed.partition == spec.partition && observed.replicas == spec.replicas &&
                    observed.on_delete == spec.on_delete && observed.status_replicas == leaders_.status_replicas() &&
                    (observed.current_revision == observed.update_revision) == leaders_.is_complete() &&
                    !observed.meta.resource_version.empty();
  if (same) return;
  observed.partition = spec.partition;
  observed.replicas = spec.replicas;
  observed.on_delete = spec.on_delete;
  observed.status_replicas = leaders_.status_replicas();
  observed.current_revision = leaders_.is_complete() ? "update" : "current";
  observed.update_revision = "update";
  observed.meta.resource_version = std::to_string(next_version_++);
  fleet_.AddStatefulSet(observed);
}

// As ReconcilePod, in facts.
void SetSimulation::State::LookAtPod(const Member& member) {
  if (!PodOf(member.group, member.worker).exists) return;
  if (options_.faults.until > absl::ZeroDuration() && !IsSeen(member)) return;
  const PodDecision decision = DecidePod(DecideRestart(fleet_.RestartFactsOf(member)), member.worker == 0,
                                         [&] { return DecideLeader(fleet_.LeaderFactsOf(member)); });
  if (decision.restart.restart) RestartGroup(member);
  if (decision.leader == DecisionReason::kWorkersMissing) CreateWorkersOf(member);
  if (decision.leader == DecisionReason::kWaitingForRevision) waiting_.push_back(member);
}

// Whether the controller knows of the pod, and of its leader as it is: what is written for another life of a leader is
// refused, or collected at once.
bool SetSimulation::State::IsSeen(const Member& member) const {
  const Pod* pods = pods_.data() + static_cast<size_t>(member.group) * size_;
  const bool is_told = pods[member.worker].told_life > 0;
  if (member.worker > 0 && pods[0].told_life == 0) return is_told;
  return is_told && pods[0].told_life == pods[0].life;
}

void SetSimulation::State::Retry(const Member& member) {
  waiting_.push_back(member);
  set_due_ = true;
}

void SetSimulation::State::RestartGroup(const Member& member) {
  const Write write = WriteOutcome();
  if (write != Write::kNotDone) restarts_ += StopGroup(member.group);
  if (write != Write::kNotDone) TellGroupNow(member.group);
  if (write != Write::kDone) Retry(member);
}

void SetSimulation::State::CreateWorkersOf(const Member& member) {
  const Write write = WriteOutcome();
  const bool is_possible = PodOf(member.group, 0).exists && !groups_[member.group].has_workers;
  if (write != Write::kNotDone && is_possible) CreateWorkers(member.group);
  if (write != Write::kNotDone) TellGroupNow(member.group);
  if (write != Write::kDone || !is_possible) Retry(member);
}

void SetSimulation::State::ApplyLeaders(const ActionObject& object) {
  const ActionObject::Numbers numbers = *object.numbers();
  LeaderRollout::Spec spec = leaders_.spec();
  if (object.base() != base_) {
    base_ = object.base();
    const Json document = object.Document();
    absl::StatusOr<ObservedStatefulSet> observed = ObserveStatefulSet(document);
    if (!observed.ok()) return errors.Keep(observed.status());
    observed->meta.uid = kUid;
    observed->applied = base_;
    observed->applied_core = AppliedCore(document);
    const absl::StatusOr<RevisionId> revision = fleet_.RevisionNumber(set_number_, observed->meta.revision_key);
    if (!revision.ok()) return errors.Keep(revision.status());
    observed_leaders_ = *std::move(observed);
    spec.revision = *revision;
    spec.max_unavailable = document.value("/spec/updateStrategy/rollingUpdate/maxUnavailable"_json_pointer, 1);
  }
  spec.partition = numbers.partition;
  spec.replicas = numbers.replicas;
  spec.on_delete = numbers.on_delete;
  leaders_exist_ = true;
  if (groups_.size() < static_cast<size_t>(spec.replicas)) {
    groups_.resize(static_cast<size_t>(spec.replicas));
    pods_.resize(static_cast<size_t>(spec.replicas) * size_);
  }
  leaders_.Apply(spec);
  leaders_due_ = true;
}

// False for a conflict.
bool SetSimulation::State::Perform(const Action& action) {
  if (action.verb == Verb::kDelete && action.target.kind == "Pod") {
    const int32_t group = ParsePodName(action.target.name)->ordinal;  // a leader: named by the plan that was just made
    const bool is_as_seen = action.uid == UidText(Uid(UidKind::kPod, group, 0, PodOf(group, 0).life)) &&
                            action.resource_version == absl::StrCat(groups_[group].leader_version);
    if (!is_as_seen || !StopGroup(group)) return false;
    TellGroupNow(group);
  } else if (action.verb == Verb::kDelete) {
    fleet_.Remove(action.target.kind, action.target.namespace_name, action.target.name);
  } else if (action.verb == Verb::kUpdateStatus) {
    *set_->mutable_status() = *action.object.status();
    fleet_.TellStatus(set_number_, set_->status());
  } else if (action.verb == Verb::kApply) {
    ApplyLeaders(action.object);
  } else {
    Json document = action.object.Document();
    document["metadata"]["uid"] = kUid;
    errors.Keep(fleet_.Add(document));
  }
  return true;
}

absl::Duration SetSimulation::State::DrawClockError() {
  const int64_t most = absl::ToInt64Milliseconds(options_.faults.most_clock_error);
  return absl::Milliseconds(static_cast<int64_t>(random_() % static_cast<uint64_t>(2 * most + 1)) - most);
}

// Only the latest request counts.
void SetSimulation::State::LookAgain(absl::Duration after) {
  next_look_ =
      timers_.now() + std::max<int64_t>(1, absl::ToInt64Milliseconds(absl::Ceil(after, absl::Milliseconds(1))));
  timers_.Add(next_look_, {0, 0, 0, TimerKind::kLook});
}

void SetSimulation::State::DecideSet() {
  set_due_ = false;
  next_pass_ = timers_.now() + absl::ToInt64Milliseconds(options_.pass);
  SetObservation observation = fleet_.ObserveSet(set_number_);
  facts_ = observation.groups;
  observation.rollout_progress = rollout_progress_.get();
  if (IsFaulty() && Happens(options_.faults.clock_jump)) clock_error_ = DrawClockError();
  const Plan plan = ReconcileSet(observation, now() + clock_error_, options_.sets);
  errors.plan = plan.error;
  if (plan.rollout_progress != nullptr) rollout_progress_ = plan.rollout_progress;
  if (plan.requeue_after.has_value()) LookAgain(*plan.requeue_after);
  for (const Action& action : plan.actions) {
    const Write write = WriteOutcome();
    const bool is_performed = write != Write::kNotDone && Perform(action);
    if (is_performed && write == Write::kDone) continue;
    set_due_ = true;
    break;
  }
  if (on_event_) {
    for (const Event& event : plan.events) on_event_(event);
  }
  for (const Member& member : std::exchange(waiting_, {})) LookAtPod(member);
}

// One part at a time, in a fixed order of precedence, until nothing is due at this time.
void SetSimulation::State::Settle() {
  for (;;) {
    if (leaders_due_ && leaders_exist_) {
      SyncLeaders();
      continue;
    }
    due_pods_.clear();
    due_names_.clear();
    fleet_.TakeDuePods(&due_pods_, &due_names_);
    for (const Member& member : due_pods_) LookAtPod(member);
    due_sets_.clear();
    fleet_.TakeDueSets(&due_sets_);
    set_due_ = set_due_ || !due_sets_.empty();
    if (set_due_ && timers_.now() >= next_pass_) {
      DecideSet();
      if (crashed_) Crash();
      continue;
    }
    if (crashed_) Crash();
    if (due_pods_.empty() && !leaders_due_) return;
  }
}

bool SetSimulation::State::Advance(absl::Time limit) {
  Settle();
  std::optional<int64_t> next = timers_.Next();
  if (set_due_) next = std::min(next.value_or(next_pass_), next_pass_);
  const bool waits = next.has_value() && options_.start + absl::Milliseconds(*next) <= limit;
  if (!waits) {
    if (limit != absl::InfiniteFuture()) {
      timers_.MoveTo(std::max(timers_.now(), absl::ToInt64Milliseconds(limit - options_.start)));
    }
    return false;
  }
  timers_.MoveTo(*next);
  timers_.Take(&due_);
  for (const Timer& timer : due_) Run(timer);
  Settle();
  return true;
}

void SetSimulation::State::AdoptSet(LeaderWorkerSet set) {
  set_ = std::move(set);
  fleet_.AddSet(*set_);
  set_number_ = fleet_.SetNumber(set_->metadata().namespace_(), set_->metadata().name());
}

absl::Status SetSimulation::State::Create(const Json& manifest) {
  if (set_.has_value()) return absl::AlreadyExistsError("there is a set already");
  absl::StatusOr<LeaderWorkerSet> set = AdmitNewSet(manifest);
  if (!set.ok()) return set.status();
  set->mutable_metadata()->set_uid(kUid);
  set->mutable_metadata()->set_generation(1);
  set->mutable_metadata()->set_resource_version("1");
  if (set->spec().leader_worker_template().size() > kMaxSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("spec.leaderWorkerTemplate.size: at most ", kMaxSize, " in this simulation"));
  }
  size_ = std::max(1, set->spec().leader_worker_template().size());
  const absl::StatusOr<NodeId> node = fleet_.NodeNumber("node");
  if (!node.ok()) return node.status();
  AdoptSet(*std::move(set));
  return absl::OkStatus();
}

absl::Status SetSimulation::State::Edit(const Json& patch) {
  if (!set_.has_value()) return absl::NotFoundError("there is no set to edit");
  absl::StatusOr<LeaderWorkerSet> next = AdmitEdit(*set_, patch);
  if (!next.ok()) return next.status();
  if (std::max(1, next->spec().leader_worker_template().size()) != size_) {
    return absl::InvalidArgumentError("spec.leaderWorkerTemplate.size: cannot change in this simulation");
  }
  if (next->spec().SerializeAsString() != set_->spec().SerializeAsString()) {
    next->mutable_metadata()->set_generation(set_->metadata().generation() + 1);
  }
  AdoptSet(*std::move(next));
  return absl::OkStatus();
}

bool SetSimulation::State::FailContainer(int32_t group, int32_t worker) {
  if (!Has(group, worker)) return false;
  Pod& pod = PodOf(group, worker);
  if (!pod.exists || !pod.started || pod.stopping || !nodes_.Runs(pod.node)) return false;
  CountFailure(group);
  pod.restarted = true;
  if (pod.ready) {
    SetReady(group, worker, false);
  } else {
    TellPod(group, worker);
  }
  const int64_t restart = Draw(options_.kubelet.restart);
  Later(restart + Draw(options_.kubelet.ready), TimerKind::kBecomeReady, group, worker);
  return true;
}

bool SetSimulation::State::DeletePod(int32_t group, int32_t worker) {
  if (!Has(group, worker)) return false;
  const Pod& pod = PodOf(group, worker);
  if (!pod.exists || pod.stopping) return false;
  CountFailure(group);
  StopPod(group, worker);
  if (worker > 0) return true;
  leaders_.SetStopping(group);
  leaders_due_ = true;
  return true;
}

bool SetSimulation::State::FailNode(int32_t node, absl::Duration outage) {
  const uint32_t number = nodes_.Begin(node);
  if (number == 0) return false;
  const int64_t lost = timers_.now() + absl::ToInt64Milliseconds(kNodeMonitorGracePeriod);
  timers_.Add(lost, {node, number, 0, TimerKind::kNodeLost});
  const bool comes_back = outage != absl::InfiniteDuration();
  const int64_t end = comes_back ? timers_.now() + std::max<int64_t>(1, absl::ToInt64Milliseconds(outage))
                                 : lost + absl::ToInt64Milliseconds(kNodeRemoval);
  timers_.Add(end, {node, number, 0, comes_back ? TimerKind::kNodeBack : TimerKind::kNodeGone});
  return true;
}

absl::Status SetSimulation::State::BreakImage() {
  if (!set_.has_value()) return absl::NotFoundError("there is no set");
  const SetObservation observation = fleet_.ObserveSet(set_number_);
  const absl::StatusOr<RevisionId> revision = fleet_.RevisionNumber(set_number_, observation.digest->revision_key);
  if (!revision.ok()) return revision.status();
  broken_images_.push_back(*revision);
  return absl::OkStatus();
}

GroupTruth SetSimulation::State::TruthOf(int32_t group) const {
  if (group >= static_cast<int32_t>(groups_.size())) return GroupTruth();
  const GroupState state = StateOf(group);
  GroupTruth truth;
  truth.ready = state == GroupState::kOldReady || state == GroupState::kNewReady;
  truth.updated = state == GroupState::kNewUnready || state == GroupState::kNewReady;
  truth.leaving = groups_[group].workers_stopping;
  bool told_failing = false;
  const Pod* pods = pods_.data() + static_cast<size_t>(group) * size_;
  for (int32_t worker = 0; worker < size_; ++worker) {
    truth.leaving |= pods[worker].exists && (pods[worker].stopping || pods[worker].restarted);
    told_failing |= pods[worker].told_failing;
  }
  if (facts_ == nullptr) return truth;
  truth.seen_steady = facts_->bits.IsSteady(group) && !told_failing;
  truth.seen_updated = facts_->bits.IsUpdated(group);
  return truth;
}

SetSimulationCounts SetSimulation::State::counts() const {
  SetSimulationCounts counts;
  counts.revision = leaders_.spec().revision;
  counts.partition = leaders_.spec().partition;
  counts.replicas = leaders_.spec().replicas;
  counts.pods_created = pods_created_;
  counts.restarts = restarts_;
  if (facts_ == nullptr) return counts;
  counts.ready = facts_->counts.ready;
  counts.updated = facts_->counts.updated;
  return counts;
}

GroupState SetSimulation::State::StateOf(int32_t group) const {
  const Group& state = groups_[group];
  const Pod& leader = pods_[static_cast<size_t>(group) * size_];
  if (!leader.exists) return GroupState::kAbsent;
  const RevisionId newest = leaders_.spec().revision;
  const bool has_workers = size_ == 1 || state.has_workers;
  const bool updated =
      state.leader_revision == newest && has_workers && (size_ == 1 || state.workers_revision == newest);
  const bool ready = leader.ready && has_workers && state.ready_members == size_ - 1;
  if (updated) return ready ? GroupState::kNewReady : GroupState::kNewUnready;
  return ready ? GroupState::kOldReady : GroupState::kOldUnready;
}

SetSimulation::SetSimulation(SetSimulationOptions options, std::function<void(const Event&)> on_event)
    : state_(std::make_unique<State>(std::move(options), std::move(on_event))) {}
SetSimulation::~SetSimulation() = default;

absl::Status SetSimulation::Create(const Json& manifest) { return state_->Create(manifest); }
absl::Status SetSimulation::Edit(const Json& patch) { return state_->Edit(patch); }
bool SetSimulation::FailContainer(int32_t group, int32_t worker) { return state_->FailContainer(group, worker); }
bool SetSimulation::DeletePod(int32_t group, int32_t worker) { return state_->DeletePod(group, worker); }
void SetSimulation::List() { state_->List(); }
bool SetSimulation::Advance(absl::Time limit) { return state_->Advance(limit); }
bool SetSimulation::FailNode(int32_t node, absl::Duration outage) { return state_->FailNode(node, outage); }
absl::Status SetSimulation::BreakImage() { return state_->BreakImage(); }
int64_t SetSimulation::failures() const { return state_->failures(); }
GroupTruth SetSimulation::TruthOf(int32_t group) const { return state_->TruthOf(group); }
bool SetSimulation::on_delete() const { return state_->on_delete(); }
int64_t SetSimulation::steps() const { return state_->steps(); }
absl::Time SetSimulation::now() const { return state_->now(); }
SetSimulationCounts SetSimulation::counts() const { return state_->counts(); }
GroupState SetSimulation::StateOf(int32_t group) const { return state_->StateOf(group); }
const absl::Status& SetSimulation::error() const { return state_->errors.Latest(); }

}  // namespace lws
