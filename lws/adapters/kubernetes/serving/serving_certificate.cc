#include "lws/adapters/kubernetes/serving/serving_certificate.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/json_reader.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr char kAuthorityName[] = "lws-ca";
// The clock of the API server's machine may be slow by this much.
constexpr absl::Duration kBackdated = absl::Hours(1);
// The time until the next look when nothing changes, and when something is wrong.
constexpr absl::Duration kRegularLook = absl::Hours(12);
constexpr absl::Duration kLookAfterProblem = absl::Seconds(10);
constexpr char kEndOfCertificate[] = "-----END CERTIFICATE-----";

// The content of the Secret; a text is empty if the Secret does not have it.
struct Kept {
  CertificatePair authority;
  CertificatePair server;
};

std::string Decoded(JsonReader* reader, const char* key) {
  std::string text;
  if (!absl::Base64Unescape(reader->Text({"data", key}), &text)) return "";
  return text;
}

Kept ReadSecret(const Json& secret) {
  JsonReader reader(secret);
  return {{Decoded(&reader, "ca.crt"), Decoded(&reader, "ca.key")},
          {Decoded(&reader, "tls.crt"), Decoded(&reader, "tls.key")}};
}

// Whether the authority can sign a certificate that lives until `until`.
bool IsGoodAuthority(const CertificatePair& authority, absl::Time now, absl::Time until) {
  const absl::StatusOr<absl::Time> end = CertificateUntil(authority.certificate);
  return end.ok() && *end >= until && CheckCertificate(authority, authority.certificate, {}, now).ok();
}

bool IsGoodServer(const Kept& kept, const std::string& host, absl::Time at) {
  return CheckCertificate(kept.server, kept.authority.certificate, {host}, at).ok();
}

// Replaces certificates that end too early or have a fault.
absl::StatusOr<Kept> Renew(const CertificateOptions& options, Kept kept, absl::Time now, const CertificateKeys& keys) {
  const absl::Time until = now + options.certificate_life;
  if (!IsGoodAuthority(kept.authority, now, until)) {
    absl::StatusOr<CertificatePair> authority =
        keys.authority({kAuthorityName, {}, now - kBackdated, now + options.authority_life});
    if (!authority.ok()) return authority.status();
    kept.authority = *std::move(authority);
  }
  const std::string host = WebhookServiceHost(options);
  absl::StatusOr<CertificatePair> server = keys.server({host, {host}, now - kBackdated, until}, kept.authority);
  if (!server.ok()) return server.status();
  kept.server = *std::move(server);
  return kept;
}

ApiRequest WriteSecret(const CertificateOptions& options, Json secret, const Kept& kept) {
  Json data = secret.contains("data") && secret["data"].is_object() ? secret["data"] : Json::object();
  data["ca.crt"] = absl::Base64Escape(kept.authority.certificate);
  data["ca.key"] = absl::Base64Escape(kept.authority.key);
  data["tls.crt"] = absl::Base64Escape(kept.server.certificate);
  data["tls.key"] = absl::Base64Escape(kept.server.key);
  secret["data"] = std::move(data);
  secret["apiVersion"] = "v1";
  secret["kind"] = "Secret";
  return {"PUT", absl::StrCat("/api/v1/namespaces/", options.namespace_name, "/secrets/", options.secret_name),
          secret.dump()};
}

// The certificates of a bundle, each in PEM.
std::vector<std::string> Certificates(absl::string_view bundle) {
  std::vector<std::string> certificates;
  for (size_t end; (end = bundle.find(kEndOfCertificate)) != absl::string_view::npos;) {
    const size_t size = end + sizeof(kEndOfCertificate) - 1;
    certificates.push_back(absl::StrCat(absl::StripAsciiWhitespace(bundle.substr(0, size)), "\n"));
    bundle.remove_prefix(size);
  }
  return certificates;
}

// The clientConfig of every webhook; empty for a configuration with a fault.
template <typename Visit>
void ForEachClient(Json* configuration, const Visit& visit) {
  if (!configuration->is_object() || !configuration->contains("webhooks")) return;
  Json& webhooks = (*configuration)["webhooks"];
  if (!webhooks.is_array()) return;
  for (Json& webhook : webhooks) {
    if (webhook.is_object() && webhook.contains("clientConfig") && webhook["clientConfig"].is_object()) {
      visit(&webhook["clientConfig"]);
    }
  }
}

std::string BundleOf(const Json& client) {
  std::string bundle;
  JsonReader reader(client);
  return absl::Base64Unescape(reader.Text({"caBundle"}), &bundle) ? bundle : "";
}

// The authority first, then the newest other certificate of `bundle` that is still good.
std::string Bundle(const std::string& authority, const std::string& bundle, absl::Time now) {
  const std::string ours(absl::StripAsciiWhitespace(authority));
  for (const std::string& other : Certificates(bundle)) {
    const absl::StatusOr<absl::Time> until = CertificateUntil(other);
    if (absl::StripAsciiWhitespace(other) == ours || !until.ok() || *until < now) continue;
    return absl::StrCat(ours, "\n", other);
  }
  return absl::StrCat(ours, "\n");
}

bool ClientTrusts(const Json& client, const std::string& authority) {
  const std::vector<std::string> trusted = Certificates(BundleOf(client));
  return std::any_of(trusted.begin(), trusted.end(), [&authority](const std::string& certificate) {
    return absl::StripAsciiWhitespace(certificate) == absl::StripAsciiWhitespace(authority);
  });
}

