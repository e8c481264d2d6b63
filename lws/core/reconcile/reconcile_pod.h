// One look at a pod of a set: whether its failure restarts the group and, for a leader, what its group still lacks.
//
//   lws::Plan plan = lws::ReconcilePod(pod_observation, now, {lws::SchedulerProvider::kNone});
//   plan.empty();    // true: the pod does not exist
//
// Expected flow: the pod's key is queued whenever the pod changed, or a worker StatefulSet of a leader changed.
//
// Laws:
//   1. A pod that does not exist, or whose set does not exist, gets an empty plan.
//   2. Worker StatefulSets are created and never changed. They follow the leader's revision, not the live template.
//   3. A group is restarted by deleting its leader in the foreground, at the observed UID and resource version.
//   4. It is a pure function of its arguments.
// Errors: in Plan::error, naming object and field: missing labels, a name without an ordinal, a revision that does not
// parse, a node that is missing or lacks the topology label; FailedPrecondition for a restart policy without
// PodObservation::members.
//
// Thread-safety: may be called concurrently. Complexity: O(pods of the group + templates).
#ifndef LWS_CORE_RECONCILE_RECONCILE_POD_H_
#define LWS_CORE_RECONCILE_RECONCILE_POD_H_

#include "absl/time/time.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "lws/placement/providers/pod_group.h"

namespace lws {

struct RestartPolicy;

struct PodReconcileOptions {
  SchedulerProvider scheduler_provider = SchedulerProvider::kNone;
  // A PodGroup with the group's name that belongs to a former leader will be deleted soon. If true, look again until
  // it is gone. The reference takes it for the group's own, and later has none.
  bool waits_for_former_pod_group = true;
  // Borrowed. With a policy, restarts follow restart_policy.h: the observation must have the members of a group whose
  // leader exists, and the plan contains the memory to keep. Null: restarts follow the reference.
  const RestartPolicy* restarts = nullptr;
};

Plan ReconcilePod(const PodObservation& observation, absl::Time now, const PodReconcileOptions& options);

}  // namespace lws

#endif  // LWS_CORE_RECONCILE_RECONCILE_POD_H_
