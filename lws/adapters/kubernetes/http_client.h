// The boundary between a Kubernetes client and the network: requests go out, pieces of answers come in.
//
//   lws::internal::HttpRequest request;
//   request.path = "/api/v1/pods?limit=500";
//   uint64_t id = client.Start(request, sink);    // sink->Head, then sink->Bytes as often as it takes, then sink->End
//   client.Cancel(id);                            // nothing more comes
//
// curl_client.h connects to a server.
//
// Laws:
//   1. A sink receives Head at most once, Bytes only after Head, and End exactly once, last.
//   2. After Cancel, and after End, a sink receives nothing, and the client releases it.
//   3. No sink is called from within Start or Cancel.
//
// Thread-safety: none; one thread starts, cancels and is called back.
#ifndef LWS_ADAPTERS_KUBERNETES_HTTP_CLIENT_H_
#define LWS_ADAPTERS_KUBERNETES_HTTP_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace lws::internal {

struct HttpRequest {
  std::string method = "GET";
  std::string path;  // with its query
  std::string accept = "application/json";
  std::string content_type;  // of the body
  std::string body;
  bool accepts_gzip = false;
  // True for a watch, which no limit of requests counts.
  bool is_stream = false;
  // The longest time from the start to the end.
  absl::Duration timeout = absl::Seconds(30);
  // The longest time without a byte before the end.
  absl::Duration idle_limit = absl::InfiniteDuration();
};

struct HttpHead {
  int code = 0;
  std::optional<absl::Duration> retry_after;
};

class HttpSink {
 public:
  virtual ~HttpSink() = default;

  virtual void Head(const HttpHead& head) = 0;
  // The bytes stay valid during the call.
  virtual void Bytes(absl::string_view bytes) = 0;
  // OK: the answer is complete. Errors: Unavailable when the connection failed or was cut; DeadlineExceeded when a
  // limit of the request passed; Unauthenticated when there are no credentials to send.
  virtual void End(const absl::Status& status) = 0;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  virtual uint64_t Start(HttpRequest request, std::shared_ptr<HttpSink> sink) = 0;
  virtual void Cancel(uint64_t id) = 0;
};

struct HttpAnswer {
  HttpHead head;
  std::string body;
};

// Starts a request and calls `done` with its whole answer, or with the reason why there is none.
uint64_t FetchHttpAnswer(HttpClient* client, HttpRequest request,
                         std::function<void(const absl::StatusOr<HttpAnswer>&)> done);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_HTTP_CLIENT_H_
