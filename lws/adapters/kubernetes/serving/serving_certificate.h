// The certificate of the webhooks where no cert-manager provides it. This makes an authority and a certificate that
// the authority signs, keeps both in a Secret, and writes the authority's certificate into the webhook configurations,
// so that the API server trusts it. A pure function: it takes a view of the three objects, and returns what to write
// and serve.
//
//   lws::internal::CertificateView view;
//   view.secret = secret;    // as it was last seen; the configurations likewise
//   view.leads = true;
//   const lws::internal::CertificatePlan plan =
//       lws::internal::PlanServingCertificate(options, view, now, lws::internal::RealCertificateKeys());
//   plan.writes.size();           // 1: send it, and plan again with what is then seen
//   plan.served.has_value();      // false: the servers use the pair once the Secret has it
//   plan.look_again > now;        // true: the time of the next plan
//
// Expected flow: plan whenever one of the objects changed, and at look_again. Only the leader writes. All replicas
// serve the pair in the Secret, as the watch delivers it, so that no file has to be mounted.
//
// Laws:
//   1. A certificate ends no earlier than renew_before after each plan, as long as writes succeed.
//   2. A served certificate is replaced only by one whose authority all configurations have trusted for trust_delay,
//      so that a renewal fails no admission. The first certificate, and the successor of an expired one, need not
//      wait.
//   3. The bundle of the configurations has the Secret's authority, and keeps the last one while it is valid.
//   4. If the Secret and the configurations need no change, nothing is written and no key is made.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_SERVING_CERTIFICATE_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_SERVING_CERTIFICATE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/serving/api_request.h"
#include "lws/adapters/kubernetes/serving/certificate_pair.h"
#include "lws/api/json.h"

namespace lws::internal {

struct CertificateOptions {
  std::string namespace_name;
  std::string service_name = "lws-webhook-service";
  std::string secret_name = "lws-webhook-server-cert";
  absl::Duration authority_life = absl::Hours(24 * 365 * 10);
  absl::Duration certificate_life = absl::Hours(24 * 365);
  absl::Duration renew_before = absl::Hours(24 * 90);
  absl::Duration trust_delay = absl::Seconds(3);
};

// Makes keys. Tests use faster ways.
struct CertificateKeys {
  std::function<absl::StatusOr<CertificatePair>(const CertificateSubject& subject)> authority;
  std::function<absl::StatusOr<CertificatePair>(const CertificateSubject& subject, const CertificatePair& authority)>
      server;
};

// Makes keys with the functions of certificate_pair.h.
CertificateKeys RealCertificateKeys();

struct CertificateView {
  SharedJson secret;  // null: it does not exist
  // The mutating and the validating configuration as they were last seen; null for a missing one.
  std::vector<SharedJson> configurations;
  bool leads = false;
  // Results of the last plan: the served pair, and since when all configurations have trusted which authority.
  std::optional<CertificatePair> served;
  std::string trusted_authority;
  absl::Time trusted_since = absl::InfiniteFuture();
};

struct CertificatePlan {
  std::vector<ApiRequest> writes;
  // Nullopt until there is a pair to serve.
  std::optional<CertificatePair> served;
  std::string trusted_authority;
  absl::Time trusted_since = absl::InfiniteFuture();
  absl::Time look_again = absl::InfiniteFuture();
  // Whether the API server trusts the served pair. The operator is ready only then.
  bool is_trusted = false;
  // FailedPrecondition: the Secret or a configuration is missing. Otherwise the error of making a key.
  absl::Status problem;
};

CertificatePlan PlanServingCertificate(const CertificateOptions& options, const CertificateView& view, absl::Time now,
                                       const CertificateKeys& keys);

// "SERVICE.NAMESPACE.svc", the name under which the API server calls the webhooks.
std::string WebhookServiceHost(const CertificateOptions& options);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_SERVING_CERTIFICATE_H_
