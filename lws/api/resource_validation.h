// The API server's checks of the resources that containers and pods ask for.
//
//   lws::internal::CheckContainerResources(container["resources"], {/*is_pod=*/false, {}}, &errors);
//   // spec.containers[0].resources.limits[nvidia.com/gpu]: Invalid value: "500m": must be an integer
//
// Laws:
//   1. No amount is negative, and amounts of extended resources (those with a domain) are whole numbers.
//   2. A request is at most its limit. For extended resources and huge pages it equals its limit.
//   3. In a pod, a limit without a request counts as the request too. In a template it does not.
//
// Thread-safety: may be called concurrently for distinct errors.
#ifndef LWS_API_RESOURCE_VALIDATION_H_
#define LWS_API_RESOURCE_VALIDATION_H_

#include <set>
#include <string>

#include "lws/api/field_error.h"
#include "lws/api/field_value.h"

namespace lws::internal {

// The pod or template that asks for the resources.
struct ResourceAsker {
  bool is_pod = false;           // else a template
  std::set<std::string> claims;  // names of the pod's resourceClaims
};

// `resources` of a container. Complexity: O(resources).
void CheckContainerResources(const FieldValue& resources, const ResourceAsker& asker, FieldErrors* errors);

// `resources` of the pod as a whole, and whether they agree with those of its containers. Complexity: O(spec).
void CheckPodResources(const FieldValue& spec, const ResourceAsker& asker, FieldErrors* errors);

// Amounts of an overhead. Complexity: O(overhead).
void CheckOverhead(const FieldValue& overhead, FieldErrors* errors);

// The pod's claims of devices. Complexity: O(claims).
void CheckResourceClaims(const FieldValue& claims, FieldErrors* errors);

}  // namespace lws::internal

#endif  // LWS_API_RESOURCE_VALIDATION_H_
