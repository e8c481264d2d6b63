// The fields of a set that an edit changes: those of its spec, its labels and its annotations.
//
//   FieldChanges(before, after);    // "  changes  spec.replicas: 3 -> 4\n"
//
// Thread-safety: may be called concurrently.
#ifndef LWS_EXAMPLES_LWSCTL_LIVE_FIELD_CHANGES_H_
#define LWS_EXAMPLES_LWSCTL_LIVE_FIELD_CHANGES_H_

#include <string>

#include "lws/api/json.h"

namespace lwsctl {

// A line for each field that differs, or "". Elements of lists are compared by their names where all have some. Long
// texts are cut around the first difference. Complexity: O(set).
std::string FieldChanges(const lws::Json& before, const lws::Json& after);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_LIVE_FIELD_CHANGES_H_