bool Trusts(Json configuration, const std::string& authority) {
  bool trusts = true;
  ForEachClient(&configuration, [&](Json* client) { trusts = trusts && ClientTrusts(*client, authority); });
  return trusts;
}

// The configuration with the authority in all its webhooks; nullopt when it has it already.
std::optional<ApiRequest> WriteConfiguration(Json configuration, const std::string& authority, absl::Time now) {
  bool is_changed = false;
  ForEachClient(&configuration, [&](Json* client) {
    if (ClientTrusts(*client, authority)) return;
    (*client)["caBundle"] = absl::Base64Escape(Bundle(authority, BundleOf(*client), now));
    is_changed = true;
  });
  if (!is_changed) return std::nullopt;
  JsonReader reader(configuration);
  const std::string kind = absl::AsciiStrToLower(reader.Text({"kind"}));
  const std::string path =
      absl::StrCat("/apis/admissionregistration.k8s.io/v1/", kind, "s/", reader.Text({"metadata", "name"}));
  return ApiRequest{"PUT", path, configuration.dump()};
}

bool IsServable(const std::optional<CertificatePair>& pair, absl::Time now) {
  if (!pair.has_value()) return false;
  const absl::StatusOr<absl::Time> until = CertificateUntil(pair->certificate);
  return until.ok() && now < *until;
}

// Chooses by law 2 between the pair that was served and the pair in the Secret.
void ChooseServed(const CertificateOptions& options, const CertificateView& view, const Kept& kept, absl::Time now,
                  CertificatePlan* plan) {
  const bool has_new = IsGoodServer(kept, WebhookServiceHost(options), now);
  const bool is_same = view.served.has_value() && view.served->certificate == kept.server.certificate;
  const bool is_long_trusted = plan->trusted_since + options.trust_delay <= now;
  if (has_new && (is_same || is_long_trusted || !IsServable(view.served, now))) {
    plan->served = kept.server;
    plan->is_trusted = plan->trusted_since <= now;
    return;
  }
  if (IsServable(view.served, now)) plan->served = view.served;
  // API servers still trust the pair that was served, since bundles keep the last authority.
  plan->is_trusted = plan->served.has_value();
  if (plan->trusted_since <= now) plan->look_again = plan->trusted_since + options.trust_delay;
}

// Since when all configurations have trusted the authority.
absl::Time TrustedSince(const CertificateView& view, const std::string& authority, absl::Time now) {
  if (authority.empty()) return absl::InfiniteFuture();
  for (const SharedJson& configuration : view.configurations) {
    if (configuration == nullptr || !Trusts(*configuration, authority)) return absl::InfiniteFuture();
  }
  return authority == view.trusted_authority ? std::min(view.trusted_since, now) : now;
}

void PlanConfigurations(const CertificateView& view, const Kept& kept, absl::Time now, CertificatePlan* plan) {
  for (const SharedJson& configuration : view.configurations) {
    if (configuration == nullptr) {
      plan->problem = absl::FailedPreconditionError("a webhook configuration is not there");
      continue;
    }
    std::optional<ApiRequest> write = WriteConfiguration(*configuration, kept.authority.certificate, now);
    if (write.has_value()) plan->writes.push_back(*std::move(write));
  }
}

// The write that renews the Secret. The configurations follow once it is done.
void PlanSecret(const CertificateOptions& options, const CertificateView& view, const Kept& kept, absl::Time now,
                const CertificateKeys& keys, CertificatePlan* plan) {
  const absl::StatusOr<Kept> renewed = Renew(options, kept, now, keys);
  if (renewed.ok()) {
    plan->writes.push_back(WriteSecret(options, *view.secret, *renewed));
  } else {
    plan->problem = renewed.status();
  }
}

}  // namespace

CertificateKeys RealCertificateKeys() { return {MakeCertificateAuthority, MakeServerCertificate}; }

std::string WebhookServiceHost(const CertificateOptions& options) {
  return absl::StrCat(options.service_name, ".", options.namespace_name, ".svc");
}

CertificatePlan PlanServingCertificate(const CertificateOptions& options, const CertificateView& view, absl::Time now,
                                       const CertificateKeys& keys) {
  CertificatePlan plan;
  plan.look_again = now + kLookAfterProblem;
  if (view.secret == nullptr || !view.secret->is_object()) {
    plan.served = view.served;
    plan.problem = absl::FailedPreconditionError(
        absl::StrCat("Secret ", options.namespace_name, "/", options.secret_name, " is not there"));
    return plan;
  }
  const Kept kept = ReadSecret(*view.secret);
  const bool is_good = IsGoodServer(kept, WebhookServiceHost(options), now + options.renew_before) &&
                       IsGoodServer(kept, WebhookServiceHost(options), now);
  plan.trusted_authority = kept.authority.certificate;
  plan.trusted_since = TrustedSince(view, kept.authority.certificate, now);
  if (is_good) plan.look_again = now + kRegularLook;
  ChooseServed(options, view, kept, now, &plan);
  if (!view.leads) return plan;
  if (is_good) {
    PlanConfigurations(view, kept, now, &plan);
  } else {
    PlanSecret(options, view, kept, now, keys, &plan);
  }
  if (!plan.writes.empty() || !plan.problem.ok()) plan.look_again = std::min(plan.look_again, now + kLookAfterProblem);
  return plan;
}

}  // namespace lws::internal
