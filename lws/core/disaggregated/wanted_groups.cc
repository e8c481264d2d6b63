#include "lws/core/disaggregated/wanted_groups.h"

#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/core/disaggregated/scaler_choice.h"

namespace lws {

int32_t WantedRoleGroups(const DisaggregatedObservation& observation, const DisaggregatedRole& role) {
  if (!IsExternal(role)) return SpecReplicas(role);
  const DisaggregatedSetRoleScaler* scaler = internal::ScalerOfRole(observation, role);
  return scaler == nullptr ? 0 : scaler->spec().replicas();
}

}  // namespace lws
