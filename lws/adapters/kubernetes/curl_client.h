// An HttpClient on libcurl. One thread of its own moves the bytes of all requests over few connections, with HTTP/2 if
// the server supports it.
//
//   lws::internal::CurlOptions options;
//   options.server = "https://127.0.0.1:6443";
//   options.wake = [&] { mailbox.Ring(); };       // from the client's thread: there is something to deliver
//   auto client = lws::internal::CurlClient::Create(options);
//   (*client)->Start(request, sink);
//   (*client)->Deliver(size_t{1} << 20);          // calls the sinks, on the calling thread
//
// Laws, beside those of http_client.h:
//   1. A request whose connection the server closed without an answer is sent once more if sending it twice has the
//      same effect as sending it once: so a POST is not. A request that is answered with 401 is sent once more with
//      other credentials, if there are any.
//   2. Requests that are not streams leave the client at most at the rate of the options, in the order of Start.
//   3. Once most_undelivered bytes wait to be delivered, the client reads no further bytes of streams.
//
// Thread-safety: one thread calls Start, Cancel and Deliver. The destructor ends the client's own thread.
#ifndef LWS_ADAPTERS_KUBERNETES_CURL_CLIENT_H_
#define LWS_ADAPTERS_KUBERNETES_CURL_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "absl/status/statusor.h"
#include "lws/adapters/kubernetes/curl_options.h"
#include "lws/adapters/kubernetes/http_client.h"

namespace lws::internal {

class CurlClient final : public HttpClient {
 public:
  // Errors: InvalidArgument for a server that is not an address; Internal when libcurl does not start.
  static absl::StatusOr<std::unique_ptr<CurlClient>> Create(CurlOptions options);
  ~CurlClient() override;

  uint64_t Start(HttpRequest request, std::shared_ptr<HttpSink> sink) override;
  void Cancel(uint64_t id) override;

  // Calls the sinks with what arrived: with at least one notice, and with further ones up to about `most_bytes`.
  // Returns whether more is left.
  bool Deliver(size_t most_bytes);

  // The number of requests by the code of the answer; 0 counts requests without an answer. Read it on the thread that
  // delivers.
  const std::map<int, int64_t>& answers() const { return answers_; }

 private:
  class Wire;  // the thread

  CurlClient();

  std::unique_ptr<Wire> wire_;
  uint64_t next_id_ = 1;
  std::map<uint64_t, std::shared_ptr<HttpSink>> sinks_;
  std::map<int, int64_t> answers_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_CURL_CLIENT_H_
