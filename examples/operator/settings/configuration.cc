#include "examples/operator/settings/configuration.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lws/api/field_status.h"
#include "lws/api/json.h"
#include "lws/api/manifest.h"
#include "lws/api/packed_json.h"
#include "lws/api/strict_reader.h"
#include "lws/placement/providers/pod_group.h"
#include "nlohmann/json.hpp"

namespace lws::operator_program {
namespace {

constexpr char kApiVersion[] = "config.lws.x-k8s.io/v1alpha1";
constexpr char kKind[] = "Configuration";
constexpr StrictReader::Range<int32_t> kPorts = {1, 65535};
constexpr StrictReader::Range<int32_t> kBursts = {1, 1000000};
const StrictReader::Range<absl::Duration> kDurations = {absl::Milliseconds(1), absl::Hours(24)};

void ReadWebhook(StrictReader reader, WebhookSettings* webhook) {
  webhook->port = reader.Number("port", kPorts, webhook->port);
  webhook->host = reader.Text("host", webhook->host);
  webhook->cert_dir = reader.Text("certDir", webhook->cert_dir);
  reader.Finish();
}

void ReadElection(StrictReader reader, ElectionSettings* election) {
  election->enabled = reader.Flag("leaderElect", election->enabled);
  election->lease_duration = reader.Duration("leaseDuration", kDurations, election->lease_duration);
  election->renew_deadline = reader.Duration("renewDeadline", kDurations, election->renew_deadline);
  election->retry_period = reader.Duration("retryPeriod", kDurations, election->retry_period);
  election->resource_name = reader.Text("resourceName", election->resource_name);
  election->resource_namespace = reader.Text("resourceNamespace", election->resource_namespace);
  const std::string lock = reader.Text("resourceLock", "leases");
  if (lock != "leases" && !lock.empty()) reader.FailValue("resourceLock", "only leases are supported", lock);
  reader.Finish();
}

void ReadMetrics(StrictReader reader, Settings* settings) {
  settings->metrics_address = reader.Text("bindAddress", settings->metrics_address);
  const absl::StatusOr<std::optional<BindAddress>> address = ReadBindAddress(settings->metrics_address);
  if (!address.ok()) reader.Fail("bindAddress", address.status().message());
  reader.Finish();
}

// Returns "/healthz" for "healthz".
std::string ProbePath(const std::string& name) { return absl::StrCat("/", absl::StripPrefix(name, "/")); }

void ReadHealth(StrictReader reader, Settings* settings) {
  settings->probe_address = reader.Text("healthProbeBindAddress", settings->probe_address);
  const absl::StatusOr<std::optional<BindAddress>> address = ReadBindAddress(settings->probe_address);
  if (!address.ok()) reader.Fail("healthProbeBindAddress", address.status().message());
  settings->readiness_path = ProbePath(reader.Text("readinessEndpointName", settings->readiness_path));
  settings->liveness_path = ProbePath(reader.Text("livenessEndpointName", settings->liveness_path));
  reader.Finish();
}

void ReadTls(StrictReader reader, TlsSettings* tls) {
  const std::string version = reader.Text("minVersion", "");
  tls->only_13 = version == "VersionTLS13" || version == "1.3";
  const bool is_12 = version.empty() || version == "VersionTLS12" || version == "1.2";
  if (!tls->only_13 && !is_12) reader.FailValue("minVersion", "none of VersionTLS12, VersionTLS13", version);
  const std::vector<Json> suites = reader.List("cipherSuites");
  for (size_t i = 0; i < suites.size(); ++i) {
    if (suites[i].is_string()) {
      tls->cipher_suites.push_back(suites[i].get<std::string>());
    } else {
      reader.FailValue(absl::StrCat("cipherSuites[", i, "]"), "not a text", suites[i]);
    }
  }
  if (tls->only_13 && !suites.empty()) reader.Fail("cipherSuites", "may not be set when minVersion is VersionTLS13");
  reader.Finish();
}

void ReadCertificates(StrictReader reader, CertificateSettings* certificates) {
  certificates->enabled = reader.Flag("enable", certificates->enabled);
  certificates->service_name = reader.Text("webhookServiceName", certificates->service_name);
  certificates->secret_name = reader.Text("webhookSecretName", certificates->secret_name);
  if (certificates->service_name.empty()) reader.Fail("webhookServiceName", "empty");
  if (certificates->secret_name.empty()) reader.Fail("webhookSecretName", "empty");
  reader.Finish();
}

void ReadGangScheduling(StrictReader reader, Settings* settings) {
  const std::string provider = reader.Text("schedulerProvider", "");
  settings->uses_volcano = provider == kVolcanoName;
  if (!settings->uses_volcano && !provider.empty())
    reader.FailValue("schedulerProvider", absl::StrCat("not ", kVolcanoName), provider);
  reader.Finish();
}

void ReadPlacement(StrictReader reader, PlacementSettings* placement) {
  placement->enabled = reader.Flag("enable", placement->enabled);
  placement->keeps_empty = reader.Flag("keepsEmptyDomains", placement->keeps_empty);
  const std::vector<Json> levels = reader.List("levels");
  if (!levels.empty()) placement->levels.clear();
  for (size_t i = 0; i < levels.size(); ++i) {
    const std::string key = levels[i].is_string() ? levels[i].get<std::string>() : "";
    const bool is_new = std::find(placement->levels.begin(), placement->levels.end(), key) == placement->levels.end();
    if (!key.empty() && is_new) {
      placement->levels.push_back(key);
    } else {
      reader.FailValue(absl::StrCat("levels[", i, "]"), key.empty() ? "not a label key" : "given twice", levels[i]);
    }
  }
  reader.Finish();
}

void ReadClient(StrictReader reader, ClientSettings* client) {
  const Json* qps = reader.Find("qps");
  if (qps != nullptr && (!qps->is_number() || qps->get<double>() <= 0)) {
    reader.FailValue("qps", "not a number above 0", *qps);
  } else if (qps != nullptr) {
    client->qps = qps->get<double>();
  }
  client->burst = reader.Number("burst", kBursts, client->burst);
  reader.Finish();
}

void ReadSettings(StrictReader* reader, Settings* settings) {
  for (const auto& [key, wanted] : {std::pair("apiVersion", kApiVersion), std::pair("kind", kKind)}) {
    const std::string text = reader->Text(key, "");
    if (text != wanted) reader->FailValue(key, absl::StrCat("not ", wanted), text);
  }
  ReadWebhook(reader->Map("webhook"), &settings->webhook);
  ReadElection(reader->Map("leaderElection"), &settings->election);
  ReadMetrics(reader->Map("metrics"), settings);
  ReadHealth(reader->Map("health"), settings);
  ReadTls(reader->Map("tls"), &settings->tls);
  ReadCertificates(reader->Map("internalCertManagement"), &settings->certificates);
  ReadGangScheduling(reader->Map("gangSchedulingManagement"), settings);
  ReadClient(reader->Map("clientConnection"), &settings->client);
  ReadPlacement(reader->Map("capacityPlacement"), &settings->placement);
  reader->Finish();
}

}  // namespace

absl::StatusOr<Settings> ReadConfiguration(absl::string_view text, absl::string_view source) {
  const absl::StatusOr<std::vector<ManifestObject>> objects = ReadManifest(text, source);
  if (!objects.ok()) return objects.status();
  Settings settings;
  if (objects->empty()) return settings;
  if (objects->size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(source, ":", (*objects)[1].line, ": a second document"));
  }
  ReadProblem problem;
  const PackedJson& packed = objects->front().object;
  const Json document = packed.Unpack();
  StrictReader reader(document, "", &problem);
  ReadSettings(&reader, &settings);
  if (problem.status.ok()) return settings;
  const int line = packed.LineOf(FieldOfStatus(problem.status));
  return absl::InvalidArgumentError(absl::StrCat(source, ":", line, ": ", problem.status.message()));
}

