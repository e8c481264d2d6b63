#include "lws/adapters/simulation/numbers/late_watches.h"

#include "absl/time/time.h"
#include "lws/adapters/simulation/faults.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/fleet_events.h"

namespace lws::internal {

bool LateWatches::IsKeptBack(int32_t group) {
  SimulatedGroup& state = groups_.At(group);
  if (state.is_kept_back) return true;
  if (!chance_.IsFaulty()) return false;
  const SimulationFaults& faults = chance_.faults();
  state.is_kept_back = chance_.Happens(faults.lost);
  if (state.is_kept_back) return true;  // until the next list
  state.is_kept_back = chance_.Happens(faults.late);
  if (state.is_kept_back || chance_.Happens(faults.twice)) {
    const int64_t when = timers_.now() + absl::ToInt64Milliseconds(chance_.DrawDelay());
    timers_.Add(when, {group, groups_.PodOf(group, 0).life, 0, TimerKind::kTellGroup});
  }
  return state.is_kept_back;
}

void LateWatches::TellPod(int32_t group, int32_t worker) {
  if (worker == 0) groups_.At(group).leader_version = next_version_++;
  if (!IsKeptBack(group)) TellPodNow(group, worker);
}

void LateWatches::TellWorkers(int32_t group) {
  if (!IsKeptBack(group)) TellWorkersNow(group);
}

void LateWatches::TellGroupNow(int32_t group) {
  groups_.At(group).is_kept_back = false;
  for (int32_t worker = 0; worker < groups_.size(); ++worker) {
    if (groups_.PodOf(group, worker).life > 0) TellPodNow(group, worker);
  }
  if (groups_.At(group).workers_life > 0) TellWorkersNow(group);
}

void LateWatches::List() {
  for (int32_t group = 0; group < groups_.count(); ++group) TellGroupNow(group);
}

void LateWatches::ListLater() {
  const int64_t when = timers_.now() + absl::ToInt64Milliseconds(chance_.faults().list_every);
  timers_.Add(when, {-1, 0, 0, TimerKind::kList});
}

void LateWatches::TellPodNow(int32_t group, int32_t worker) {
  ++steps_;
  SimulatedPod& pod = groups_.PodOf(group, worker);
  pod.told_life = pod.exists ? pod.life : 0;
  pod.told_failing = pod.exists && (pod.restarted || pod.stopping);
  PodFacts facts;
  facts.member = {groups_.set_number(), group, worker};
  facts.exists = pod.exists;
  facts.phase = pod.started ? PodPhase::kRunning : PodPhase::kPending;
  facts.has_ready_condition = pod.ready;
  facts.restarted = pod.restarted;
  facts.terminating = pod.stopping;
  facts.revision = groups_.RevisionOf(group, worker);
  facts.node = 1;
  facts.resource_version = worker == 0 ? groups_.At(group).leader_version : next_version_++;
  facts.uid = NumberedPodUid(group, worker, pod.life);
  facts.owner_uid = NumberedWorkersUid(group, groups_.At(group).workers_life);
  errors_.Keep(fleet_.TellPods({&facts, 1}));
}

void LateWatches::TellWorkersNow(int32_t group) {
  ++steps_;
  const SimulatedGroup& state = groups_.At(group);
  WorkersFacts facts;
  facts.set = groups_.set_number();
  facts.group = group;
  facts.exists = state.has_workers;
  facts.terminating = state.workers_stopping;
  facts.revision = state.workers_revision;
  facts.replicas = groups_.size() - 1;
  facts.status_replicas = state.members;
  facts.available_replicas = state.ready_members;
  facts.uid = NumberedWorkersUid(group, state.workers_life);
  facts.leader_uid = NumberedPodUid(group, 0, groups_.PodOf(group, 0).life);
  errors_.Keep(fleet_.TellWorkers({&facts, 1}));
}

}  // namespace lws::internal
