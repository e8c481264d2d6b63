#include "lws/core/fleet/fleet_facts.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/decision_equality.h"
#include "lws/core/fleet/failing_groups.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/object_packing.h"
#include "lws/core/fleet/packed_group.h"

namespace lws::internal {
namespace {

// How many facts ahead the memory is prefetched.
constexpr size_t kPrefetchDistance = 12;

}  // namespace

// Handles the usual event, about a packed pod that exists already. Returns false for any other event. An object's name
// is in one slot only, so no other slot must be checked.
inline bool FleetFacts::UpdatePod(const PodFacts& facts) {
  FleetSet* set = index_.sets()[facts.member.set];
  const PackedGroup* group = set->groups.Find(facts.member.group);
  if (group == nullptr || !facts.exists) return false;
  if (facts.member.worker == 0) {
    if (!group->leader.exists || group->leader.is_whole || group->leader.uid != facts.uid) return false;
    packed_.PutLeader(set, facts.member.group, PackLeader(facts));
    return true;
  }
  PackedWorker* const found = set->groups.FindWorker(facts.member.group, facts.member.worker);
  if (found == nullptr || !found->exists || found->uid != facts.uid) return false;
  PackedWorker& worker = *found;
  PackedWorker next = PackWorker(facts);
  next.has_other_owner = worker.has_other_owner;
  next.is_due = worker.is_due;
  next.is_told = worker.is_told = 1;
  if (SamePackedWorker(worker, next)) return true;
  const bool failed = worker.fails;
  worker = next;
  if (ListFailingWorkerInFleet({set, facts.member.group, facts.member.worker}, failed, next.fails)) due_.AddSet(set);
  if (next.fails) due_.AddMember(set, facts.member.group, facts.member.worker);
  return true;
}

void FleetFacts::TellPod(const PodFacts& facts) {
  const Slot slot = {index_.sets()[facts.member.set], facts.member.group, facts.member.worker};
  FleetNamespace& space = *slot.set->space;
  MakeRoom(slot);
  if (!facts.exists) {
    if (!space.pods.empty()) whole_.ErasePod(&space, FleetMemberName(*slot.set, slot.group, slot.worker));
    // There is nothing to remove where there is no room.
    if (slot.set->groups.Find(slot.group) == nullptr || !SlotHasRoom(slot)) return;
    slot.worker == 0 ? packed_.PutLeader(slot.set, slot.group, {}) : packed_.PutWorker(slot, {});
    return;
  }
  slot.set->groups.MakeRoom(slot.group, slot.worker);
  const bool is_whole = !space.pods.empty() && space.pods.contains(FleetMemberName(*slot.set, slot.group, slot.worker));
  ObservedPod whole;
  if (slot.worker == 0) {
    const PackedLeader leader = PackLeader(facts);
    if (!is_whole) return packed_.PutLeader(slot.set, slot.group, leader);
    UnpackLeader(leader, slot.group, index_.NamesOf(slot.set), &whole);
  } else {
    const PackedWorker worker = PackWorker(facts);
    if (!is_whole && packed_.AddWorker(slot, worker, facts.owner_uid)) return;
    UnpackWorker(worker, facts.owner_uid, slot.group, slot.worker, index_.NamesOf(slot.set), &whole);
  }
  objects_.AddPod(std::move(whole));
}

void FleetFacts::TellStatefulSet(const WorkersFacts& facts) {
  FleetSet* set = index_.sets()[facts.set];
  FleetNamespace& space = *set->space;
  if (!facts.exists && set->groups.Find(facts.group) == nullptr && set->irregular == 0) return;
  const PackedGroup& group = set->groups.At(facts.group);
  const bool is_whole = group.workers.is_whole ||
                        (set->irregular > 0 && space.statefulsets.contains(FleetMemberName(*set, facts.group, 0)));
  if (!facts.exists) {
    if (!is_whole) return packed_.PutWorkers(set, facts.group, {}, {});
    return objects_.RemoveStatefulSet(&space, set->namespace_name, FleetMemberName(*set, facts.group, 0));
  }
  const bool is_owned = !group.leader.exists || (!group.leader.is_whole && group.leader.uid == facts.leader_uid);
  if (is_owned && !is_whole) {
    packed_.PutWorkers(set, facts.group, PackStatefulSet(facts), facts.leader_uid);
    return;
  }
  ObservedStatefulSet whole;
  PackedGroup packed = {};
  packed.workers = PackStatefulSet(facts);
  packed.leader.uid = facts.leader_uid;
  UnpackStatefulSet(packed, facts.group, index_.NamesOf(set), &whole);
  objects_.AddStatefulSet(std::move(whole));
}

void FleetFacts::MakeRoom(const Slot& slot) {
  FleetNamespace& space = *slot.set->space;
  FleetSet* parent = slot.set->parent;
  const bool is_quiet = space.pods.empty() && slot.set->namesakes.empty() && parent == nullptr;
  if (is_quiet) return;
  const std::string name = FleetMemberName(*slot.set, slot.group, slot.worker);
  const Slot known = index_.FindPackedPod(&space, name);
  if (known.set != nullptr && !(known == slot)) objects_.RemovePod(&space, name);
}

absl::Status FleetFacts::TellPods(absl::Span<const PodFacts> pods) {
  const std::vector<FleetSet*>& sets = index_.sets();
  for (const PodFacts& pod : pods) {
    const Member& member = pod.member;
    const bool is_known = member.set < sets.size() && sets[member.set] != nullptr && member.group >= 0 &&
                          member.group < kMaxGroups && member.worker >= 0 &&
                          member.worker <= sets[member.set]->groups.most_workers() &&
                          pod.revision < sets[member.set]->revision_names.end() && pod.node < index_.node_names().end();
    if (!is_known) {
      return absl::InvalidArgumentError(absl::StrCat("no pod is worker ", member.worker, " of group ", member.group,
                                                     " of set number ", member.set, " with revision number ",
                                                     pod.revision, " and node number ", pod.node));
    }
  }
  for (size_t i = 0; i < std::min(pods.size(), kPrefetchDistance); ++i) {
    sets[pods[i].member.set]->groups.Prefetch(pods[i].member.group, pods[i].member.worker);
  }
  for (size_t i = 0; i < pods.size(); ++i) {
    if (i + 2 * kPrefetchDistance < pods.size()) {
      const Member& far_ahead = pods[i + 2 * kPrefetchDistance].member;
      sets[far_ahead.set]->groups.PrefetchPage(far_ahead.group);
    }
    if (i + kPrefetchDistance < pods.size()) {
      const Member& ahead = pods[i + kPrefetchDistance].member;
      sets[ahead.set]->groups.Prefetch(ahead.group, ahead.worker);
    }
    if (!UpdatePod(pods[i])) TellPod(pods[i]);
  }
  return absl::OkStatus();
}

absl::Status FleetFacts::TellWorkers(absl::Span<const WorkersFacts> statefulsets) {
  const std::vector<FleetSet*>& sets = index_.sets();
  for (const WorkersFacts& facts : statefulsets) {
    const bool is_known = facts.set < sets.size() && sets[facts.set] != nullptr && facts.group >= 0 &&
                          facts.group < kMaxGroups && facts.revision < sets[facts.set]->revision_names.end();
    if (!is_known) {
      return absl::InvalidArgumentError(absl::StrCat("no StatefulSet is of group ", facts.group, " of set number ",
                                                     facts.set, " with revision number ", facts.revision));
    }
  }
  for (const WorkersFacts& facts : statefulsets) TellStatefulSet(facts);
  return absl::OkStatus();
}

}  // namespace lws::internal
