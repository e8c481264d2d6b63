// The operator's settings: the configuration file, config.lws.x-k8s.io/v1alpha1, and the flags, which override it.
//
//   absl::StatusOr<Settings> settings = ReadConfiguration(text, "config.yaml");
//   ApplyFlags(flags, &*settings);
//   settings->webhook.port;    // 9443
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_EXAMPLES_OPERATOR_SETTINGS_CONFIGURATION_H_
#define LWS_EXAMPLES_OPERATOR_SETTINGS_CONFIGURATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "examples/operator/settings/flags.h"

namespace lws::operator_program {

struct WebhookSettings {
  int32_t port = 9443;
  std::string host;
  // The folder of tls.crt and tls.key. Empty: k8s-webhook-server/serving-certs in the folder of temporary files.
  std::string cert_dir;
};

struct ElectionSettings {
  bool enabled = true;
  absl::Duration lease_duration = absl::Seconds(15);
  absl::Duration renew_deadline = absl::Seconds(10);
  absl::Duration retry_period = absl::Seconds(2);
  std::string resource_name = "b8b2488c.x-k8s.io";
  // Empty: the namespace that the process runs in, or lws-system outside a cluster.
  std::string resource_namespace;
};

struct TlsSettings {
  bool only_13 = false;
  std::vector<std::string> cipher_suites;  // as Go names them
};

struct CertificateSettings {
  // False: the operator reads the files of cert_dir, which cert-manager provides.
  bool enabled = true;
  std::string service_name = "lws-webhook-service";
  std::string secret_name = "lws-webhook-server-cert";
};

struct ClientSettings {
  std::string kubeconfig;  // empty: $KUBECONFIG, then the cluster that the process runs in
  double qps = 500;
  int32_t burst = 500;
};

// The options of zap. An empty one has the default of the mode, production or development.
struct LogSettings {
  bool development = false;
  std::string encoder;
  std::string level;
  std::string stacktrace_level;
  std::string time_encoding;
};

// Whether groups get their nodes before their pods start, and from which topology. The reference has no such option.
struct PlacementSettings {
  bool enabled = false;
  std::vector<std::string> levels = {"kubernetes.io/hostname"};  // node labels, widest first
  bool keeps_empty = false;                                      // domains in use come before empty ones
};

struct Settings {
  WebhookSettings webhook;
  ElectionSettings election;
  std::string metrics_address = ":8443";
  std::string probe_address = ":8081";
  std::string liveness_path = "/healthz";
  std::string readiness_path = "/readyz";
  TlsSettings tls;
  CertificateSettings certificates;
  bool uses_volcano = false;
  PlacementSettings placement;
  ClientSettings client;
  LogSettings log;
};

// An empty text gives the defaults. Errors: InvalidArgument, "SOURCE:LINE: FIELD: ...", for a text that does not
// parse, for another kind or version, for unknown fields, and for values out of range.
absl::StatusOr<Settings> ReadConfiguration(absl::string_view text, absl::string_view source);

// Errors: InvalidArgument for a resource lock other than "leases".
absl::Status ApplyFlags(const GivenFlags& flags, Settings* settings);

// An address to listen at: "HOST:PORT", ":PORT", "[::1]:PORT". Nullopt for "0" and for "", which mean not to listen.
// Errors: InvalidArgument.
struct BindAddress {
  std::string host;  // empty: all addresses
  uint16_t port = 0;
};
absl::StatusOr<std::optional<BindAddress>> ReadBindAddress(absl::string_view text);

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_SETTINGS_CONFIGURATION_H_
