// What happens to the pods on a node that stops: after a while they count as not ready; they come back with the node,
// or are removed with it.
//
//   lws::internal::LostNodes lost(&groups, &nodes, &lives, &timers);
//   lost.Lose(/*node=*/1, absl::Seconds(90));
//   lost.Run(timer);    // when a timer of the node comes
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_LOST_NODES_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_LOST_NODES_H_

#include <cstdint>

#include "absl/time/time.h"
#include "lws/adapters/simulation/numbers/node_outages.h"
#include "lws/adapters/simulation/numbers/pod_lives.h"
#include "lws/adapters/simulation/numbers/simulated_groups.h"
#include "lws/adapters/simulation/numbers/simulation_timers.h"

namespace lws::internal {

class LostNodes {
 public:
  // Borrows all.
  LostNodes(SimulatedGroups* groups, NodeOutages<SimulationTimer>* nodes, PodLives* lives, SimulationTimers* timers)
      : groups_(*groups), nodes_(*nodes), lives_(*lives), timers_(*timers) {}

  // Stops the node, which comes back after the outage. After an infinite outage another node takes its place, and its
  // pods are gone. Returns false when no such node runs, or it is the only one.
  bool Lose(int32_t node, absl::Duration outage);

  // Handles a timer of a node. Complexity: O(pods).
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

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_LOST_NODES_H_
