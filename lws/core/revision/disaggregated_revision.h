// The revision of a DisaggregatedSet: a version of the templates of all its roles.
//
//   const lws::Json prefill = {{"name", "prefill"}, {"spec", manifest["spec"]}};    // that of a LeaderWorkerSet
//   const lws::Json decode = {{"name", "decode"}, {"spec", manifest["spec"]}};
//   lws::DisaggregatedSetAdmission admission = lws::AdmitDisaggregatedSet(
//       {{"metadata", manifest["metadata"]}, {"spec", {{"roles", lws::Json::array({prefill, decode})}}}});
//   const std::string data = lws::DisaggregatedRevisionData(*admission.set);
//   // [{"name":"prefill","template":{"workerTemplate":...,"size":2}},{"name":"decode","template":...}]
//   lws::DisaggregatedRevisionKey(data).size();    // 8
//   lws::DisaggregatedRevisionKey("[]");           // "4f53cda1"
//
// Laws:
//   1. The data covers, role by role in the order of the spec, name and leaderWorkerTemplate, and nothing else:
//      replicas, strategies, metadata, scaling, slices and placement make no new revision. The order of roles does.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_REVISION_DISAGGREGATED_REVISION_H_
#define LWS_CORE_REVISION_DISAGGREGATED_REVISION_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lws {

inline namespace v1 {
class DisaggregatedSet;
}  // namespace v1

// The bytes that are hashed: the JSON that Go writes for the typed values. Complexity: O(templates).
std::string DisaggregatedRevisionData(const DisaggregatedSet& set);

// 8 hex digits. Complexity: O(data).
std::string DisaggregatedRevisionKey(absl::string_view data);

}  // namespace lws

#endif  // LWS_CORE_REVISION_DISAGGREGATED_REVISION_H_
