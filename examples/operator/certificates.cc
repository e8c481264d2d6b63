#include "examples/operator/certificates.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "examples/operator/election.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/api/json_reader.h"
#include "lws/api/object_kind.h"
#include "nlohmann/json.hpp"

namespace lws::operator_program {
namespace {

using internal::ApiAnswer;
using internal::ApiRequest;
using internal::CertificatePair;
using internal::Resource;

constexpr Resource kSecrets = {ObjectKind::kOther, "v1", "Secret", "secrets", true, "", false};
constexpr Resource kMutating = {ObjectKind::kOther,
                                "admissionregistration.k8s.io/v1",
                                "MutatingWebhookConfiguration",
                                "mutatingwebhookconfigurations",
                                false,
                                "",
                                false};
constexpr Resource kValidating = {ObjectKind::kOther,
                                  "admissionregistration.k8s.io/v1",
                                  "ValidatingWebhookConfiguration",
                                  "validatingwebhookconfigurations",
                                  false,
                                  "",
                                  false};

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) return std::nullopt;
  return text.str();
}

}  // namespace

void FileCertificates::Advance(absl::Time now, bool leads) {
  if (now < next_) return;
  next_ = now + absl::Seconds(1);
  std::optional<std::string> certificate = ReadFile(absl::StrCat(folder_, "/tls.crt"));
  std::optional<std::string> key = ReadFile(absl::StrCat(folder_, "/tls.key"));
  if (certificate.has_value() && key.has_value()) served_ = CertificatePair{*std::move(certificate), *std::move(key)};
}

absl::Status FileCertificates::problem() const {
  if (served_.has_value()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(folder_, ": there is no tls.crt and tls.key"));
}

struct SecretCertificates::Watched final : public internal::ReflectorStore {
  void BeginRelist() override { was_told = false; }
  absl::StatusOr<std::string> Tell(absl::string_view text) override {
    absl::StatusOr<Json> document = ParseJson(text, resource.kind);
    if (!document.ok()) return document.status();
    // An item of a list carries neither apiVersion nor kind.
    (*document)["apiVersion"] = std::string(resource.api_version);
    (*document)["kind"] = std::string(resource.kind);
    internal::JsonReader reader(*document);
    std::string version = reader.Text({"metadata", "resourceVersion"});
    object = std::make_shared<const Json>(*std::move(document));
    was_told = true;
    *is_changed = true;
    return version;
  }
  absl::StatusOr<std::string> TellGone(absl::string_view text) override {
    absl::StatusOr<std::string> version = Tell(text);
    object = nullptr;
    return version;
  }
  void EndRelist(absl::string_view) override {
    if (!was_told) object = nullptr;
    *is_changed = true;
  }

  Resource resource;
  bool* is_changed = nullptr;
  bool was_told = false;
  SharedJson object;
  std::unique_ptr<internal::KindWatch> watch;
};

SecretCertificates::SecretCertificates(internal::CertificateOptions options, internal::HttpClient* client)
    : options_(std::move(options)), client_(*client) {
  const struct {
    Resource resource;
    std::string namespace_name;
    std::string name;
  } objects[] = {{kSecrets, options_.namespace_name, options_.secret_name},
                 {kMutating, "", "lws-mutating-webhook-configuration"},
                 {kValidating, "", "lws-validating-webhook-configuration"}};
  for (const auto& object : objects) {
    auto watched = std::make_unique<Watched>();
    watched->resource = object.resource;
    watched->is_changed = &is_changed_;
    internal::ReflectorOptions reflector;
    reflector.resource = object.resource;
    reflector.namespace_name = object.namespace_name;
    reflector.object_name = object.name;
    watched->watch = std::make_unique<internal::KindWatch>(std::move(reflector), client, watched.get(),
                                                           /*seed=*/watched_.size(), [] { return absl::Now(); });
    watched_.push_back(std::move(watched));
  }
}

SecretCertificates::~SecretCertificates() = default;

void SecretCertificates::Advance(absl::Time now, bool leads) {
  for (const auto& watched : watched_) watched->watch->Advance(now);
  const bool is_due = is_changed_ || now >= next_plan_ || leads != led_;
  if (is_due && MayPlan()) Plan(now, leads);
}

bool SecretCertificates::MayPlan() const {
  return writes_ == 0 && std::all_of(watched_.begin(), watched_.end(),
                                     [](const auto& watched) { return watched->watch->reflector().has_synced(); });
}

void SecretCertificates::Plan(absl::Time now, bool leads) {
  is_changed_ = false;
  led_ = leads;
  internal::CertificateView view;
  view.secret = watched_[0]->object;
  view.configurations = {watched_[1]->object, watched_[2]->object};
  view.leads = leads;
  view.served = plan_.served;
  view.trusted_authority = plan_.trusted_authority;
  view.trusted_since = plan_.trusted_since;
  plan_ = internal::PlanServingCertificate(options_, view, now, internal::RealCertificateKeys());
  next_plan_ = plan_.look_again;
  for (const ApiRequest& write : plan_.writes) {
    ++writes_;
    SendApiRequest(&client_, write, [this](const ApiAnswer& answer) {
      --writes_;
      // A refused write is planned again when the watches report a change, or after a while.
      const bool was_taken = answer.code >= 200 && answer.code < 300;
      if (!was_taken) next_plan_ = std::min(next_plan_, absl::Now() + absl::Seconds(2));
    });
  }
}

absl::Time SecretCertificates::NextDue() const {
  absl::Time due = absl::InfiniteFuture();
  if (MayPlan()) due = is_changed_ ? absl::InfinitePast() : next_plan_;
  for (const auto& watched : watched_) {
    due = std::min(due, watched->watch->NextDue().value_or(absl::InfiniteFuture()));
  }
  return due;
}

absl::Status SecretCertificates::problem() const {
  if (plan_.is_trusted) return absl::OkStatus();
  if (!plan_.problem.ok()) return plan_.problem;
  return absl::UnavailableError("the API server does not trust the certificate yet");
}

}  // namespace lws::operator_program
