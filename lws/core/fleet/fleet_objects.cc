#include "lws/core/fleet/fleet_objects.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "lws/api/pod_name.h"
#include "lws/api/well_known.h"
#include "lws/core/desired/set_digest.h"
#include "lws/core/fleet/decision_equality.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/restart.h"
#include "lws/core/revision/revision_data.h"

namespace lws::internal {
namespace {

// A group number beyond this is a broken label, and costs no memory.
constexpr int32_t kMaxGroups = 1 << 24;
// How far ahead memory is asked for while facts are told.
constexpr size_t kPrefetchDistance = 12;

bool IsNamedGroup(const ObservedMeta& meta) { return meta.group_in_name >= 0 && meta.group_in_name < kMaxGroups; }

}  // namespace

std::string MemberName(const FleetSet& set, int32_t group, int32_t worker) {
  return worker == 0 ? absl::StrCat(set.name, "-", group) : absl::StrCat(set.name, "-", group, "-", worker);
}

PackedUid OwnerOf(const FleetSet& set, int32_t group, const PackedWorker& worker) {
  if (worker.exists && worker.has_other_owner) return set.other_owners.find(group)->second;
  return set.groups.Find(group)->workers.uid;
}

FleetNamespace& FleetObjects::In(absl::string_view name) {
  std::unique_ptr<FleetNamespace>& found = namespaces_[name];
  if (found == nullptr) found = std::make_unique<FleetNamespace>();
  return *found;
}

FleetNamespace* FleetObjects::FindNamespace(absl::string_view name) {
  const auto found = namespaces_.find(name);
  return found == namespaces_.end() ? nullptr : found->second.get();
}

void FleetObjects::MakeSetDue(FleetSet* set) {
  if (set->is_due) return;
  set->is_due = true;
  due_sets_.push_back(set);
}

void FleetObjects::MakeNameDue(absl::string_view namespace_name, absl::string_view name) {
  due_pods_.push_back({nullptr, static_cast<int32_t>(due_names_.size()), 0});
  due_names_.push_back({std::string(namespace_name), std::string(name)});
}

FleetSet& FleetObjects::SetOf(absl::string_view namespace_name, absl::string_view name) {
  FleetNamespace& space = In(namespace_name);
  if (const auto found = space.sets.find(name); found != space.sets.end()) return *found->second;
  FleetSet* set = space.sets.emplace(name, std::make_unique<FleetSet>(std::string(namespace_name), std::string(name)))
                      .first->second.get();
  set->number = static_cast<uint32_t>(sets_.size());
  set->space = &space;
  sets_.push_back(set);
  if (const std::optional<PodName> parsed = ParsePodName(name); parsed.has_value()) {
    set->parent = &SetOf(namespace_name, parsed->parent);
    set->parent->namesakes.insert(parsed->ordinal);
  }
  return *set;
}

FleetSet* FleetObjects::FindSet(absl::string_view namespace_name, absl::string_view name) {
  FleetNamespace* space = FindNamespace(namespace_name);
  if (space == nullptr) return nullptr;
  const auto found = space->sets.find(name);
  return found == space->sets.end() || !found->second->exists ? nullptr : found->second.get();
}

// What a member or its StatefulSet has become may decide whether one that fails restarts the group.
void FleetObjects::ListFailing(FleetSet* set, int32_t group, bool member_fails) {
  PackedLeader& leader = set->groups.At(group).leader;
  leader.has_failing |= member_fails;
  if (!leader.has_failing || leader.is_listed) return;
  leader.is_listed = 1;
  set->failing.push_back(group);
}

// Others than those that fail matter only where their group has to have started; the group's memory is left alone.
inline void FleetObjects::ListFailingWorker(const Place& place, bool failed, bool fails) {
  if (failed || fails || place.set->restart_facts.waits_for_start) ListFailing(place.set, place.group, fails);
}

void FleetObjects::ListAllFailing(FleetSet* set) {
  std::vector<int32_t> failing;
  set->groups.ForEach([&failing](int32_t index, const PackedGroup& group, const PackedWorker*) {
    if (group.leader.has_failing) failing.push_back(index);
  });
  for (const int32_t group : failing) ListFailing(set, group, true);
}

void FleetObjects::MakeMemberDue(FleetSet* set, int32_t group, int32_t worker) {
  if (worker == 0) {
    PackedLeader& leader = set->groups.At(group).leader;
    if (leader.is_due) return;
    leader.is_due = 1;
  } else {
    PackedWorker& packed = *set->groups.FindWorker(group, worker);
    if (packed.is_due) return;
    packed.is_due = 1;
  }
  due_pods_.push_back({set, group, worker});
}

// Whatever its labels, a StatefulSet is the leader StatefulSet of a set of its name, and passes for the workers of a
// leader pod of its name.
void FleetObjects::MakeNamesakesDue(FleetNamespace* space, absl::string_view namespace_name, absl::string_view name) {
  if (const auto found = space->sets.find(name); found != space->sets.end()) MakeSetDue(found->second.get());
  const ObservedPod* pod = Find(space->pods, name);
  if (pod != nullptr && !pod->meta.set_name.empty()) MakeSetDue(&SetOf(namespace_name, pod->meta.set_name));
}

// By the labels, as far as the name agrees.
Place FleetObjects::PlaceOf(const ObservedPod& pod) {
  const ObservedMeta& meta = pod.meta;
  if (meta.set_name.empty()) return Place();
  if (pod.is_leader()) {
    if (!IsNamedGroup(meta)) return Place();
    return {&SetOf(meta.namespace_name, meta.set_name), meta.group_in_name, 0};
  }
  const int32_t group = ParseIndex(meta.group_index.value_or(""));
  const int32_t worker = ParseIndex(pod.worker_index.value_or(""));
  if (group < 0 || group >= kMaxGroups || worker < 1) return Place();
  FleetSet& set = SetOf(meta.namespace_name, meta.set_name);
  if (worker > set.groups.workers() || meta.name != MemberName(set, group, worker)) return Place();
  return {&set, group, worker};
}

Place FleetObjects::FindPackedPod(FleetNamespace* space, absl::string_view name) {
  const std::optional<PodName> parsed = ParsePodName(name);
  if (!parsed.has_value() || parsed->ordinal >= kMaxGroups) return Place();
  if (const auto found = space->sets.find(parsed->parent); found != space->sets.end()) {
    FleetSet* set = found->second.get();
    const PackedGroup* group = set->groups.Find(parsed->ordinal);
    const bool is_leader = group != nullptr && group->leader.exists && !group->leader.is_whole;
    if (is_leader && MemberName(*set, parsed->ordinal, 0) == name) return {set, parsed->ordinal, 0};
  }
  const std::optional<PodName> parent = ParsePodName(parsed->parent);
  if (!parent.has_value() || parent->ordinal >= kMaxGroups) return Place();
  const auto found = space->sets.find(parent->parent);
  if (found == space->sets.end()) return Place();
  FleetSet* set = found->second.get();
  const PackedWorker* worker = set->groups.FindWorker(parent->ordinal, parsed->ordinal);
  const bool is_worker = worker != nullptr && worker->exists;
  if (!is_worker || MemberName(*set, parent->ordinal, parsed->ordinal) != name) return Place();
  return {set, parent->ordinal, parsed->ordinal};
}

Place FleetObjects::FindPackedStatefulSet(FleetNamespace* space, absl::string_view name) {
  const std::optional<PodName> parsed = ParsePodName(name);
  if (!parsed.has_value() || parsed->ordinal >= kMaxGroups) return Place();
  const auto found = space->sets.find(parsed->parent);
  if (found == space->sets.end()) return Place();
  FleetSet* set = found->second.get();
  const PackedGroup* group = set->groups.Find(parsed->ordinal);
  const bool is_there = group != nullptr && group->workers.exists && !group->workers.is_whole;
  if (!is_there || MemberName(*set, parsed->ordinal, 0) != name) return Place();
  return {set, parsed->ordinal, 0};
}

void FleetObjects::LinkWholePod(const ObservedPod& pod, bool add) {
  if (pod.meta.set_name.empty()) return;
  FleetSet& set = SetOf(pod.meta.namespace_name, pod.meta.set_name);
  std::vector<const ObservedPod*>& group = set.whole_pods[pod.meta.group_index];
  if (add) {
    group.push_back(&pod);
  } else {
    group.erase(std::remove(group.begin(), group.end(), &pod), group.end());
    if (group.empty()) set.whole_pods.erase(pod.meta.group_index);
  }
  const PackedGroup* packed = IsNamedGroup(pod.meta) ? set.groups.Find(pod.meta.group_in_name) : nullptr;
  if (!pod.is_leader() || (packed != nullptr && packed->leader.is_whole)) return;
  set.irregular += add ? 1 : -1;
  MakeSetDue(&set);
}

void FleetObjects::LinkWholeStatefulSet(const ObservedStatefulSet& statefulset, bool add) {
  const ObservedMeta& meta = statefulset.meta;
  if (IsNamedGroup(meta)) {
    const PackedGroup* packed = SetOf(meta.namespace_name, meta.set_name).groups.Find(meta.group_in_name);
    if (packed != nullptr && packed->workers.is_whole) return;
  }
  std::vector<FleetSet*> sets;
  if (!meta.set_name.empty() && meta.group_index.has_value())
    sets.push_back(&SetOf(meta.namespace_name, meta.set_name));
  // It may be named like a leader pod of another set, whose workers it then passes for.
  if (const std::optional<PodName> parsed = ParsePodName(meta.name); parsed.has_value()) {
    sets.push_back(&SetOf(meta.namespace_name, parsed->parent));
  }
  for (FleetSet* set : sets) {
    set->irregular += add ? 1 : -1;
    MakeSetDue(set);
  }
}

void FleetObjects::KeepWholePod(std::unique_ptr<ObservedPod> pod) {
  std::unique_ptr<ObservedPod>& slot = In(pod->meta.namespace_name).pods[pod->meta.name];
  slot = std::move(pod);
  LinkWholePod(*slot, true);
}

void FleetObjects::KeepWholeStatefulSet(std::unique_ptr<ObservedStatefulSet> statefulset) {
  std::unique_ptr<ObservedStatefulSet>& slot =
      In(statefulset->meta.namespace_name).statefulsets[statefulset->meta.name];
  slot = std::move(statefulset);
  LinkWholeStatefulSet(*slot, true);
}

void FleetObjects::EraseWholePod(FleetNamespace* space, absl::string_view name) {
  const auto found = space->pods.find(name);
  if (found == space->pods.end()) return;
  LinkWholePod(*found->second, false);
  space->pods.erase(found);
}

void FleetObjects::EraseWholeStatefulSet(FleetNamespace* space, absl::string_view name) {
  const auto found = space->statefulsets.find(name);
  if (found == space->statefulsets.end()) return;
  LinkWholeStatefulSet(*found->second, false);
  space->statefulsets.erase(found);
}

void FleetObjects::UnpackWorkers(FleetSet* set, int32_t group) {
  PackedGroup& packed = set->groups.At(group);
  if (!packed.workers.exists || packed.workers.is_whole) return;
  auto whole = std::make_unique<ObservedStatefulSet>();
  UnpackStatefulSet(packed, group, NamesOf(set), whole.get());
  packed.workers.is_whole = 1;
  packed.workers.is_owned_by_leader = 0;
  KeepWholeStatefulSet(std::move(whole));
}

void FleetObjects::UnpackMembers(FleetSet* set, int32_t group) {
  for (int32_t i = 1; i <= set->groups.workers(); ++i) {
    PackedWorker* packed = set->groups.FindWorker(group, i);
    if (packed == nullptr || !packed->exists || !packed->has_other_owner) continue;
    auto whole = std::make_unique<ObservedPod>();
    UnpackWorker(*packed, OwnerOf(*set, group, *packed), group, i, NamesOf(set), whole.get());
    const bool is_due = packed->is_due;
    *packed = {};
    packed->is_due = is_due;
    KeepWholePod(std::move(whole));
  }
}

// The leader in its place, or, as one that does not exist, away from it.
void FleetObjects::PutLeader(FleetSet* set, int32_t group, const PackedLeader& leader) {
  PackedGroup& packed = set->groups.At(group);
  PackedLeader next = leader;
  next.is_due = packed.leader.is_due;
  next.has_failing = packed.leader.has_failing;
  next.is_listed = packed.leader.is_listed;
  const bool may_be_owner = !next.exists || (!next.is_whole && next.uid == packed.leader.uid);
  if (packed.workers.is_owned_by_leader && !may_be_owner) UnpackWorkers(set, group);
  if (!next.exists) next.uid = packed.leader.uid;  // of an owner that went
  const bool same = SameLeader(packed.leader, next);
  if (same) {
    packed.leader = next;
    if (!next.is_whole) return;
  }
  if (set->Change(group, [&next](PackedGroup* changed) { changed->leader = next; })) MakeSetDue(set);
  ListFailing(set, group, next.fails);
  if (next.exists) MakeMemberDue(set, group, 0);
}

void FleetObjects::PutWorkers(FleetSet* set, int32_t group, const PackedStatefulSet& workers,
                              const PackedUid& leader_uid) {
  PackedGroup& packed = set->groups.At(group);
  PackedStatefulSet next = workers;
  const bool keeps_uid = !next.exists || next.is_whole;
  if (keeps_uid) next.uid = packed.workers.uid;  // that the workers name
  SwitchOwner(set, group, next.uid);
  const bool same = SameWorkers(packed.workers, next) && (!next.is_owned_by_leader || packed.leader.uid == leader_uid);
  if (same && !next.is_whole) return;
  if (next.is_owned_by_leader) packed.leader.uid = leader_uid;
  if (set->Change(group, [&next](PackedGroup* changed) { changed->workers = next; })) MakeSetDue(set);
  ListFailing(set, group, false);
  MakeMemberDue(set, group, 0);
  const bool has_namesakes = set->namesakes.contains(group) || !SpaceOf(*set).pods.empty();
  if (has_namesakes) MakeNamesakesDue(&SpaceOf(*set), set->namespace_name, MemberName(*set, group, 0));
}

void FleetObjects::PutWorker(const Place& place, const PackedWorker& worker) {
  PackedWorker& packed = *place.set->groups.FindWorker(place.group, place.worker);
  PackedWorker next = worker;
  next.is_due = packed.is_due;
  if (SameWorker(packed, next)) return;
  const bool leaves_other_owner = packed.exists && packed.has_other_owner && !next.has_other_owner;
  const bool failed = packed.fails;
  packed = next;
  ListFailingWorker(place, failed, next.fails);
  if (next.fails) MakeMemberDue(place.set, place.group, place.worker);
  if (leaves_other_owner && !HasWorkerOf(place, true)) place.set->other_owners.erase(place.group);
}

// Whether a worker of the group, but for the one in `place`, names that owner.
bool FleetObjects::HasWorkerOf(const Place& place, bool other_owner) {
  for (int32_t i = 1; i <= place.set->groups.workers(); ++i) {
    const PackedWorker& worker = *place.set->groups.FindWorker(place.group, i);
    if (i != place.worker && worker.exists && worker.has_other_owner == other_owner) return true;
  }
  return false;
}

// Makes the owner one of the two that a group has place for, and returns whether it is the other; nullopt when both are
// taken.
std::optional<bool> FleetObjects::TakeOwner(const Place& place, const PackedUid& owner) {
  PackedStatefulSet& workers = place.set->groups.At(place.group).workers;
  if (workers.uid == owner) return false;
  const auto other = place.set->other_owners.find(place.group);
  if (other != place.set->other_owners.end() && other->second == owner) return true;
  const bool is_free = (!workers.exists || workers.is_whole) && !HasWorkerOf(place, false);
  if (is_free) {
    workers.uid = owner;
    return false;
  }
  if (other != place.set->other_owners.end() && HasWorkerOf(place, true)) return std::nullopt;
  place.set->other_owners[place.group] = owner;
  return true;
}

// The StatefulSet has this UID now: the workers of the one before have another owner, if it was not theirs already.
void FleetObjects::SwitchOwner(FleetSet* set, int32_t group, const PackedUid& uid) {
  PackedStatefulSet& workers = set->groups.At(group).workers;
  if (workers.uid == uid) return;
  const Place nobody = {set, group, 0};
  const auto other = set->other_owners.find(group);
  const bool returns = other != set->other_owners.end() && other->second == uid;
  if (!returns && HasWorkerOf(nobody, true)) UnpackMembers(set, group);
  for (int32_t i = 1; i <= set->groups.workers(); ++i) {
    PackedWorker& worker = *set->groups.FindWorker(group, i);
    if (worker.exists) worker.has_other_owner ^= 1;
  }
  if (HasWorkerOf(nobody, true)) {
    set->other_owners[group] = workers.uid;
  } else {
    set->other_owners.erase(group);
  }
  workers.uid = uid;
}

// False when the group's other objects name other owners.
bool FleetObjects::AddPackedWorker(const Place& place, PackedWorker worker, const PackedUid& owner) {
  place.set->groups.At(place.group);
  PackedWorker& packed = *place.set->groups.FindWorker(place.group, place.worker);
  const PackedUid before = OwnerOf(*place.set, place.group, packed);
  const std::optional<bool> is_other = TakeOwner(place, owner);
  if (!is_other.has_value()) return false;
  FleetNamespace& space = SpaceOf(*place.set);
  if (!space.pods.empty()) EraseWholePod(&space, MemberName(*place.set, place.group, place.worker));
  worker.has_other_owner = *is_other;
  if (before != owner) packed.exists = 0;  // so that it is told as new
  PutWorker(place, worker);
  return true;
}

// False when the leader has no place among the groups; it is kept whole then, and what it was in its place is gone.
bool FleetObjects::AddNamedLeader(const Place& place, ObservedPod* pod) {
  PackedLeader leader = {};
  const Packing packing = PackLeader(*pod, NamesOf(place.set), &leader);
  FleetNamespace& space = SpaceOf(*place.set);
  if (packing == Packing::kNone) return false;
  if (packing == Packing::kFits) {
    EraseWholePod(&space, pod->meta.name);
    PutLeader(place.set, place.group, leader);
    return true;
  }
  leader.is_whole = 1;
  EraseWholePod(&space, pod->meta.name);
  PutLeader(place.set, place.group, leader);
  KeepWholePod(std::make_unique<ObservedPod>(std::move(*pod)));
  return true;
}

void FleetObjects::AddPod(ObservedPod pod) {
  pod.meta.group_in_name = GroupInName(pod.meta);
  const std::string namespace_name = pod.meta.namespace_name;
  const std::string name = pod.meta.name;
  FleetNamespace& space = In(namespace_name);
  const auto found = space.pods.find(name);
  ObservedPod* whole = found == space.pods.end() ? nullptr : found->second.get();
  if (whole != nullptr && SamePod(*whole, pod)) {
    *whole = std::move(pod);
    return;
  }
  const Place place = PlaceOf(pod);
  const Place known = FindPackedPod(&space, name);
  const Place whole_place = whole == nullptr ? Place() : PlaceOf(*whole);
  const bool moves = (known.set != nullptr && !(known == place)) || (whole != nullptr && !(whole_place == place));
  if (moves) RemovePod(&space, name);
  if (place.set != nullptr && place.worker == 0 && AddNamedLeader(place, &pod)) return;
  PackedWorker worker = {};
  PackedUid owner;
  const bool may_fit = place.set != nullptr && place.worker > 0 &&
                       PackWorker(pod, NamesOf(place.set), &worker, &owner) == Packing::kFits;
  if (may_fit && AddPackedWorker(place, worker, owner)) return;
  RemovePod(&space, name);
  KeepWholePod(std::make_unique<ObservedPod>(std::move(pod)));
  MakeNameDue(namespace_name, name);
}

void FleetObjects::RemovePod(FleetNamespace* space, absl::string_view name) {
  const Place place = FindPackedPod(space, name);
  if (place.set != nullptr && place.worker == 0) PutLeader(place.set, place.group, {});
  if (place.set != nullptr && place.worker > 0) PutWorker(place, {});
  const ObservedPod* whole = Find(space->pods, name);
  if (whole == nullptr) return;
  const Place whole_place = PlaceOf(*whole);
  const bool in_place = whole_place.set != nullptr && whole_place.worker == 0;
  EraseWholePod(space, name);
  if (in_place) PutLeader(whole_place.set, whole_place.group, {});
}

bool FleetObjects::AddNamedStatefulSet(FleetSet* set, ObservedStatefulSet* statefulset) {
  const int32_t group = statefulset->meta.group_in_name;
  PackedStatefulSet workers = {};
  PackedUid leader_uid;
  Packing packing = PackStatefulSet(*statefulset, NamesOf(set), &workers, &leader_uid);
  if (packing == Packing::kNone) return false;
  const PackedGroup& packed = set->groups.At(group);
  const bool other_leader = packed.leader.exists && (packed.leader.is_whole || packed.leader.uid != leader_uid);
  if (packing == Packing::kFits && other_leader) packing = Packing::kFactsOnly;
  FleetNamespace& space = SpaceOf(*set);
  if (packing == Packing::kFits) {
    EraseWholeStatefulSet(&space, statefulset->meta.name);
    PutWorkers(set, group, workers, leader_uid);
    return true;
  }
  workers.is_whole = 1;
  workers.is_owned_by_leader = 0;
  EraseWholeStatefulSet(&space, statefulset->meta.name);
  PutWorkers(set, group, workers, leader_uid);
  KeepWholeStatefulSet(std::make_unique<ObservedStatefulSet>(std::move(*statefulset)));
  return true;
}

void FleetObjects::AddStatefulSet(ObservedStatefulSet statefulset) {
  statefulset.meta.group_in_name = GroupInName(statefulset.meta);
  const std::string namespace_name = statefulset.meta.namespace_name;
  const std::string name = statefulset.meta.name;
  const std::string set_name = statefulset.meta.set_name;
  FleetNamespace& space = In(namespace_name);
  const auto found = space.statefulsets.find(name);
  if (found != space.statefulsets.end() && SameStatefulSet(*found->second, statefulset)) {
    *found->second = std::move(statefulset);
    return;
  }
  if (IsNamedGroup(statefulset.meta) && AddNamedStatefulSet(&SetOf(namespace_name, set_name), &statefulset)) return;
  RemoveStatefulSet(&space, namespace_name, name);
  KeepWholeStatefulSet(std::make_unique<ObservedStatefulSet>(std::move(statefulset)));
  if (!set_name.empty()) {
    MakeSetDue(&SetOf(namespace_name, set_name));
    if (set_name != name) MakeNameDue(namespace_name, name);
  }
  MakeNamesakesDue(&space, namespace_name, name);
}

void FleetObjects::RemoveStatefulSet(FleetNamespace* space, absl::string_view namespace_name, absl::string_view name) {
  const Place place = FindPackedStatefulSet(space, name);
  if (place.set != nullptr) {
    PutWorkers(place.set, place.group, {}, {});
    return;
  }
  const ObservedStatefulSet* whole = Find(space->statefulsets, name);
  if (whole == nullptr) return;
  const ObservedMeta meta = whole->meta;
  PackedGroup* packed =
      IsNamedGroup(meta) ? SetOf(namespace_name, meta.set_name).groups.Find(meta.group_in_name) : nullptr;
  const bool in_place = packed != nullptr && packed->workers.is_whole;
  EraseWholeStatefulSet(space, name);
  if (in_place) PutWorkers(&SetOf(namespace_name, meta.set_name), meta.group_in_name, {}, {});
  if (!meta.set_name.empty()) {
    MakeSetDue(&SetOf(namespace_name, meta.set_name));
    if (meta.set_name != name) MakeNameDue(namespace_name, name);
  }
  MakeNamesakesDue(space, namespace_name, name);
}

void FleetObjects::MakeRoom(const Place& place) {
  FleetNamespace& space = SpaceOf(*place.set);
  FleetSet* parent = place.set->parent;
  const bool is_quiet = space.pods.empty() && place.set->namesakes.empty() && parent == nullptr;
  if (is_quiet) return;
  const std::string name = MemberName(*place.set, place.group, place.worker);
  const Place known = FindPackedPod(&space, name);
  if (known.set != nullptr && !(known == place)) RemovePod(&space, name);
}

// The usual event: a packed pod that is there already. False when it is another case. A name is never in two places, so
// that no other has to be looked at.
inline bool FleetObjects::UpdatePod(const PodFacts& facts) {
  FleetSet* set = sets_[facts.member.set];
  const PackedGroup* group = set->groups.Find(facts.member.group);
  if (group == nullptr || !facts.exists) return false;
  if (facts.member.worker == 0) {
    if (!group->leader.exists || group->leader.is_whole || group->leader.uid != facts.uid) return false;
    PutLeader(set, facts.member.group, PackLeader(facts));
    return true;
  }
  PackedWorker& worker = *set->groups.FindWorker(facts.member.group, facts.member.worker);
  if (!worker.exists || worker.uid != facts.uid) return false;
  PackedWorker next = PackWorker(facts);
  next.has_other_owner = worker.has_other_owner;
  next.is_due = worker.is_due;
  if (SameWorker(worker, next)) return true;
  const bool failed = worker.fails;
  worker = next;
  ListFailingWorker({set, facts.member.group, facts.member.worker}, failed, next.fails);
  if (next.fails) MakeMemberDue(set, facts.member.group, facts.member.worker);
  return true;
}

void FleetObjects::TellPod(const PodFacts& facts) {
  const Place place = {sets_[facts.member.set], facts.member.group, facts.member.worker};
  FleetNamespace& space = SpaceOf(*place.set);
  MakeRoom(place);
  place.set->groups.At(place.group);
  if (!facts.exists) {
    if (!space.pods.empty()) EraseWholePod(&space, MemberName(*place.set, place.group, place.worker));
    place.worker == 0 ? PutLeader(place.set, place.group, {}) : PutWorker(place, {});
    return;
  }
  const bool is_whole = !space.pods.empty() && space.pods.contains(MemberName(*place.set, place.group, place.worker));
  ObservedPod whole;
  if (place.worker == 0) {
    const PackedLeader leader = PackLeader(facts);
    if (!is_whole) return PutLeader(place.set, place.group, leader);
    UnpackLeader(leader, place.group, NamesOf(place.set), &whole);
  } else {
    const PackedWorker worker = PackWorker(facts);
    if (!is_whole && AddPackedWorker(place, worker, facts.owner_uid)) return;
    UnpackWorker(worker, facts.owner_uid, place.group, place.worker, NamesOf(place.set), &whole);
  }
  AddPod(std::move(whole));
}

void FleetObjects::TellStatefulSet(const WorkersFacts& facts) {
  FleetSet* set = sets_[facts.set];
  FleetNamespace& space = SpaceOf(*set);
  const PackedGroup& group = set->groups.At(facts.group);
  const bool is_whole =
      group.workers.is_whole || (set->irregular > 0 && space.statefulsets.contains(MemberName(*set, facts.group, 0)));
  if (!facts.exists) {
    if (!is_whole) return PutWorkers(set, facts.group, {}, {});
    return RemoveStatefulSet(&space, set->namespace_name, MemberName(*set, facts.group, 0));
  }
  const bool is_owned = !group.leader.exists || (!group.leader.is_whole && group.leader.uid == facts.leader_uid);
  if (is_owned && !is_whole) {
    PutWorkers(set, facts.group, PackStatefulSet(facts), facts.leader_uid);
    return;
  }
  ObservedStatefulSet whole;
  PackedGroup packed = {};
  packed.workers = PackStatefulSet(facts);
  packed.leader.uid = facts.leader_uid;
  UnpackStatefulSet(packed, facts.group, NamesOf(set), &whole);
  AddStatefulSet(std::move(whole));
}

void FleetObjects::AddSet(LeaderWorkerSet next) {
  FleetSet& set = SetOf(next.metadata().namespace_(), next.metadata().name());
  const bool same = set.exists && google::protobuf::util::MessageDifferencer::Equals(set.set, next);
  if (same) return;
  const bool same_spec = set.exists &&
                         google::protobuf::util::MessageDifferencer::Equals(set.set.spec(), next.spec()) &&
                         google::protobuf::util::MessageDifferencer::Equals(set.set.metadata(), next.metadata());
  if (!same_spec) set.digest = DigestOf(next);
  set.set = std::move(next);
  set.restart_facts = RestartFactsOfSet(set.set);
  set.leader_facts = LeaderFactsOfSet(set.set);
  set.exists = true;
  MakeSetDue(&set);
  if (!same_spec) ListAllFailing(&set);
  const int32_t workers = set.set.spec().leader_worker_template().size() - 1;
  if (workers <= set.groups.workers()) return;
  set.groups.SetWorkers(workers);
  // Workers that came before there was a place for them.
  std::vector<ObservedPod> waiting;
  for (const auto& [index, pods] : set.whole_pods) {
    for (const ObservedPod* pod : pods) {
      if (!pod->is_leader()) waiting.push_back(*pod);
    }
  }
  for (ObservedPod& pod : waiting) AddPod(std::move(pod));
}

void FleetObjects::AddRevision(ObservedRevision revision) {
  FleetNamespace& space = In(revision.meta.namespace_name);
  ++space.revisions_version;
  if (!revision.meta.set_name.empty()) MakeSetDue(&SetOf(revision.meta.namespace_name, revision.meta.set_name));
  const std::string name = revision.meta.name;
  // Read once here, so that no look at a leader has to.
  revision.is_known_to_read = RevisionReads(revision.data);
  space.revisions[name] = std::move(revision);
}

void FleetObjects::AddService(ObservedService service) {
  const ObservedMeta& meta = service.meta;
  FleetNamespace& space = In(meta.namespace_name);
  const bool is_new = !space.services.contains(meta.name);
  if (is_new && space.sets.contains(meta.name)) MakeSetDue(&SetOf(meta.namespace_name, meta.name));
  space.services[meta.name] = std::make_unique<ObservedService>(service);
}

void FleetObjects::AddPodGroup(ObservedPodGroup pod_group) {
  FleetNamespace& space = In(pod_group.meta.namespace_name);
  space.pod_groups[pod_group.meta.name] = std::make_unique<ObservedPodGroup>(pod_group);
}

void FleetObjects::AddNode(ObservedNode node) {
  const std::string name = node.name;
  nodes_[name] = std::move(node);
}

void FleetObjects::Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
  if (kind == "Node") {
    nodes_.erase(name);
    return;
  }
  FleetNamespace* space = FindNamespace(namespace_name);
  if (space == nullptr) return;
  if (kind == "Pod") RemovePod(space, name);
  if (kind == "StatefulSet") RemoveStatefulSet(space, namespace_name, name);
  if (kind == "Service" && space->services.erase(name) > 0 && space->sets.contains(name)) {
    MakeSetDue(&SetOf(namespace_name, name));
  }
  if (kind == kPodGroupKind) space->pod_groups.erase(name);
  if (kind == "ControllerRevision") {
    const auto found = space->revisions.find(std::string(name));
    if (found == space->revisions.end()) return;
    ++space->revisions_version;
    if (!found->second.meta.set_name.empty()) MakeSetDue(&SetOf(namespace_name, found->second.meta.set_name));
    space->revisions.erase(found);
  }
  if (kind == kKind && space->sets.contains(name)) {
    FleetSet& set = SetOf(namespace_name, name);
    if (set.exists) MakeSetDue(&set);
    set.exists = false;
  }
}

