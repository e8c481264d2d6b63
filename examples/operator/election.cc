#include "examples/operator/election.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "lws/adapters/kubernetes/kind_watch.h"
#include "lws/adapters/kubernetes/reflector.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/api/json.h"
#include "lws/api/json_reader.h"
#include "lws/api/object_kind.h"
#include "nlohmann/json.hpp"

namespace lws::operator_program {

using internal::ApiAnswer;
using internal::ApiRequest;
using internal::HttpAnswer;
using internal::HttpRequest;

namespace {

constexpr internal::Resource kLeases = {
    ObjectKind::kOther, "coordination.k8s.io/v1", "Lease", "leases", true, "", false};

}  // namespace

void SendApiRequest(internal::HttpClient* client, const ApiRequest& request,
                    std::function<void(const ApiAnswer&)> done) {
  HttpRequest http;
  http.method = request.method;
  http.path = request.path;
  http.body = request.body;
  if (!request.body.empty()) {
    http.content_type = request.method == "PATCH" ? "application/merge-patch+json" : "application/json";
  }
  http.timeout = request.timeout;
  FetchHttpAnswer(client, std::move(http), [done = std::move(done)](const absl::StatusOr<HttpAnswer>& answer) {
    done(answer.ok() ? ApiAnswer{answer->head.code, answer->body} : ApiAnswer());
  });
}

struct Election::Seen final : public internal::ReflectorStore {
  void BeginRelist() override {}
  absl::StatusOr<std::string> Tell(absl::string_view text) override {
    absl::StatusOr<Json> lease = ParseJson(text, "Lease");
    if (!lease.ok()) return lease.status();
    internal::JsonReader reader(*lease);
    std::string version = reader.Text({"metadata", "resourceVersion"});
    elector->SawLease(std::make_shared<const Json>(*std::move(lease)), absl::Now());
    return version;
  }
  absl::StatusOr<std::string> TellGone(absl::string_view) override { return ""; }
  void EndRelist(absl::string_view) override {}

  internal::LeaseElector* elector = nullptr;
  std::unique_ptr<internal::KindWatch> watch;
};

Election::Election(internal::LeaseElectorOptions options, internal::HttpClient* client)
    : client_(*client),
      random_(std::random_device()()),
      elector_(options, [this] { return std::uniform_real_distribution<double>(0, 1)(random_); }),
      seen_(std::make_unique<Seen>()) {
  internal::ReflectorOptions reflector;
  reflector.resource = kLeases;
  reflector.namespace_name = options.namespace_name;
  reflector.object_name = options.name;
  seen_->elector = &elector_;
  seen_->watch = std::make_unique<internal::KindWatch>(std::move(reflector), client, seen_.get(), random_(),
                                                       [] { return absl::Now(); });
}

Election::~Election() = default;

void Election::Advance(absl::Time now) {
  seen_->watch->Advance(now);
  const std::optional<ApiRequest> request = elector_.Tick(now);
  if (!request.has_value()) return;
  SendApiRequest(&client_, *request, [this](const ApiAnswer& answer) { elector_.Heard(answer, absl::Now()); });
}

absl::Time Election::NextDue() const {
  const absl::Time until = elector_.LeadsUntil();
  const absl::Time next = std::min(elector_.NextTick(), seen_->watch->NextDue().value_or(absl::InfiniteFuture()));
  return until == absl::InfinitePast() ? next : std::min(next, until);
}

bool Election::Release(absl::Time now) {
  const std::optional<ApiRequest> request = elector_.Release(now);
  if (!request.has_value()) return false;
  SendApiRequest(&client_, *request, [this](const ApiAnswer&) { is_released_ = true; });
  return true;
}

}  // namespace lws::operator_program
