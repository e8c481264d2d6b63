// The pod that Kubernetes' StatefulSet controller makes of a StatefulSet, before admission.
//
//   lws::simulation::PodOfStatefulSet(statefulset, template, 3, "vllm-6c5b8f7d9")["metadata"]["name"];    // vllm-3
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_STATEFULSET_POD_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_STATEFULSET_POD_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::simulation {

// `pod_template` is that of the revision of this name. Complexity: O(template).
Json PodOfStatefulSet(const Json& statefulset, const Json& pod_template, int64_t ordinal, const std::string& revision);

// The name of the revision that keeps the StatefulSet's present template. Complexity: O(template).
std::string RevisionOfTemplate(const Json& statefulset);

// The reference of an object that `owner`, of this API version, controls. An owner that was never stored has no UID.
Json ControllerReference(const Json& owner, absl::string_view api_version);

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_STATEFULSET_POD_H_
