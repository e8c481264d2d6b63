// Calls a rollout policy of the C interface's caller in the form of the library's own policies.
//
//   policy.rollout = lws::RolloutPolicy(&lws::internal::CallRolloutOfCaller, &policy);
//
// Thread-safety: may be called concurrently, if the caller's function may.
#ifndef LWS_ADAPTERS_C_ROLLOUT_H_
#define LWS_ADAPTERS_C_ROLLOUT_H_

#include "absl/status/statusor.h"
#include "lws/rollout/planner.h"

namespace lws::internal {

// `policy` is an lws_policy with a function. Errors: those of ScaleBudget; the code that the function returns;
// InvalidArgument for a step that was not filled in, that removes all groups, or that has more than the set may have.
absl::StatusOr<RolloutStep> CallRolloutOfCaller(const void* policy, const RolloutInput& input);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_C_ROLLOUT_H_
