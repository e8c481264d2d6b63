#include "lws/core/fleet/object_visit.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/group_owners.h"
#include "lws/core/fleet/object_packing.h"
#include "lws/core/fleet/packed_group.h"

namespace lws::internal {
namespace {

using Visit = absl::FunctionRef<void(const ObservedObject& object)>;

// Pods and StatefulSets of a namespace, packed and whole.
struct Members {
  std::vector<ObservedPod> pods;
  std::vector<ObservedStatefulSet> statefulsets;
};

void UnpackMembers(FleetIndex* index, FleetSet* set, int32_t group, const PackedGroup& packed,
                   absl::Span<const PackedWorker> workers, Members* members) {
  const PackingNames names = index->NamesOf(set);
  if (packed.leader.exists && !packed.leader.is_whole) {
    UnpackLeader(packed.leader, group, names, &members->pods.emplace_back());
  }
  if (packed.workers.exists && !packed.workers.is_whole) {
    UnpackStatefulSet(packed, group, names, &members->statefulsets.emplace_back());
  }
  for (size_t i = 0; i < workers.size(); ++i) {
    if (!workers[i].exists) continue;
    const int32_t worker = static_cast<int32_t>(i) + 1;
    UnpackWorker(workers[i], OwnerOfPackedGroup(*set, group, workers[i]), group, worker, names,
                 &members->pods.emplace_back());
  }
}

Members MembersIn(FleetIndex* index, const FleetNamespace& space) {
  Members members;
  for (const auto& named : space.sets) {
    FleetSet* set = named.second;
    set->groups.ForEach(
        [index, set, &members](int32_t group, const PackedGroup& packed, absl::Span<const PackedWorker> workers) {
          UnpackMembers(index, set, group, packed, workers, &members);
        });
  }
  for (const auto& [name, pod] : space.pods) members.pods.push_back(*pod);
  for (const auto& [name, statefulset] : space.statefulsets) members.statefulsets.push_back(*statefulset);
  return members;
}

template <typename Object>
void VisitByName(std::vector<Object> objects, Visit visit) {
  std::sort(objects.begin(), objects.end(), [](const Object& a, const Object& b) { return a.meta.name < b.meta.name; });
  for (Object& object : objects) visit(ObservedObject(std::move(object)));
}

// The keys of a map, in order.
template <typename Map>
std::vector<std::string> Names(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

void VisitNamespace(FleetIndex* index, const FleetNamespace& space, Visit visit) {
  for (const std::string& name : Names(space.sets)) {
    const FleetSet& set = *space.sets.at(name);
    if (set.exists) visit(ObservedObject(set.set));
  }
  Members members = MembersIn(index, space);
  VisitByName(std::move(members.statefulsets), visit);
  VisitByName(std::move(members.pods), visit);
  for (const auto& [name, revision] : space.revisions) visit(ObservedObject(revision));
  for (const std::string& name : Names(space.services)) visit(ObservedObject(*space.services.at(name)));
  for (const std::string& name : Names(space.pod_groups)) visit(ObservedObject(*space.pod_groups.at(name)));
}

}  // namespace

void VisitFleetObjects(FleetIndex* index, Visit visit) {
  std::vector<std::string> namespaces;
  index->ForEachNamespace(
      [&namespaces](absl::string_view name, const FleetNamespace&) { namespaces.emplace_back(name); });
  std::sort(namespaces.begin(), namespaces.end());
  for (const std::string& name : namespaces) VisitNamespace(index, *index->FindNamespace(name), visit);
  for (const std::string& name : Names(index->nodes())) visit(ObservedObject(index->nodes().at(name)));
}

}  // namespace lws::internal
