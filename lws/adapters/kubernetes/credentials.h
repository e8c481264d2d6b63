// A client's proof of who it is, kept fresh: a token, a file with a token that somebody replaces, the answer of a
// program, or a client certificate.
//
//   auto credentials = lws::internal::MakeClientCredentials(config);
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
  std::string authorization;  // the header's value; empty: no header
  // PEM; empty without a client certificate.
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

  // Errors: Unauthenticated naming the file or the program that gives no credential.
  virtual absl::StatusOr<Credential> Current(absl::Time now) = 0;
  // The server refused this credential.
  virtual void Refuse(const Credential& credential) = 0;
};

// The credentials that the configuration names. Files are read again each minute, and after a refusal. A program
// (exec) runs when there is no credential, before its credential expires, and after a refusal. Current waits for its
// first run; during later runs the last credential stays in use.
std::unique_ptr<Credentials> MakeClientCredentials(const KubeConfig& config);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_CREDENTIALS_H_
