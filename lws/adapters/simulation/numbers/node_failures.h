// What becomes of the pods on a node that stops: they count as not ready after a while, and come back with the node, or
// go with it.
//
//   lws::internal::NodeFailures failures(&groups, &nodes, &lives, &timers);
//   failures.Fail(/*node=*/1, absl::Seconds(90));
//   failures.Run(timer);    // what the node is due to do
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_NODE_FAILURES_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_NODE_FAILURES_H_

#include <cstdint>

#include "absl/time/time.h"
#include "lws/adapters/simulation/numbers/node_outages.h"
#include "lws/adapters/simulation/numbers/pod_lives.h"
#include "lws/adapters/simulation/numbers/simulated_groups.h"
#include "lws/adapters/simulation/numbers/simulation_timers.h"

namespace lws::internal {

class NodeFailures {
 public:
  // Borrows all.
  NodeFailures(SimulatedGroups* groups, NodeOutages<SimulationTimer>* nodes, PodLives* lives, SimulationTimers* timers)
      : groups_(*groups), nodes_(*nodes), lives_(*lives), timers_(*timers) {}

  // The node stops, and comes back after the outage; after an infinite one another takes its place, and its pods are
  // gone. False when there is no such node that runs, or no other.
  bool Fail(int32_t node, absl::Duration outage);

  // What the node of the timer is due to do. Complexity: O(pods).
  void Run(const SimulationTimer& timer);

 private:
  void LosePods(uint16_t node);
  void ReturnPods(uint16_t node);

  SimulatedGroups& groups_;
  NodeOutages<SimulationTimer>& nodes_;
  PodLives& lives_;
  SimulationTimers& timers_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_NODE_FAILURES_H_
