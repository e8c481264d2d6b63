#include "lws/adapters/kubernetes/curl_options.h"

#include <utility>

namespace lws::internal {

CurlOptions CurlOptionsFor(const KubeConfig& config, std::string user_agent) {
  CurlOptions options;
  options.server = config.server;
  options.authorities = config.authorities;
  options.is_insecure = config.is_insecure;
  options.tls_server_name = config.tls_server_name;
  options.proxy = config.proxy;
  options.user_agent = std::move(user_agent);
  return options;
}

}  // namespace lws::internal
