// Groups whose pods ask for one gpu each, in the clusters of tests/support/small_topology.h.
#ifndef LWS_TESTS_PLACEMENT_GPU_GROUPS_H_
#define LWS_TESTS_PLACEMENT_GPU_GROUPS_H_

#include <cstdint>

#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"
#include "tests/support/small_topology.h"

namespace lws {

// A group of this many pods with a gpu each.
inline GroupRequest Group(int64_t pods) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.leader = request.worker;
  request.workers = pods - 1;
  return request;
}

// The gpus that are free in the rack.
inline int64_t FreeGpus(const Capacity& capacity, int32_t rack) {
  const IndexRange nodes = capacity.topology().NodesOf(1, rack);
  int64_t free = 0;
  for (int32_t node = nodes.begin; node < nodes.end; ++node) free += capacity.Free(node)[1];
  return free;
}

}  // namespace lws

#endif  // LWS_TESTS_PLACEMENT_GPU_GROUPS_H_
