#include "lws/core/group_state.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "lws/api/go_integer.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"

namespace lws {
namespace {

// The worker StatefulSets by their group index, the last listed for each.
absl::flat_hash_map<int64_t, const ObservedStatefulSet*> ByGroup(const SetObservation& observation) {
  absl::flat_hash_map<int64_t, const ObservedStatefulSet*> by_group;
  by_group.reserve(observation.worker_statefulsets.size());
  for (const ObservedStatefulSet* object : observation.worker_statefulsets) {
    if (object->meta.set_name != observation.set->metadata().name()) continue;
    const std::optional<int64_t> index = ParseGoInteger(object->meta.group_index.value_or(""));
    if (index.has_value()) by_group[*index] = object;
  }
  return by_group;
}

}  // namespace

bool WorkersReady(const ObservedStatefulSet& worker_statefulset) {
  return worker_statefulset.replicas == worker_statefulset.available_replicas &&
         worker_statefulset.current_revision == worker_statefulset.update_revision;
}

GroupBits GroupStates(const SetObservation& observation, absl::string_view revision_key, int64_t size, int32_t count) {
  GroupBits bits(std::max(count, 0));
  const std::string& set_name = observation.set->metadata().name();
  const auto workers = size == 1 ? absl::flat_hash_map<int64_t, const ObservedStatefulSet*>() : ByGroup(observation);
  for (const ObservedPod* leader : observation.leader_pods) {
    if (leader->meta.set_name != set_name) continue;
    const std::optional<int64_t> index = ParseGoInteger(leader->meta.group_index.value_or(""));
    if (!index.has_value() || *index < 0 || *index >= count) continue;
    const int32_t group = static_cast<int32_t>(*index);
    // The last listed of a group counts, also when its name is not the leader's.
    const bool named = leader->meta.name == LeaderPodName(set_name, group);
    bool ready = named && leader->ready();
    bool updated = named && leader->meta.revision_key == revision_key;
    if (size != 1) {
      const auto found = workers.find(group);
      const bool has_workers = found != workers.end() && found->second->meta.name == leader->meta.name;
      ready = ready && has_workers && WorkersReady(*found->second);
      updated = updated && has_workers && found->second->meta.revision_key == revision_key;
    }
    bits.Set(group, ready, updated);
  }
  return bits;
}

}  // namespace lws
