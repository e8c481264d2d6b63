#include "examples/operator/election.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"

namespace lws::operator_program {

using internal::ApiAnswer;
using internal::ApiRequest;
using internal::HttpAnswer;
using internal::HttpRequest;

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
  Fetch(client, std::move(http), [done = std::move(done)](const absl::StatusOr<HttpAnswer>& answer) {
    done(answer.ok() ? ApiAnswer{answer->head.code, answer->body} : ApiAnswer());
  });
}

Election::Election(internal::LeaseElectorOptions options, internal::HttpClient* client)
    : client_(*client),
      random_(std::random_device()()),
      elector_(std::move(options), [this] { return std::uniform_real_distribution<double>(0, 1)(random_); }) {}

void Election::Advance(absl::Time now) {
  const std::optional<ApiRequest> request = elector_.Tick(now);
  if (!request.has_value()) return;
  SendApiRequest(&client_, *request, [this](const ApiAnswer& answer) { elector_.Heard(answer, absl::Now()); });
}

absl::Time Election::NextDue() const {
  const absl::Time until = elector_.LeadsUntil();
  return until == absl::InfinitePast() ? elector_.NextTick() : std::min(elector_.NextTick(), until);
}

bool Election::Release(absl::Time now) {
  const std::optional<ApiRequest> request = elector_.Release(now);
  if (!request.has_value()) return false;
  SendApiRequest(&client_, *request, [this](const ApiAnswer&) { is_released_ = true; });
  return true;
}

}  // namespace lws::operator_program
