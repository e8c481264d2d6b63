// Amounts of resources as integers: thousandths of cpu, whole units of everything else.
//
//   lws::ResourceAmounts amounts =
//       lws::RequestedAmounts(*lws::PodRequests(pod["spec"], lws::AbsentRequest::kIsLimit));
//   amounts["cpu"];               // 1500
//   amounts["nvidia.com/gpu"];    // 8
//
// A request rounds up, and what a node offers rounds down, so a fraction never creates room. Source: the units of the
// Kubernetes scheduler.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_PLACEMENT_RESOURCE_AMOUNTS_H_
#define LWS_PLACEMENT_RESOURCE_AMOUNTS_H_

#include <cstdint>
#include <limits>
#include <map>
#include <string>

#include "lws/placement/pod_resources.h"

namespace lws {

using ResourceAmounts = std::map<std::string, int64_t>;

// Stands for every amount that int64 cannot hold. A request of it fits on no node.
inline constexpr int64_t kBeyondAmounts = std::numeric_limits<int64_t>::max();

// Negative amounts stay negative. Complexity: O(resources).
ResourceAmounts RequestedAmounts(const ResourceList& requests);
ResourceAmounts OfferedAmounts(const ResourceList& allocatable);

}  // namespace lws

#endif  // LWS_PLACEMENT_RESOURCE_AMOUNTS_H_
