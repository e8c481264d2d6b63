#include "lws/core/fleet/fleet_objects.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lws/api/message_equality.h"
#include "lws/api/pod_name.h"
#include "lws/api/well_known.h"
#include "lws/core/desired/set_digest.h"
#include "lws/core/fleet/decision_equality.h"
#include "lws/core/fleet/failing_groups.h"
#include "lws/core/fleet/object_packing.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/relists.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/restart.h"
#include "lws/core/revision/revision_data.h"
#include "lws/core/revision/revisions.h"

namespace lws::internal {
namespace {

// Whether a pod is packed at the slot. Then no other slot has its name (law 1).
bool IsPacked(const Slot& slot) {
  if (slot.set == nullptr) return false;
  if (slot.worker > 0) {
    const PackedWorker* worker = slot.set->groups.FindWorker(slot.group, slot.worker);
    return worker != nullptr && worker->exists;
  }
  const PackedGroup* group = slot.set->groups.Find(slot.group);
  return group != nullptr && group->leader.exists && !group->leader.is_whole;
}

// The metadata without what every write changes, a write of the status too.
ObjectMeta WithoutWriteMarks(ObjectMeta meta) {
  meta.clear_resource_version();
  meta.clear_managed_fields();
  return meta;
}

}  // namespace

void FleetObjects::AddPod(ObservedPod pod) {
  if (!index_.relists().IsOn("Pod")) return AddPodNow(std::move(pod));
  const std::string namespace_name = pod.meta.namespace_name;
  const std::string name = pod.meta.name;
  AddPodNow(std::move(pod));
  if (index_.In(namespace_name).pods.contains(name)) index_.relists().Told("Pod", namespace_name, name);
}

void FleetObjects::AddPodNow(ObservedPod&& pod) {
  pod.meta.group_in_name = GroupInName(pod.meta);
  const absl::string_view name = pod.meta.name;  // until the pod is moved
  FleetNamespace& space = index_.In(pod.meta.namespace_name);
  const auto found = space.pods.find(name);
  const bool is_whole = found != space.pods.end();
  if (is_whole && SamePodForFleet(*found->second, pod)) {
    *found->second = std::move(pod);
    return;
  }
  const Slot slot = MakeSlot(pod);
  if (!IsPacked(slot)) LeaveOtherSlot(&space, name, slot);
  if (slot.set != nullptr && slot.worker == 0 && AddNamedLeader(slot, &pod)) return;
  PackedWorker worker = {};
  PackedUid owner;
  const bool may_fit = slot.set != nullptr && slot.worker > 0 &&
                       PackWorker(pod, index_.NamesOf(slot.set), &worker, &owner) == Packing::kFits;
  if (may_fit && packed_.AddWorker(slot, worker, owner)) return;
  RemovePod(&space, name);
  FleetName due = {pod.meta.namespace_name, pod.meta.name};
  whole_.KeepPod(std::make_unique<ObservedPod>(std::move(pod)));
  due_.AddName(due.namespace_name, due.name);
}

// Removes the pod from where it was, unless it was whole and stays at the slot.
void FleetObjects::LeaveOtherSlot(FleetNamespace* space, absl::string_view name, const Slot& slot) {
  const Slot known = index_.FindPackedPod(space, name);
  const ObservedPod* whole = FindByFleetName(space->pods, name);
  const bool moves = known.set != nullptr || (whole != nullptr && !(index_.SlotOf(*whole) == slot));
  if (moves) RemovePod(space, name);
}

bool FleetObjects::AddNamedLeader(const Slot& slot, ObservedPod* pod) {
  PackedLeader leader = {};
  const Packing packing = PackLeader(*pod, index_.NamesOf(slot.set), &leader);
  FleetNamespace& space = *slot.set->space;
  if (packing == Packing::kNone) return false;
  if (packing == Packing::kFits) {
    whole_.ErasePod(&space, pod->meta.name);
    packed_.PutLeader(slot.set, slot.group, leader);
    return true;
  }
  leader.is_whole = 1;
  whole_.ErasePod(&space, pod->meta.name);
  packed_.PutLeader(slot.set, slot.group, leader);
  whole_.KeepPod(std::make_unique<ObservedPod>(std::move(*pod)));
  return true;
}

void FleetObjects::RemovePod(FleetNamespace* space, absl::string_view name) {
  const Slot slot = index_.FindPackedPod(space, name);
  if (slot.set != nullptr && slot.worker == 0) packed_.PutLeader(slot.set, slot.group, {});
  if (slot.set != nullptr && slot.worker > 0) packed_.PutWorker(slot, {});
  const ObservedPod* whole = FindByFleetName(space->pods, name);
  if (whole == nullptr) return;
  const Slot whole_slot = index_.SlotOf(*whole);
  const bool in_slot = whole_slot.set != nullptr && whole_slot.worker == 0;
  whole_.ErasePod(space, name);
  if (in_slot) packed_.PutLeader(whole_slot.set, whole_slot.group, {});
}

void FleetObjects::AddStatefulSet(ObservedStatefulSet statefulset) {
  if (!index_.relists().IsOn("StatefulSet")) return AddStatefulSetNow(std::move(statefulset));
  const std::string namespace_name = statefulset.meta.namespace_name;
  const std::string name = statefulset.meta.name;
  AddStatefulSetNow(std::move(statefulset));
  const bool is_whole = index_.In(namespace_name).statefulsets.contains(name);
  if (is_whole) index_.relists().Told("StatefulSet", namespace_name, name);
}

void FleetObjects::AddStatefulSetNow(ObservedStatefulSet&& statefulset) {
  statefulset.meta.group_in_name = GroupInName(statefulset.meta);
  FleetNamespace& space = index_.In(statefulset.meta.namespace_name);
  const auto found = space.statefulsets.find(statefulset.meta.name);
  if (found != space.statefulsets.end() && SameStatefulSetForFleet(*found->second, statefulset)) {
    *found->second = std::move(statefulset);
    return;
  }
  if (HasFleetSlot(statefulset.meta)) {
    FleetSet& set = index_.SetOf(statefulset.meta.namespace_name, statefulset.meta.set_name);
    if (AddNamedStatefulSet(&set, &statefulset)) return;
  }
  const std::string namespace_name = statefulset.meta.namespace_name;
  const std::string name = statefulset.meta.name;
  const std::string set_name = statefulset.meta.set_name;
  RemoveStatefulSet(&space, namespace_name, name);
  whole_.KeepStatefulSet(std::make_unique<ObservedStatefulSet>(std::move(statefulset)));
  if (!set_name.empty()) {
    due_.AddSet(&index_.SetOf(namespace_name, set_name));
    if (set_name != name) due_.AddName(namespace_name, name);
  }
  whole_.MakeNamesakesDue(&space, namespace_name, name);
}

bool FleetObjects::AddNamedStatefulSet(FleetSet* set, ObservedStatefulSet* statefulset) {
  const int32_t group = statefulset->meta.group_in_name;
  PackedStatefulSet workers = {};
  PackedUid leader_uid;
  Packing packing = PackStatefulSet(*statefulset, index_.NamesOf(set), &workers, &leader_uid);
  if (packing == Packing::kNone) return false;
  const PackedGroup& packed = set->groups.At(group);
  const bool other_leader = packed.leader.exists && (packed.leader.is_whole || packed.leader.uid != leader_uid);
  if (packing == Packing::kFits && other_leader) packing = Packing::kFactsOnly;
  FleetNamespace& space = *set->space;
  if (packing == Packing::kFits) {
    whole_.EraseStatefulSet(&space, statefulset->meta.name);
    packed_.PutWorkers(set, group, workers, leader_uid);
    return true;
  }
  workers.is_whole = 1;
  workers.is_owned_by_leader = 0;
  whole_.EraseStatefulSet(&space, statefulset->meta.name);
  packed_.PutWorkers(set, group, workers, leader_uid);
  whole_.KeepStatefulSet(std::make_unique<ObservedStatefulSet>(std::move(*statefulset)));
  return true;
}

void FleetObjects::RemoveStatefulSet(FleetNamespace* space, absl::string_view namespace_name, absl::string_view name) {
  const Slot slot = index_.FindPackedStatefulSet(space, name);
  if (slot.set != nullptr) {
    packed_.PutWorkers(slot.set, slot.group, {}, {});
    return;
  }
  const ObservedStatefulSet* whole = FindByFleetName(space->statefulsets, name);
  if (whole == nullptr) return;
  const ObservedMeta meta = whole->meta;
  PackedGroup* packed =
      HasFleetSlot(meta) ? index_.SetOf(namespace_name, meta.set_name).groups.Find(meta.group_in_name) : nullptr;
  const bool in_slot = packed != nullptr && packed->workers.is_whole;
  whole_.EraseStatefulSet(space, name);
  if (in_slot) packed_.PutWorkers(&index_.SetOf(namespace_name, meta.set_name), meta.group_in_name, {}, {});
  if (!meta.set_name.empty()) {
    due_.AddSet(&index_.SetOf(namespace_name, meta.set_name));
    if (meta.set_name != name) due_.AddName(namespace_name, name);
  }
  whole_.MakeNamesakesDue(space, namespace_name, name);
}

void FleetObjects::AddSet(LeaderWorkerSet next) {
  FleetSet& set = index_.SetOf(next.metadata().namespace_(), next.metadata().name());
  index_.relists().Told(kKind, set.namespace_name, set.name);
  const bool same = set.exists && EqualMessages(set.set, next);
  if (same) return;
  const bool same_spec = set.exists && EqualMessages(set.set.spec(), next.spec()) &&
                         EqualMessages(WithoutWriteMarks(set.set.metadata()), WithoutWriteMarks(next.metadata()));
  if (!same_spec) set.digest = DigestOfDesiredSet(next);
  set.set = std::move(next);
  set.restart_facts = RestartFactsOfSet(set.set);
  set.leader_facts = LeaderFactsOfSet(set.set);
  set.exists = true;
  due_.AddSet(&set);
  if (!same_spec) ListAllFailingInFleet(&set);
  const int64_t size = set.set.spec().leader_worker_template().size();
  const auto workers = static_cast<int32_t>(std::clamp<int64_t>(size - 1, 0, PackedGroups::kMostWorkers));
  if (workers <= set.groups.most_workers()) return;
  set.groups.SetMostWorkers(workers);
  std::vector<std::optional<std::string>> groups;
  for (const auto& [group_index, pods] : set.whole_pods) groups.push_back(group_index);
  for (const std::optional<std::string>& group_index : groups) PackWaiting(&set, group_index);
}

Slot FleetObjects::MakeSlot(const ObservedPod& pod) {
  const Slot slot = index_.NamedSlotOf(pod);
  if (slot.set == nullptr || SlotHasRoom(slot)) return slot;
  if (slot.worker > slot.set->groups.most_workers() || !IsWorthRoom(slot, pod.meta.group_index)) return Slot();
  slot.set->groups.MakeRoom(slot.group, slot.worker);
  // The other groups of the page have got the room, too.
  const int32_t first = slot.group - slot.group % PackedGroups::kPageGroups;
  for (int32_t i = 0; i < PackedGroups::kPageGroups; ++i) PackWaiting(slot.set, absl::StrCat(first + i));
  return slot;
}

bool FleetObjects::IsWorthRoom(const Slot& slot, const std::optional<std::string>& group_index) {
  const PackedGroups& groups = slot.set->groups;
  int64_t pods = 1;
  for (int32_t i = 1; i <= groups.workers(slot.group); ++i) {
    const PackedWorker* packed = groups.FindWorker(slot.group, i);
    pods += packed != nullptr && packed->exists;
  }
  const auto whole = slot.set->whole_pods.find(group_index);
  if (whole != slot.set->whole_pods.end()) pods += static_cast<int64_t>(whole->second.size());
  const int64_t worth = PackedGroups::kFirstWorkers + PackedGroups::kRoomOfAPod * pods;
  return groups.RoomFor(slot.group, slot.worker) <= worth;
}

void FleetObjects::PackWaiting(FleetSet* set, const std::optional<std::string>& group_index) {
  const auto found = set->whole_pods.find(group_index);
  if (found == set->whole_pods.end()) return;
  std::vector<std::pair<Slot, const ObservedPod*>> waiting;
  for (const ObservedPod* pod : found->second) {
    const Slot slot = index_.NamedSlotOf(*pod);
    const bool is_worker = slot.set != nullptr && slot.worker > 0 && slot.worker <= set->groups.most_workers();
    if (is_worker) waiting.emplace_back(slot, pod);
  }
  std::sort(waiting.begin(), waiting.end(),
            [](const auto& a, const auto& b) { return a.first.worker < b.first.worker; });
  for (const auto& [slot, pod] : waiting) {
    if (!SlotHasRoom(slot)) {
      if (!IsWorthRoom(slot, group_index)) return;
      set->groups.MakeRoom(slot.group, slot.worker);
    }
    PackWhole(slot, *pod);
  }
}

// Only the room is new, not the pod: during a relist, the packed pod has the mark that the whole one had.
void FleetObjects::PackWhole(const Slot& slot, const ObservedPod& pod) {
  PackedWorker worker = {};
  PackedUid owner;
  if (PackWorker(pod, index_.NamesOf(slot.set), &worker, &owner) != Packing::kFits) return;
  const Relists& relists = index_.relists();
  const bool is_untold = relists.IsOn("Pod") && !relists.WasTold("Pod", pod.meta.namespace_name, pod.meta.name);
  if (!packed_.AddWorker(slot, worker, owner)) return;
  if (is_untold) slot.set->groups.FindWorker(slot.group, slot.worker)->is_told = 0;
}

// A pass over its set may find another plan, and so may one over a set whose next revision would get its name.
void FleetObjects::RevisionChanged(FleetNamespace* space, const ObservedRevision* before,
                                   const ObservedRevision* after) {
  const ObservedMeta* meta = nullptr;
  for (const ObservedRevision* revision : {before, after}) {
    if (revision == nullptr || !RevisionConcernsSets(*revision)) continue;
    meta = &revision->meta;
    if (!meta->set_name.empty()) due_.AddSet(&index_.SetOf(meta->namespace_name, meta->set_name));
  }
  if (meta == nullptr) return;
  ++space->revisions_version;
  // The whole name of an admitted set begins the names of its revisions.
  const absl::string_view name = meta->name;
  for (size_t dash = name.find('-'); dash != absl::string_view::npos; dash = name.find('-', dash + 1)) {
    const auto found = space->sets.find(name.substr(0, dash));
    if (found != space->sets.end() && found->second->exists) due_.AddSet(found->second);
  }
}

void FleetObjects::AddRevision(ObservedRevision revision) {
  FleetNamespace& space = index_.In(revision.meta.namespace_name);
  const std::string name = revision.meta.name;
  const auto before = space.revisions.find(name);
  RevisionChanged(&space, before == space.revisions.end() ? nullptr : &before->second, &revision);
  index_.relists().Told("ControllerRevision", revision.meta.namespace_name, name);
  // Check the data once here, so that looks at leaders need not. What the set itself says now is known to read. A
  // revision of another controller, such as those of StatefulSets, is none of the set's.
  const auto set = space.sets.find(revision.meta.set_name);
  const bool is_of_set =
      set != space.sets.end() && set->second->exists && set->second->digest.revision_data == revision.data;
  const bool is_of_other = revision.meta.controller.has_value() && revision.meta.controller->kind != kKind;
  revision.is_known_to_read = is_of_set || (!is_of_other && IsReadableRevision(revision.data));
  space.revisions[name] = std::move(revision);
}

void FleetObjects::AddService(ObservedService service) {
  const ObservedMeta& meta = service.meta;
  FleetNamespace& space = index_.In(meta.namespace_name);
  index_.relists().Told("Service", meta.namespace_name, meta.name);
  const bool is_new = !space.services.contains(meta.name);
  if (is_new && space.sets.contains(meta.name)) due_.AddSet(&index_.SetOf(meta.namespace_name, meta.name));
  space.services[meta.name] = std::make_unique<ObservedService>(service);
}

void FleetObjects::AddPodGroup(ObservedPodGroup pod_group) {
  index_.relists().Told(kPodGroupKind, pod_group.meta.namespace_name, pod_group.meta.name);
  FleetNamespace& space = index_.In(pod_group.meta.namespace_name);
  space.pod_groups[pod_group.meta.name] = std::make_unique<ObservedPodGroup>(pod_group);
}

void FleetObjects::AddNode(ObservedNode node) {
  const std::string name = node.name;
  index_.relists().Told("Node", "", name);
  index_.nodes()[name] = std::move(node);
}

void FleetObjects::Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
  if (kind == "Node") {
    index_.nodes().erase(name);
    return;
  }
  FleetNamespace* space = index_.FindNamespace(namespace_name);
  if (space == nullptr) return;
  if (kind == "Pod") RemovePod(space, name);
  if (kind == "StatefulSet") RemoveStatefulSet(space, namespace_name, name);
  if (kind == "Service" && space->services.erase(name) > 0 && space->sets.contains(name)) {
    due_.AddSet(&index_.SetOf(namespace_name, name));
  }
  if (kind == kPodGroupKind) space->pod_groups.erase(name);
  if (kind == "ControllerRevision") {
    const auto found = space->revisions.find(std::string(name));
    if (found == space->revisions.end()) return;
    RevisionChanged(space, &found->second, nullptr);
    space->revisions.erase(found);
  }
  if (kind == kKind && space->sets.contains(name)) {
    FleetSet& set = index_.SetOf(namespace_name, name);
    if (set.exists) due_.AddSet(&set);
    set.exists = false;
    set.use.objects_to_go = 0;
    index_.MayBeUnused(&set);
  }
}

}  // namespace lws::internal
