#include "lws/placement/search/resource_totals.h"

#include <algorithm>
#include <string>

namespace lws::internal {

std::vector<__int128> FreeInDomain(const Capacity& capacity, int level, int32_t domain) {
  const Topology& topology = capacity.topology();
  std::vector<__int128> free(topology.resources().size());
  const IndexRange nodes = topology.NodesOf(level, domain);
  for (int32_t node = nodes.begin; node < nodes.end; ++node) {
    for (size_t i = 0; i < free.size(); ++i) free[i] += std::max<int64_t>(0, capacity.Free(node)[i]);
  }
  return free;
}

WantedAmounts ResourcesWantedBy(const Topology& topology, absl::Span<const GroupRequest* const> groups) {
  const std::vector<std::string>& resources = topology.resources();
  WantedAmounts wanted;
  wanted.amounts.resize(resources.size());
  const auto add = [&](const PodShape& shape, int64_t pods) {
    wanted.amounts[0] += pods;
    for (const auto& [name, amount] : shape.amounts) {
      const auto found = std::find(resources.begin(), resources.end(), name);
      if (amount > 0 && pods > 0 && found == resources.end()) wanted.is_offered = false;
      if (found == resources.begin() || found == resources.end()) continue;
      wanted.amounts[static_cast<size_t>(found - resources.begin())] += __int128{amount} * pods;
    }
  };
  for (const GroupRequest* group : groups) {
    add(group->worker, group->workers);
    if (group->leader.has_value()) add(*group->leader, 1);
  }
  return wanted;
}

}  // namespace lws::internal
