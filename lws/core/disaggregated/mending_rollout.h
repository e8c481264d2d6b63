// The rollout of one slice by a policy, decided again in every pass: missing children are created whenever they are
// missing, old children remember once how many groups they had, and roles that left the spec are drained too.
//
//   MendingRollout rollout(set, /*slice=*/0, KeepRoleBudgets, scalers, &objects, &plan);
//   rollout.Remember(children);
//   absl::Status error = rollout.Run(children);
//
// A child that is being deleted counts as not serving, and is not written to.
//
// Thread-safety: distinct rollouts are independent.
#ifndef LWS_CORE_DISAGGREGATED_MENDING_ROLLOUT_H_
#define LWS_CORE_DISAGGREGATED_MENDING_ROLLOUT_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "lws/core/disaggregated/disaggregated_objects.h"
#include "lws/core/disaggregated/role_scalers.h"
#include "lws/core/disaggregated/slice_children.h"
#include "lws/core/disaggregated/slice_rollout.h"
#include "lws/core/plan/plan_builder.h"
#include "lws/rollout/role_rollout.h"

namespace lws::internal {

class MendingRollout {
 public:
  // Everything is borrowed.
  MendingRollout(const DisaggregatedSet& set, int32_t slice, RoleRolloutPolicy policy, const RoleScalers& scalers,
                 DisaggregatedObjects* objects, PlanBuilder* plan)
      : set_(set), slice_(slice), policy_(policy), scalers_(scalers), objects_(*objects), plan_(*plan) {}

  // Records the replicas of a child when its revision becomes old, and removes the record when it is the target again.
  // Where only some children of an old revision have a record, those are of an earlier rollout or of a pass that was
  // cut off. No child was scaled since, so all are recorded again, those that have a record first.
  void Remember(const SliceChildren& children);

  // Creates and scales children by the policy's step. Errors: the name of a child is taken.
  absl::Status Run(const SliceChildren& children);

 private:
  absl::Status Make(const DisaggregatedRole& role, int32_t replicas);
  void Scale(const std::string& role, DisaggregatedChild* child, int32_t replicas, bool tells);

  const DisaggregatedSet& set_;
  const int32_t slice_;
  const RoleRolloutPolicy policy_;
  const RoleScalers& scalers_;
  DisaggregatedObjects& objects_;
  PlanBuilder& plan_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_DISAGGREGATED_MENDING_ROLLOUT_H_
