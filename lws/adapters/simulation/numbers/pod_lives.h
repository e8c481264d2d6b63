// The lives of simulated pods, from creation to end, and of their groups. It does the work of kubelets, of the
// controller of worker StatefulSets, and of the garbage collector.
//
//   lws::internal::PodLives lives(delays, &groups, &nodes, &leaders, &watches, &chance, &timers);
//   lives.StartPod(/*group=*/12, /*worker=*/0);
//   lives.Run(timer);    // when a timer of the pod comes
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_POD_LIVES_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_POD_LIVES_H_

#include <cstdint>
#include <vector>

#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/adapters/simulation/numbers/late_watches.h"
#include "lws/adapters/simulation/numbers/leader_rollout.h"
#include "lws/adapters/simulation/numbers/node_outages.h"
#include "lws/adapters/simulation/numbers/simulated_groups.h"
#include "lws/adapters/simulation/numbers/simulation_timers.h"
#include "lws/core/fleet/packed_group.h"

namespace lws::internal {

struct PodDelays {
  simulation::KubeletOptions kubelet;
  simulation::DelayRange pull;
};

class PodLives {
 public:
  // Borrows all pointers.
  PodLives(const PodDelays& delays, SimulatedGroups* groups, NodeOutages<SimulationTimer>* nodes,
           LeaderRollout* leaders, LateWatches* watches, Chance* chance, SimulationTimers* timers)
      : delays_(delays),
        groups_(*groups),
        nodes_(*nodes),
        leaders_(*leaders),
        watches_(*watches),
        chance_(*chance),
        timers_(*timers) {}

  // Creates a pod on the next node in turn.
  void StartPod(int32_t group, int32_t worker);
  // Deletes the pod. It is gone when its containers have ended.
  void StopPod(int32_t group, int32_t worker);
  // Removes the pod, because its containers have ended.
  void RemovePod(int32_t group, int32_t worker);
  // Makes the pod ready or not ready, and reports it to the watches. REQUIRES: this is a change.
  void SetReady(int32_t group, int32_t worker, bool ready);
  // Handles a timer of a pod.
  void Run(const SimulationTimer& timer);

  // Creates the workers' StatefulSet of the leader's revision, with its pods.
  void CreateWorkers(int32_t group);
  // Deletes the leader in the foreground: its dependents are deleted first. Returns false when it is being deleted
  // already.
  bool StopGroup(int32_t group);

  // Faults of a pod. They return false when there is no such pod, or when the fault cannot happen to it.
  bool FailContainer(int32_t group, int32_t worker);
  bool DeletePod(int32_t group, int32_t worker);

  // The image of the revision cannot be pulled until the faults end.
  void BreakImage(RevisionId revision) { broken_images_.push_back(revision); }
  // Counts the failure if the group was steady until now.
  void CountFailure(int32_t group) { failures_ += groups_.IsReady(group) && !groups_.IsLeaving(group); }

  int64_t pods_created() const { return pods_created_; }
  // How many pods there are.
  int64_t pods() const { return pods_; }
  int64_t failures() const { return failures_; }

 private:
  void Later(int64_t delay, TimerKind kind, int32_t group, int32_t worker);
  void PullOrStart(int32_t group, int32_t worker);
  void EndWorker(int32_t group, int32_t worker);
  void RemoveLeader(int32_t group);
  void RemoveWorkers(int32_t group);

  const PodDelays delays_;
  SimulatedGroups& groups_;
  NodeOutages<SimulationTimer>& nodes_;
  LeaderRollout& leaders_;
  LateWatches& watches_;
  Chance& chance_;
  SimulationTimers& timers_;
  std::vector<RevisionId> broken_images_;  // of these revisions
  int64_t pods_created_ = 0;
  int64_t pods_ = 0;
  int64_t failures_ = 0;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_POD_LIVES_H_
