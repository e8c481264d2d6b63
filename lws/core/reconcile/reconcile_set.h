// One look at a set: its revision, its leader StatefulSet, its Service, its status.
//
//   lws::Plan plan = lws::ReconcileSet(observation, now);
//   plan.actions.size();            // 4: ControllerRevision, leader StatefulSet, Service, status
//   plan.actions[1].target.kind;    // "StatefulSet"
//
// Expected flow: the set's key is queued whenever the set, its leader StatefulSet, or a leader pod or worker
// StatefulSet of it changed; the plan is performed in order. Guarantees:
//   1. A set that is absent or being deleted gets an empty plan.
//   2. On the state that a plan leads to, once everything has settled, the next plan is empty.
//   3. Nothing is deleted but former revisions, and those only when the update is done. The set itself is changed only
//      under controls that revert, when the deadline is exceeded, and at the version that was seen.
//   4. A pure function of its arguments.
// Errors: in Plan::error, naming object and field: a maxSurge or maxUnavailable that is no percentage, a replicas
// annotation or group index that is no integer, a revision's name that is taken.
//
// Thread-safety: may be called concurrently. Complexity: O(leader pods + worker StatefulSets + templates).
#ifndef LWS_CORE_RECONCILE_RECONCILE_SET_H_
#define LWS_CORE_RECONCILE_RECONCILE_SET_H_

#include "absl/time/time.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "lws/rollout/planner.h"

namespace lws {

struct RolloutControls;

// How long a former revision is kept once all groups are of the newest, and ready.
enum class FormerRevisions {
  // Not at all, as the reference has it: a leader StatefulSet that is not through with its own rollout may make a group
  // below its partition of a revision that is gone, and such a group waits for its workers for ever.
  kUntilDone,
  // Until the leader StatefulSet is through with its own rollout.
  kUntilUnused,
};

struct SetReconcileOptions {
  // Also KeepBudget, or one of the host's own; the reference's by default.
  RolloutPolicy rollout = PlanRollout;
  // Borrowed. With them the plan has the progress to be kept, to be given as SetObservation::rollout_progress with the
  // next look. Null: none.
  const RolloutControls* controls = nullptr;
  FormerRevisions former_revisions = FormerRevisions::kUntilDone;
};

// With what belongs to the policy: all as the reference has it, or kUntilUnused with any other.
SetReconcileOptions ReconcileOptionsFor(RolloutPolicy policy);

Plan ReconcileSet(const SetObservation& observation, absl::Time now, const SetReconcileOptions& options = {});

}  // namespace lws

#endif  // LWS_CORE_RECONCILE_RECONCILE_SET_H_
