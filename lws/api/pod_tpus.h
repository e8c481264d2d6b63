// Whether containers of a pod ask for TPUs.
//
//   lws::internal::PodRequestsTpus(pod["spec"]);    // true when some container or init container does
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_POD_TPUS_H_
#define LWS_API_POD_TPUS_H_

#include "lws/api/json.h"

namespace lws::internal {

// Whether the container's limit of google.com/tpu, or else its request, is present and not zero. A value that is not a
// quantity counts as zero.
bool ContainerRequestsTpus(const Json& container);

// Whether some container or init container of this pod spec asks for TPUs. A value that is not a pod spec asks for
// none.
bool PodRequestsTpus(const Json& pod_spec);

}  // namespace lws::internal

#endif  // LWS_API_POD_TPUS_H_
