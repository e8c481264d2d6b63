#include "lws/adapters/kubernetes/serving/metrics_auth.h"

#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lws/api/digest.h"
#include "lws/api/json.h"
#include "lws/api/json_reader.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr absl::Duration kTokenKept = absl::Minutes(1);
constexpr absl::Duration kAllowedKept = absl::Minutes(5);
constexpr absl::Duration kRefusedKept = absl::Seconds(30);
// The most entries that each memory keeps.
constexpr size_t kMostKept = 1000;

constexpr char kTokenReviews[] = "/apis/authentication.k8s.io/v1/tokenreviews";
constexpr char kAccessReviews[] = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

template <typename T>
void ForgetOld(absl::Time now, std::map<std::string, T>* kept) {
  for (auto it = kept->begin(); it != kept->end();) it = it->second.until <= now ? kept->erase(it) : std::next(it);
  if (kept->size() >= kMostKept) kept->clear();
}

// The status of a review that the server created; nullopt for any other answer.
std::optional<Json> StatusIn(const ApiAnswer& answer) {
  if (answer.code != 200 && answer.code != 201) return std::nullopt;
  absl::StatusOr<Json> review = ParseJson(answer.body, "review");
  if (!review.ok() || !review->is_object()) return std::nullopt;
  const auto status = review->find("status");
  if (status == review->end() || !status->is_object()) return std::nullopt;
  return *status;
}

// The user in the status of a TokenReview, as the spec of a SubjectAccessReview names it.
std::string UserOf(const Json& status) {
  const Json& user = JsonReader(status).Object({"user"});
  Json spec = Json::object();
  for (const auto& [from, to] : {std::pair("username", "user"), std::pair("groups", "groups"), std::pair("uid", "uid"),
                                 std::pair("extra", "extra")}) {
    if (user.contains(from)) spec[to] = user[from];
  }
  return spec.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ApiRequest TokenReview(absl::string_view token) {
  const Json body = {
      {"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenReview"}, {"spec", {{"token", std::string(token)}}}};
  return {"POST", kTokenReviews, body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

ApiRequest AccessReview(const std::string& user, const std::string& path) {
  absl::StatusOr<Json> parsed = ParseJson(user, "user");
  Json spec = parsed.ok() ? *std::move(parsed) : Json::object();
  spec["nonResourceAttributes"] = {{"path", path}, {"verb", "get"}};
  const Json body = {
      {"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SubjectAccessReview"}, {"spec", std::move(spec)}};
  return {"POST", kAccessReviews, body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

std::string AccessKey(const std::string& user, const std::string& path) { return absl::StrCat(path, "\n", user); }

AuthStep Decided(AuthVerdict verdict) { return {verdict, {}, 0}; }

AuthVerdict VerdictOf(bool is_allowed) { return is_allowed ? AuthVerdict::kAllow : AuthVerdict::kForbidden; }

}  // namespace

int HttpCodeOfVerdict(AuthVerdict verdict) {
  switch (verdict) {
    case AuthVerdict::kAllow:
      return 200;
    case AuthVerdict::kUnauthenticated:
      return 401;
    case AuthVerdict::kForbidden:
      return 403;
    case AuthVerdict::kAsk:
    case AuthVerdict::kUnavailable:
      break;
  }
  return 500;
}

std::string BearerToken(absl::string_view authorization) {
  constexpr absl::string_view kBearer = "bearer ";
  if (!absl::StartsWithIgnoreCase(authorization, kBearer)) return "";
  return std::string(absl::StripAsciiWhitespace(authorization.substr(kBearer.size())));
}

AuthStep MetricsAuth::Begin(absl::string_view token, absl::string_view path, absl::Time now) {
  if (token.empty()) return Decided(AuthVerdict::kUnauthenticated);
  Question question{Sha256Hex(token), std::string(path), ""};
  const auto known = tokens_.find(question.token_digest);
  if (known == tokens_.end() || known->second.until <= now) return Ask(std::move(question), TokenReview(token));
  if (known->second.user.empty()) return Decided(AuthVerdict::kUnauthenticated);
  question.user = known->second.user;
  return AskAboutUser(std::move(question), now);
}

AuthStep MetricsAuth::Heard(uint64_t id, const ApiAnswer& answer, absl::Time now) {
  auto found = questions_.extract(id);
  if (found.empty()) return Decided(AuthVerdict::kUnavailable);
  Question question = std::move(found.mapped());
  return question.user.empty() ? HeardToken(std::move(question), answer, now) : HeardAccess(question, answer, now);
}

AuthStep MetricsAuth::HeardToken(Question question, const ApiAnswer& answer, absl::Time now) {
  const std::optional<Json> status = StatusIn(answer);
  if (!status.has_value()) return Decided(AuthVerdict::kUnavailable);
  const bool is_taken = JsonReader(*status).BoolIn(*status, {"authenticated"});
  question.user = is_taken ? UserOf(*status) : "";
  ForgetOld(now, &tokens_);
  tokens_[question.token_digest] = {question.user, now + (is_taken ? kTokenKept : kRefusedKept)};
  if (!is_taken) return Decided(AuthVerdict::kUnauthenticated);
  return AskAboutUser(std::move(question), now);
}

AuthStep MetricsAuth::AskAboutUser(Question question, absl::Time now) {
  const auto known = access_.find(AccessKey(question.user, question.path));
  if (known != access_.end() && now < known->second.until) return Decided(VerdictOf(known->second.is_allowed));
  ApiRequest request = AccessReview(question.user, question.path);
  return Ask(std::move(question), std::move(request));
}

AuthStep MetricsAuth::HeardAccess(const Question& question, const ApiAnswer& answer, absl::Time now) {
  const std::optional<Json> status = StatusIn(answer);
  if (!status.has_value()) return Decided(AuthVerdict::kUnavailable);
  const bool is_allowed = JsonReader(*status).BoolIn(*status, {"allowed"});
  ForgetOld(now, &access_);
  access_[AccessKey(question.user, question.path)] = {is_allowed, now + (is_allowed ? kAllowedKept : kRefusedKept)};
  return Decided(VerdictOf(is_allowed));
}

AuthStep MetricsAuth::Ask(Question question, ApiRequest request) {
  questions_[++last_id_] = std::move(question);
  return {AuthVerdict::kAsk, std::move(request), last_id_};
}

}  // namespace lws::internal
