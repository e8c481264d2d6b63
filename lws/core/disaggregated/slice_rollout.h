// The rollout of one slice as integers for the policy, and the children to which its answer applies.
//
//   SliceRollout rollout(set, slice_children, scalers);
//   RoleRolloutStep step = PlanRoleRollout(rollout.Input());
//   rollout.new_child(i);    // of role i; null when there is none
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_SLICE_ROLLOUT_H_
#define LWS_CORE_DISAGGREGATED_SLICE_ROLLOUT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/core/disaggregated/role_scalers.h"
#include "lws/core/disaggregated/slice_children.h"
#include "lws/rollout/role_rollout.h"

namespace lws::internal {

class SliceRollout {
 public:
  // Old revisions are sorted by the creation time of their youngest child, youngest first, then by name.
  SliceRollout(const DisaggregatedSet& set, const SliceChildren& children, const RoleScalers& scalers);

  // Valid as long as this object.
  RoleRolloutInput Input() const { return {goals_, spec_roles_, new_groups_, old_groups_}; }

  size_t roles() const { return names_.size(); }
  size_t spec_roles() const { return spec_roles_; }
  const std::string& role_name(size_t role) const { return names_[role]; }
  DisaggregatedChild* new_child(size_t role) const { return new_children_[role]; }
  // In the order of the input's groups; null where there is no child.
  const std::vector<DisaggregatedChild*>& new_children() const { return new_children_; }
  const std::vector<DisaggregatedChild*>& old_children() const { return old_children_; }

 private:
  void AddGoals(const DisaggregatedSet& set, const SliceChildren& children, const RoleScalers& scalers);
  void AddOldRevisions(const SliceChildren& children);

  size_t spec_roles_ = 0;
  std::vector<std::string> names_;
  std::vector<RoleGoal> goals_;
  std::vector<RoleGroups> new_groups_;
  std::vector<RoleGroups> old_groups_;
  std::vector<DisaggregatedChild*> new_children_;
  std::vector<DisaggregatedChild*> old_children_;
};

// The replicas in the annotation, or the present replicas when it has none.
int32_t InitialRoleReplicas(const DisaggregatedChild& child);

// The value of the annotation, a 32-bit decimal integer with an optional sign; nullopt for any other text.
std::optional<int32_t> RememberedRoleReplicas(const DisaggregatedChild& child);

}  // namespace lws::internal

#endif  // LWS_CORE_DISAGGREGATED_SLICE_ROLLOUT_H_
