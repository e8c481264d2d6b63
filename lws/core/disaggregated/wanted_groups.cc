#include "lws/core/disaggregated/wanted_groups.h"

#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"

namespace lws {
namespace {

bool IsScalerOf(const DisaggregatedSetRoleScaler& scaler, const DisaggregatedSet& set, const DisaggregatedRole& role) {
  bool is_own = false;
  for (const OwnerReference& owner : scaler.metadata().owner_references()) {
    if (!owner.controller()) continue;
    is_own = owner.uid() == set.metadata().uid();
    break;  // the first controller reference counts
  }
  const auto label = scaler.metadata().labels().find(kRoleLabel);
  return is_own && label != scaler.metadata().labels().end() && label->second == role.name();
}

}  // namespace

int32_t WantedRoleGroups(const DisaggregatedObservation& observation, const DisaggregatedRole& role) {
  if (!IsExternal(role)) return SpecReplicas(role);
  int32_t wanted = 0;
  for (const DisaggregatedSetRoleScaler* scaler : observation.scalers) {
    if (IsScalerOf(*scaler, *observation.set, role)) wanted = scaler->spec().replicas();  // the last listed counts
  }
  return wanted;
}

}  // namespace lws
