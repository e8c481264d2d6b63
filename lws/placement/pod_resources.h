// What a pod asks of its node, summed as the Kubernetes scheduler sums it.
//
//   lws::ResourceList requests = *lws::PodRequests(pod["spec"], lws::AbsentRequest::kIsZero);
//   requests["cpu"].ToString();    // "1500m"
//
// Containers and sidecars (init containers that restart always) run together and add up; an init container runs alone
// beside the sidecars started before it, so that it only raises the sum to its own; pod-level requests replace the sums
// of the resources they name; overhead is added to all. Source: Kubernetes' scheduling of pods with sidecars and
// pod-level resources.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_PLACEMENT_POD_RESOURCES_H_
#define LWS_PLACEMENT_POD_RESOURCES_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "lws/api/quantity.h"

namespace lws {

// Amounts by resource name.
using ResourceList = std::map<std::string, Quantity>;

// What a container asks for that has a limit and no request. A template says nothing of it; the API server writes the
// limit as the request into every pod.
enum class AbsentRequest { kIsZero, kIsLimit };

// Errors: InvalidArgument naming the resource whose amount is no quantity. Complexity: O(containers x resources).
absl::StatusOr<ResourceList> PodRequests(const Json& pod_spec, AbsentRequest absent);

// Adds `count` times `addend` to `sum`.
void AddResources(const ResourceList& addend, int64_t count, ResourceList* sum);

// Reads {"cpu": "1", ...}; null and absent are empty. Errors: as PodRequests.
absl::StatusOr<ResourceList> ReadResourceList(const Json& amounts);

}  // namespace lws

#endif  // LWS_PLACEMENT_POD_RESOURCES_H_
