// The leader StatefulSet as an object: it takes what the controller applies, runs its leaders, and reports itself to
// the controller.
//
//   lws::internal::SimulatedLeaders statefulset(&groups, &leaders, &lives, &fleet, &watches, &errors);
//   statefulset.Apply(action.object);
//   if (statefulset.IsDue()) statefulset.Sync();
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATED_LEADERS_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATED_LEADERS_H_

#include "lws/adapters/simulation/numbers/late_watches.h"
#include "lws/adapters/simulation/numbers/leader_rollout.h"
#include "lws/adapters/simulation/numbers/pod_lives.h"
#include "lws/adapters/simulation/numbers/simulated_groups.h"
#include "lws/adapters/simulation/numbers/simulation_errors.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/plan/action_object.h"

namespace lws::internal {

class SimulatedLeaders {
 public:
  // Borrows all.
  SimulatedLeaders(SimulatedGroups* groups, LeaderRollout* leaders, PodLives* lives, Fleet* fleet, LateWatches* watches,
                   SimulationErrors* errors)
      : groups_(*groups), leaders_(*leaders), lives_(*lives), fleet_(*fleet), watches_(*watches), errors_(*errors) {}

  // REQUIRES: the object is the leader StatefulSet that ReconcileSet writes.
  void Apply(const ActionObject& object);

  // Whether its controller has something to do.
  bool IsDue() const { return exists_ && leaders_.is_due(); }
  // Lets its controller look at it. Complexity: as LeaderRollout::Sync.
  void Sync();

 private:
  // Reports the StatefulSet to the controller, if something changed.
  void Tell();

  SimulatedGroups& groups_;
  LeaderRollout& leaders_;
  PodLives& lives_;
  Fleet& fleet_;
  LateWatches& watches_;
  SimulationErrors& errors_;
  LeaderRollout::Work work_;
  bool exists_ = false;
  ObservedStatefulSet observed_;
  SharedJson base_;  // the base of the last apply
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATED_LEADERS_H_
