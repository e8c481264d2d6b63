#include "lws/core/group_state.h"

#include <optional>
#include <string>
#include <vector>

#include "lws/api/go_integer.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"

namespace lws {
namespace {

// The objects by their group index, the last listed for each; null where there is none.
template <typename T>
std::vector<const T*> ByGroup(const std::vector<const T*>& objects, absl::string_view set_name, int32_t count) {
  std::vector<const T*> by_group(count);
  for (const T* object : objects) {
    if (object->meta.set_name != set_name) continue;
    const std::optional<int64_t> index = ParseGoInteger(object->meta.group_index.value_or(""));
    if (index.has_value() && *index >= 0 && *index < count) by_group[*index] = object;
  }
  return by_group;
}

}  // namespace

bool WorkersReady(const ObservedStatefulSet& worker_statefulset) {
  return worker_statefulset.replicas == worker_statefulset.available_replicas &&
         worker_statefulset.current_revision == worker_statefulset.update_revision;
}

GroupBits GroupStates(const SetObservation& observation, absl::string_view revision_key, int64_t size, int32_t count) {
  GroupBits bits(count);
  const std::string& set_name = observation.set->metadata().name();
  const std::vector<const ObservedPod*> leaders = ByGroup(observation.leader_pods, set_name, count);
  const std::vector<const ObservedStatefulSet*> workers = ByGroup(observation.worker_statefulsets, set_name, count);
  for (int32_t i = 0; i < count; ++i) {
    const ObservedPod* leader = leaders[i];
    if (leader == nullptr) continue;
    const std::string name = LeaderPodName(set_name, i);
    if (leader->meta.name != name) continue;
    if (size == 1) {
      bits.Set(i, leader->ready(), leader->meta.revision_key == revision_key);
      continue;
    }
    const ObservedStatefulSet* worker = workers[i];
    if (worker == nullptr || worker->meta.name != name) continue;
    bits.Set(i, leader->ready() && WorkersReady(*worker),
             leader->meta.revision_key == revision_key && worker->meta.revision_key == revision_key);
  }
  return bits;
}

}  // namespace lws
