// The content of a policy handle of the C interface.
//
//   lws::SetReconcileOptions options = lws::internal::SetOptionsOfCaller(policy);    // null: as in the reference
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_C_POLICY_H_
#define LWS_ADAPTERS_C_POLICY_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/c/lws.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/placement/providers/pod_group.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/planner.h"

struct lws_policy {
  lws::RolloutPolicy rollout = lws::PlanRollout;
  std::optional<lws::RolloutControls> controls;
  std::optional<lws::RestartPolicy> restarts;
  lws::SchedulerProvider scheduler_provider = lws::SchedulerProvider::kNone;
  lws::DisaggregatedOptions roles;
  // For a policy with functions. `rollout` and `restarts` then borrow this policy.
  lws_policy_functions functions = {};
};

namespace lws::internal {

// Reads "" or "volcano". Errors: InvalidArgument for another name.
absl::StatusOr<SchedulerProvider> ReadCallerSchedulerProvider(absl::string_view name);

// The options borrow from the policy, which may be null.
SetReconcileOptions SetOptionsOfCaller(const lws_policy* policy);
bool RemembersRestarts(const lws_policy* policy);
DisaggregatedOptions DisaggregatedOptionsOfCaller(const lws_policy* policy);

// The options of one call that decides on pods. It notes when the restart function fails: nothing of the decision may
// then be kept or answered.
class PodCall {
 public:
  // Borrows from the policy, which may be null.
  explicit PodCall(const lws_policy* policy);
  PodCall(const PodCall&) = delete;
  PodCall& operator=(const PodCall&) = delete;

  // Borrow from this object and from the policy.
  PodReconcileOptions options() const;
  const RestartPolicy* restarts() const { return restarts_; }

  // FailedPrecondition naming the set, after the function gave none of the three actions.
  const absl::Status& status() const { return status_; }

 private:
  static RestartAction Ask(const void* call, const RestartFailure& failure);

  const lws_policy* const policy_;
  std::optional<RestartPolicy> asking_;  // with the function
  const RestartPolicy* restarts_ = nullptr;
  mutable absl::Status status_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_C_POLICY_H_
