// A set's former template, as a patch of the set.
//
//   absl::StatusOr<lws::Json> patch = lws::internal::RevertPatch(set, former);
//   // {"spec": {"leaderWorkerTemplate": {"workerTemplate": ...}}}: a JSON merge patch, null where a field goes
//
// Laws:
//   1. The patch, merged into the set, makes ApplyRevision(set, former.data).
//   2. It has nothing that is the same in both.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_RECONCILE_REVERT_SET_H_
#define LWS_CORE_RECONCILE_REVERT_SET_H_

#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"

namespace lws {
class LeaderWorkerSet;
}  // namespace lws

namespace lws::internal {

// Errors: InvalidArgument naming the revision, for data that does not read. Complexity: O(templates).
absl::StatusOr<Json> RevertPatch(const LeaderWorkerSet& set, const ObservedRevision& former);

// The merge patch (RFC 7396) from one document to another; null when there is no difference. A null inside `to` cannot
// be patched in: such a field goes.
Json MergePatch(const Json& from, const Json& to);

}  // namespace lws::internal

#endif  // LWS_CORE_RECONCILE_REVERT_SET_H_
