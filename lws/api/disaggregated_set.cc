#include "lws/api/disaggregated_set.h"

#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/spec_counts.h"
#include "lws/api/typed_message.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::MessageFromJson;
using internal::MessageToJson;

absl::StatusOr<DisaggregatedSet> DisaggregatedSetFromJson(const Json& document) {
  DisaggregatedSet set;
  absl::Status status = MessageFromJson(kDisaggregatedSetKind, document, &set);
  if (!status.ok()) return status;
  return set;
}

absl::StatusOr<DisaggregatedSetRoleScaler> RoleScalerFromJson(const Json& document) {
  DisaggregatedSetRoleScaler scaler;
  absl::Status status = MessageFromJson(kRoleScalerKind, document, &scaler);
  if (!status.ok()) return status;
  return scaler;
}

Json DisaggregatedSetToJson(const DisaggregatedSet& set) { return MessageToJson(kDisaggregatedSetKind, set); }

Json DisaggregatedSetStatusToJson(const DisaggregatedSetStatus& status) {
  return MessageToJson("DisaggregatedSetStatus", status);
}

Json RoleScalerToJson(const DisaggregatedSetRoleScaler& scaler) { return MessageToJson(kRoleScalerKind, scaler); }

int32_t SpecSlices(const DisaggregatedSet& set) { return set.spec().has_slices() ? set.spec().slices() : 1; }

bool IsExternalRole(const DisaggregatedRole& role) { return role.scaling().mode() == kExternalScaling; }

int32_t RoleSpecReplicas(const DisaggregatedRole& role) { return internal::SpecReplicas(role.spec()); }

}  // namespace lws
