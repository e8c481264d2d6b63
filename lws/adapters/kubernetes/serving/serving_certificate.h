// The certificate of the webhooks where no cert-manager provides it: an authority of our own and a certificate signed
// by it, kept in a Secret, and the authority's certificate in the webhook configurations, so that the API server trusts
// it. Pure: a view of the three in, what is to be written and served out.
//
//   lws::internal::CertificateView view;
//   view.secret = secret;    // as it was last seen; the configurations likewise
//   view.leads = true;
//   lws::internal::CertificatePlan plan = lws::internal::PlanCertificate(options, view, now,
//   lws::internal::RealKeys()); plan.writes;             // send them; look again with what is then seen plan.served;
//   // what the server is to serve plan.look_again;         // a time
//
// Expected flow: plan whenever one of the objects changed, and at look_again. Only the leader writes. All replicas
// serve what the Secret holds, straight from the watch: no file has to be mounted first.
//
// Laws:
//   1. A certificate ends no earlier than renew_before after it was planned with, as long as writes succeed.
//   2. A served certificate is replaced only by one whose authority all configurations have trusted for trust_delay, so
//      that no admission fails over a renewal. What is served first, or instead of one that ended, waits for nothing.
//   3. The bundle of the configurations has the Secret's authority, and keeps the one before while it is good.
//   4. A Secret and configurations that are as they should be cause no write, and no key is made.
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

// How keys are made; tests have ways that are faster.
struct CertificateKeys {
  std::function<absl::StatusOr<CertificatePair>(const CertificateSubject& subject)> authority;
  std::function<absl::StatusOr<CertificatePair>(const CertificateSubject& subject, const CertificatePair& authority)>
      server;
};

// Those of certificate_pair.h.
CertificateKeys RealKeys();

struct CertificateView {
  SharedJson secret;  // null: it is not there
  // The mutating and the validating one, as they were last seen; null for one that is not there.
  std::vector<SharedJson> configurations;
  bool leads = false;
  // What the server serves, and since when all configurations trust which authority: from the plan before.
  std::optional<CertificatePair> served;
  std::string trusted_authority;
  absl::Time trusted_since = absl::InfiniteFuture();
};

struct CertificatePlan {
  std::vector<ApiRequest> writes;
  // Nullopt while there is nothing to serve.
  std::optional<CertificatePair> served;
  std::string trusted_authority;
  absl::Time trusted_since = absl::InfiniteFuture();
  absl::Time look_again = absl::InfiniteFuture();
  // Whether the API server trusts what is served: what readiness waits for.
  bool is_trusted = false;
  // FailedPrecondition: the Secret or a configuration is missing. Else what went wrong with a key.
  absl::Status problem;
};

CertificatePlan PlanCertificate(const CertificateOptions& options, const CertificateView& view, absl::Time now,
                                const CertificateKeys& keys);

// "SERVICE.NAMESPACE.svc", the name that the API server calls the webhooks by.
std::string ServiceHost(const CertificateOptions& options);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_SERVING_CERTIFICATE_H_
