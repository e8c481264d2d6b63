// How one set is rolled out, restarted and scheduled, asked for set by set.
//
//   lws::SetPolicies careful;
//   careful.rollout = lws::FindRolloutPolicy("keep-budget")->policy;
//   lws::ControllerOptions options;
//   options.policies = lws::PoliciesFromAnnotations(careful);    // those without annotations are rolled out carefully
//
// Annotations of a set, all optional:
//   lws-policies/rollout: keep-budget                         # a name of rollout/policies.h
//   lws-policies/controls: '{"minReady": "30s"}'              # JSON, as in policy_documents.h
//   lws-policies/restarts: '{"atMost": 3}'                    # JSON, as in policy_documents.h
//   lws-policies/scheduler: volcano                           # or none
//
// Laws:
//   1. A set without these annotations gets what is given for all others, unchanged.
//   2. An annotation that does not read is an error that names the set and the annotation, never another policy.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_HOST_SET_POLICIES_H_
#define LWS_ADAPTERS_HOST_SET_POLICIES_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/placement/providers/pod_group.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/planner.h"

namespace lws {

class LeaderWorkerSet;

// The initial value is the reference's way.
struct SetPolicies {
  RolloutPolicy rollout = PlanRollout;
  FormerRevisions former_revisions = FormerRevisions::kUntilDone;
  std::shared_ptr<const RolloutControls> controls;  // null: none
  std::shared_ptr<const RestartPolicy> restarts;    // null: the reference's way
  SchedulerProvider scheduler_provider = SchedulerProvider::kNone;
  bool waits_for_former_pod_group = true;
};

// What the two passes take; they borrow from `policies`.
SetReconcileOptions SetOptionsOf(const SetPolicies& policies);
PodReconcileOptions PodOptionsOf(const SetPolicies& policies);

// The policies of a set. An error ends the plan (Plan::error).
using PolicySource = std::function<absl::StatusOr<SetPolicies>(const LeaderWorkerSet&)>;

// The same for every set.
PolicySource SamePolicies(SetPolicies policies);

// What the set's annotations say, and for all that they do not say, what is in `otherwise`. A rollout policy named
// there brings the former revisions that go with it (ReconcileOptionsFor). Errors: InvalidArgument naming the set and
// the annotation. Complexity: O(annotations that are there).
PolicySource PoliciesFromAnnotations(SetPolicies otherwise);

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_SET_POLICIES_H_
