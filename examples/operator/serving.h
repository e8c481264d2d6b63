// What the operator serves: webhooks, probes, and metrics to those who may read them.
//
//   absl::StatusOr<std::unique_ptr<Serving>> serving = Serving::Listen(settings, &client, &mailbox, &metrics);
//   (*serving)->Serve(certificates->served());
//   (*serving)->SetChecks({{"informers", true, ""}});
//   (*serving)->Stop();
//
// Thread-safety: none, but for what the servers call themselves.
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
  // Borrows the last three. Errors: of addresses that cannot be listened at.
  static absl::StatusOr<std::unique_ptr<Serving>> Listen(const Settings& settings, internal::HttpClient* client,
                                                         Mailbox* mailbox, internal::OperatorMetrics* metrics);

  // The certificate of webhooks and metrics, if it is another than before. Errors: of one that does not load; the one
  // before is served on.
  absl::Status Serve(const std::optional<internal::CertificatePair>& pair);
  void SetChecks(std::vector<internal::ProbeCheck> checks);
  // Answers what was read, for at most five seconds.
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
  internal::MetricsAuth auth_;  // of the loop's thread
  std::mutex mutex_;
  std::vector<internal::ProbeCheck> checks_;
  std::optional<internal::CertificatePair> served_;
  std::unique_ptr<internal::HttpsServer> webhooks_;
  std::unique_ptr<internal::HttpsServer> metrics_server_;
  std::unique_ptr<internal::HttpsServer> probes_;
};

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_SERVING_H_
