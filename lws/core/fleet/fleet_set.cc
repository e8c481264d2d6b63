#include "lws/core/fleet/fleet_set.h"

namespace lws::internal {

bool FleetSet::Count(int32_t index, const GroupVerdict& before, const GroupVerdict& after) {
  if (before == after) return false;
  AddToCounts(*frame_, index, before, -1, &facts_.counts);
  AddToCounts(*frame_, index, after, 1, &facts_.counts);
  facts_.bits.Grow(index + 1);
  facts_.bits.Set(index, after.ready, after.updated);
  facts_.bits.SetLeaving(index, after.leaving);
  return true;
}

const GroupFacts& FleetSet::FactsFor(const std::string& revision_key) {
  GroupFrame wanted = FrameOf(set, revision_key);
  if (frame_.has_value() && *frame_ == wanted) return facts_;
  revision_key_ = revision_key;
  wanted.revision_key = revision_key_;
  frame_ = wanted;
  // Without a number left no group that is counted here has the revision: such groups are irregular.
  revision_number_ = static_cast<RevisionId>(revision_names.Intern(revision_key).value_or(65535));
  facts_ = GroupFacts();
  groups.ForEach([this](int32_t index, const PackedGroup& group, const PackedWorker*) {
    Count(index, GroupVerdict(), Verdict(group));
  });
  return facts_;
}

}  // namespace lws::internal
