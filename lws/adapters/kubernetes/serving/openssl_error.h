// The message of OpenSSL about the call that just failed.
//
//   if (SSL_CTX_use_PrivateKey(context, key) != 1) return absl::InvalidArgumentError(lws::internal::OpenSslError());
//
// Thread-safety: may be called concurrently; each thread has its own errors.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_OPENSSL_ERROR_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_OPENSSL_ERROR_H_

#include <string>

namespace lws::internal {

// The oldest error of this thread, or "unknown error" without one. It clears all errors of the thread.
std::string OpenSslError();

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_OPENSSL_ERROR_H_
