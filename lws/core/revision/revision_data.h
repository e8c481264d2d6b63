// The bytes of a revision: which fields of a set they cover, how two are compared, and how one is applied.
//
//   std::string data = lws::RevisionData(set);
//   // {"spec":{"leaderWorkerTemplate":{"$patch":"replace",...},
//   //          "networkConfig":{"$patch":"replace","subdomainPolicy":"Shared"}}}
//   lws::SameRevision(set, data, data);    // true
//
// Laws:
//   1. RevisionData(ApplyRevision(set, RevisionData(set))) == RevisionData(set).
//   2. SameRevision(set, d, d) for every d.
//   3. RevisionData reads only leaderWorkerTemplate and networkConfig. A set without networkConfig counts as Shared.
//   4. If IsReadableRevision(d), ApplyRevision(s, d) has no error for any set s that LeaderWorkerSetFromJson returned.
//   5. ApplyRevision(set, RevisionData(set)) equals such a set, so a reader who knows the set's data need not apply it.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_REVISION_REVISION_DATA_H_
#define LWS_CORE_REVISION_REVISION_DATA_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lws {

inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1

// Complexity of all: O(templates).
std::string RevisionData(const LeaderWorkerSet& set);

// Whether stored data means the same as `proposed`, the data of `set`: its bytes are equal, or become equal when it is
// applied to the set and written again (older controllers wrote other bytes for the same thing). Data that does not
// parse is not equal.
bool SameRevision(const LeaderWorkerSet& set, absl::string_view stored, absl::string_view proposed);

// The set with the stored leaderWorkerTemplate and networkConfig in place of its own. A set without networkConfig gets
// none, and data without one leaves the set's unchanged. Errors: InvalidArgument for data that does not parse.
absl::StatusOr<LeaderWorkerSet> ApplyRevision(const LeaderWorkerSet& set, absl::string_view data);

// Whether the data parses for every set it is applied to. False for data whose parts are merged into the set's,
// because then it depends on the set.
bool IsReadableRevision(absl::string_view data);

}  // namespace lws

#endif  // LWS_CORE_REVISION_REVISION_DATA_H_
