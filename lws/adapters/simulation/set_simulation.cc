#include "lws/adapters/simulation/set_simulation.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/leader_statefulset.h"
#include "lws/adapters/simulation/set_admission.h"
#include "lws/adapters/simulation/timer_wheel.h"
#include "lws/api/applied_fields.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/pod_name.h"
#include "lws/core/action_object.h"
#include "lws/core/fleet.h"
#include "lws/core/group_state.h"
#include "lws/core/leader_decision.h"
#include "lws/core/reconcile_set.h"
#include "lws/core/restart.h"
#include "nlohmann/json.hpp"

namespace lws {
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
  uint32_t life = 0;  // how many there were of the name
  bool exists = false;
  bool started = false;
  bool ready = false;
  bool restarted = false;
  bool stopping = false;
  bool is_former = false;  // a worker of a former StatefulSet
};

struct Group {
  uint32_t workers_life = 0;  // how many worker StatefulSets there were
  RevisionId leader_revision = 0;
  RevisionId workers_revision = 0;
  bool has_workers = false;       // their StatefulSet
  bool workers_stopping = false;  // it goes when its pods are gone
  bool restarts = false;          // the leader goes when its dependents are gone
  bool leader_stopped = false;    // its containers have ended
  int32_t members = 0;            // pods of the StatefulSet
  int32_t ready_members = 0;
};

enum class TimerKind : uint8_t { kStart, kBecomeReady, kStop };

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
        leaders_(options_.feature_max_unavailable) {}

  absl::Status Create(const Json& manifest);
  absl::Status Edit(const Json& patch);
  bool FailContainer(int32_t group, int32_t worker);
  bool Advance(absl::Time limit);
  absl::Time now() const { return options_.start + absl::Milliseconds(timers_.now()); }
  SetSimulationCounts counts() const;
  GroupState StateOf(int32_t group) const;

  absl::Status error;

 private:
  Pod& PodOf(int32_t group, int32_t worker) { return pods_[static_cast<size_t>(group) * size_ + worker]; }

  int64_t Draw(const DelayRange& range);
  void Later(int64_t delay, TimerKind kind, int32_t group, int32_t worker);

  // What becomes of members.
  void StartPod(int32_t group, int32_t worker);
  void StopPod(int32_t group, int32_t worker);
  void Run(const Timer& timer);
  void EndPod(int32_t group, int32_t worker);
  void RemoveLeader(int32_t group);
  void CreateWorkers(int32_t group);
  void RemoveWorkers(int32_t group);
  void RestartGroup(int32_t group);
  bool StopGroup(int32_t group);
  void TellPod(int32_t group, int32_t worker);
  void TellWorkers(int32_t group);

  // What the controllers do.
  void Settle();
  void SyncLeaders();
  void DecidePod(const Member& member);
  void DecideSet();
  void Perform(const Action& action);
  void ApplyLeaders(const ActionObject& object);
  void TellLeaders();
  void AdoptSet(LeaderWorkerSet set);

  const SetSimulationOptions options_;
  const std::function<void(const Event&)> on_event_;
  std::mt19937_64 random_;
  TimerWheel<Timer> timers_;
  std::vector<Timer> due_;

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

  LeaderStatefulSet leaders_;
  LeaderStatefulSet::Work work_;
  bool leaders_exist_ = false;
  bool leaders_due_ = false;
  ObservedStatefulSet observed_leaders_;
  SharedJson base_;  // of what was applied last

  // Looks.
  bool set_due_ = false;
  int64_t next_pass_ = 0;
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

void SetSimulation::State::TellPod(int32_t group, int32_t worker) {
  const Pod& pod = PodOf(group, worker);
  PodFacts facts;
  facts.member = {set_number_, group, worker};
  facts.exists = pod.exists;
  facts.phase = pod.started ? PodPhase::kRunning : PodPhase::kPending;
  facts.has_ready_condition = pod.ready;
  facts.restarted = pod.restarted;
  facts.terminating = pod.stopping;
  facts.revision = worker == 0 ? groups_[group].leader_revision : groups_[group].workers_revision;
  facts.node = 1;
  facts.resource_version = next_version_++;
  facts.uid = Uid(UidKind::kPod, group, worker, pod.life);
  facts.owner_uid = Uid(UidKind::kStatefulSet, group, 0, groups_[group].workers_life);
  fleet_.TellPods({&facts, 1}).IgnoreError();
}

void SetSimulation::State::TellWorkers(int32_t group) {
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
  fleet_.TellWorkers({&facts, 1}).IgnoreError();
}

