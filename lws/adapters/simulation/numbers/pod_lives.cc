#include "lws/adapters/simulation/numbers/pod_lives.h"

#include <algorithm>

#include "absl/time/time.h"

namespace lws::internal {
namespace {

// The delay after the first failed pull. It doubles with each further one.
constexpr absl::Duration kFirstPullBackoff = absl::Seconds(10);
constexpr absl::Duration kMostPullBackoff = absl::Minutes(5);

}  // namespace

void PodLives::Later(int64_t delay, TimerKind kind, int32_t group, int32_t worker) {
  const uint32_t life = groups_.PodOf(group, worker).life;
  timers_.Add(timers_.now() + delay, {group, life, static_cast<uint16_t>(worker), kind});
}

void PodLives::StartPod(int32_t group, int32_t worker) {
  SimulatedPod& pod = groups_.PodOf(group, worker);
  const SimulatedPod before = pod;
  pod = SimulatedPod();
  pod.life = before.life + 1;
  pod.told_life = before.told_life;
  pod.told_failing = before.told_failing;
  pod.node = nodes_.Next();
  pod.exists = true;
  ++pods_created_;
  ++pods_;
  if (worker > 0) ++groups_.At(group).members;
  watches_.TellPod(group, worker);
  const int64_t pull = chance_.Draw(delays_.pull);  // drawn first, so that the order is the same on every compiler
  const bool is_slow = chance_.IsFaulty() && chance_.Happens(chance_.faults().slow_image);
  Later(pull * (is_slow ? 10 : 1) + chance_.Draw(delays_.kubelet.start), TimerKind::kStart, group, worker);
}

void PodLives::StopPod(int32_t group, int32_t worker) {
  SimulatedPod& pod = groups_.PodOf(group, worker);
  if (!pod.exists || pod.stopping) return;
  pod.stopping = true;
  watches_.TellPod(group, worker);
  Later(chance_.Draw(delays_.kubelet.stop), TimerKind::kStop, group, worker);
}

void PodLives::Run(const SimulationTimer& timer) {
  const SimulatedPod& pod = groups_.PodOf(timer.group, timer.worker);
  if (!pod.exists || pod.life != timer.life) return;
  if (!nodes_.Runs(pod.node)) return nodes_.Wait(pod.node, timer);
  if (timer.kind == TimerKind::kStop) return RemovePod(timer.group, timer.worker);
  if (pod.stopping) return;
  if (timer.kind == TimerKind::kStart) return PullOrStart(timer.group, timer.worker);
  if (!pod.ready) SetReady(timer.group, timer.worker, true);
}

void PodLives::PullOrStart(int32_t group, int32_t worker) {
  SimulatedPod& pod = groups_.PodOf(group, worker);
  const RevisionId revision = groups_.RevisionOf(group, worker);
  const bool is_broken = std::find(broken_images_.begin(), broken_images_.end(), revision) != broken_images_.end();
  if (is_broken && chance_.IsFaulty()) {
    const absl::Duration backoff = std::min(kMostPullBackoff, kFirstPullBackoff * (1 << std::min<int>(pod.pulls, 5)));
    ++pod.pulls;
    return Later(absl::ToInt64Milliseconds(backoff), TimerKind::kStart, group, worker);
  }
  pod.started = true;
  watches_.TellPod(group, worker);
  Later(chance_.Draw(delays_.kubelet.ready), TimerKind::kBecomeReady, group, worker);
}

void PodLives::SetReady(int32_t group, int32_t worker, bool ready) {
  SimulatedPod& pod = groups_.PodOf(group, worker);
  pod.ready = ready;
  watches_.TellPod(group, worker);
  if (worker == 0) {
    leaders_.SetReady(group, ready);
  } else if (!pod.is_former) {
    groups_.At(group).ready_members += ready ? 1 : -1;
    watches_.TellWorkers(group);
  }
}

void PodLives::RemovePod(int32_t group, int32_t worker) {
  if (worker > 0) return EndWorker(group, worker);
  SimulatedGroup& state = groups_.At(group);
  state.leader_stopped = true;
  if (!state.restarts || !state.has_workers) RemoveLeader(group);
}

void PodLives::EndWorker(int32_t group, int32_t worker) {
  SimulatedGroup& state = groups_.At(group);
  SimulatedPod& pod = groups_.PodOf(group, worker);
  const SimulatedPod before = pod;
  pod.exists = false;
  --pods_;
  watches_.TellPod(group, worker);
  if (!before.is_former) {
    --state.members;
    state.ready_members -= before.ready;
    watches_.TellWorkers(group);
  }
  if (!state.has_workers) return;
  if (!state.workers_stopping) {
    StartPod(group, worker);
    watches_.TellWorkers(group);
  } else if (state.members == 0) {
    RemoveWorkers(group);
    if (state.leader_stopped) RemoveLeader(group);
  }
}

// The garbage collector removes what the leader owned.
void PodLives::RemoveLeader(int32_t group) {
  SimulatedGroup& state = groups_.At(group);
  groups_.PodOf(group, 0).exists = false;
  --pods_;
  state.restarts = false;
  state.leader_stopped = false;
  watches_.TellPod(group, 0);
  if (state.has_workers) RemoveWorkers(group);
  leaders_.SetGone(group);
}

void PodLives::CreateWorkers(int32_t group) {
  SimulatedGroup& state = groups_.At(group);
  state.has_workers = true;
  state.workers_stopping = false;
  state.workers_revision = state.leader_revision;
  state.members = state.ready_members = 0;
  ++state.workers_life;
  watches_.TellWorkers(group);
  for (int32_t i = 1; i < groups_.size(); ++i) {
    if (!groups_.PodOf(group, i).exists) StartPod(group, i);
  }
  watches_.TellWorkers(group);
}

void PodLives::RemoveWorkers(int32_t group) {
  SimulatedGroup& state = groups_.At(group);
  state.has_workers = false;
  state.workers_stopping = false;
  state.members = state.ready_members = 0;
  watches_.TellWorkers(group);
  for (int32_t i = 1; i < groups_.size(); ++i) {
    groups_.PodOf(group, i).is_former = true;
    StopPod(group, i);
  }
}

bool PodLives::StopGroup(int32_t group) {
  SimulatedGroup& state = groups_.At(group);
  if (!groups_.PodOf(group, 0).exists || state.restarts) return false;
  state.restarts = true;
  StopPod(group, 0);
  leaders_.SetStopping(group);
  if (!state.has_workers) return true;
  state.workers_stopping = true;
  watches_.TellWorkers(group);
  for (int32_t i = 1; i < groups_.size(); ++i) StopPod(group, i);
  return true;
}

bool PodLives::FailContainer(int32_t group, int32_t worker) {
  if (!groups_.Has(group, worker)) return false;
  SimulatedPod& pod = groups_.PodOf(group, worker);
  if (!pod.exists || !pod.started || pod.stopping || !nodes_.Runs(pod.node)) return false;
  CountFailure(group);
  pod.restarted = true;
  if (pod.ready) {
    SetReady(group, worker, false);
  } else {
    watches_.TellPod(group, worker);
  }
  const int64_t restart = chance_.Draw(delays_.kubelet.restart);
  Later(restart + chance_.Draw(delays_.kubelet.ready), TimerKind::kBecomeReady, group, worker);
  return true;
}

bool PodLives::DeletePod(int32_t group, int32_t worker) {
  if (!groups_.Has(group, worker)) return false;
  const SimulatedPod& pod = groups_.PodOf(group, worker);
  if (!pod.exists || pod.stopping) return false;
  CountFailure(group);
  StopPod(group, worker);
  if (worker == 0) leaders_.SetStopping(group);
  return true;
}

}  // namespace lws::internal
