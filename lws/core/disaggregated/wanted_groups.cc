#include "lws/core/disaggregated/wanted_groups.h"

#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/disaggregated/scaler_choice.h"

namespace lws {

int32_t WantedRoleGroups(const DisaggregatedObservation& observation, const DisaggregatedRole& role) {
  if (!IsExternalRole(role)) return RoleSpecReplicas(role);
  const DisaggregatedSetRoleScaler* scaler = internal::ScalerOfRole(observation, role);
  return scaler == nullptr ? 0 : scaler->spec().replicas();
}

RoleBudget RoleBudgetOf(const DisaggregatedRole& role, int32_t wanted) {
  const RolloutStrategy& strategy = role.spec().rollout_strategy();
  if (!strategy.has_rolling_update_configuration()) return RoleBudget();
  const RollingUpdateConfiguration& update = strategy.rolling_update_configuration();
  return ScaleRoleBudget(wanted, ToIntOrPercent(update.max_surge()), ToIntOrPercent(update.max_unavailable()));
}

}  // namespace lws
