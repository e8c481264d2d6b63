// What the controller is told of pods and worker StatefulSets: at once, or, where things go wrong, late, twice, or only
// when everything is listed.
//
//   lws::internal::LateWatches watches(&groups, &fleet, &chance, &timers, &errors);
//   watches.TellPod(/*group=*/12, /*worker=*/3);    // the pod has changed
//
// Laws:
//   1. A group is told as it is at one time. Leaders and workers that are seen apart may look ready together when they
//      never were, which no controller can tell.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_LATE_WATCHES_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_LATE_WATCHES_H_

#include <cstdint>

#include "lws/adapters/simulation/numbers/chance.h"
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

  // The pod, or the workers' StatefulSet, has changed.
  void TellPod(int32_t group, int32_t worker);
  void TellWorkers(int32_t group);

  // The controller sees the group, or all groups, as they are.
  void TellGroupNow(int32_t group);
  void List();
  // Adds the timer of the next list.
  void ListLater();

  // The resource version of what is written next.
  uint64_t NextVersion() { return next_version_++; }

  // Pods and StatefulSets that were told.
  int64_t steps() const { return steps_; }

 private:
  // True when what changes in the group is kept back.
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