void SetSimulation::State::StartPod(int32_t group, int32_t worker) {
  Pod& pod = PodOf(group, worker);
  const uint32_t life = pod.life + 1;
  pod = Pod();
  pod.life = life;
  pod.exists = true;
  ++pods_created_;
  if (worker > 0) ++groups_[group].members;
  TellPod(group, worker);
  Later(Draw(options_.pull) + Draw(options_.kubelet.start), TimerKind::kStart, group, worker);
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
  const int32_t group = timer.group;
  Pod& pod = PodOf(group, timer.worker);
  if (!pod.exists || pod.life != timer.life) return;
  if (timer.kind == TimerKind::kStop) {
    EndPod(group, timer.worker);
    return;
  }
  if (pod.stopping) return;
  if (timer.kind == TimerKind::kStart) {
    pod.started = true;
    TellPod(group, timer.worker);
    Later(Draw(options_.kubelet.ready), TimerKind::kBecomeReady, group, timer.worker);
    return;
  }
  if (pod.ready) return;
  pod.ready = true;
  TellPod(group, timer.worker);
  if (timer.worker == 0) {
    leaders_.SetReady(group, true);
    leaders_due_ = true;
  } else if (!pod.is_former) {
    ++groups_[group].ready_members;
    TellWorkers(group);
  }
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

void SetSimulation::State::RestartGroup(int32_t group) { restarts_ += StopGroup(group); }

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
  const LeaderStatefulSet::Spec& spec = leaders_.spec();
  ObservedStatefulSet& observed = observed_leaders_;
  const bool same = observed.partition == spec.partition && observed.replicas == spec.replicas &&
                    observed.on_delete == spec.on_delete && observed.status_replicas == leaders_.status_replicas() &&
                    !observed.meta.resource_version.empty();
  if (same) return;
  observed.partition = spec.partition;
  observed.replicas = spec.replicas;
  observed.on_delete = spec.on_delete;
  observed.status_replicas = leaders_.status_replicas();
  observed.meta.resource_version = std::to_string(next_version_++);
  fleet_.AddStatefulSet(observed);
}

// As ReconcilePod, in facts.
void SetSimulation::State::DecidePod(const Member& member) {
  if (!PodOf(member.group, member.worker).exists) return;
  const RestartDecision restart = DecideRestart(fleet_.RestartFactsOf(member));
  if (restart.restart) RestartGroup(member.group);
  if (restart.stop || member.worker > 0) return;
  const DecisionReason reason = DecideLeader(fleet_.LeaderFactsOf(member));
  if (reason == DecisionReason::kWorkersMissing) CreateWorkers(member.group);
  if (reason == DecisionReason::kWaitingForRevision) waiting_.push_back(member);
}

void SetSimulation::State::ApplyLeaders(const ActionObject& object) {
  const ActionObject::Numbers numbers = *object.numbers();
  LeaderStatefulSet::Spec spec = leaders_.spec();
  if (object.base() != base_) {
    base_ = object.base();
    const Json document = object.Document();
    ObservedStatefulSet observed = *ObserveStatefulSet(document);  // built by this library
    observed.meta.uid = kUid;
    observed.applied = base_;
    observed.applied_core = AppliedCore(document);
    observed_leaders_ = std::move(observed);
    spec.revision = *fleet_.RevisionNumber(set_number_, observed_leaders_.meta.revision_key);
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

void SetSimulation::State::Perform(const Action& action) {
  if (action.verb == Verb::kDelete && action.target.kind == "Pod") {
    StopGroup(ParsePodName(action.target.name)->ordinal);  // a leader: named by the plan that was just made
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
    error.Update(fleet_.Add(document));
  }
}

void SetSimulation::State::DecideSet() {
  set_due_ = false;
  next_pass_ = timers_.now() + absl::ToInt64Milliseconds(options_.pass);
  const SetObservation observation = fleet_.ObserveSet(set_number_);
  facts_ = observation.groups;
  const Plan plan = ReconcileSet(observation, now(), options_.sets);
  for (const Action& action : plan.actions) Perform(action);
  error = plan.error;
  if (on_event_) {
    for (const Event& event : plan.events) on_event_(event);
  }
  for (const Member& member : std::exchange(waiting_, {})) DecidePod(member);
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
    for (const Member& member : due_pods_) DecidePod(member);
    due_sets_.clear();
    fleet_.TakeDueSets(&due_sets_);
    set_due_ = set_due_ || !due_sets_.empty();
    if (set_due_ && timers_.now() >= next_pass_) {
      DecideSet();
      continue;
    }
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
  if (group < 0 || group >= static_cast<int32_t>(groups_.size()) || worker < 0 || worker >= size_) return false;
  Pod& pod = PodOf(group, worker);
  if (!pod.exists || !pod.started || pod.stopping) return false;
  if (pod.ready && worker == 0) leaders_.SetReady(group, false);
  if (pod.ready && worker > 0 && !pod.is_former) --groups_[group].ready_members;
  pod.ready = false;
  pod.restarted = true;
  leaders_due_ = true;
  TellPod(group, worker);
  if (worker > 0) TellWorkers(group);
  Later(Draw(options_.kubelet.restart) + Draw(options_.kubelet.ready), TimerKind::kBecomeReady, group, worker);
  return true;
}

SetSimulationCounts SetSimulation::State::counts() const {
  SetSimulationCounts counts;
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
bool SetSimulation::Advance(absl::Time limit) { return state_->Advance(limit); }
absl::Time SetSimulation::now() const { return state_->now(); }
SetSimulationCounts SetSimulation::counts() const { return state_->counts(); }
GroupState SetSimulation::StateOf(int32_t group) const { return state_->StateOf(group); }
const absl::Status& SetSimulation::error() const { return state_->error; }

}  // namespace lws
