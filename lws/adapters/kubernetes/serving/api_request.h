// A request to the API server and its answer, as the state machines of this room exchange them with their host. They
// do no I/O: the host sends the request with its client and passes the answer back.
//
//   lws::internal::ApiRequest request;
//   request.path = "/apis/coordination.k8s.io/v1/namespaces/n/leases/l";
//   lws::internal::ApiAnswer answer = {200, "{...}"};
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_API_REQUEST_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_API_REQUEST_H_

#include <string>

#include "absl/time/time.h"

namespace lws::internal {

struct ApiRequest {
  std::string method = "GET";
  std::string path;
  std::string body;  // JSON; empty: no body
  absl::Duration timeout = absl::Seconds(30);
};

struct ApiAnswer {
  int code = 0;  // 0: no answer came, and the server may have carried the request out
  std::string body;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_API_REQUEST_H_