absl::Status FleetObjects::TellPods(absl::Span<const PodFacts> pods) {
  for (const PodFacts& pod : pods) {
    const Member& member = pod.member;
    const bool is_known = member.set < sets_.size() && member.group >= 0 && member.group < kMaxGroups &&
                          member.worker >= 0 && member.worker <= sets_[member.set]->groups.workers() &&
                          pod.revision < sets_[member.set]->revision_names.end() && pod.node < node_names_.end();
    if (!is_known) {
      return absl::InvalidArgumentError(absl::StrCat("no pod is worker ", member.worker, " of group ", member.group,
                                                     " of set number ", member.set, " with revision number ",
                                                     pod.revision, " and node number ", pod.node));
    }
  }
  for (size_t i = 0; i < std::min(pods.size(), kPrefetchDistance); ++i) {
    sets_[pods[i].member.set]->groups.Prefetch(pods[i].member.group, pods[i].member.worker);
  }
  for (size_t i = 0; i < pods.size(); ++i) {
    if (i + 2 * kPrefetchDistance < pods.size()) {
      const Member& far_ahead = pods[i + 2 * kPrefetchDistance].member;
      sets_[far_ahead.set]->groups.PrefetchPage(far_ahead.group);
    }
    if (i + kPrefetchDistance < pods.size()) {
      const Member& ahead = pods[i + kPrefetchDistance].member;
      sets_[ahead.set]->groups.Prefetch(ahead.group, ahead.worker);
    }
    if (!UpdatePod(pods[i])) TellPod(pods[i]);
  }
  return absl::OkStatus();
}

