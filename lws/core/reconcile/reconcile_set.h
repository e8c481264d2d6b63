// One look at a set: its revision, its leader StatefulSet, its Service, its status.
//
//   lws::Plan plan = lws::ReconcileSet(observation, now);
//   plan.actions.size();            // 4: ControllerRevision, leader StatefulSet, Service, status
//   plan.actions[1].target.kind;    // "StatefulSet"
//
// Expected flow: the set's key is queued whenever the set, its leader StatefulSet, or one of its leader pods or worker
// StatefulSets changed; the plan is performed in order.
//
// Laws:
//   1. A set that is absent or being deleted gets an empty plan.
//   2. After a plan is performed and everything has settled, the next plan is empty.
//   3. Only former revisions are deleted, and only when the update is done. The set itself is changed only under
//      controls that revert, when the deadline is exceeded, and at the observed version.
//   4. It is a pure function of its arguments.
// Errors: in Plan::error, naming object and field: a maxSurge or maxUnavailable that is not a percentage, a replicas
// annotation or group index that is not an integer, a revision's name that is taken.
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

// How long a former revision is kept once all groups are ready and have the newest.
enum class FormerRevisions {
  // It is deleted at once, as in the reference. A leader StatefulSet whose own rollout has not ended may then make a
  // group below its partition in a revision that is gone, and such a group waits for its workers for ever.
  kUntilDone,
  // It is kept until the leader StatefulSet's own rollout has ended.
  kUntilUnused,
};

struct SetReconcileOptions {
  // The reference's policy by default. KeepBudget or a host's own policy is possible, too.
  RolloutPolicy rollout = PlanRollout;
  // Borrowed. With controls the plan contains the progress to keep; pass it as SetObservation::rollout_progress at the
  // next look. Null: none.
  const RolloutControls* controls = nullptr;
  FormerRevisions former_revisions = FormerRevisions::kUntilDone;
};

// The options that fit the policy: those of the reference for PlanRollout, kUntilUnused for any other policy.
SetReconcileOptions ReconcileOptionsFor(RolloutPolicy policy);

Plan ReconcileSet(const SetObservation& observation, absl::Time now, const SetReconcileOptions& options = {});

}  // namespace lws

#endif  // LWS_CORE_RECONCILE_RECONCILE_SET_H_
