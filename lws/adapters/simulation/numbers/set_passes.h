// The controller's passes over the set: ReconcileSet, and the writes of its plan.
//
//   lws::internal::SetPasses passes(options, on_event, &groups, &fleet, &lives, &statefulset, &watches, &writes,
//                                   &schedule, &chance, &errors);
//   passes.Adopt(set);
//   passes.Run(now);
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_SET_PASSES_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_SET_PASSES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/faulty_writes.h"
#include "lws/adapters/simulation/numbers/late_watches.h"
#include "lws/adapters/simulation/numbers/pass_schedule.h"
#include "lws/adapters/simulation/numbers/pod_lives.h"
#include "lws/adapters/simulation/numbers/simulated_groups.h"
#include "lws/adapters/simulation/numbers/simulated_leaders.h"
#include "lws/adapters/simulation/numbers/simulation_errors.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_set.h"

namespace lws::internal {

class SetPasses {
 public:
  // Borrows all pointers, and what the options borrow. `on_event` may be empty.
  SetPasses(const SetReconcileOptions& options, std::function<void(const Event&)> on_event, SimulatedGroups* groups,
            Fleet* fleet, PodLives* lives, SimulatedLeaders* leaders, LateWatches* watches, FaultyWrites* writes,
            PassSchedule* schedule, Chance* chance, SimulationErrors* errors);

  // Makes this the present state of the set.
  void Adopt(LeaderWorkerSet set);
  const std::optional<LeaderWorkerSet>& set() const { return set_; }

  // Admits the set with the merge patch, and adopts it. Errors: NotFound before the first Adopt; InvalidArgument for
  // an edit that admission refuses, or that changes the size.
  absl::Status Edit(const Json& patch);

  // Makes one pass at this time.
  void Run(absl::Time now);

  // Performs an action of a plan. Returns false for a conflict. What the fleet or admission refuses breaks the
  // simulation (simulation_errors.h).
  bool Perform(const Action& action);

  // Drops what the controller remembered.
  void Forget() { rollout_progress_ = nullptr; }

  // The number of the revision that the set's present template has. Errors: ResourceExhausted when none is left.
  absl::StatusOr<RevisionId> NewestRevision();

  // Null before the first pass. The fleet keeps them up to date.
  const GroupFacts* facts() const { return facts_; }

 private:
  bool DeleteLeader(const Action& action);

  const SetReconcileOptions options_;
  const std::function<void(const Event&)> on_event_;
  SimulatedGroups& groups_;
  Fleet& fleet_;
  PodLives& lives_;
  SimulatedLeaders& leaders_;
  LateWatches& watches_;
  FaultyWrites& writes_;
  PassSchedule& schedule_;
  Chance& chance_;
  SimulationErrors& errors_;

  std::optional<LeaderWorkerSet> set_;
  const GroupFacts* facts_ = nullptr;
  std::shared_ptr<const RolloutProgress> rollout_progress_;
  absl::Duration clock_error_;  // the error of the controller's clock
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_SET_PASSES_H_
