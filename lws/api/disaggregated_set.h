// A DisaggregatedSet and its role scalers, and their JSON.
//
//   const lws::Json prefill = {{"name", "prefill"}, {"spec", manifest["spec"]}};    // that of a LeaderWorkerSet
//   const lws::Json decode = {{"name", "decode"}, {"spec", manifest["spec"]}};
//   lws::DisaggregatedSetAdmission admission = lws::AdmitDisaggregatedSet(
//       {{"metadata", manifest["metadata"]}, {"spec", {{"roles", lws::Json::array({prefill, decode})}}}});
//   lws::SpecSlices(*admission.set);                                       // 1
//   lws::DisaggregatedSetToJson(*admission.set)["spec"]["slices"];     // 1
//
// The message types themselves are in disaggregated_set.pb.h, for code that reads their fields.
//
// Laws:
//   1. DisaggregatedSetFromJson(DisaggregatedSetToJson(s)) equals s, for every s that DisaggregatedSetFromJson
//      returned; scalers likewise.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_DISAGGREGATED_SET_H_
#define LWS_API_DISAGGREGATED_SET_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "lws/api/json.h"

namespace lws {

inline namespace v1 {
class DisaggregatedRole;
class DisaggregatedSet;
class DisaggregatedSetRoleScaler;
class DisaggregatedSetStatus;
}  // namespace v1

// Errors: InvalidArgument naming the field whose value has another type. No defaults are applied.
absl::StatusOr<DisaggregatedSet> DisaggregatedSetFromJson(const Json& document);
absl::StatusOr<DisaggregatedSetRoleScaler> RoleScalerFromJson(const Json& document);

Json DisaggregatedSetToJson(const DisaggregatedSet& set);
Json DisaggregatedSetStatusToJson(const DisaggregatedSetStatus& status);
Json RoleScalerToJson(const DisaggregatedSetRoleScaler& scaler);

// The number of slices, 1 when the set does not say.
int32_t SpecSlices(const DisaggregatedSet& set);

// Whether the replicas of the role come from its scaler instead of the spec.
bool IsExternalRole(const DisaggregatedRole& role);

// The replicas that the spec of the role asks for, 1 when it does not say.
int32_t RoleSpecReplicas(const DisaggregatedRole& role);

}  // namespace lws

#endif  // LWS_API_DISAGGREGATED_SET_H_
