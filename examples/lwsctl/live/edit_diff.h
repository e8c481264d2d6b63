// What an edit of a set would do to its groups: roll them, make some, remove some, leave them, or be refused.
//
//   EditDiff diff = DiffOfEdit(old_set, manifest, nullptr);
//   diff.end;     // EditEnd::kChanges
//   diff.text;    // "  rolls    groups 2-0: revision 6c5b8f7d9 -> ...; at least 2 of 3 groups stay ready\n"
//
// Thread-safety: may be called concurrently.
#ifndef LWS_EXAMPLES_LWSCTL_LIVE_EDIT_DIFF_H_
#define LWS_EXAMPLES_LWSCTL_LIVE_EDIT_DIFF_H_

#include <string>

#include "examples/lwsctl/live/set_report.h"
#include "lws/api/json.h"

namespace lws {
inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1
}  // namespace lws

namespace lwsctl {

enum class EditEnd { kNothing, kChanges, kRefused };

struct EditDiff {
  EditEnd end = EditEnd::kNothing;
  std::string text;  // a line for each fact
};

// `manifest` replaces `old_set`, as with kubectl replace. `live`, which may be null, is how the set stands now: then
// every existing group has a line of its own. Complexity: O(templates + groups).
EditDiff DiffOfEdit(const lws::LeaderWorkerSet& old_set, const lws::Json& manifest, const SetReport* live);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_LIVE_EDIT_DIFF_H_
