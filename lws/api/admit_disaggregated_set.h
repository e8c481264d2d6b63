// Admission of a DisaggregatedSet or of a role scaler: everything that the API server does with a manifest before it
// stores it.
//
//   const lws::Json prefill = {{"name", "prefill"}, {"spec", manifest["spec"]}};    // that of a LeaderWorkerSet
//   const lws::Json decode = {{"name", "decode"}, {"spec", manifest["spec"]}};
//   lws::DisaggregatedSetAdmission admission = lws::AdmitDisaggregatedSet(
//       {{"metadata", manifest["metadata"]}, {"spec", {{"roles", lws::Json::array({prefill, decode})}}}});
//   admission.stage;                // lws::AdmissionStage::kAdmitted
//   admission.set != nullptr;       // true
//
// Expected flow: the metadata is read by its types, unknown fields are pruned, and the schema's defaults are applied
// (there are no other defaults). The document is checked against the schema and the schema's rule across roles; then
// it is read by its types and checked by the webhook. The first stage that finds errors ends the admission. A creation
// drops a status that the manifest gives, and an update keeps the old object's status.
//
// Laws:
//   1. AdmitDisaggregatedSet of an admitted set's JSON admits an equal set, unless a text was empty: the schema then
//      gives it its default.
//   2. A refused manifest has at least one error, and no object.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_ADMIT_DISAGGREGATED_SET_H_
#define LWS_API_ADMIT_DISAGGREGATED_SET_H_

#include <memory>

#include "lws/api/admission.h"
#include "lws/api/json.h"

namespace lws {

inline namespace v1 {
class DisaggregatedSet;
class DisaggregatedSetRoleScaler;
}  // namespace v1

struct DisaggregatedSetAdmission : Admission {
  // The set as it is stored; null unless admitted.
  std::shared_ptr<const DisaggregatedSet> set;
};

struct RoleScalerAdmission : Admission {
  // The scaler as it is stored; null unless admitted.
  std::shared_ptr<const DisaggregatedSetRoleScaler> scaler;
};

// Creation. Complexity of all: O(manifest), and quadratic in the length of a list map that an update changes.
DisaggregatedSetAdmission AdmitDisaggregatedSet(const Json& manifest);
RoleScalerAdmission AdmitRoleScaler(const Json& manifest);

// An update of the old object. The schema's checks pass values that the update does not change, even wrong ones.
DisaggregatedSetAdmission AdmitDisaggregatedSetUpdate(const DisaggregatedSet& old_set, const Json& manifest);
RoleScalerAdmission AdmitRoleScalerUpdate(const DisaggregatedSetRoleScaler& old_scaler, const Json& manifest);

}  // namespace lws

#endif  // LWS_API_ADMIT_DISAGGREGATED_SET_H_
