#include "lws/core/fleet/fleet_set.h"

#include "absl/types/span.h"

namespace lws::internal {

bool FleetSet::Count(int32_t index, const GroupVerdict& before, const PackedGroup& group) {
  // A group that is neither ready nor updated is seen, too.
  if (group.leader.exists) counted_.facts.bits.Grow(index + 1);
  const GroupVerdict after = Verdict(group);
  if (before == after) return false;
  AddGroupToCounts(*counted_.frame, index, before, -1, &counted_.facts.counts);
  AddGroupToCounts(*counted_.frame, index, after, 1, &counted_.facts.counts);
  counted_.facts.bits.Grow(index + 1);
  counted_.facts.bits.Set(index, after.ready, after.updated);
  counted_.facts.bits.SetLeaving(index, after.leaving);
  return true;
}

const GroupFacts& FleetSet::FactsFor(const std::string& revision_key) {
  GroupFrame wanted = GroupFrameOf(set, revision_key);
  if (counted_.frame.has_value() && *counted_.frame == wanted) return counted_.facts;
  counted_.revision_key = revision_key;
  wanted.revision_key = counted_.revision_key;
  counted_.frame = wanted;
  // When no number is left for the revision, only irregular groups can have it, so no counted group does.
  counted_.revision_number = static_cast<RevisionId>(revision_names.Intern(revision_key).value_or(65535));
  counted_.facts = GroupFacts();
  groups.ForEach([this](int32_t index, const PackedGroup& group, absl::Span<const PackedWorker>) {
    Count(index, GroupVerdict(), group);
  });
  return counted_.facts;
}

}  // namespace lws::internal
