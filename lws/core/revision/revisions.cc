#include "lws/core/revision/revisions.h"

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/revision/revision_data.h"

namespace lws::internal {

// How many letters of the set's name begin the names of its revisions.
constexpr size_t kNamePrefix = 220;

namespace {

// Names of a set's revisions end in "-" and their number.
bool EndsInNumber(absl::string_view name) {
  const size_t dash = name.rfind('-');
  const absl::string_view number = dash == absl::string_view::npos ? absl::string_view() : name.substr(dash + 1);
  return !number.empty() && std::all_of(number.begin(), number.end(), absl::ascii_isdigit);
}

bool IsOfStatefulSet(const ObservedMeta& meta) {
  return meta.controller.has_value() && meta.controller->kind == "StatefulSet";
}

}  // namespace

bool RevisionConcernsSets(const ObservedRevision& revision) {
  return !IsOfStatefulSet(revision.meta) || EndsInNumber(revision.meta.name);
}

bool RevisionConcernsSet(const ObservedRevision& revision, absl::string_view set_name) {
  if (!RevisionConcernsSets(revision)) return false;
  return revision.meta.set_name == set_name || absl::StartsWith(revision.meta.name, RevisionNamePrefix(set_name));
}

absl::string_view RevisionNamePrefix(absl::string_view set_name) { return set_name.substr(0, kNamePrefix); }

OwnedRevisions::OwnedRevisions(const LeaderWorkerSet& set, const std::vector<const ObservedRevision*>& observed) {
  for (const ObservedRevision* revision : observed) {
    const ObservedMeta& meta = revision->meta;
    if (meta.namespace_name != set.metadata().namespace_() || meta.set_name != set.metadata().name()) continue;
    if (meta.controller.has_value() && meta.controller->uid != set.metadata().uid()) continue;
    owned_.push_back(revision);
  }
}

const ObservedRevision* OwnedRevisions::NewestBut(absl::string_view key) const {
  const ObservedRevision* newest = nullptr;
  for (const ObservedRevision* revision : AllBut(key)) {
    if (newest == nullptr || revision->number >= newest->number) newest = revision;
  }
  return newest;
}

std::vector<const ObservedRevision*> OwnedRevisions::AllBut(absl::string_view key) const {
  std::vector<const ObservedRevision*> others;
  for (const ObservedRevision* revision : owned_) {
    if (revision->meta.revision_key != key) others.push_back(revision);
  }
  std::sort(others.begin(), others.end(),
            [](const ObservedRevision* a, const ObservedRevision* b) { return a->meta.name < b->meta.name; });
  return others;
}

const ObservedRevision* OwnedRevisions::Find(absl::string_view key) const {
  const ObservedRevision* found = nullptr;
  for (const ObservedRevision* revision : owned_) {
    if (revision->meta.revision_key != key) continue;
    if (found == nullptr || revision->number >= found->number) found = revision;
  }
  return found;
}

absl::StatusOr<int64_t> OwnedRevisions::NextNumber() const {
  int64_t highest = 0;
  for (const ObservedRevision* revision : owned_) {
    if (revision->number == std::numeric_limits<int64_t>::max()) {
      return absl::OutOfRangeError(absl::StrCat("ControllerRevision ", revision->meta.namespace_name, "/",
                                                revision->meta.name, ": revision: no higher number is left"));
    }
    highest = std::max(highest, revision->number);
  }
  return highest + 1;
}

RevisionChoice ChooseRevision(const OwnedRevisions& owned, const LeaderWorkerSet& set, const KeyedRevision& newest,
                              const ObservedStatefulSet* leader_statefulset) {
  const absl::string_view leader_key =
      leader_statefulset == nullptr ? absl::string_view() : leader_statefulset->meta.revision_key;
  RevisionChoice choice;
  if (leader_key.empty()) {
    choice.key = std::string(newest.key);
    return choice;
  }
  choice.key = std::string(leader_key);
  choice.current = owned.Find(leader_key);
  if (choice.current == nullptr || SameRevision(set, choice.current->data, newest.data)) return choice;
  choice.updated = true;
  choice.key = std::string(newest.key);
  return choice;
}

}  // namespace lws::internal
