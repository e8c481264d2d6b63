// What a pod asks of its node, summed in the way of the Kubernetes scheduler.
//
//   lws::ResourceList requests = *lws::PodRequests(pod["spec"], lws::AbsentRequest::kIsZero);
//   requests["cpu"].ToString();    // "1500m"
//
// Containers and sidecars (init containers that restart always) run together, so their requests add up. An init
// container runs before the containers, beside the sidecars started before it, so it only raises the sum if it needs
// more. Pod-level requests replace the sums of the resources that they name. The overhead is added to everything.
// Source: Kubernetes' scheduling of pods with sidecars and pod-level resources.
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

// What a container with a limit and without a request asks for. In a template the request is absent; in a pod the API
// server has written the limit as the request.
enum class AbsentRequest { kIsZero, kIsLimit };

// Errors: InvalidArgument naming the resource whose amount is not a quantity. Complexity: O(containers x resources).
absl::StatusOr<ResourceList> PodRequests(const Json& pod_spec, AbsentRequest absent);

// Adds `count` times `addend` to `sum`.
void AddResources(const ResourceList& addend, int64_t count, ResourceList* sum);

// Reads {"cpu": "1", ...}; a null or absent value gives an empty list. Errors: as for PodRequests.
absl::StatusOr<ResourceList> ReadResourceList(const Json& amounts);

}  // namespace lws

#endif  // LWS_PLACEMENT_POD_RESOURCES_H_
