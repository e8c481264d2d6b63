// The revisions that a set owns, and the one that it uses.
//
//   lws::internal::OwnedRevisions revisions(set, observation.revisions);
//   const lws::ObservedRevision* current = revisions.Find("6c5b8f7d9");    // null when there is none
//
// Laws:
//   1. A set owns the revisions with its label and namespace that have no controller, or the set as controller.
//   2. Among several with one key the highest number counts, and on a tie the last listed.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_CORE_REVISION_REVISIONS_H_
#define LWS_CORE_REVISION_REVISIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/observed.h"

namespace lws {
inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// Whether a pass over some set may have to look at the revision. The many revisions that StatefulSets keep of their own
// pods carry the set's label too, and are of no concern unless a new one of the set could get their name.
bool RevisionConcernsSets(const ObservedRevision& revision);

// Whether a pass over this set may have to: by its label, or because a new one could get its name.
bool RevisionConcernsSet(const ObservedRevision& revision, absl::string_view set_name);

// The beginning of the names of the set's new revisions. Borrows from `set_name`.
absl::string_view RevisionNamePrefix(absl::string_view set_name);

class OwnedRevisions {
 public:
  // Borrows the elements of `observed`.
  OwnedRevisions(const LeaderWorkerSet& set, const std::vector<const ObservedRevision*>& observed);

  const ObservedRevision* Find(absl::string_view key) const;

  // One more than the highest number; 1 when there are none. Errors: OutOfRange when the highest is the largest int64.
  absl::StatusOr<int64_t> NextNumber() const;

  // The revision with another key and the highest number; null when there is none.
  const ObservedRevision* NewestBut(absl::string_view key) const;

  // The revisions with other keys, sorted by name.
  std::vector<const ObservedRevision*> AllBut(absl::string_view key) const;

 private:
  absl::InlinedVector<const ObservedRevision*, 8> owned_;
};

// The revision of the set's present template: its RevisionData and RevisionKey. Borrowed.
struct KeyedRevision {
  absl::string_view data;
  absl::string_view key;
};

// Which revision the groups should have.
struct RevisionChoice {
  std::string key;
  // The leader StatefulSet's revision; null when it has none, or when its revision is gone and must be created again.
  const ObservedRevision* current = nullptr;
  // Whether the template differs from it, so that a new revision begins.
  bool updated = false;
};

// Complexity: O(revisions), and O(templates) when the stored data has other bytes.
RevisionChoice ChooseRevision(const OwnedRevisions& owned, const LeaderWorkerSet& set, const KeyedRevision& newest,
                              const ObservedStatefulSet* leader_statefulset);

}  // namespace lws::internal

#endif  // LWS_CORE_REVISION_REVISIONS_H_
