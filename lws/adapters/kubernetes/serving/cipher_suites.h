// The cipher suites of TLS 1.2 that a server offers, by their IANA names.
//
//   SSL_CTX* context = SSL_CTX_new(TLS_server_method());
//   lws::internal::ChooseCipherSuites({"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}, context).ok();    // true
//   lws::internal::ChooseCipherSuites({"ROT13"}, context).ok();                                    // false
//   SSL_CTX_free(context);
//
// Thread-safety: may be called concurrently for different contexts.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_CIPHER_SUITES_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_CIPHER_SUITES_H_

#include <openssl/ssl.h>

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace lws::internal {

// Changes nothing without names. Errors: InvalidArgument for a name that OpenSSL does not know; the context is then
// unchanged. Complexity: O(names * suites of OpenSSL).
absl::Status ChooseCipherSuites(const std::vector<std::string>& names, SSL_CTX* context);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_CIPHER_SUITES_H_
