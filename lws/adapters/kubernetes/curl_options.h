// How a client reaches its server, and how fast it may ask.
//
//   lws::internal::KubeConfig config;
//   config.server = "https://127.0.0.1:6443";
//   lws::internal::CurlOptionsFor(config, "lws").server;    // "https://127.0.0.1:6443"
//
// Thread-safety: values; all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_CURL_OPTIONS_H_
#define LWS_ADAPTERS_KUBERNETES_CURL_OPTIONS_H_

#include <cstddef>
#include <functional>
#include <string>

#include "lws/adapters/kubernetes/credentials.h"
#include "lws/adapters/kubernetes/kube_config.h"

namespace lws::internal {

struct CurlOptions {
  std::string server;  // scheme, host, port, and the beginning of all paths
  // PEM. Empty: the certificate authorities of the machine.
  std::string authorities;
  bool is_insecure = false;     // the server's certificate is not checked
  std::string tls_server_name;  // empty: the name in `server`
  std::string proxy;            // empty: the proxy of the environment
  std::string user_agent;
  // Borrowed; null for a server that needs none. The client's thread calls it.
  Credentials* credentials = nullptr;
  double requests_per_second = 500;  // 0: no limit
  double burst = 500;
  bool has_http2 = true;
  // Enough for the time in which a thread that delivers waits for its turn.
  size_t most_undelivered = size_t{4} << 20;
  std::function<void()> wake;
};

// How to reach the server of the configuration; it has no credentials yet.
CurlOptions CurlOptionsFor(const KubeConfig& config, std::string user_agent);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_CURL_OPTIONS_H_
