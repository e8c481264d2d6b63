// The bytes of a revision: what of a set a version covers, how two are compared, and how one is applied.
//
//   std::string data = lws::RevisionData(set);
//   // {"spec":{"leaderWorkerTemplate":{"$patch":"replace",...},
//   //          "networkConfig":{"$patch":"replace","subdomainPolicy":"Shared"}}}
//   lws::SameRevision(set, data, data);    // true
//
// Laws:
//   1. RevisionData(ApplyRevision(set, RevisionData(set))) == RevisionData(set).
//   2. SameRevision(set, d, d) for every d.
//   3. RevisionData reads leaderWorkerTemplate and networkConfig alone; a set without networkConfig counts as Shared.
//   4. When RevisionReads(d), ApplyRevision(s, d) has no error, for every set s that LeaderWorkerSetFromJson returned.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_REVISION_REVISION_DATA_H_
#define LWS_CORE_REVISION_REVISION_DATA_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lws {

class LeaderWorkerSet;

// Complexity of all: O(templates).
std::string RevisionData(const LeaderWorkerSet& set);

// Whether stored data says the same as `proposed`, the data of `set`: in bytes, or once it is applied to the set and
// written again (older controllers wrote other bytes for the same thing). Data that does not read is not equal.
bool SameRevision(const LeaderWorkerSet& set, absl::string_view stored, absl::string_view proposed);

// The set with the stored leaderWorkerTemplate and networkConfig in place of its own. A set that has no networkConfig
// keeps none, and data without one leaves the set's. Errors: InvalidArgument for data that does not read.
absl::StatusOr<LeaderWorkerSet> ApplyRevision(const LeaderWorkerSet& set, absl::string_view data);

// Whether the data reads, whatever the set it is applied to. False for data whose parts are merged into the set's:
// there the set decides.
bool RevisionReads(absl::string_view data);

}  // namespace lws

#endif  // LWS_CORE_REVISION_REVISION_DATA_H_
