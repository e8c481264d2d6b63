// A set's former template as a patch of the set.
//
//   absl::StatusOr<lws::Json> patch = lws::internal::RevertSetPatch(set, former);
//   // a JSON merge patch, with null to remove a field:
//   patch->dump();    // "{\"spec\":{\"leaderWorkerTemplate\":{\"size\":3}}}"
//
// Laws:
//   1. The set merged with the patch equals ApplyRevision(set, former.data).
//   2. The patch contains nothing that is the same in both.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_RECONCILE_REVERT_SET_H_
#define LWS_CORE_RECONCILE_REVERT_SET_H_

#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"

namespace lws {
inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// Errors: InvalidArgument naming the revision whose data does not parse. Complexity: O(templates).
absl::StatusOr<Json> RevertSetPatch(const LeaderWorkerSet& set, const ObservedRevision& former);

// The merge patch (RFC 7396) from one document to another; null when there is no difference. A merge patch cannot set
// a null: a field that is null in `to` is removed.
Json SetMergePatch(const Json& from, const Json& to);

}  // namespace lws::internal

#endif  // LWS_CORE_RECONCILE_REVERT_SET_H_
