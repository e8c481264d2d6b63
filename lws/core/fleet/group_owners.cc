#include "lws/core/fleet/group_owners.h"

namespace lws::internal {

PackedUid OwnerOfPackedGroup(const FleetSet& set, int32_t group, const PackedWorker& worker) {
  if (worker.exists && worker.has_other_owner) return set.other_owners.find(group)->second;
  return set.groups.Find(group)->workers.uid;
}

bool HasWorkerOfOwner(const Slot& slot, bool other_owner) {
  for (int32_t i = 1; i <= slot.set->groups.workers(slot.group); ++i) {
    const PackedWorker& worker = *slot.set->groups.FindWorker(slot.group, i);
    if (i != slot.worker && worker.exists && worker.has_other_owner == other_owner) return true;
  }
  return false;
}

std::optional<bool> TakeOwnerOfPackedGroup(const Slot& slot, const PackedUid& owner) {
  PackedStatefulSet& workers = slot.set->groups.At(slot.group).workers;
  if (workers.uid == owner) return false;
  const auto other = slot.set->other_owners.find(slot.group);
  if (other != slot.set->other_owners.end() && other->second == owner) return true;
  const bool is_free = (!workers.exists || workers.is_whole) && !HasWorkerOfOwner(slot, false);
  if (is_free) {
    workers.uid = owner;
    return false;
  }
  if (other != slot.set->other_owners.end() && HasWorkerOfOwner(slot, true)) return std::nullopt;
  slot.set->other_owners[slot.group] = owner;
  return true;
}

}  // namespace lws::internal
