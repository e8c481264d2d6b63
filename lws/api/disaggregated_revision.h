// The revision of a DisaggregatedSet: a version of the templates of all its roles.
//
//   std::string data = lws::DisaggregatedRevisionData(set);
//   // [{"name":"prefill","template":{"workerTemplate":...,"size":2}},{"name":"decode","template":...}]
//   lws::DisaggregatedRevisionKey(data);    // daf1923f
//
// Laws:
//   1. The data covers, role by role in the order of the spec, name and leaderWorkerTemplate, and nothing else:
//   replicas,
//      strategies, metadata, scaling, slices and placement make no new revision. The order of roles does.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_DISAGGREGATED_REVISION_H_
#define LWS_API_DISAGGREGATED_REVISION_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lws {

class DisaggregatedSet;

// The bytes that are hashed: JSON as Go writes the typed values. Complexity: O(templates).
std::string DisaggregatedRevisionData(const DisaggregatedSet& set);

// 8 hex digits. Complexity: O(data).
std::string DisaggregatedRevisionKey(absl::string_view data);

}  // namespace lws

#endif  // LWS_API_DISAGGREGATED_REVISION_H_
