// Reads an API server's answer as a status.
//
//   lws::internal::StatusOfHttpAnswer(409, R"({"reason": "AlreadyExists", "message": "pods \"a\" already exists"})");
//   // AlreadyExists: pods "a" already exists
//
// | answer | status |
// |---|---|
// | 2xx | OK |
// | 409 with the reason AlreadyExists | AlreadyExists |
// | any other 409; 422 about metadata.uid, which an apply to a recreated object gets | Aborted |
// | 400, 413, 415, any other 422 | InvalidArgument |
// | 401; 403; 404; 405 and 501 | Unauthenticated; PermissionDenied; NotFound; Unimplemented |
// | 410, or the reason Expired: the version is too old | OutOfRange |
// | 429, 503; 504 and 408; all others | Unavailable; DeadlineExceeded; Internal |
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_API_STATUS_H_
#define LWS_ADAPTERS_KUBERNETES_API_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::internal {

// The message is the server's own, or the beginning of a body that is not a Status. Complexity: O(body).
absl::Status StatusOfHttpAnswer(int code, absl::string_view body);
// The same for a Status document that a watch carries.
absl::Status StatusOfHttpDocument(int code, const Json& document);

// Returns whether the server did nothing and asks the client to try again later.
bool IsHttpRefusedForNow(int code);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_API_STATUS_H_
