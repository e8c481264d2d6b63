// The fields of an object that the API server writes, and that a dump of `kubectl get -o yaml` has beside those of its
// user.
#ifndef LWS_EXAMPLES_LWSCTL_SERVER_FIELDS_H_
#define LWS_EXAMPLES_LWSCTL_SERVER_FIELDS_H_

#include "lws/api/json.h"

namespace lwsctl {

// The manifest without its status, without the metadata that only the API server sets, such as uid and managedFields,
// and without what kubectl apply notes in an annotation. Complexity: O(manifest).
lws::Json WithoutServerFields(lws::Json manifest);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SERVER_FIELDS_H_
