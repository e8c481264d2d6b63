#include "lws/core/fleet/failing_groups.h"

#include <vector>

#include "absl/types/span.h"

namespace lws::internal {

void ListAllFailingInFleet(FleetSet* set) {
  std::vector<int32_t> failing;
  set->groups.ForEach([&failing](int32_t index, const PackedGroup& group, absl::Span<const PackedWorker>) {
    if (group.leader.has_failing) failing.push_back(index);
  });
  for (const int32_t group : failing) ListFailingInFleet(set, group, true);
}

}  // namespace lws::internal