namespace {

void Take(const GivenFlags& flags, const char* name, std::string* to) {
  const auto found = flags.find(name);
  if (found != flags.end()) *to = found->second;
}

void Take(const GivenFlags& flags, const char* name, bool* to) {
  const auto found = flags.find(name);
  if (found != flags.end()) *to = IsTrueFlag(found->second);
}

void Take(const GivenFlags& flags, const char* name, absl::Duration* to) {
  const auto found = flags.find(name);
  if (found != flags.end()) *to = DurationOfFlag(found->second);
}

void TakeElection(const GivenFlags& flags, ElectionSettings* election) {
  Take(flags, "leader-elect", &election->enabled);
  Take(flags, "leader-elect-lease-duration", &election->lease_duration);
  Take(flags, "leader-elect-renew-deadline", &election->renew_deadline);
  Take(flags, "leader-elect-retry-period", &election->retry_period);
  Take(flags, "leader-elect-resource-name", &election->resource_name);
}

void TakeLog(const GivenFlags& flags, LogSettings* log) {
  Take(flags, "zap-devel", &log->development);
  Take(flags, "zap-encoder", &log->encoder);
  Take(flags, "zap-log-level", &log->level);
  Take(flags, "zap-stacktrace-level", &log->stacktrace_level);
  Take(flags, "zap-time-encoding", &log->time_encoding);
}

absl::Status TakeClient(const GivenFlags& flags, ClientSettings* client) {
  Take(flags, "kubeconfig", &client->kubeconfig);
  std::string qps, burst;
  Take(flags, "kube-api-qps", &qps);
  Take(flags, "kube-api-burst", &burst);
  if (!qps.empty() && (!absl::SimpleAtod(qps, &client->qps) || !(client->qps > 0))) {
    return absl::InvalidArgumentError(absl::StrCat("--kube-api-qps: ", qps, " is not above 0"));
  }
  if (!burst.empty() && (!absl::SimpleAtoi(burst, &client->burst) || client->burst <= 0)) {
    return absl::InvalidArgumentError(absl::StrCat("--kube-api-burst: ", burst, " is not a number above 0"));
  }
  return absl::OkStatus();
}

// Errors: InvalidArgument naming the flag.
absl::Status CheckAddress(const char* flag, const std::string& address) {
  const absl::StatusOr<std::optional<BindAddress>> read = ReadBindAddress(address);
  return read.ok() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrCat(flag, ": ", read.status().message()));
}

}  // namespace

