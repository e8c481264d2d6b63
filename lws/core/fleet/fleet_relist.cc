#include "lws/core/fleet/fleet_relist.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>

#include "absl/types/span.h"
#include "lws/api/well_known.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/relists.h"
#include "lws/core/fleet/slot.h"

namespace lws::internal {
namespace {

// Calls add(group, worker) for the packed objects of the kind that were not told since BeginRelist.
template <typename Add>
void ForEachUntold(const FleetSet& set, bool are_pods, const Add& add) {
  set.groups.ForEach([&](int32_t index, const PackedGroup& group, absl::Span<const PackedWorker> packed) {
    if (!are_pods) {
      if (group.workers.exists && !group.workers.is_whole && !group.workers.is_told) add(index, 0);
      return;
    }
    if (group.leader.exists && !group.leader.is_whole && !group.leader.is_told) add(index, 0);
    for (size_t i = 0; i < packed.size(); ++i) {
      if (packed[i].exists && !packed[i].is_told) add(index, static_cast<int32_t>(i) + 1);
    }
  });
}

template <typename Objects>
void AddUntold(const Relists& relists, absl::string_view kind, absl::string_view namespace_name, const Objects& objects,
               std::vector<FleetName>* untold) {
  for (const auto& [name, object] : objects) {
    if (!relists.WasTold(kind, namespace_name, name)) untold->push_back({std::string(namespace_name), name});
  }
}

}  // namespace

void BeginFleetRelist(absl::string_view kind, FleetIndex* index) {
  index->relists().Begin(kind);
  const bool are_pods = kind == "Pod";
  if (!are_pods && kind != "StatefulSet") return;
  for (FleetSet* set : index->sets()) {
    if (set == nullptr) continue;
    set->groups.ForEachMutable([are_pods](PackedGroup* group, absl::Span<PackedWorker> workers) {
      if (!are_pods) {
        group->workers.is_told = 0;
        return;
      }
      group->leader.is_told = 0;
      for (PackedWorker& worker : workers) worker.is_told = 0;
    });
  }
}

void KeepListedFleetObject(const FleetName& object, absl::string_view kind, FleetIndex* index) {
  FleetNamespace* space = index->FindNamespace(object.namespace_name);
  Slot slot;
  if (space != nullptr && kind == "Pod") slot = index->FindPackedPod(space, object.name);
  if (space != nullptr && kind == "StatefulSet") slot = index->FindPackedStatefulSet(space, object.name);
  if (slot.set == nullptr) return index->relists().Told(kind, object.namespace_name, object.name);
  PackedGroups& groups = slot.set->groups;
  if (kind == "StatefulSet") {
    groups.Find(slot.group)->workers.is_told = 1;
  } else if (slot.worker == 0) {
    groups.Find(slot.group)->leader.is_told = 1;
  } else {
    groups.FindWorker(slot.group, slot.worker)->is_told = 1;
  }
}

std::vector<FleetName> EndFleetRelist(absl::string_view kind, FleetIndex* index) {
  std::vector<FleetName> untold;
  const Relists& relists = index->relists();
  if (!relists.IsOn(kind)) return untold;
  for (const FleetSet* set : index->sets()) {
    if (set == nullptr) continue;
    const bool is_untold = kind == kKind && set->exists && !relists.WasTold(kind, set->namespace_name, set->name);
    if (is_untold) untold.push_back({set->namespace_name, set->name});
    if (kind != "Pod" && kind != "StatefulSet") continue;
    ForEachUntold(*set, kind == "Pod", [set, &untold](int32_t group, int32_t worker) {
      untold.push_back({set->namespace_name, FleetMemberName(*set, group, worker)});
    });
  }
  index->ForEachNamespace([&](const std::string& name, const FleetNamespace& space) {
    if (kind == "Pod") AddUntold(relists, kind, name, space.pods, &untold);
    if (kind == "StatefulSet") AddUntold(relists, kind, name, space.statefulsets, &untold);
    if (kind == "ControllerRevision") AddUntold(relists, kind, name, space.revisions, &untold);
    if (kind == "Service") AddUntold(relists, kind, name, space.services, &untold);
    if (kind == kPodGroupKind) AddUntold(relists, kind, name, space.pod_groups, &untold);
  });
  if (kind == "Node") AddUntold(relists, kind, "", index->nodes(), &untold);
  index->relists().End(kind);
  std::sort(untold.begin(), untold.end(), [](const FleetName& a, const FleetName& b) {
    return std::tie(a.namespace_name, a.name) < std::tie(b.namespace_name, b.name);
  });
  return untold;
}

}  // namespace lws::internal
