// Makes and checks a certificate with its key.
//
//   absl::StatusOr<lws::internal::CertificatePair> authority =
//       lws::internal::MakeCertificateAuthority({"lws-ca", {}, since, until});
//   absl::StatusOr<lws::internal::CertificatePair> server =
//       lws::internal::MakeServerCertificate({"lws", {"lws.svc"}, since, until}, *authority);
//   lws::internal::CheckCertificate(*server, authority->certificate, {"lws.svc"}, now);    // OkStatus()
//
// OpenSSL draws the keys. Everything else depends on the arguments alone.
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

// Both in PEM.
struct CertificatePair {
  std::string certificate;
  std::string key;
};

struct CertificateSubject {
  std::string common_name;
  std::vector<std::string> dns_names;  // also addresses, such as "127.0.0.1"
  absl::Time since;
  absl::Time until;
};

// Makes a new RSA key of 2048 bits, and a certificate that signs itself and may sign others. It takes about a tenth of
// a second. Errors: Internal, with OpenSSL's message.
absl::StatusOr<CertificatePair> MakeCertificateAuthority(const CertificateSubject& subject);

// Makes a new key, and a certificate for a server that `authority` signs. Errors: InvalidArgument for an authority
// that does not parse; Internal.
absl::StatusOr<CertificatePair> MakeServerCertificate(const CertificateSubject& subject,
                                                      const CertificatePair& authority);

// OK when clients that trust `authority` (PEM) accept `pair` for each of the names at `now`, and the key belongs to
// the certificate. Errors: InvalidArgument for PEM that does not parse; FailedPrecondition with the fault.
absl::Status CheckCertificate(const CertificatePair& pair, absl::string_view authority,
                              const std::vector<std::string>& names, absl::Time now);

// When the certificate expires. Errors: InvalidArgument for PEM that does not parse.
absl::StatusOr<absl::Time> CertificateUntil(absl::string_view certificate);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_CERTIFICATE_PAIR_H_