absl::Status ApplyFlags(const GivenFlags& flags, Settings* settings) {
  std::string lock = "leases";
  Take(flags, "leader-elect-resource-lock", &lock);
  if (lock != "leases") {
    return absl::InvalidArgumentError(absl::StrCat("--leader-elect-resource-lock: only leases are supported: ", lock));
  }
  Take(flags, "metrics-bind-address", &settings->metrics_address);
  Take(flags, "health-probe-bind-address", &settings->probe_address);
  TakeElection(flags, &settings->election);
  TakeLog(flags, &settings->log);
  absl::Status status = TakeClient(flags, &settings->client);
  if (status.ok()) status = CheckAddress("--metrics-bind-address", settings->metrics_address);
  if (status.ok()) status = CheckAddress("--health-probe-bind-address", settings->probe_address);
  return status;
}

absl::StatusOr<std::optional<BindAddress>> ReadBindAddress(absl::string_view text) {
  if (text.empty() || text == "0") return std::optional<BindAddress>();
  const size_t colon = text.rfind(':');
  int32_t port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(text.substr(colon + 1), &port) || port < 0 ||
      port > std::numeric_limits<uint16_t>::max()) {
    return absl::InvalidArgumentError(absl::StrCat("neither HOST:PORT nor 0: ", text));
  }
  absl::string_view host = text.substr(0, colon);
  const bool has_brackets = absl::ConsumePrefix(&host, "[");
  if (has_brackets != absl::ConsumeSuffix(&host, "]") || (!has_brackets && absl::StrContains(host, ":"))) {
    return absl::InvalidArgumentError(absl::StrCat("neither HOST:PORT nor 0: ", text));
  }
  return std::optional<BindAddress>({std::string(host), static_cast<uint16_t>(port)});
}

}  // namespace lws::operator_program
