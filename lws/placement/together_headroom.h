// How many more times several groups fit together, such as all roles of a slice of a DisaggregatedSet.
//
//   const auto slice = [&](int64_t) { return std::vector<lws::GroupRequest>{prefill, decode}; };
//   lws::TogetherHeadroom headroom = *lws::CountTogetherHeadroom(capacity, slice, "cloud/rack", 100);
//   headroom.times;    // slices that fit at the same time
//
// Laws:
//   1. All groups have a place `times` times at the same time, each time by AssignTogether beside those before.
//   2. No way to place them has room more often than `at_most`, and in no domain more often than its number.
//   3. When `exact`, no way has room more often than `times`.
// The bounds add up what is free of each resource, so they are loose where pods do not fit onto nodes evenly. They also
// count the domains that exclusive groups and subgroups would hold, and that nobody holds yet.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_TOGETHER_HEADROOM_H_
#define LWS_PLACEMENT_TOGETHER_HEADROOM_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/placement/assign_together.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/headroom.h"

namespace lws {

struct TogetherHeadroom {
  int64_t times = 0;
  int64_t at_most = 0;
  bool exact = false;
  // The labelled domains of the level in path order, with upper bounds; empty for an empty level.
  std::vector<DomainHeadroom> domains;
  // Why they do not fit once more; with assignments when `times` is the limit.
  TogetherResult next;
  // Whether the count was stopped, so that they may fit more often and `next` means nothing.
  bool is_stopped = false;
};

// The groups that fit together for the time of this number, which counts from 0. All times ask for the same amounts;
// their pods may have other labels.
using GroupsOfTime = absl::FunctionRef<absl::StatusOr<std::vector<GroupRequest>>(int64_t time)>;

// Stops at `limit` times, or soon after is_stopped() is true; a null function never is. An empty level stands for the
// whole cluster. Errors: those of `groups_of_time`, InvalidArgument for no groups, and as for AssignTogether.
// Complexity: O(nodes x resources), and one AssignTogether for each time.
absl::StatusOr<TogetherHeadroom> CountTogetherHeadroom(const Capacity& capacity, GroupsOfTime groups_of_time,
                                                       absl::string_view level, int64_t limit,
                                                       const std::function<bool()>& is_stopped = nullptr);

}  // namespace lws

#endif  // LWS_PLACEMENT_TOGETHER_HEADROOM_H_
