// Whether containers of a pod ask for TPUs.
//
//   lws::internal::PodRequestsTpus(pod["spec"]);    // true when some container or init container does
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_POD_TPUS_H_
#define LWS_API_POD_TPUS_H_

#include "lws/api/json.h"

namespace lws::internal {

// The container's limit of google.com/tpu, else its request, is there and not zero. A value that is no quantity is
// zero.
bool ContainerRequestsTpus(const Json& container);

// Some container or init container of this pod spec does. Anything that is no pod spec asks for none.
bool PodRequestsTpus(const Json& pod_spec);

}  // namespace lws::internal

#endif  // LWS_API_POD_TPUS_H_
