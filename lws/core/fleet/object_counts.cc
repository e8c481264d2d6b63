#include "lws/core/fleet/object_counts.h"

#include <cstdint>

#include "lws/api/observed.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/place.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/pod/restart.h"

namespace lws::internal {

FleetCounts CountObjects(const std::vector<FleetSet*>& sets) {
  FleetCounts counts;
  for (const FleetSet* set : sets) {
    if (set == nullptr) continue;
    ++counts.known_sets;
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
