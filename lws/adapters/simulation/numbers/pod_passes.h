// The controller's passes over single pods: it restarts groups, and creates the workers of leaders.
//
//   lws::internal::PodPasses pods(&groups, &fleet, &lives, &watches, &writes, &schedule, &chance);
//   pods.LookAt({/*set=*/0, /*group=*/12, /*worker=*/0});
//
// The decisions are those of pod_decision.h, as in ReconcilePod.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_POD_PASSES_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_POD_PASSES_H_

#include <cstdint>
#include <vector>

#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/faulty_writes.h"
#include "lws/adapters/simulation/numbers/late_watches.h"
#include "lws/adapters/simulation/numbers/pass_schedule.h"
#include "lws/adapters/simulation/numbers/pod_lives.h"
#include "lws/adapters/simulation/numbers/simulated_groups.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/fleet/fleet_events.h"

namespace lws::internal {

class PodPasses {
 public:
  // Borrows all.
  PodPasses(SimulatedGroups* groups, Fleet* fleet, PodLives* lives, LateWatches* watches, FaultyWrites* writes,
            PassSchedule* schedule, const Chance* chance)
      : groups_(*groups),
        fleet_(*fleet),
        lives_(*lives),
        watches_(*watches),
        writes_(*writes),
        schedule_(*schedule),
        chance_(*chance) {}

  void LookAt(const Member& member);
  // Looks at every pod that is due in the fleet. Returns false when there was none.
  bool LookAtDue();
  // Looks again at the pods that wait for the next pass over the set.
  void LookAtWaiting();
  // Makes every pod wait for the next pass, because a restarted controller knows nothing about them.
  void WaitForAll();

  int64_t restarts() const { return restarts_; }

 private:
  bool IsSeen(const Member& member) const;
  void RestartGroup(const Member& member);
  void CreateWorkersOf(const Member& member);
  void Retry(const Member& member);

  SimulatedGroups& groups_;
  Fleet& fleet_;
  PodLives& lives_;
  LateWatches& watches_;
  FaultyWrites& writes_;
  PassSchedule& schedule_;
  const Chance& chance_;
  std::vector<Member> due_;
  std::vector<FleetName> due_names_;
  std::vector<Member> waiting_;  // leaders whose revision does not exist yet, and pods whose write failed
  int64_t restarts_ = 0;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_POD_PASSES_H_