absl::Status FleetObjects::TellWorkers(absl::Span<const WorkersFacts> statefulsets) {
  for (const WorkersFacts& facts : statefulsets) {
    const bool is_known = facts.set < sets_.size() && facts.group >= 0 && facts.group < kMaxGroups &&
                          facts.revision < sets_[facts.set]->revision_names.end();
    if (!is_known) {
      return absl::InvalidArgumentError(absl::StrCat("no StatefulSet is of group ", facts.group, " of set number ",
                                                     facts.set, " with revision number ", facts.revision));
    }
  }
  for (const WorkersFacts& facts : statefulsets) TellStatefulSet(facts);
  return absl::OkStatus();
}

void FleetObjects::TakeDueSets(std::vector<uint32_t>* sets) {
  for (FleetSet* set : due_sets_) {
    set->is_due = false;
    sets->push_back(set->number);
  }
  due_sets_.clear();
}

void FleetObjects::TakeDuePods(std::vector<Member>* members, std::vector<FleetName>* others) {
  for (const Place& due : due_pods_) {
    if (due.set == nullptr) {
      others->push_back(std::move(due_names_[due.group]));
      continue;
    }
    if (due.worker == 0) {
      due.set->groups.At(due.group).leader.is_due = 0;
    } else {
      due.set->groups.FindWorker(due.group, due.worker)->is_due = 0;
    }
    members->push_back({due.set->number, due.group, due.worker});
  }
  due_pods_.clear();
  due_names_.clear();
}

