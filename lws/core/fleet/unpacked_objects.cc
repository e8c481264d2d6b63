#include "lws/core/fleet/unpacked_objects.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "lws/api/pod_name.h"
#include "lws/core/fleet/failing_groups.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/slot.h"

namespace lws::internal {

void UnpackedObjects::LinkController(const ObservedPod& pod, FleetSet* set, bool add) {
  if (!pod.meta.controller.has_value()) return;
  std::vector<FleetSet*>& sets = set->space->controlled[pod.meta.controller->name];
  if (add) {
    sets.push_back(set);
    return;
  }
  sets.erase(std::find(sets.begin(), sets.end(), set));
  if (sets.empty()) set->space->controlled.erase(pod.meta.controller->name);
}

void UnpackedObjects::LinkPod(const ObservedPod& pod, bool add) {
  if (pod.meta.set_name.empty()) return;
  FleetSet& set = index_.SetOf(pod.meta.namespace_name, pod.meta.set_name);
  LinkController(pod, &set, add);
  std::vector<const ObservedPod*>& group = set.whole_pods[pod.meta.group_index];
  if (add) {
    group.push_back(&pod);
  } else {
    group.erase(std::remove(group.begin(), group.end(), &pod), group.end());
    if (group.empty()) set.whole_pods.erase(pod.meta.group_index);
    index_.MayBeUnused(&set);
  }
  // The pod may owe a restart, it may be what its group waits for to have started, and a policy may replace it.
  due_.AddSet(&set);
  const int32_t labelled = ParseIndex(pod.meta.group_index.value_or(""));
  if (labelled >= 0 && set.groups.Find(labelled) != nullptr) ListFailingInFleet(&set, labelled, false);
  const PackedGroup* packed = HasFleetSlot(pod.meta) ? set.groups.Find(pod.meta.group_in_name) : nullptr;
  if (!pod.is_leader() || (packed != nullptr && packed->leader.is_whole)) return;
  set.irregular += add ? 1 : -1;
}

void UnpackedObjects::LinkStatefulSet(const ObservedStatefulSet& statefulset, bool add) {
  const ObservedMeta& meta = statefulset.meta;
  if (HasFleetSlot(meta)) {
    const PackedGroup* packed = index_.SetOf(meta.namespace_name, meta.set_name).groups.Find(meta.group_in_name);
    if (packed != nullptr && packed->workers.is_whole) return;
  }
  std::vector<FleetSet*> sets;
  if (!meta.set_name.empty() && meta.group_index.has_value())
    sets.push_back(&index_.SetOf(meta.namespace_name, meta.set_name));
  // If it is named like a leader pod of another set, it passes for the StatefulSet of that leader's workers.
  if (const std::optional<PodName> parsed = ParsePodName(meta.name); parsed.has_value()) {
    sets.push_back(&index_.SetOf(meta.namespace_name, parsed->parent));
  }
  for (FleetSet* set : sets) {
    set->irregular += add ? 1 : -1;
    if (!add) index_.MayBeUnused(set);
    due_.AddSet(set);
  }
}

void UnpackedObjects::KeepPod(std::unique_ptr<ObservedPod> pod) {
  std::unique_ptr<ObservedPod>& kept = index_.In(pod->meta.namespace_name).pods[pod->meta.name];
  kept = std::move(pod);
  LinkPod(*kept, true);
}

void UnpackedObjects::KeepStatefulSet(std::unique_ptr<ObservedStatefulSet> statefulset) {
  std::unique_ptr<ObservedStatefulSet>& kept =
      index_.In(statefulset->meta.namespace_name).statefulsets[statefulset->meta.name];
  kept = std::move(statefulset);
  LinkStatefulSet(*kept, true);
}

void UnpackedObjects::ErasePod(FleetNamespace* space, absl::string_view name) {
  const auto found = space->pods.find(name);
  if (found == space->pods.end()) return;
  LinkPod(*found->second, false);
  space->pods.erase(found);
}

void UnpackedObjects::EraseStatefulSet(FleetNamespace* space, absl::string_view name) {
  const auto found = space->statefulsets.find(name);
  if (found == space->statefulsets.end()) return;
  LinkStatefulSet(*found->second, false);
  space->statefulsets.erase(found);
}

// Whatever its labels say, a StatefulSet is the leader StatefulSet of the set with its name, and passes for the
// workers of the leader pod with its name. So both sets become due, and those of the whole pods that it controls.
void UnpackedObjects::MakeNamesakesDue(FleetNamespace* space, absl::string_view namespace_name,
                                       absl::string_view name) {
  if (const auto found = space->sets.find(name); found != space->sets.end()) due_.AddSet(found->second);
  const ObservedPod* pod = FindByFleetName(space->pods, name);
  if (pod != nullptr && !pod->meta.set_name.empty()) due_.AddSet(&index_.SetOf(namespace_name, pod->meta.set_name));
  if (const auto found = space->controlled.find(name); found != space->controlled.end()) {
    for (FleetSet* set : found->second) due_.AddSet(set);
  }
}

}  // namespace lws::internal
