#include "lws/core/fleet/object_counts.h"

#include <cstdint>

#include "absl/types/span.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/slot.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/pod/restart.h"

namespace lws::internal {

FleetCounts CountFleetObjects(const std::vector<FleetSet*>& sets) {
  FleetCounts counts;
  for (const FleetSet* set : sets) {
    if (set == nullptr) continue;
    ++counts.known_sets;
    if (!set->exists) continue;
    ++counts.sets;
    const bool has_workers = set->groups.most_workers() > 0;
    set->groups.ForEach(
        [&counts, has_workers](int32_t, const PackedGroup& group, absl::Span<const PackedWorker> packed) {
          const GroupSummary summary = SummaryOfPackedGroup(group, 0);
          const bool workers_ready = !has_workers || (summary.has_workers && summary.workers_ready);
          uint32_t pods = summary.has_leader;
          uint32_t failing = group.leader.fails;
          for (const PackedWorker& worker : packed) {
            pods += worker.exists;
            failing += worker.fails;
          }
          counts.groups += summary.has_leader;
          counts.ready += summary.has_leader && summary.leader_ready && workers_ready;
          counts.pods += pods;
          counts.failing += failing;
        });
    for (const auto& [index, pods] : set->whole_pods) {
      for (const ObservedPod* pod : pods) {
        if (pod->is_leader() && HasFleetSlot(pod->meta)) continue;  // counted in its group
        ++counts.pods;
        counts.failing += TriggersRestart(pod->phase, pod->restarted, pod->meta.terminating);
      }
    }
  }
  return counts;
}

}  // namespace lws::internal
