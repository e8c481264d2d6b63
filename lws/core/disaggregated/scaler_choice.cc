#include "lws/core/disaggregated/scaler_choice.h"

#include <algorithm>
#include <string>

#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"

namespace lws::internal {
namespace {

std::string Label(const DisaggregatedSetRoleScaler& scaler, const char* key) {
  const auto found = scaler.metadata().labels().find(key);
  return found == scaler.metadata().labels().end() ? "" : found->second;
}

bool IsLabelled(const DisaggregatedSet& set, const DisaggregatedSetRoleScaler& scaler) {
  return Label(scaler, kDisaggregatedNameLabel) == set.metadata().name();
}

}  // namespace

bool IsOwnScaler(const DisaggregatedSet& set, const DisaggregatedSetRoleScaler& scaler) {
  const auto& owners = scaler.metadata().owner_references();
  const auto controller =
      std::find_if(owners.begin(), owners.end(), [](const OwnerReference& owner) { return owner.controller(); });
  return controller != owners.end() && controller->uid() == set.metadata().uid();
}

bool IsLeftOverScaler(const DisaggregatedSet& set, const DisaggregatedSetRoleScaler& scaler) {
  if (!IsOwnScaler(set, scaler) || !IsLabelled(set, scaler)) return false;
  const std::string name = Label(scaler, kRoleLabel);
  const auto& roles = set.spec().roles();
  return std::none_of(roles.begin(), roles.end(),
                      [&name](const DisaggregatedRole& role) { return role.name() == name && IsExternalRole(role); });
}

const DisaggregatedSetRoleScaler* ScalerOfRole(const DisaggregatedObservation& observation,
                                               const DisaggregatedRole& role) {
  const DisaggregatedSet& set = *observation.set;
  const std::string name = RoleScalerName(set.metadata().name(), role.name());
  const DisaggregatedSetRoleScaler* labelled = nullptr;
  const DisaggregatedSetRoleScaler* named = nullptr;
  for (const DisaggregatedSetRoleScaler* scaler : observation.scalers) {
    if (!IsOwnScaler(set, *scaler)) continue;
    if (IsLabelled(set, *scaler) && Label(*scaler, kRoleLabel) == role.name()) labelled = scaler;
    const bool is_named = scaler->metadata().name() == name && !IsLeftOverScaler(set, *scaler);
    if (is_named && named == nullptr) named = scaler;
  }
  return labelled != nullptr ? labelled : named;
}

}  // namespace lws::internal
