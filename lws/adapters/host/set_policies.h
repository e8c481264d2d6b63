// How one set is rolled out, restarted and scheduled. A host decides it set by set.
//
//   lws::SetPolicies careful;
//   careful.rollout = lws::FindRolloutPolicy("keep-budget")->policy;
//   lws::ControllerOptions options;
//   options.policies = lws::SetPoliciesFromAnnotations(careful);    // sets without annotations use KeepBudget
//
// Annotations of a set, all optional:
//   lws-policies/rollout: keep-budget                         # a name of rollout/policies.h
//   lws-policies/controls: '{"minReady": "30s"}'              # JSON, as in policy_documents.h
//   lws-policies/restarts: '{"atMost": 3}'                    # JSON, as in policy_documents.h
//   lws-policies/scheduler: volcano                           # or none
//
// Laws:
//   1. A set without these annotations gets the given policies unchanged.
//   2. An annotation that does not parse is an error that names the set and the annotation. No other policy replaces
//      it.
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

inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1

inline constexpr char kRolloutAnnotation[] = "lws-policies/rollout";
inline constexpr char kControlsAnnotation[] = "lws-policies/controls";
inline constexpr char kRestartsAnnotation[] = "lws-policies/restarts";
inline constexpr char kSchedulerAnnotation[] = "lws-policies/scheduler";

// The initial value holds the reference's policies.
struct SetPolicies {
  RolloutPolicy rollout = PlanRollout;
  FormerRevisions former_revisions = FormerRevisions::kUntilDone;
  std::shared_ptr<const RolloutControls> controls;  // null: none
  std::shared_ptr<const RestartPolicy> restarts;    // null: as in the reference
  SchedulerProvider scheduler_provider = SchedulerProvider::kNone;
  bool waits_for_former_pod_group = true;
};

// Chooses the rollout policy, with the former revisions that fit it (ReconcileOptionsFor).
void ChooseRolloutPolicy(RolloutPolicy rollout, SetPolicies* policies);

// The options of the two passes. They borrow from `policies`.
SetReconcileOptions SetOptionsOf(const SetPolicies& policies);
PodReconcileOptions PodOptionsOf(const SetPolicies& policies);

// The way back: policies that borrow what the options borrow.
SetPolicies BorrowedPolicies(const SetReconcileOptions& sets, const PodReconcileOptions& pods);

// Returns the policies of a set. An error ends the plan (Plan::error).
using PolicySource = std::function<absl::StatusOr<SetPolicies>(const LeaderWorkerSet&)>;

// The same policies for every set.
PolicySource SamePoliciesForEverySet(SetPolicies policies);

// The policies in the set's annotations, and those in `otherwise` for everything that the annotations do not say. A
// rollout policy in an annotation also chooses the matching former revisions (ReconcileOptionsFor). Errors:
// InvalidArgument naming the set and the annotation. Complexity: O(annotations of the set that matter).
PolicySource SetPoliciesFromAnnotations(SetPolicies otherwise);

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_SET_POLICIES_H_
