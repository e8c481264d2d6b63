#include "lws/adapters/simulation/numbers/set_simulation.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/faulty_writes.h"
#include "lws/adapters/simulation/numbers/late_watches.h"
#include "lws/adapters/simulation/numbers/leader_rollout.h"
#include "lws/adapters/simulation/numbers/lost_nodes.h"
#include "lws/adapters/simulation/numbers/node_outages.h"
#include "lws/adapters/simulation/numbers/pass_schedule.h"
#include "lws/adapters/simulation/numbers/pod_lives.h"
#include "lws/adapters/simulation/numbers/pod_passes.h"
#include "lws/adapters/simulation/numbers/set_passes.h"
#include "lws/adapters/simulation/numbers/simulated_groups.h"
#include "lws/adapters/simulation/numbers/simulated_leaders.h"
#include "lws/adapters/simulation/numbers/simulation_errors.h"
#include "lws/adapters/simulation/numbers/simulation_timers.h"
#include "lws/adapters/simulation/set_admission.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/groups/group_state.h"

namespace lws {

using internal::GroupFacts;
using internal::SimulationTimer;
using internal::TimerKind;

namespace {

// The largest size of a group.
constexpr int32_t kMaxSize = 65535;

}  // namespace

class SetSimulation::State {
 public:
  State(SetSimulationOptions options, std::function<void(const Event&)> on_event)
      : options_(std::move(options)),
        chance_(options_.seed, options_.faults, [this] { return absl::Milliseconds(timers_.now()); }),
        nodes_(options_.nodes),
        leaders_(options_.max_unavailable_statefulset),
        lives_({options_.kubelet, options_.pull}, &groups_, &nodes_, &leaders_, &watches_, &chance_, &timers_),
        writes_(&chance_),
        schedule_(options_.pass, &timers_),
        passes_(options_.sets, std::move(on_event), &groups_, &fleet_, &lives_, &statefulset_, &watches_, &writes_,
                &schedule_, &chance_, &errors_) {
    if (options_.faults.until > absl::ZeroDuration()) watches_.ListLater();
  }

  absl::Status Create(const Json& manifest);
  absl::Status Edit(const Json& patch) { return passes_.Edit(patch); }
  absl::Status BreakImage();
  bool FailContainer(int32_t group, int32_t worker) { return lives_.FailContainer(group, worker); }
  bool DeletePod(int32_t group, int32_t worker) { return lives_.DeletePod(group, worker); }
  bool LoseNode(int32_t node, absl::Duration outage) { return lost_nodes_.Lose(node, outage); }
  void List() { watches_.List(); }
  bool Advance(absl::Time limit);

  absl::Time now() const { return options_.start + absl::Milliseconds(timers_.now()); }
  SetSimulationCounts counts() const;
  GroupState StateOf(int32_t group) const;
  GroupTruth TruthOf(int32_t group) const;
  int64_t failures() const { return lives_.failures(); }
  bool on_delete() const { return leaders_.spec().on_delete; }
  int64_t steps() const { return steps_ + watches_.steps() + writes_.count(); }
  const absl::Status& error() const { return errors_.Latest(); }

 private:
  void Run(const SimulationTimer& timer);
  void Settle();
  bool HasDueSet();
  void RestartAfterCrash();

  const SetSimulationOptions options_;
  internal::SimulationErrors errors_;
  internal::SimulationTimers timers_;
  internal::SimulatedGroups groups_;
  internal::Chance chance_;
  internal::NodeOutages<SimulationTimer> nodes_;
  Fleet fleet_;
  internal::LateWatches watches_{&groups_, &fleet_, &chance_, &timers_, &errors_};
  internal::LeaderRollout leaders_;
  internal::PodLives lives_;
  internal::LostNodes lost_nodes_{&groups_, &nodes_, &lives_, &timers_};
  internal::SimulatedLeaders statefulset_{&groups_, &leaders_, &lives_, &fleet_, &watches_, &errors_};
  // The parts that make up the controller.
  internal::FaultyWrites writes_;
  internal::PassSchedule schedule_;
  internal::PodPasses pods_{&groups_, &fleet_, &lives_, &watches_, &writes_, &schedule_, &chance_};
  internal::SetPasses passes_;

