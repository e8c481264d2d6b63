// Turns actions of plans into requests to an API server, and the answers into statuses.
//
//   absl::StatusOr<lws::internal::HttpRequest> request = lws::internal::HttpRequestOf(action);
//   absl::StatusOr<lws::WriteAnswer> answer = lws::internal::WriteAnswerOf(action, http_answer);
//
// | verb | request | precondition |
// |---|---|---|
// | kCreate | POST of the object | |
// | kApply | PATCH apply, by the field manager kFieldManager, with force | |
// | kUpdateStatus | PUT status | resource version, UID |
// | kPatch, kPatchStatus | PATCH merge, of the object or its status | resource version, UID, in the patch |
// | kDelete | DELETE, with the propagation | resource version, UID |
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_ACTION_REQUEST_H_
#define LWS_ADAPTERS_KUBERNETES_ACTION_REQUEST_H_

#include "absl/status/statusor.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

// Errors: Unimplemented for a kind that the client does not know. Complexity: O(object).
absl::StatusOr<HttpRequest> HttpRequestOf(const Action& action);

// The object after the write; after a deletion, the answer says that the object is gone. Errors: those of
// api_status.h; Internal for an answer without an object. Complexity: O(body).
absl::StatusOr<WriteAnswer> WriteAnswerOf(const Action& action, const HttpAnswer& answer);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_ACTION_REQUEST_H_
