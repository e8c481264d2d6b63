// An HttpClient on libcurl: one thread of its own moves the bytes of all requests over few connections, HTTP/2 where
// the server speaks it.
//
//   lws::internal::CurlOptions options;
//   options.server = "https://127.0.0.1:6443";
//   options.wake = [&] { mailbox.Ring(); };       // from the client's thread: there is something to deliver
//   auto client = lws::internal::CurlClient::Create(options);
//   (*client)->Start(request, sink);
//   (*client)->Deliver(size_t{1} << 20);          // calls the sinks, on the calling thread
//
// Laws, beside those of http_client.h:
//   1. A request that the server let go without an answer, on a connection that it closed, is sent once more if sending
//   it twice is as good as once: not a POST. A request that is answered with 401 is sent once more with other
//   credentials, if there are any.
//   2. Requests that are no streams leave the client at most at the rate of the options, in their order.
//   3. At most most_undelivered bytes wait to be delivered: then streams are held back, at the server.
//
// Thread-safety: Start, Cancel and Deliver belong to one thread. The destructor ends the client's own thread.
#ifndef LWS_ADAPTERS_KUBERNETES_CURL_CLIENT_H_
#define LWS_ADAPTERS_KUBERNETES_CURL_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lws/adapters/kubernetes/credentials.h"
#include "lws/adapters/kubernetes/http_client.h"

namespace lws::internal {

struct CurlOptions {
  std::string server;  // scheme, host, port, and the beginning of all paths
  // PEM; empty: the machine's own authorities.
  std::string authorities;
  bool is_insecure = false;     // the server's certificate is not looked at
  std::string tls_server_name;  // empty: that of the server
  std::string proxy;            // empty: as the environment says
  std::string user_agent;
  // Borrowed; null for none. Asked and told on the client's thread.
  Credentials* credentials = nullptr;
  double requests_per_second = 500;  // 0: no limit
  double burst = 500;
  bool has_http2 = true;
  size_t most_undelivered = size_t{32} << 20;
  std::function<void()> wake;
};

class CurlClient final : public HttpClient {
 public:
  // Errors: InvalidArgument for a server that is no address; Internal where libcurl does not start.
  static absl::StatusOr<std::unique_ptr<CurlClient>> Create(CurlOptions options);
  ~CurlClient() override;

  uint64_t Start(HttpRequest request, std::shared_ptr<HttpSink> sink) override;
  void Cancel(uint64_t id) override;

  // Calls the sinks with what came, at least once and until about so many bytes were delivered. True: there is more.
  bool Deliver(size_t most_bytes);

  // Requests by their answers' codes, 0 for none; read on the thread that delivers.
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
