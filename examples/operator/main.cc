// The operator: LeaderWorkerSets of a cluster, in the reference's place.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/operator/mailbox.h"
#include "lws/adapters/host/controller.h"
#include "lws/adapters/kubernetes/credentials.h"
#include "lws/adapters/kubernetes/curl_client.h"
#include "lws/adapters/kubernetes/kube_cluster.h"
#include "lws/adapters/kubernetes/kube_config.h"
#include "lws/adapters/kubernetes/serving/admission_review.h"
#include "lws/adapters/kubernetes/serving/https_server.h"

namespace lws::operator_program {
namespace {

constexpr size_t kBytesAtATime = size_t{1} << 20;
constexpr absl::Duration kLongestRest = absl::Seconds(1);

std::atomic<bool> is_told_to_end{false};

int Run(int argc, char** argv) {
  const absl::StatusOr<internal::KubeConfig> config = internal::FindKubeConfig("", "");
  if (!config.ok()) {
    std::cerr << "operator: " << config.status().message() << "\n";
    return 1;
  }
  Mailbox mailbox;
  const std::unique_ptr<internal::Credentials> credentials = internal::MakeCredentials(*config);
  internal::CurlOptions curl;
  curl.server = config->server;
  curl.authorities = config->authorities;
  curl.is_insecure = config->is_insecure;
  curl.tls_server_name = config->tls_server_name;
  curl.proxy = config->proxy;
  curl.user_agent = "lws/0.1.0 (linux/amd64)";
  curl.credentials = credentials.get();
  curl.wake = [&mailbox] { mailbox.Ring(); };
  absl::StatusOr<std::unique_ptr<internal::CurlClient>> client = internal::CurlClient::Create(curl);
  if (!client.ok()) {
    std::cerr << "operator: " << client.status().message() << "\n";
    return 1;
  }
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  internal::KubeClusterOptions options;
  options.clock = [] { return absl::Now(); };
  options.reporting_instance = absl::StrCat("leaderworkerset-", host);
  options.on_problem = [](const absl::Status& status) { std::cerr << status << "\n"; };
  ControllerOptions controller;
  controller.first_backoff = absl::Milliseconds(5);
  controller.max_backoff = absl::Seconds(1000);
  controller.on_plan = [](const Plan& plan, const absl::Status& status) {
    if (std::getenv("LWS_QUIET") == nullptr)
      std::cerr << absl::Now() << " " << status << "\n" << ToString(plan) << "\n";
  };
  internal::KubeCluster cluster(client->get(), options, controller);
  std::unique_ptr<internal::HttpsServer> webhooks;
  if (const char* port = std::getenv("LWS_WEBHOOK_PORT")) {
    internal::HttpsServerOptions serving;
    serving.host = "127.0.0.1";
    serving.port = static_cast<uint16_t>(std::atoi(port));
    auto listening =
        internal::HttpsServer::Listen(serving, [](internal::ServedRequest request, internal::Respond respond) {
          internal::AdmissionAnswer answer = internal::ReviewAdmission(request.path, request.body, {});
          respond({answer.code, "application/json", std::move(answer.body)});
        });
    if (!listening.ok()) {
      std::cerr << "operator: " << listening.status().message() << "\n";
      return 1;
    }
    webhooks = *std::move(listening);
    const auto read = [](const char* path) {
      std::ifstream file(path);
      return std::string(std::istreambuf_iterator<char>(file), {});
    };
    const absl::Status status =
        webhooks->SetCertificate(read(std::getenv("LWS_WEBHOOK_CERT")), read(std::getenv("LWS_WEBHOOK_KEY")));
    if (!status.ok()) std::cerr << "operator: " << status << "\n";
  }
  cluster.Lead(true);
  while (!is_told_to_end) {
    const bool has_more = (*client)->Deliver(kBytesAtATime);
    cluster.Advance(absl::Now());
    if (has_more) continue;
    const absl::Time due = cluster.NextDue().value_or(absl::InfiniteFuture());
    mailbox.WaitUntil(std::min(due, absl::Now() + kLongestRest));
  }
  return 0;
}

}  // namespace
}  // namespace lws::operator_program

int main(int argc, char** argv) {
  const auto end = [](int) { lws::operator_program::is_told_to_end = true; };
  signal(SIGTERM, end);
  signal(SIGINT, end);
  signal(SIGPIPE, SIG_IGN);
  return lws::operator_program::Run(argc, argv);
}