  std::vector<SimulationTimer> due_;
  std::vector<uint32_t> due_sets_;
  int64_t steps_ = 0;  // timers that were run
};

void SetSimulation::State::Run(const SimulationTimer& timer) {
  ++steps_;
  switch (timer.kind) {
    case TimerKind::kStart:
    case TimerKind::kBecomeReady:
    case TimerKind::kStop:
      return lives_.Run(timer);
    case TimerKind::kNodeLost:
    case TimerKind::kNodeBack:
    case TimerKind::kNodeGone:
      return lost_nodes_.Run(timer);
    case TimerKind::kTellGroup:
      return watches_.TellGroupNow(timer.group);
    case TimerKind::kList:
      if (chance_.IsFaulty()) watches_.ListLater();
      return watches_.List();
    case TimerKind::kLook:
      schedule_.RunLook();
  }
}

// Starts the next controller, which lists everything and looks at all of it.
void SetSimulation::State::RestartAfterCrash() {
  passes_.Forget();
  watches_.List();
  schedule_.MakeDue();
  pods_.WaitForAll();
}

bool SetSimulation::State::HasDueSet() {
  due_sets_.clear();
  fleet_.TakeDueSets(&due_sets_);
  return !due_sets_.empty();
}

// Runs one part at a time, always the first one that has work, until nothing is due at this time.
void SetSimulation::State::Settle() {
  for (;;) {
    if (statefulset_.IsDue()) {
      statefulset_.Sync();
      continue;
    }
    const bool had_due_pods = pods_.LookAtDue();
    if (HasDueSet()) schedule_.MakeDue();
    const bool has_pass = schedule_.IsTime();
    if (has_pass) {
      passes_.Run(now());
      pods_.LookAtWaiting();
    }
    if (writes_.TakeCrash()) RestartAfterCrash();
    if (!has_pass && !had_due_pods && !statefulset_.IsDue()) return;
  }
}

bool SetSimulation::State::Advance(absl::Time limit) {
  Settle();
  const std::optional<int64_t> next = schedule_.Next();
  const bool waits = next.has_value() && options_.start + absl::Milliseconds(*next) <= limit;
  if (!waits) {
    if (limit != absl::InfiniteFuture()) {
      timers_.MoveTo(std::max(timers_.now(), absl::ToInt64Milliseconds(limit - options_.start)));
    }
    return false;
  }
  timers_.MoveTo(*next);
  timers_.Take(&due_);
  for (const SimulationTimer& timer : due_) Run(timer);
  Settle();
  return true;
}

absl::Status SetSimulation::State::Create(const Json& manifest) {
  if (passes_.set().has_value()) return absl::AlreadyExistsError("a set exists already");
  absl::StatusOr<LeaderWorkerSet> set = AdmitSimulatedSet(manifest);
  if (!set.ok()) return set.status();
  set->mutable_metadata()->set_uid(internal::kSimulatedUid);
  set->mutable_metadata()->set_generation(1);
  set->mutable_metadata()->set_resource_version("1");
  const int32_t size = set->spec().leader_worker_template().size();
  if (size > kMaxSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("spec.leaderWorkerTemplate.size: at most ", kMaxSize, " in this simulation"));
  }
  const absl::StatusOr<NodeId> node = fleet_.numbers().OfNode("node");
  if (!node.ok()) return node.status();
  groups_.Begin(fleet_.numbers().OfSet(set->metadata().namespace_(), set->metadata().name()), std::max(1, size));
  passes_.Adopt(*std::move(set));
  return absl::OkStatus();
}

absl::Status SetSimulation::State::BreakImage() {
  if (!passes_.set().has_value()) return absl::NotFoundError("there is no set");
  const absl::StatusOr<RevisionId> revision = passes_.NewestRevision();
  if (!revision.ok()) return revision.status();
  lives_.BreakImage(*revision);
  return absl::OkStatus();
}

GroupTruth SetSimulation::State::TruthOf(int32_t group) const {
  GroupTruth truth;
  if (group >= groups_.count()) return truth;
  truth.ready = groups_.IsReady(group);
  truth.updated = groups_.IsUpdated(group, leaders_.spec().revision);
  truth.leaving = groups_.IsLeaving(group);
  const GroupFacts* facts = passes_.facts();
  if (facts == nullptr) return truth;
  truth.seen_steady = facts->bits.IsSteady(group) && !groups_.IsToldFailing(group);
  truth.seen_updated = facts->bits.IsUpdated(group);
  return truth;
}

SetSimulationCounts SetSimulation::State::counts() const {
  SetSimulationCounts counts;
  counts.revision = leaders_.spec().revision;
  counts.partition = leaders_.spec().partition;
  counts.replicas = leaders_.spec().replicas;
  counts.pods_created = lives_.pods_created();
  counts.pods = lives_.pods();
  counts.restarts = pods_.restarts();
  const GroupFacts* facts = passes_.facts();
  if (facts == nullptr) return counts;
  counts.ready = facts->counts.ready;
  counts.updated = facts->counts.updated;
  return counts;
}

GroupState SetSimulation::State::StateOf(int32_t group) const {
  if (!groups_.PodsOf(group)->exists) return GroupState::kAbsent;
  const bool ready = groups_.IsReady(group);
  // A group whose workers' StatefulSet does not exist yet is not of a former revision.
  if (groups_.IsFormer(group, leaders_.spec().revision)) return ready ? GroupState::kOldReady : GroupState::kOldUnready;
  return ready ? GroupState::kNewReady : GroupState::kNewUnready;
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
bool SetSimulation::LoseNode(int32_t node, absl::Duration outage) { return state_->LoseNode(node, outage); }
absl::Status SetSimulation::BreakImage() { return state_->BreakImage(); }
int64_t SetSimulation::failures() const { return state_->failures(); }
GroupTruth SetSimulation::TruthOf(int32_t group) const { return state_->TruthOf(group); }
bool SetSimulation::on_delete() const { return state_->on_delete(); }
int64_t SetSimulation::steps() const { return state_->steps(); }
absl::Time SetSimulation::now() const { return state_->now(); }
SetSimulationCounts SetSimulation::counts() const { return state_->counts(); }
GroupState SetSimulation::StateOf(int32_t group) const { return state_->StateOf(group); }
const absl::Status& SetSimulation::error() const { return state_->error(); }

}  // namespace lws
