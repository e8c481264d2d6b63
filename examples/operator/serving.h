// Serves the operator's webhooks and probes, and serves metrics to users who may read them.
//
//   absl::StatusOr<std::unique_ptr<Serving>> serving = Serving::Listen(settings, &client, &mailbox, &metrics);
//   (*serving)->Serve(certificates.served());
//   (*serving)->SetChecks({{"informers", true, ""}});
//   (*serving)->Stop();
//
// Thread-safety: none, except for the functions that the servers call themselves.
#ifndef LWS_EXAMPLES_OPERATOR_SERVING_H_
#define LWS_EXAMPLES_OPERATOR_SERVING_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "examples/operator/mailbox.h"
#include "examples/operator/settings/configuration.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/serving/api_request.h"
#include "lws/adapters/kubernetes/serving/certificate_pair.h"
#include "lws/adapters/kubernetes/serving/https_server.h"
#include "lws/adapters/kubernetes/serving/metrics_auth.h"
#include "lws/adapters/kubernetes/serving/operator_metrics.h"
#include "lws/adapters/kubernetes/serving/probes.h"

namespace lws::operator_program {

class Serving {
 public:
  // Borrows the last three arguments. Errors: for an address at which it cannot listen.
  static absl::StatusOr<std::unique_ptr<Serving>> Listen(const Settings& settings, internal::HttpClient* client,
                                                         Mailbox* mailbox, internal::OperatorMetrics* metrics);

  // Uses this certificate for webhooks and metrics if it differs from the last one. Errors: for a certificate that
  // does not load; the servers then keep the last one.
  absl::Status Serve(const std::optional<internal::CertificatePair>& pair);
  void SetChecks(std::vector<internal::ProbeCheck> checks);
  // Answers the requests that were read, for at most five seconds.
  void Stop();

 private:
  Serving(const Settings& settings, internal::HttpClient* client, Mailbox* mailbox, internal::OperatorMetrics* metrics)
      : settings_(settings), client_(*client), mailbox_(*mailbox), metrics_(*metrics) {}

  absl::Status ListenForWebhooks();
  absl::Status ListenForMetrics();
  absl::Status ListenForProbes();
  void Review(const internal::ServedRequest& request, const internal::Respond& respond);
  void Probe(const std::string& path, const internal::Respond& respond);
  void Authorize(const internal::AuthStep& step, const internal::Respond& respond);

  const Settings settings_;
  internal::HttpClient& client_;
  Mailbox& mailbox_;
  internal::OperatorMetrics& metrics_;
  internal::MetricsAuth auth_;  // used on the thread of the loop only
  std::mutex mutex_;
  std::vector<internal::ProbeCheck> checks_;
  std::optional<internal::CertificatePair> served_;
  std::unique_ptr<internal::HttpsServer> webhooks_;
  std::unique_ptr<internal::HttpsServer> metrics_server_;
  std::unique_ptr<internal::HttpsServer> probes_;
};

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_SERVING_H_
