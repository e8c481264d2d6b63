// Reports pods and worker StatefulSets to the controller: at once or, when faults are on, late, twice, or only at the
// next list.
//
//   lws::internal::LateWatches watches(&groups, &fleet, &chance, &timers, &errors);
//   watches.TellPod(/*group=*/0, /*worker=*/0);    // call it when the pod has changed
//   watches.steps();                               // 1
//
// Laws:
//   1. A group is reported in its state at one point in time. If its leader and workers were reported at different
//      times, they might look ready together although they never were, and no controller could know.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_LATE_WATCHES_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_LATE_WATCHES_H_

#include <cstdint>

#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/numbers/simulated_groups.h"
#include "lws/adapters/simulation/numbers/simulation_errors.h"
#include "lws/adapters/simulation/numbers/simulation_timers.h"
#include "lws/core/fleet/fleet.h"

namespace lws::internal {

class LateWatches {
 public:
  // Borrows all.
  LateWatches(SimulatedGroups* groups, Fleet* fleet, Chance* chance, SimulationTimers* timers, SimulationErrors* errors)
      : groups_(*groups), fleet_(*fleet), chance_(*chance), timers_(*timers), errors_(*errors) {}

  // Reports that the pod, or the workers' StatefulSet, has changed.
  void TellPod(int32_t group, int32_t worker);
  void TellWorkers(int32_t group);

  // Reports the group, or all groups, in their present state.
  void TellGroupNow(int32_t group);
  void List();
  // Adds the timer of the next list.
  void ListLater();

  // The resource version for the next write.
  uint64_t NextVersion() { return next_version_++; }

  // The number of pods and StatefulSets that were reported.
  int64_t steps() const { return steps_; }

 private:
  // Whether changes in the group are kept back.
  bool IsKeptBack(int32_t group);
  void TellPodNow(int32_t group, int32_t worker);
  void TellWorkersNow(int32_t group);

  SimulatedGroups& groups_;
  Fleet& fleet_;
  Chance& chance_;
  SimulationTimers& timers_;
  SimulationErrors& errors_;
  uint64_t next_version_ = 1;
  int64_t steps_ = 0;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_LATE_WATCHES_H_