std::vector<FleetName> FleetObjects::TakeDuePods() {
  std::vector<FleetName> due;
  due.reserve(due_pods_.size());
  for (const Place& pod : due_pods_) {
    if (pod.set == nullptr) {
      due.push_back(due_names_[pod.group]);
    } else {
      due.push_back({pod.set->namespace_name, MemberName(*pod.set, pod.group, pod.worker)});
    }
  }
  std::vector<Member> members;
  std::vector<FleetName> others;
  TakeDuePods(&members, &others);
  return due;
}

FleetCounts FleetObjects::Count() const {
  FleetCounts counts;
  for (const FleetSet* set : sets_) {
    if (!set->exists) continue;
    ++counts.sets;
    const int32_t workers = set->groups.workers();
    set->groups.ForEach([&counts, workers](int32_t, const PackedGroup& group, const PackedWorker* packed) {
      const GroupSummary summary = SummaryOf(group, 0);
      const bool workers_ready = workers == 0 || (summary.has_workers && summary.workers_ready);
      uint32_t pods = summary.has_leader;
      uint32_t failing = group.leader.fails;
      for (int32_t i = 0; i < workers; ++i) {
        pods += packed[i].exists;
        failing += packed[i].fails;
      }
      counts.groups += summary.has_leader;
      counts.ready += summary.has_leader && summary.leader_ready && workers_ready;
      counts.pods += pods;
      counts.failing += failing;
    });
    for (const auto& [index, pods] : set->whole_pods) {
      for (const ObservedPod* pod : pods) {
        if (pod->is_leader() && IsNamedGroup(pod->meta)) continue;  // counted in its group
        ++counts.pods;
        counts.failing += TriggersRestart(pod->phase, pod->restarted, pod->meta.terminating);
      }
    }
  }
  return counts;
}

}  // namespace lws::internal
