#include "lws/adapters/simulation/numbers/pod_passes.h"

#include <utility>

#include "absl/time/time.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/pod_decision.h"
#include "lws/core/pod/restart.h"

namespace lws::internal {

void PodPasses::LookAt(const Member& member) {
  if (!groups_.PodOf(member.group, member.worker).exists) return;
  if (chance_.faults().until > absl::ZeroDuration() && !IsSeen(member)) return;
  const PodDecision decision = DecidePod(DecideRestart(fleet_.RestartFactsOf(member)), member.worker == 0,
                                         [&] { return DecideLeader(fleet_.LeaderFactsOf(member)); });
  if (decision.restart.restart) RestartGroup(member);
  if (decision.leader == DecisionReason::kWorkersMissing) CreateWorkersOf(member);
  if (decision.leader == DecisionReason::kWaitingForRevision) waiting_.push_back(member);
}

bool PodPasses::LookAtDue() {
  due_.clear();
  due_names_.clear();
  fleet_.TakeDuePods(&due_, &due_names_);
  for (const Member& member : due_) LookAt(member);
  return !due_.empty();
}

void PodPasses::LookAtWaiting() {
  for (const Member& member : std::exchange(waiting_, {})) LookAt(member);
}

void PodPasses::WaitForAll() {
  for (int32_t group = 0; group < groups_.count(); ++group) {
    for (int32_t worker = 0; worker < groups_.size(); ++worker) {
      waiting_.push_back({groups_.set_number(), group, worker});
    }
  }
}

// Whether the controller knows the pod, and its leader's present life. A write for another life of the leader would be
// refused, or its object collected at once.
bool PodPasses::IsSeen(const Member& member) const {
  const SimulatedPod* pods = groups_.PodsOf(member.group);
  const bool is_told = pods[member.worker].told_life > 0;
  if (member.worker > 0 && pods[0].told_life == 0) return is_told;
  return is_told && pods[0].told_life == pods[0].life;
}

void PodPasses::Retry(const Member& member) {
  waiting_.push_back(member);
  schedule_.MakeDue();
}

void PodPasses::RestartGroup(const Member& member) {
  const WriteOutcome write = writes_.Next();
  if (write != WriteOutcome::kNotDone) restarts_ += lives_.StopGroup(member.group);
  if (write != WriteOutcome::kNotDone) watches_.TellGroupNow(member.group);
  if (write != WriteOutcome::kDone) Retry(member);
}

void PodPasses::CreateWorkersOf(const Member& member) {
  const WriteOutcome write = writes_.Next();
  const bool is_possible = groups_.PodOf(member.group, 0).exists && !groups_.At(member.group).has_workers;
  if (write != WriteOutcome::kNotDone && is_possible) lives_.CreateWorkers(member.group);
  if (write != WriteOutcome::kNotDone) watches_.TellGroupNow(member.group);
  if (write != WriteOutcome::kDone || !is_possible) Retry(member);
}

}  // namespace lws::internal
