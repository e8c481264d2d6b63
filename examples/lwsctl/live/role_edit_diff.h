// What an edit of a DisaggregatedSet would do to the groups of its roles, slice by slice: roll them, make some, remove
// some, leave them, or be refused.
//
//   EditDiff diff = DiffOfRoles(old_set, manifest, nullptr);
//   diff.text;    // "  rolls    slices 0-1 prefill: 2 groups, revision ed5c5f71 -> 403bff30; 2 of 2 groups ..."
//
// Thread-safety: may be called concurrently.
#ifndef LWS_EXAMPLES_LWSCTL_LIVE_ROLE_EDIT_DIFF_H_
#define LWS_EXAMPLES_LWSCTL_LIVE_ROLE_EDIT_DIFF_H_

#include <vector>

#include "examples/lwsctl/live/edit_diff.h"
#include "lws/api/json.h"
#include "lws/api/observed_roles.h"

namespace lws {
inline namespace v1 {
class DisaggregatedSet;
}  // namespace v1
}  // namespace lws

namespace lwsctl {

// `manifest` replaces `old_set`, as with kubectl replace. No group restarts without a new revision, because children
// hear of nothing but their replicas. `children`, which may be null, are those that the set has now: then each of them
// has a line of its own. Complexity: O(templates + children).
EditDiff DiffOfRoles(const lws::DisaggregatedSet& old_set, const lws::Json& manifest,
                     const std::vector<lws::ObservedChild>* children);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_LIVE_ROLE_EDIT_DIFF_H_
