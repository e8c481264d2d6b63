// Flags by Go's rules, the configuration file, and log lines.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "examples/operator/settings/configuration.h"
#include "examples/operator/settings/flags.h"
#include "examples/operator/settings/log.h"
#include "gtest/gtest.h"

namespace lws::operator_program {
namespace {

using Words = std::vector<std::string>;

// "a=1 b=2", or the error.
std::string Parsed(const Words& words) {
  const absl::StatusOr<GivenFlags> flags = ParseFlags(words);
  return flags.ok() ? absl::StrJoin(*flags, " ", absl::PairFormatter("=")) : std::string(flags.status().message());
}

TEST(FlagsTest, GosRules) {
  const struct {
    Words words;
    const char* parsed;
  } cases[] = {
      {{}, ""},
      {{"--config", "a.yaml"}, "config=a.yaml"},
      {{"-config=a.yaml"}, "config=a.yaml"},
      {{"--config=a=b"}, "config=a=b"},
      {{"--config="}, "config="},
      {{"--config", "-version"}, "config=-version"},
      {{"--zap-devel", "--leader-elect=false"}, "leader-elect=false zap-devel=true"},
      {{"--leader-elect", "false", "--version"}, "leader-elect=true"},
      {{"--version", "--", "--config", "x"}, "version=true"},
      {{"word", "--version"}, ""},
      {{"-", "--version"}, ""},
      {{"--kube-api-qps", "20.5", "-kube-api-burst=30"}, "kube-api-burst=30 kube-api-qps=20.5"},
      {{"--config=a", "--config=b"}, "config=b"},
      {{"--leader-elect-lease-duration=1m30s"}, "leader-elect-lease-duration=1m30s"},
      {{"--zap-log-level=3", "--zap-encoder=console"}, "zap-encoder=console zap-log-level=3"},
      {{"--unknown"}, "flag provided but not defined: -unknown"},
      {{"--config"}, "flag needs an argument: -config"},
      {{"---config=a"}, "bad flag syntax: ---config=a"},
      {{"-=a"}, "bad flag syntax: -=a"},
      {{"--leader-elect=maybe"}, "invalid boolean value \"maybe\" for -leader-elect: parse error"},
      {{"--kube-api-burst", "x"}, "invalid value \"x\" for flag -kube-api-burst: parse error"},
      {{"--kube-api-qps=fast"}, "invalid value \"fast\" for flag -kube-api-qps: parse error"},
      {{"--leader-elect-retry-period=2"}, "invalid value \"2\" for flag -leader-elect-retry-period: parse error"},
      {{"--leader-elect-retry-period=inf"}, "invalid value \"inf\" for flag -leader-elect-retry-period: parse error"},
      {{"--zap-encoder=xml"}, "invalid value \"xml\" for flag -zap-encoder: invalid encoder value \"xml\""},
      {{"--zap-log-level=0"}, "invalid value \"0\" for flag -zap-log-level: invalid log level \"0\""},
      {{"--zap-stacktrace-level=debug"},
       "invalid value \"debug\" for flag -zap-stacktrace-level: invalid stacktrace level \"debug\""},
      {{"--zap-time-encoding=now"},
       "invalid value \"now\" for flag -zap-time-encoding: invalid time-encoding value \"now\""},
      {{"-h"}, "flag: help requested"},
  };
  for (const auto& c : cases) EXPECT_EQ(Parsed(c.words), c.parsed) << absl::StrJoin(c.words, " ");
  EXPECT_EQ(ParseFlags({"--help"}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::StrContains(FlagsHelp(), "--leader-elect-renew-deadline"));
}

constexpr char kHead[] = "apiVersion: config.lws.x-k8s.io/v1alpha1\nkind: Configuration\n";

constexpr char kFull[] = R"(apiVersion: config.lws.x-k8s.io/v1alpha1
kind: Configuration
webhook:
  port: 9444
  host: 127.0.0.1
  certDir: /certs
leaderElection:
  leaderElect: false
  leaseDuration: 30s
  renewDeadline: 20s
  retryPeriod: 1500ms
  resourceLock: leases
  resourceName: other.x-k8s.io
  resourceNamespace: elsewhere
metrics:
  bindAddress: "0"
health:
  healthProbeBindAddress: 127.0.0.1:9000
  readinessEndpointName: /ready
  livenessEndpointName: alive
tls:
  minVersion: VersionTLS12
  cipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
internalCertManagement:
  enable: false
  webhookServiceName: service
  webhookSecretName: secret
gangSchedulingManagement:
  schedulerProvider: volcano
capacityPlacement:
  enable: true
  levels: [example.com/rack, kubernetes.io/hostname]
  keepsEmptyDomains: true
clientConnection:
  qps: 50.5
  burst: 100
)";

TEST(ConfigurationTest, EveryFieldIsRead) {
  const absl::StatusOr<Settings> settings = ReadConfiguration(kFull, "c.yaml");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->webhook.port, 9444);
  EXPECT_EQ(settings->webhook.host, "127.0.0.1");
  EXPECT_EQ(settings->webhook.cert_dir, "/certs");
  EXPECT_FALSE(settings->election.enabled);
  EXPECT_EQ(settings->election.lease_duration, absl::Seconds(30));
  EXPECT_EQ(settings->election.renew_deadline, absl::Seconds(20));
  EXPECT_EQ(settings->election.retry_period, absl::Milliseconds(1500));
  EXPECT_EQ(settings->election.resource_name, "other.x-k8s.io");
  EXPECT_EQ(settings->election.resource_namespace, "elsewhere");
  EXPECT_EQ(settings->metrics_address, "0");
  EXPECT_EQ(settings->probe_address, "127.0.0.1:9000");
  EXPECT_EQ(settings->readiness_path, "/ready");
  EXPECT_EQ(settings->liveness_path, "/alive");
  EXPECT_FALSE(settings->tls.only_13);
  EXPECT_EQ(settings->tls.cipher_suites, Words{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
  EXPECT_FALSE(settings->certificates.enabled);
  EXPECT_EQ(settings->certificates.service_name, "service");
  EXPECT_EQ(settings->certificates.secret_name, "secret");
  EXPECT_TRUE(settings->uses_volcano);
  EXPECT_TRUE(settings->placement.enabled);
  EXPECT_EQ(settings->placement.levels, (Words{"example.com/rack", "kubernetes.io/hostname"}));
  EXPECT_TRUE(settings->placement.keeps_empty);
  EXPECT_EQ(settings->client.qps, 50.5);
  EXPECT_EQ(settings->client.burst, 100);
}

TEST(ConfigurationTest, DefaultsAreTheReferences) {
  for (const char* text : {"", kHead}) {
    const absl::StatusOr<Settings> settings = ReadConfiguration(text, "c.yaml");
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(settings->webhook.port, 9443);
    EXPECT_TRUE(settings->election.enabled);
    EXPECT_EQ(settings->election.resource_name, "b8b2488c.x-k8s.io");
    EXPECT_EQ(settings->metrics_address, ":8443");
    EXPECT_EQ(settings->readiness_path, "/readyz");
    EXPECT_TRUE(settings->certificates.enabled);
    EXPECT_FALSE(settings->uses_volcano);
    EXPECT_FALSE(settings->placement.enabled);
    EXPECT_EQ(settings->placement.levels, Words{"kubernetes.io/hostname"});
  }
}

TEST(ConfigurationTest, ErrorsNameFileLineAndField) {
  const struct {
    std::string text;
    const char* error;
  } cases[] = {
      {"kind: Configuration\napiVersion: v1\n", "c.yaml:2: apiVersion: not config.lws.x-k8s.io/v1alpha1: \"v1\""},
      {"apiVersion: config.lws.x-k8s.io/v1alpha1\nkind: Config\n", "c.yaml:2: kind: not Configuration: \"Config\""},
      {std::string(kHead) + "webhook:\n  prot: 1\n", "c.yaml:4: webhook.prot: unknown key, did you mean \"port\"?"},
      {std::string(kHead) + "webhook:\n  port: 70000\n", "c.yaml:4: webhook.port: not between 1 and 65535: 70000"},
      {std::string(kHead) + "webhook: 3\n", "c.yaml:3: webhook: not a map: 3"},
      {std::string(kHead) + "leaderElection:\n  resourceLock: configmaps\n",
       "c.yaml:4: leaderElection.resourceLock: only leases are supported: \"configmaps\""},
      {std::string(kHead) + "metrics:\n  bindAddress: here\n",
       "c.yaml:4: metrics.bindAddress: neither HOST:PORT nor 0: here"},
      {std::string(kHead) + "health:\n  healthProbeBindAddress: '::1:80'\n",
       "c.yaml:4: health.healthProbeBindAddress: neither HOST:PORT nor 0: ::1:80"},
      {std::string(kHead) + "tls:\n  minVersion: VersionTLS11\n",
       "c.yaml:4: tls.minVersion: none of VersionTLS12, VersionTLS13: \"VersionTLS11\""},
      {std::string(kHead) + "tls:\n  minVersion: VersionTLS13\n  cipherSuites: [A]\n",
       "c.yaml:5: tls.cipherSuites: may not be set when minVersion is VersionTLS13"},
      {std::string(kHead) + "tls:\n  cipherSuites: [A, 3]\n", "c.yaml:4: tls.cipherSuites[1]: not a text: 3"},
      {std::string(kHead) + "gangSchedulingManagement:\n  schedulerProvider: kueue\n",
       "c.yaml:4: gangSchedulingManagement.schedulerProvider: not volcano: \"kueue\""},
      {std::string(kHead) + "capacityPlacement:\n  levels: [a, a]\n",
       "c.yaml:4: capacityPlacement.levels[1]: given twice: \"a\""},
      {std::string(kHead) + "capacityPlacement:\n  levels: [a, 3]\n",
       "c.yaml:4: capacityPlacement.levels[1]: not a label key: 3"},
      {std::string(kHead) + "clientConnection:\n  qps: -1\n",
       "c.yaml:4: clientConnection.qps: not a number above 0: -1"},
      {std::string(kHead) + "internalCertManagement:\n  webhookSecretName: ''\n",
       "c.yaml:4: internalCertManagement.webhookSecretName: empty"},
      {std::string(kHead) + "---\n" + kHead, "c.yaml:4: a second document"},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<Settings> settings = ReadConfiguration(c.text, "c.yaml");
    EXPECT_EQ(settings.status().message(), c.error) << c.text;
  }
  EXPECT_TRUE(absl::StartsWith(ReadConfiguration("a: [", "c.yaml").status().message(), "c.yaml:"));
}

TEST(ConfigurationTest, FlagsWinOverTheFile) {
  Settings settings = *ReadConfiguration(kFull, "c.yaml");
  const absl::Status status =
      ApplyFlags(*ParseFlags({"--leader-elect", "--leader-elect-lease-duration=40s", "--metrics-bind-address=:1",
                              "--kube-api-qps=7", "--zap-devel", "--kubeconfig=k"}),
                 &settings);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(settings.election.enabled);
  EXPECT_EQ(settings.election.lease_duration, absl::Seconds(40));
  EXPECT_EQ(settings.election.renew_deadline, absl::Seconds(20));
  EXPECT_EQ(settings.metrics_address, ":1");
  EXPECT_EQ(settings.client.qps, 7);
  EXPECT_EQ(settings.client.burst, 100);
  EXPECT_EQ(settings.client.kubeconfig, "k");
  EXPECT_TRUE(settings.log.development);
}

TEST(ConfigurationTest, FlagsThatCannotBeAreRefused) {
  const struct {
    const char* flag;
    const char* error;
  } cases[] = {
      {"--leader-elect-resource-lock=endpoints", "--leader-elect-resource-lock: only leases are supported: endpoints"},
      {"--kube-api-qps=0", "--kube-api-qps: 0 is not above 0"},
      {"--kube-api-burst=-5", "--kube-api-burst: -5 is not a number above 0"},
      {"--metrics-bind-address=x", "--metrics-bind-address: neither HOST:PORT nor 0: x"},
      {"--health-probe-bind-address=:99999", "--health-probe-bind-address: neither HOST:PORT nor 0: :99999"},
  };
  for (const auto& c : cases) {
    Settings settings;
    EXPECT_EQ(ApplyFlags(*ParseFlags({c.flag}), &settings).message(), c.error) << c.flag;
  }
}

TEST(ConfigurationTest, BindAddresses) {
  EXPECT_FALSE(ReadBindAddress("0")->has_value());
  EXPECT_FALSE(ReadBindAddress("")->has_value());
  EXPECT_EQ((**ReadBindAddress(":8443")).port, 8443);
  EXPECT_EQ((**ReadBindAddress(":8443")).host, "");
  EXPECT_EQ((**ReadBindAddress("[::1]:1")).host, "::1");
  EXPECT_EQ((**ReadBindAddress("a.b:0")).host, "a.b");
}

TEST(LogTest, Lines) {
  const absl::Time now = absl::FromUnixNanos(1767323045'678901234);
  const LogEntry entry = {LogLevel::kInfo, "setup", "a \"message\"", {{"k", "v"}, {"n", "1\n"}}};
  LogSettings settings;
  EXPECT_EQ(LogLine(LogFormatOf(settings), entry, now),
            "{\"level\":\"info\",\"ts\":\"2026-01-02T03:04:05Z\",\"logger\":\"setup\",\"msg\":\"a \\\"message\\\"\","
            "\"k\":\"v\",\"n\":\"1\\n\"}\n");
  settings.development = true;
  EXPECT_EQ(LogLine(LogFormatOf(settings), entry, now),
            "2026-01-02T03:04:05Z\tINFO\tsetup\ta \"message\"\t{\"k\": \"v\", \"n\": \"1\\n\"}\n");
  settings.time_encoding = "rfc3339nano";
  EXPECT_EQ(LogLine(LogFormatOf(settings), {LogLevel::kError, "", "m", {}}, now),
            "2026-01-02T03:04:05.678901234Z\tERROR\tm\n");
  settings.encoder = "json";
  for (const auto& [encoding, time] :
       {std::pair("epoch", "1767323045.6789010"), std::pair("millis", "1767323045678.901"),
        std::pair("nano", "1767323045678901234"), std::pair("iso8601", "\"2026-01-02T03:04:05.678Z\"")}) {
    settings.time_encoding = encoding;
    EXPECT_TRUE(absl::StrContains(LogLine(LogFormatOf(settings), entry, now), absl::StrCat("\"ts\":", time, ",")))
        << time;
  }
}

TEST(LogTest, Levels) {
  const struct {
    const char* level;
    bool development;
    const char* shown;  // of V(2), V(1), info, warn, error, panic
  } cases[] = {{"", false, "..IWEP"},      {"", true, ".DIWEP"},       {"info", true, "..IWEP"},
               {"error", false, "....EP"}, {"panic", false, ".....P"}, {"2", false, "2DIWEP"}};
  const std::string letters = "2DIWEP";
  const int levels[] = {-2, -1, 0, 1, 2, 4};
  for (const auto& c : cases) {
    LogSettings settings;
    settings.level = c.level;
    settings.development = c.development;
    std::string shown;
    for (int i = 0; i < 6; ++i) {
      const LogEntry entry = {static_cast<LogLevel>(levels[i]), "", "m", {}};
      shown += LogLine(LogFormatOf(settings), entry, absl::UnixEpoch()).empty() ? '.' : letters[i];
    }
    EXPECT_EQ(shown, c.shown) << c.level;
  }
  EXPECT_TRUE(absl::StrContains(
      LogLine({false, -5, TimeEncoding::kEpoch}, {static_cast<LogLevel>(-2), "", "m", {}}, absl::UnixEpoch()),
      "\"Level(-2)\""));
}

TEST(LogTest, BytesThatAreNoTextAreReplaced) {
  const std::string line = LogLine({}, {LogLevel::kInfo, "l", "\xff", {{"k", "\xc3"}}}, absl::UnixEpoch());
  EXPECT_TRUE(absl::StrContains(line, "\"msg\":\"\xef\xbf\xbd\"")) << line;
}

}  // namespace
}  // namespace lws::operator_program
