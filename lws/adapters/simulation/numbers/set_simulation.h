// One set of any size in a simulated cluster whose pods are numbers: a rollout of a million groups in seconds.
//
//   lws::SetSimulation simulation({});
//   simulation.Create(manifest);
//   while (simulation.Advance()) {}
//   simulation.counts().ready;    // all of them
//
// The decisions are those of any host: ReconcileSet on a Fleet, and the tables of restart.h and leader_decision.h. What
// is around them is simpler than in simulation.h: there is room on the nodes for every pod, the API server is there at
// once, and the set is looked at at most once in a while, as by a controller whose passes take their time.
//
// Laws:
//   1. Same options, same calls: same states and events.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_SET_SIMULATION_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_SET_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/adapters/simulation/numbers/faults.h"
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
  int32_t nodes = 0;                   // at most 65,535; pods go to them in turn; 0: a node for every pod
  simulation::DelayRange pull = {absl::Seconds(2), absl::Seconds(6)};
  // The least time from one look at the set to the next.
  absl::Duration pass = absl::Milliseconds(100);
  internal::SimulationFaults faults;
};

// Groups, by what there is of them.
struct SetSimulationCounts {
  RevisionId revision = 0;  // of the leader StatefulSet
  int32_t partition = 0;
  int32_t replicas = 0;  // of the leader StatefulSet
  int32_t ready = 0;     // all members
  int32_t updated = 0;   // leader and worker StatefulSet are of the newest revision
  int64_t pods_created = 0;
  int64_t restarts = 0;
};

// A group as it is, and as the controller has seen it. One of which not all is as a policy may count on is leaving: its
// leader or its workers are being deleted, or a container has restarted, and the group will be.
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

  // Errors: InvalidArgument with what admission says; AlreadyExists for a second set.
  absl::Status Create(const Json& manifest);

  // Applies a JSON merge patch to the set. Errors: NotFound, InvalidArgument with what admission says.
  absl::Status Edit(const Json& patch);

  // A container of the pod exits and is restarted; worker 0 is the leader. False when no such pod runs.
  bool FailContainer(int32_t group, int32_t worker);

  // The pod is deleted, as by an eviction. False when there is no such pod, or it is going already.
  bool DeletePod(int32_t group, int32_t worker);

  // The kubelet of the node stops: after 40 s its pods count as not ready. It comes back after the outage; after an
  // infinite one the node is taken away with its pods, and another takes its place. False when there is no such node
  // that runs, or no other.
  bool FailNode(int32_t node, absl::Duration outage);

  // The image of the set's present template cannot be pulled until the faults end. Errors: NotFound without a set.
  absl::Status BreakImage();

  // The controller lists everything anew: it sees all as it is.
  void List();

  // Moves to the next thing that is due and does what follows; false when there is nothing, or only after `limit`: the
  // clock is then at `limit`, unless that is the infinite future. Complexity: O(what happens).
  bool Advance(absl::Time limit = absl::InfiniteFuture());

  absl::Time now() const;
  SetSimulationCounts counts() const;
  // REQUIRES: 0 <= group < counts().replicas.
  GroupState StateOf(int32_t group) const;
  // Everything is zero for a group that never existed.
  GroupTruth TruthOf(int32_t group) const;
  // How often a group that was ready, and to stay so, lost that by a container, a pod or a node.
  int64_t failures() const;
  // The leader StatefulSet runs OnDelete.
  bool on_delete() const;
  // Pods and StatefulSets that were told, writes, and timers.
  int64_t steps() const;
  // What the simulation itself could not do, which stays, or else what the last plan was stopped by.
  const absl::Status& error() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_SET_SIMULATION_H_
