// Simulates one set of any size with pods as numbers: a rollout of a million groups takes seconds.
//
//   lws::SetSimulation simulation({});
//   simulation.Create(manifest);
//   while (simulation.Advance()) {}
//   simulation.counts().ready;    // all of them
//
// The decisions are those of any host: ReconcileSet on a Fleet, and the tables of restart.h and leader_decision.h.
// Their surroundings are simpler than in simulation.h: the nodes have room for every pod, the API server answers at
// once, and there is a least time between two looks at the set, as with a controller whose passes take time.
//
// Laws:
//   1. The same options and calls give the same states and events.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_SET_SIMULATION_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_SET_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/faults.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/api/json.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_set.h"

namespace lws {

struct SetSimulationOptions {
  uint64_t seed = 1;
  absl::Time start = absl::FromUnixSeconds(1767225600);  // 2026-01-01T00:00:00Z
  bool max_unavailable_statefulset = false;              // MaxUnavailableStatefulSet
  SetReconcileOptions sets;
  simulation::KubeletOptions kubelet;  // the delays
  int32_t nodes = 0;                   // at most 65,535, which get pods in turn; 0: a node for every pod
  simulation::DelayRange pull = {absl::Seconds(2), absl::Seconds(6)};
  // The least time between two looks at the set.
  absl::Duration pass = absl::Milliseconds(100);
  internal::SimulationFaults faults;
};

// Counts of groups.
struct SetSimulationCounts {
  RevisionId revision = 0;  // the revision of the leader StatefulSet
  int32_t partition = 0;
  int32_t replicas = 0;  // the replicas of the leader StatefulSet
  int32_t ready = 0;     // groups whose members are all ready
  int32_t updated = 0;   // groups whose leader and worker StatefulSet have the newest revision
  int64_t pods_created = 0;
  int64_t pods = 0;  // those that are there, ready or not
  int64_t restarts = 0;
};

// A group as it is, and as the controller has seen it. It is leaving when a policy must not count on it: its leader or
// its workers are being deleted, or a container has restarted, so that the group will be restarted.
struct GroupTruth {
  bool ready = false;
  bool updated = false;
  bool leaving = false;
  bool seen_steady = false;
  bool seen_updated = false;
};

enum class GroupState { kAbsent, kOldUnready, kOldReady, kNewUnready, kNewReady };

class SetSimulation {
 public:
  explicit SetSimulation(SetSimulationOptions options, std::function<void(const Event&)> on_event = nullptr);
  ~SetSimulation();

  // Errors: InvalidArgument with admission's errors; AlreadyExists for a second set.
  absl::Status Create(const Json& manifest);

  // Applies a JSON merge patch to the set. Errors: NotFound, InvalidArgument with admission's errors.
  absl::Status Edit(const Json& patch);

  // Makes a container of the pod exit and restart; worker 0 is the leader. Returns false when no such pod runs.
  bool FailContainer(int32_t group, int32_t worker);

  // Deletes the pod, like an eviction. Returns false when there is no such pod, or it is being deleted already.
  bool DeletePod(int32_t group, int32_t worker);

  // Stops the kubelet of the node: after 40 s its pods count as not ready. The node comes back after the outage. After
  // an infinite outage the node is removed with its pods, and another takes its place. Returns false when no such node
  // runs, or it is the only one.
  bool LoseNode(int32_t node, absl::Duration outage);

  // Makes the image of the set's present template impossible to pull until the faults end. Errors: NotFound without a
  // set.
  absl::Status BreakImage();

  // Lets the controller list everything, so that it sees the present state.
  void List();

  // Moves to the next due time and does what is due. Returns false when nothing is due until `limit`; the clock is
  // then at `limit`, unless that is the infinite future. Complexity: O(what happens).
  bool Advance(absl::Time limit = absl::InfiniteFuture());

  absl::Time now() const;
  SetSimulationCounts counts() const;
  // REQUIRES: 0 <= group < counts().replicas.
  GroupState StateOf(int32_t group) const;
  // Everything is zero for a group that never existed.
  GroupTruth TruthOf(int32_t group) const;
  // How often a steady group was lost through a container, a pod or a node.
  int64_t failures() const;
  // Whether the leader StatefulSet uses OnDelete.
  bool on_delete() const;
  // The number of pods and StatefulSets that were reported, of writes, and of timers.
  int64_t steps() const;
  // The first failure of the simulation itself, which stays; or else the error of the last plan.
  const absl::Status& error() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_SET_SIMULATION_H_
