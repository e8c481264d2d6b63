#include "lws/core/fleet/packed_objects.h"

#include <memory>
#include <optional>
#include <utility>

#include "lws/api/observed.h"
#include "lws/core/fleet/decision_equality.h"
#include "lws/core/fleet/failing_groups.h"
#include "lws/core/fleet/group_owners.h"
#include "lws/core/fleet/object_packing.h"

namespace lws::internal {

void PackedObjects::PutLeader(FleetSet* set, int32_t group, const PackedLeader& leader) {
  PackedGroup& packed = set->groups.At(group);
  PackedLeader next = leader;
  next.is_due = packed.leader.is_due;
  next.has_failing = packed.leader.has_failing;
  next.is_listed = packed.leader.is_listed;
  next.is_told = next.exists;
  const bool may_be_owner = !next.exists || (!next.is_whole && next.uid == packed.leader.uid);
  if (packed.workers.is_owned_by_leader && !may_be_owner) UnpackWorkers(set, group);
  if (!next.exists) next.uid = packed.leader.uid;  // the StatefulSet may still name it as its owner
  const bool same = SamePackedLeader(packed.leader, next);
  if (same) {
    packed.leader = next;
    if (!next.is_whole) return;
  }
  // A policy may replace the group by deleting its leader, even one that is not ready. And whole pods of the set may
  // restart their group through the leader.
  const bool is_other =
      packed.leader.exists != next.exists || packed.leader.uid != next.uid || !set->whole_pods.empty();
  if (set->Change(group, [&next](PackedGroup* changed) { changed->leader = next; }) || is_other) due_.AddSet(set);
  if (ListFailingInFleet(set, group, next.fails)) due_.AddSet(set);
  if (next.exists) {
    due_.AddMember(set, group, 0);
  } else {
    index_.MayBeUnused(set);
  }
}

void PackedObjects::PutWorkers(FleetSet* set, int32_t group, const PackedStatefulSet& workers,
                               const PackedUid& leader_uid) {
  PackedGroup& packed = set->groups.At(group);
  PackedStatefulSet next = workers;
  const bool keeps_uid = !next.exists || next.is_whole;
  if (keeps_uid) next.uid = packed.workers.uid;  // the workers still name it as their owner
  SwitchOwner(set, group, next.uid);
  next.is_told = packed.workers.is_told = next.exists;
  const bool same =
      SamePackedWorkers(packed.workers, next) && (!next.is_owned_by_leader || packed.leader.uid == leader_uid);
  if (same && !next.is_whole) return;
  if (next.is_owned_by_leader) packed.leader.uid = leader_uid;
  if (set->Change(group, [&next](PackedGroup* changed) { changed->workers = next; })) due_.AddSet(set);
  if (ListFailingInFleet(set, group, false)) due_.AddSet(set);
  due_.AddMember(set, group, 0);
  if (!next.exists) index_.MayBeUnused(set);
  const bool has_namesakes = set->namesakes.contains(group) || !set->space->pods.empty();
  if (has_namesakes) whole_.MakeNamesakesDue(set->space, set->namespace_name, FleetMemberName(*set, group, 0));
}

void PackedObjects::PutWorker(const Slot& slot, const PackedWorker& worker) {
  PackedWorker& packed = *slot.set->groups.FindWorker(slot.group, slot.worker);
  PackedWorker next = worker;
  next.is_due = packed.is_due;
  next.is_told = packed.is_told = next.exists;
  if (SamePackedWorker(packed, next)) return;
  const bool leaves_other_owner = packed.exists && packed.has_other_owner && !next.has_other_owner;
  const bool failed = packed.fails;
  packed = next;
  if (ListFailingWorkerInFleet(slot, failed, next.fails)) due_.AddSet(slot.set);
  if (next.fails) due_.AddMember(slot.set, slot.group, slot.worker);
  if (!next.exists) index_.MayBeUnused(slot.set);
  if (leaves_other_owner && !HasWorkerOfOwner(slot, true)) slot.set->other_owners.erase(slot.group);
}

bool PackedObjects::AddWorker(const Slot& slot, PackedWorker worker, const PackedUid& owner) {
  slot.set->groups.At(slot.group);
  PackedWorker& packed = *slot.set->groups.FindWorker(slot.group, slot.worker);
  const PackedUid before = OwnerOfPackedGroup(*slot.set, slot.group, packed);
  const std::optional<bool> is_other = TakeOwnerOfPackedGroup(slot, owner);
  if (!is_other.has_value()) return false;
  FleetNamespace& space = *slot.set->space;
  if (!space.pods.empty()) whole_.ErasePod(&space, FleetMemberName(*slot.set, slot.group, slot.worker));
  worker.has_other_owner = *is_other;
  if (before != owner) packed.exists = 0;  // so that PutWorker treats it as new
  PutWorker(slot, worker);
  return true;
}

// Records the new UID of the group's StatefulSet. The workers of the former one then have another owner, and workers
// that were waiting for this UID have it as their StatefulSet.
void PackedObjects::SwitchOwner(FleetSet* set, int32_t group, const PackedUid& uid) {
  PackedStatefulSet& workers = set->groups.At(group).workers;
  if (workers.uid == uid) return;
  const Slot nobody = {set, group, 0};
  const auto other = set->other_owners.find(group);
  const bool returns = other != set->other_owners.end() && other->second == uid;
  if (!returns && HasWorkerOfOwner(nobody, true)) UnpackMembers(set, group);
  for (int32_t i = 1; i <= set->groups.workers(group); ++i) {
    PackedWorker& worker = *set->groups.FindWorker(group, i);
    if (worker.exists) worker.has_other_owner ^= 1;
  }
  if (HasWorkerOfOwner(nobody, true)) {
    set->other_owners[group] = workers.uid;
  } else {
    set->other_owners.erase(group);
  }
  workers.uid = uid;
}

void PackedObjects::UnpackWorkers(FleetSet* set, int32_t group) {
  PackedGroup& packed = set->groups.At(group);
  if (!packed.workers.exists || packed.workers.is_whole) return;
  auto whole = std::make_unique<ObservedStatefulSet>();
  UnpackStatefulSet(packed, group, index_.NamesOf(set), whole.get());
  packed.workers.is_whole = 1;
  packed.workers.is_owned_by_leader = 0;
  if (packed.workers.is_told) index_.relists().Told("StatefulSet", set->namespace_name, whole->meta.name);
  whole_.KeepStatefulSet(std::move(whole));
}

void PackedObjects::UnpackMembers(FleetSet* set, int32_t group) {
  for (int32_t i = 1; i <= set->groups.workers(group); ++i) {
    PackedWorker* packed = set->groups.FindWorker(group, i);
    if (packed == nullptr || !packed->exists || !packed->has_other_owner) continue;
    auto whole = std::make_unique<ObservedPod>();
    UnpackWorker(*packed, OwnerOfPackedGroup(*set, group, *packed), group, i, index_.NamesOf(set), whole.get());
    if (packed->is_told) index_.relists().Told("Pod", set->namespace_name, whole->meta.name);
    const bool is_due = packed->is_due;
    *packed = {};
    packed->is_due = is_due;
    whole_.KeepPod(std::move(whole));
  }
}

}  // namespace lws::internal
