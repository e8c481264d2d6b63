// A small HTTP/1.1 server, with TLS or without, for webhooks, metrics and probes.
//
//   absl::StatusOr<std::unique_ptr<lws::internal::HttpsServer>> server = lws::internal::HttpsServer::Listen(
//       {"127.0.0.1", 0}, [](lws::internal::ServedRequest request, lws::internal::Respond respond) {
//         respond({200, "text/plain", request.path});
//       });
//   (*server)->SetCertificate(certificate_pem, key_pem).ok();    // true
//   (*server)->port() > 0;                                       // true: a free one
//   (*server)->Stop(absl::Seconds(5));
//
// Expected flow: connections are kept alive. Requests of one connection are answered one after another, those of
// different connections at the same time. Before the first certificate, connections wait for it, for handshake_timeout
// after Listen; those that come later are closed while there is none. HTTP/2 is not offered.
//
// Laws:
//   1. SetCertificate changes the certificate of later connections and disturbs no earlier one. A certificate that
//      does not load leaves the last one in place.
//   2. Bytes that are not a request, headers or bodies above their limits, and requests that come too slowly get an
//      error answer (400, 413, 431) or a closed connection, and disturb no other connection.
//   3. Stop answers every request that was read before it, unless the handler needs longer than the drain.
//
// Thread-safety: all member functions may be called concurrently, but none after or from within the destructor. The
// handler runs on the server's threads, several at a time.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_HTTPS_SERVER_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_HTTPS_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/serving/served_request.h"

namespace lws::internal {

enum class TlsVersion { kTls12, kTls13 };

struct HttpsServerOptions {
  std::string host;   // an address or a name to listen on; "": all addresses
  uint16_t port = 0;  // 0: any free port
  bool with_tls = true;
  int threads = 1;
  TlsVersion min_version = TlsVersion::kTls12;
  // Suites of TLS 1.2 by their IANA names, which Go uses too. Empty: the choice of OpenSSL.
  std::vector<std::string> cipher_suites;
  size_t most_body_bytes = 7 << 20;
  size_t most_header_bytes = 64 << 10;
  size_t most_connections = 1000;
  absl::Duration handshake_timeout = absl::Seconds(10);
  // The longest time from the end of the headers to the end of the body, and for writing an answer.
  absl::Duration request_timeout = absl::Seconds(30);
  // The longest time without a complete set of headers.
  absl::Duration idle_timeout = absl::Seconds(90);
};

class HttpsServer {
 public:
  // Listens at once. Errors: InvalidArgument for a host that does not resolve and for suites that OpenSSL does not
  // know; Unavailable for an address that is in use or belongs to another machine.
  static absl::StatusOr<std::unique_ptr<HttpsServer>> Listen(const HttpsServerOptions& options, RequestHandler handler);
  // Stops without a drain.
  ~HttpsServer();

  // PEM: the certificate with its chain, and its key. Errors: InvalidArgument; the last certificate stays.
  absl::Status SetCertificate(absl::string_view certificate, absl::string_view key);

  // Accepts no further connections and requests. Returns when all requests that were read are answered, or when
  // `drain` is over.
  void Stop(absl::Duration drain);

  uint16_t port() const;

 private:
  class Impl;
  explicit HttpsServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_HTTPS_SERVER_H_
