#include "examples/operator/serving.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/operator/election.h"
#include "lws/adapters/kubernetes/serving/admission_review.h"
#include "lws/adapters/kubernetes/serving/process_usage.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/placement/providers/pod_group.h"

namespace lws::operator_program {

using internal::ApiAnswer;
using internal::AuthStep;
using internal::AuthVerdict;
using internal::CertificatePair;
using internal::HttpsServer;
using internal::HttpsServerOptions;
using internal::Respond;
using internal::ServedRequest;

namespace {

constexpr absl::Duration kDrain = absl::Seconds(5);

HttpsServerOptions OptionsAt(const BindAddress& address, const TlsSettings& tls) {
  HttpsServerOptions options;
  options.host = address.host;
  options.port = address.port;
  if (tls.only_13) options.min_version = internal::TlsVersion::kTls13;
  options.cipher_suites = tls.cipher_suites;
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Serving>> Serving::Listen(const Settings& settings, internal::HttpClient* client,
                                                         Mailbox* mailbox, internal::OperatorMetrics* metrics) {
  std::unique_ptr<Serving> serving(new Serving(settings, client, mailbox, metrics));
  absl::Status status = serving->ListenForWebhooks();
  if (status.ok()) status = serving->ListenForMetrics();
  if (status.ok()) status = serving->ListenForProbes();
  if (!status.ok()) return status;
  return serving;
}

absl::Status Serving::ListenForWebhooks() {
  HttpsServerOptions options =
      OptionsAt({settings_.webhook.host, static_cast<uint16_t>(settings_.webhook.port)}, settings_.tls);
  options.threads = 2;
  auto server =
      HttpsServer::Listen(options, [this](ServedRequest request, Respond respond) { Review(request, respond); });
  if (server.ok()) webhooks_ = *std::move(server);
  return server.status();
}

absl::Status Serving::ListenForMetrics() {
  const absl::StatusOr<std::optional<BindAddress>> address = ReadBindAddress(settings_.metrics_address);
  if (!address.ok() || !address->has_value()) return address.status();
  auto server =
      HttpsServer::Listen(OptionsAt(**address, settings_.tls), [this](ServedRequest request, Respond respond) {
        if (request.path != "/metrics") return respond({404, "text/plain", "404 page not found\n"});
        mailbox_.Post([this, request = std::move(request), respond = std::move(respond)] {
          Authorize(auth_.Begin(internal::BearerToken(request.Header("Authorization")), request.path, absl::Now()),
                    respond);
        });
      });
  if (server.ok()) metrics_server_ = *std::move(server);
  return server.status();
}

absl::Status Serving::ListenForProbes() {
  const absl::StatusOr<std::optional<BindAddress>> address = ReadBindAddress(settings_.probe_address);
  if (!address.ok() || !address->has_value()) return address.status();
  HttpsServerOptions options = OptionsAt(**address, TlsSettings());
  options.with_tls = false;
  auto server =
      HttpsServer::Listen(options, [this](ServedRequest request, Respond respond) { Probe(request.path, respond); });
  if (server.ok()) probes_ = *std::move(server);
  return server.status();
}

void Serving::Review(const ServedRequest& request, const Respond& respond) {
  const absl::Time began = absl::Now();
  metrics_.WebhookBegan(request.path);
  AdmissionOptions options;
  if (settings_.uses_volcano) options.scheduler_provider = SchedulerProvider::kVolcano;
  options.waits_for_place = settings_.placement.enabled;
  internal::AdmissionAnswer answer = internal::ReviewAdmission(request.path, request.body, options);
  metrics_.WebhookAnswered(request.path, answer.code, absl::Now() - began);
  respond({answer.code, answer.code == 404 ? "text/plain" : "application/json", std::move(answer.body)});
}

void Serving::Probe(const std::string& path, const Respond& respond) {
  std::vector<internal::ProbeCheck> checks;
  if (path == settings_.readiness_path || absl::StartsWith(path, settings_.readiness_path + "/")) {
    const std::lock_guard<std::mutex> lock(mutex_);
    checks = checks_;
  } else if (path == settings_.liveness_path || absl::StartsWith(path, settings_.liveness_path + "/")) {
    checks = {{"healthz", true, ""}};
  } else {
    return respond({404, "text/plain", "404 page not found\n"});
  }
  internal::ProbeAnswer answer = internal::AnswerProbe(path, checks);
  respond({answer.code, "text/plain", std::move(answer.body)});
}

void Serving::Authorize(const AuthStep& step, const Respond& respond) {
  if (step.verdict == AuthVerdict::kAsk) {
    return SendApiRequest(&client_, step.request, [this, id = step.id, respond](const ApiAnswer& answer) {
      Authorize(auth_.Heard(id, answer, absl::Now()), respond);
    });
  }
  if (step.verdict != AuthVerdict::kAllow) return respond({HttpCodeOfVerdict(step.verdict), "text/plain", ""});
  respond({200, "text/plain; version=0.0.4; charset=utf-8", metrics_.Render(internal::ReadProcessUsage())});
}

absl::Status Serving::Serve(const std::optional<CertificatePair>& pair) {
  if (!pair.has_value()) return absl::OkStatus();
  const bool is_same = served_.has_value() && served_->certificate == pair->certificate && served_->key == pair->key;
  if (is_same) return absl::OkStatus();
  absl::Status status = webhooks_->SetCertificate(pair->certificate, pair->key);
  if (status.ok() && metrics_server_ != nullptr) {
    status = metrics_server_->SetCertificate(pair->certificate, pair->key);
  }
  metrics_.CertificateRead(status.ok());
  served_ = pair;
  return status;
}

void Serving::SetChecks(std::vector<internal::ProbeCheck> checks) {
  const std::lock_guard<std::mutex> lock(mutex_);
  checks_ = std::move(checks);
}

void Serving::Stop() {
  for (HttpsServer* server : {webhooks_.get(), metrics_server_.get(), probes_.get()}) {
    if (server != nullptr) server->Stop(kDrain);
  }
}

}  // namespace lws::operator_program
