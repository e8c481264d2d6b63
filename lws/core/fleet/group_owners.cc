#include "lws/core/fleet/group_owners.h"

namespace lws::internal {

PackedUid OwnerOfPackedGroup(const FleetSet& set, int32_t group, const PackedWorker& worker) {
  if (worker.exists && worker.has_other_owner) return set.other_owners.find(group)->second;
  return set.groups.Find(group)->workers.uid;
}

bool HasWorkerOfOwner(const Place& place, bool other_owner) {
  for (int32_t i = 1; i <= place.set->groups.workers(place.group); ++i) {
    const PackedWorker& worker = *place.set->groups.FindWorker(place.group, i);
    if (i != place.worker && worker.exists && worker.has_other_owner == other_owner) return true;
  }
  return false;
}

std::optional<bool> TakeOwnerOfPackedGroup(const Place& place, const PackedUid& owner) {
  PackedStatefulSet& workers = place.set->groups.At(place.group).workers;
  if (workers.uid == owner) return false;
  const auto other = place.set->other_owners.find(place.group);
  if (other != place.set->other_owners.end() && other->second == owner) return true;
  const bool is_free = (!workers.exists || workers.is_whole) && !HasWorkerOfOwner(place, false);
  if (is_free) {
    workers.uid = owner;
    return false;
  }
  if (other != place.set->other_owners.end() && HasWorkerOfOwner(place, true)) return std::nullopt;
  place.set->other_owners[place.group] = owner;
  return true;
}

}  // namespace lws::internal
