// What the pod of a rank of a group is like.
//
//   lws::GroupRequest request;
//   request.leader = request.worker;
//   const lws::PodShape& shape = lws::internal::ShapeOfRank(request, /*rank=*/0);    // the leader's
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_RANK_SHAPE_H_
#define LWS_PLACEMENT_RANK_SHAPE_H_

#include <cstddef>

#include "lws/placement/group_request.h"

namespace lws::internal {

// Borrows from `request`. REQUIRES: rank < request.Pods().
inline const PodShape& ShapeOfRank(const GroupRequest& request, size_t rank) {
  return rank == 0 && request.leader.has_value() ? *request.leader : request.worker;
}

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_RANK_SHAPE_H_
