// What a client proves who it is with, kept fresh: a token, a file that holds one and is replaced, the answer of a
// program, a client certificate.
//
//   auto credentials = lws::internal::MakeCredentials(config);
//   absl::StatusOr<lws::internal::Credential> credential = credentials->Current(absl::Now());
//   credential->authorization;               // "Bearer ..."
//   credentials->Refuse(*credential);        // the server answered 401: the next Current() looks again
//
// Thread-safety: implementations may be called from any thread.
#ifndef LWS_ADAPTERS_KUBERNETES_CREDENTIALS_H_
#define LWS_ADAPTERS_KUBERNETES_CREDENTIALS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/kube_config.h"

namespace lws::internal {

struct Credential {
  std::string authorization;  // the header's value; empty for none
  // PEM; empty for none.
  std::string client_certificate;
  std::string client_key;

  friend bool operator==(const Credential& a, const Credential& b) {
    return a.authorization == b.authorization && a.client_certificate == b.client_certificate &&
           a.client_key == b.client_key;
  }
};

class Credentials {
 public:
  virtual ~Credentials() = default;

  // Errors: Unauthenticated naming the file or the program that gives none.
  virtual absl::StatusOr<Credential> Current(absl::Time now) = 0;
  // The server did not take this one.
  virtual void Refuse(const Credential& credential) = 0;
};

// As the configuration says. Files are read again each minute, and after a refusal. A program (exec) is run when there
// is no credential, before its credential's expiry, and after a refusal; while it runs for the first time, Current
// waits for it, and later on the last credential serves.
std::unique_ptr<Credentials> MakeCredentials(const KubeConfig& config);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_CREDENTIALS_H_
