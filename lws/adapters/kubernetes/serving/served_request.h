// A request that a server has read, its answer, and the function that gives it.
//
//   lws::internal::ServedRequest request;
//   request.headers = {{"Content-Type", "application/json"}};
//   request.Header("content-type");    // "application/json"
//
// Thread-safety: values; const methods may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_SERVED_REQUEST_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_SERVED_REQUEST_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace lws::internal {

struct ServedRequest {
  std::string method;  // "POST"
  std::string path;    // without a query
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // The value of the first header of that name, in upper or lower case; "" without one.
  std::string Header(absl::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (absl::EqualsIgnoreCase(key, name)) return value;
    }
    return "";
  }
};

struct ServedAnswer {
  int code = 200;
  std::string content_type = "application/json";
  std::string body;
};

// Answers a request. Call it once, from any thread, now or later. If it is destroyed without a call, the connection is
// closed.
using Respond = std::function<void(ServedAnswer answer)>;
using RequestHandler = std::function<void(ServedRequest request, Respond respond)>;

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_SERVED_REQUEST_H_
