// The subgroup of its group to which a worker belongs.
//
//   lws::internal::SubGroupIndex(/*worker_index=*/5, /*size=*/9, /*sub_group_size=*/4);    // 1
//
// Laws:
//   1. When sub_group_size divides size, worker w is in subgroup w / sub_group_size, and the leader counts as worker
//      0.
//   2. When it only divides size - 1, the workers 1..size-1 form equal subgroups, and the leader is with the first.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_PLACEMENT_PODS_SUBGROUP_H_
#define LWS_PLACEMENT_PODS_SUBGROUP_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace lws::internal {

// REQUIRES: sub_group_size != 0. For numbers that validation would refuse, the division rounds towards zero.
int64_t SubGroupIndex(int64_t worker_index, int64_t size, int64_t sub_group_size);

// 40 hex digits that name one subgroup: SHA-1 of "LEADERPODNAME/INDEX".
std::string SubGroupKey(absl::string_view leader_pod_name, absl::string_view sub_group_index);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_PODS_SUBGROUP_H_
