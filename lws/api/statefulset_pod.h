// The pods and claims that Kubernetes' StatefulSet controller makes.
//
//   lws::Json pod = lws::internal::StatefulSetPod(statefulset, statefulset["spec"]["template"], 3, "vllm-6c5b8f7d9");
//   // metadata.name vllm-3, spec.hostname vllm-3, spec.subdomain as spec.serviceName says
//
// Laws:
//   1. Equal arguments give equal bytes. The functions read nothing but their arguments.
//   2. A claim's volume replaces the template's volume of the same name, and comes before the other volumes.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_STATEFULSET_POD_H_
#define LWS_API_STATEFULSET_POD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::internal {

// The label of a pod that names its revision of the template.
inline constexpr char kPodRevisionLabel[] = "controller-revision-hash";

// The pod with this ordinal, made from `pod_template`, the template of `revision`. Complexity of both: O(statefulset).
Json StatefulSetPod(const Json& statefulset, const Json& pod_template, int64_t ordinal, absl::string_view revision);

// The same for a StatefulSet whose members stand apart.
Json StatefulSetPod(const Json& metadata, const Json& spec, const Json& pod_template, int64_t ordinal,
                    absl::string_view revision);

// The claims of the pod of that name, in the order of their templates.
std::vector<Json> StatefulSetClaims(const Json& statefulset, absl::string_view pod_name);

// A reference to the StatefulSet as its pods' controller.
Json StatefulSetReference(const Json& statefulset);

}  // namespace lws::internal

#endif  // LWS_API_STATEFULSET_POD_H_
