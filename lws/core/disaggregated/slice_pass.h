// The pass over one slice of a DisaggregatedSet.
//
//   SlicePass pass(set, /*slice=*/0, options, scalers, &objects, &plan);
//   absl::Status error = pass.Run();
//   if (pass.looks_again()) ...    // in kSliceRetry
//
// Expected flow: delete drained revisions. If old groups are left, roll out away from them; else create and scale at
// once. Then reconcile the Services.
//
// Thread-safety: distinct passes are independent.
#ifndef LWS_CORE_DISAGGREGATED_SLICE_PASS_H_
#define LWS_CORE_DISAGGREGATED_SLICE_PASS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/core/disaggregated/disaggregated_objects.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/disaggregated/role_scalers.h"
#include "lws/core/disaggregated/slice_children.h"
#include "lws/core/disaggregated/slice_rollout.h"
#include "lws/core/plan/plan_builder.h"

namespace lws::internal {

// The time to look again while a rollout begins, or waits for its new groups.
inline constexpr absl::Duration kSliceRetry = absl::Seconds(1);

class SlicePass {
 public:
  // Everything is borrowed.
  SlicePass(const DisaggregatedSet& set, int32_t slice, const DisaggregatedOptions& options, const RoleScalers& scalers,
            DisaggregatedObjects* objects, PlanBuilder* plan)
      : set_(set), slice_(slice), options_(options), scalers_(scalers), objects_(*objects), plan_(*plan) {}

  // Writes that were made before an error stay in the plan.
  absl::Status Run();

  bool looks_again() const { return looks_again_; }

 private:
  SliceChildren Children() const;
  std::string NameOf(const std::string& role) const;
  void DeleteDrained(const SliceChildren& children);
  bool HasOldGroups(const SliceChildren& children) const;

  absl::Status CreateAndScale();
  absl::StatusOr<DisaggregatedChild*> FindOwnChild(const std::string& role);

  absl::Status RollOut(const SliceChildren& children);
  absl::Status Begin(const SliceChildren& children);
  absl::Status CarryOut(const SliceRollout& rollout, const RoleRolloutStep& step);
  absl::Status ScaleUp(const std::string& role, int32_t before, int32_t replicas);
  void ScaleDown(const std::string& role, DisaggregatedChild* child, int32_t replicas);

  void ReconcileServices(const SliceChildren& children);
  bool IsServing(const SliceChildren::Roles& roles) const;

  const DisaggregatedSet& set_;
  const int32_t slice_;
  const DisaggregatedOptions& options_;
  const RoleScalers& scalers_;
  DisaggregatedObjects& objects_;
  PlanBuilder& plan_;
  bool looks_again_ = false;
};

}  // namespace lws::internal

#endif  // LWS_CORE_DISAGGREGATED_SLICE_PASS_H_
