#include "lws/adapters/simulation/numbers/lost_nodes.h"

#include <algorithm>
#include <vector>

namespace lws::internal {
namespace {

// The time from the kubelet's last message until its node counts as lost, and from there until the node is removed.
constexpr absl::Duration kNodeMonitorGracePeriod = absl::Seconds(40);
constexpr absl::Duration kNodeRemoval = absl::Minutes(5);

}  // namespace

bool LostNodes::Lose(int32_t node, absl::Duration outage) {
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

void LostNodes::Run(const SimulationTimer& timer) {
  const uint16_t node = static_cast<uint16_t>(timer.group);
  if (!nodes_.IsDuring(node, timer.life)) return;
  if (timer.kind == TimerKind::kNodeLost) return LosePods(node);
  const std::vector<SimulationTimer> waiting = nodes_.End(node);
  if (timer.kind == TimerKind::kNodeGone) {
    // The node's pods are removed with it, whatever state they are in.
    groups_.ForEachPodOn(node, [this](int32_t group, int32_t worker) { lives_.RemovePod(group, worker); });
    return;
  }
  for (const SimulationTimer& waited : waiting) timers_.Add(timers_.now() + 1, waited);
  ReturnPods(node);
}

void LostNodes::LosePods(uint16_t node) {
  groups_.ForEachPodOn(node, [this](int32_t group, int32_t worker) {
    SimulatedPod& pod = groups_.PodOf(group, worker);
    if (!pod.ready) return;
    lives_.CountFailure(group);
    pod.is_lost = true;
    lives_.SetReady(group, worker, false);
  });
}

void LostNodes::ReturnPods(uint16_t node) {
  groups_.ForEachPodOn(node, [this](int32_t group, int32_t worker) {
    SimulatedPod& pod = groups_.PodOf(group, worker);
    const bool returns = pod.is_lost && !pod.stopping;
    pod.is_lost = false;
    if (returns && !pod.ready) lives_.SetReady(group, worker, true);
  });
}

}  // namespace lws::internal
