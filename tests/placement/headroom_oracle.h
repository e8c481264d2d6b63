// Counts headroom in the obvious way: it tries every way to place groups one after another. Only for tests, on a
// handful of nodes.
#ifndef LWS_TESTS_PLACEMENT_HEADROOM_ORACLE_H_
#define LWS_TESTS_PLACEMENT_HEADROOM_ORACLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"
#include "tests/placement/placement_oracle.h"

namespace lws {

// A group's place: the leader's node, and workers by node.
using OraclePlace = std::pair<int32_t, std::vector<int>>;

// The most groups that any way places. All groups are alike, so only places from `first` on are tried.
inline int64_t MostGroups(const Capacity& capacity, const GroupRequest& request, const OraclePlace& first = {-1, {}}) {
  const PlacementOracle oracle(capacity, request);
  const int level =
      request.closeness == Closeness::kRequired ? *capacity.topology().LevelOf(request.level) : Topology::kRoot;
  int64_t most = 0;
  oracle.ForEachCounts([&](int32_t leader, const std::vector<int>& counts) {
    if (OraclePlace(leader, counts) < first || !oracle.CountsHold(leader, counts, level)) return;
    Assignment assignment;
    if (leader >= 0) assignment.leader = leader;
    for (size_t node = 0; node < counts.size(); ++node) {
      if (counts[node] > 0) assignment.workers.push_back({static_cast<int32_t>(node), counts[node]});
    }
    Capacity left = capacity;
    left.Commit(request, assignment);
    most = std::max(most, 1 + MostGroups(left, request, {leader, counts}));
  });
  return most;
}

}  // namespace lws

#endif  // LWS_TESTS_PLACEMENT_HEADROOM_ORACLE_H_
