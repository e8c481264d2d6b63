// Admission of a LeaderWorkerSet: everything that the API server does with a manifest before it stores it.
//
//   lws::SetAdmission admission = lws::AdmitSet(manifest);
//   admission.stage;           // lws::AdmissionStage::kAdmitted
//   admission.errors.size();   // 0
//   admission.set->spec().leader_worker_template().size();    // 2
//
// Expected flow: unknown fields are pruned, schema defaults are applied, the object is read by its types and
// defaulted, then checked against the schema and by the LeaderWorkerSet's own rules. The first stage that finds errors
// ends the admission.
//
// Laws:
//   1. AdmitSet of an admitted set's JSON admits an equal set, unless a text was empty. The typed form leaves out some
//      empty texts; the schema then reports them as missing or gives them their default.
//   2. A refused manifest has at least one error, and no set.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_ADMIT_SET_H_
#define LWS_API_ADMIT_SET_H_

#include <memory>

#include "lws/api/admission.h"
#include "lws/api/json.h"

namespace lws {

inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1

struct SetAdmission : Admission {
  // The set as it is stored; null unless admitted.
  std::shared_ptr<const LeaderWorkerSet> set;
};

// Returns the manifest without nulls and without unknown fields, whose paths are appended to `pruned`. The API server
// looks at this form, so a null means the same as absence. Complexity: O(manifest).
Json PruneSet(const Json& manifest, std::vector<std::string>* pruned);

// Creation. A set with generateName instead of a name is judged under a name made from it. Complexity: O(manifest).
SetAdmission AdmitSet(const Json& manifest);

// An update of `old_set`.
SetAdmission AdmitSetUpdate(const LeaderWorkerSet& old_set, const Json& manifest);

}  // namespace lws

#endif  // LWS_API_ADMIT_SET_H_
