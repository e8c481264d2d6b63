// The API server's checks of headless Services.
//
//   lws::JoinFieldErrors(lws::internal::ValidateHeadlessService(service));
//   // metadata.name: Invalid value: "9a": a DNS-1035 label must consist of ...
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_SERVICE_VALIDATION_H_
#define LWS_API_SERVICE_VALIDATION_H_

#include "lws/api/field_error.h"
#include "lws/api/json.h"

namespace lws::internal {

// Creation of a Service without ports, whose clusterIP is None: its name, its metadata and its selector.
// Complexity: O(service).
FieldErrors ValidateHeadlessService(const Json& service);

}  // namespace lws::internal

#endif  // LWS_API_SERVICE_VALIDATION_H_
