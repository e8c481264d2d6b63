// The webhooks alone, with a certificate of their own, until standard input ends. Prints {"port": N, "authority": PEM}.
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/serving/admission_review.h"
#include "lws/adapters/kubernetes/serving/certificate_pair.h"
#include "lws/adapters/kubernetes/serving/https_server.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"

namespace {

using lws::internal::CertificatePair;
using lws::internal::HttpsServer;

void Review(lws::internal::ServedRequest request, lws::internal::Respond respond) {
  lws::internal::AdmissionAnswer answer = lws::internal::ReviewAdmission(request.path, request.body, {});
  respond({answer.code, "application/json", std::move(answer.body)});
}

absl::Status Serve() {
  const absl::Time now = absl::Now();
  const absl::StatusOr<CertificatePair> authority =
      lws::internal::MakeCertificateAuthority({"test-ca", {}, now - absl::Hours(1), now + absl::Hours(24)});
  if (!authority.ok()) return authority.status();
  const absl::StatusOr<CertificatePair> pair = lws::internal::MakeServerCertificate(
      {"test", {"127.0.0.1"}, now - absl::Hours(1), now + absl::Hours(24)}, *authority);
  if (!pair.ok()) return pair.status();
  lws::internal::HttpsServerOptions options;
  options.host = "127.0.0.1";
  absl::StatusOr<std::unique_ptr<HttpsServer>> server = HttpsServer::Listen(options, Review);
  if (!server.ok()) return server.status();
  absl::Status status = (*server)->SetCertificate(pair->certificate, pair->key);
  if (!status.ok()) return status;
  std::cout << lws::Json({{"port", (*server)->port()}, {"authority", authority->certificate}}) << std::endl;
  while (std::getchar() != EOF) continue;
  (*server)->Stop(absl::Seconds(1));
  return absl::OkStatus();
}

}  // namespace

int main() {
  const absl::Status status = Serve();
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
