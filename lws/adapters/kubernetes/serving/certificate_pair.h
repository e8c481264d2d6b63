// A certificate with its key: made, and looked at.
//
//   absl::StatusOr<lws::internal::CertificatePair> authority = lws::internal::MakeAuthority({"lws-ca", {}, since,
//   until}); absl::StatusOr<lws::internal::CertificatePair> server =
//       lws::internal::MakeServerCertificate({"lws", {"lws.svc"}, since, until}, *authority);
//   lws::internal::CheckCertificate(*server, authority->certificate, {"lws.svc"}, now);    // OkStatus()
//
// Keys are drawn by OpenSSL; all else depends on the arguments alone.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_CERTIFICATE_PAIR_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_CERTIFICATE_PAIR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace lws::internal {

// Both PEM.
struct CertificatePair {
  std::string certificate;
  std::string key;
};

struct CertificateSubject {
  std::string common_name;
  std::vector<std::string> dns_names;  // addresses, too: "127.0.0.1"
  absl::Time since;
  absl::Time until;
};

// A new RSA key of 2048 bits with a certificate that signs itself, and that may sign others. Errors: Internal, of
// OpenSSL. It takes a tenth of a second or so.
absl::StatusOr<CertificatePair> MakeAuthority(const CertificateSubject& subject);

// A new key with a certificate for a server, signed by `authority`. Errors: InvalidArgument for an authority that does
// not read, Internal.
absl::StatusOr<CertificatePair> MakeServerCertificate(const CertificateSubject& subject,
                                                      const CertificatePair& authority);

// OK when `pair` serves each of the names at `now` to those who trust `authority` (PEM), and key and certificate belong
// together. Errors: InvalidArgument for what does not read, FailedPrecondition with what is wrong.
absl::Status CheckCertificate(const CertificatePair& pair, absl::string_view authority,
                              const std::vector<std::string>& names, absl::Time now);

// The end of the certificate's time. Errors: InvalidArgument for what does not read.
absl::StatusOr<absl::Time> CertificateUntil(absl::string_view certificate);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_CERTIFICATE_PAIR_H_
