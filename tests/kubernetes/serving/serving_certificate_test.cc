// The life of the webhooks' certificate: from an empty Secret over renewals to a change of the authority. The laws are
// those of serving_certificate.h.
#include "lws/adapters/kubernetes/serving/serving_certificate.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/serving/api_request.h"
#include "lws/adapters/kubernetes/serving/certificate_pair.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'790'000'000);
constexpr absl::Duration kDay = absl::Hours(24);
constexpr char kHost[] = "lws-webhook-service.lws-system.svc";

CertificateOptions Options() {
  CertificateOptions options;
  options.namespace_name = "lws-system";
  return options;
}

Json Configuration(const char* kind, int webhooks) {
  Json configuration = {
      {"kind", kind}, {"metadata", {{"name", "lws"}, {"resourceVersion", "1"}}}, {"webhooks", Json::array()}};
  for (int i = 0; i < webhooks; ++i) {
    configuration["webhooks"].push_back(
        {{"name", absl::StrCat("w", i)}, {"clientConfig", {{"service", {{"port", 443}}}}}});
  }
  return configuration;
}

// A cluster's Secret and configurations, and one replica that plans over them.
class Install {
 public:
  Install() {
    view_.leads = true;
    view_.secret = std::make_shared<const Json>(
        Json{{"metadata", {{"name", "lws-webhook-server-cert"}, {"resourceVersion", "1"}, {"labels", {{"a", "b"}}}}}});
    view_.configurations = {std::make_shared<const Json>(Configuration("MutatingWebhookConfiguration", 2)),
                            std::make_shared<const Json>(Configuration("ValidatingWebhookConfiguration", 3))};
    keys_.authority = [this](const CertificateSubject& subject) {
      ++authorities_;
      return MakeCertificateAuthority(subject);
    };
    keys_.server = [this](const CertificateSubject& subject, const CertificatePair& authority) {
      ++servers_;
      return MakeServerCertificate(subject, authority);
    };
  }

  CertificatePlan Plan(absl::Time now) {
    CertificatePlan plan = PlanServingCertificate(Options(), view_, now, keys_);
    view_.served = plan.served;
    view_.trusted_authority = plan.trusted_authority;
    view_.trusted_since = plan.trusted_since;
    return plan;
  }

  // Carries out the writes and shows their results.
  void Write(const CertificatePlan& plan) {
    for (const ApiRequest& write : plan.writes) {
      auto object = std::make_shared<const Json>(Json::parse(write.body));
      if (absl::StrContains(write.path, "/secrets/")) view_.secret = object;
      if (absl::StrContains(write.path, "/mutating")) view_.configurations[0] = object;
      if (absl::StrContains(write.path, "/validating")) view_.configurations[1] = object;
    }
  }

  // Plans and writes until there is nothing to write.
  CertificatePlan Settle(absl::Time now) {
    CertificatePlan plan = Plan(now);
    for (int i = 0; i < 5 && !plan.writes.empty(); ++i) {
      Write(plan);
      plan = Plan(now);
    }
    EXPECT_TRUE(plan.writes.empty());
    return plan;
  }

  std::string Kept(const char* key) const {
    std::string text;
    EXPECT_TRUE(absl::Base64Unescape((*view_.secret)["data"][key].get<std::string>(), &text));
    return text;
  }

  void Put(const char* key, const std::string& text) {
    Json secret = *view_.secret;
    secret["data"][key] = absl::Base64Escape(text);
    view_.secret = std::make_shared<const Json>(secret);
  }

  std::string Bundle(size_t configuration, size_t webhook) const {
    std::string text;
    const Json& client = (*view_.configurations[configuration])["webhooks"][webhook]["clientConfig"];
    EXPECT_TRUE(absl::Base64Unescape(client["caBundle"].get<std::string>(), &text));
    return text;
  }

  CertificateView& view() { return view_; }
  CertificateKeys& keys() { return keys_; }
  int authorities() const { return authorities_; }
  int servers() const { return servers_; }

 private:
  CertificateView view_;
  CertificateKeys keys_;
  int authorities_ = 0;
  int servers_ = 0;
};

TEST(ServingCertificateTest, AnEmptySecretIsFilledAndServedAtOnce) {
  Install install;
  CertificatePlan plan = install.Plan(kStart);
  EXPECT_FALSE(plan.served.has_value());
  ASSERT_EQ(plan.writes.size(), 1u);
  EXPECT_EQ(plan.writes[0].method, "PUT");
  EXPECT_EQ(plan.writes[0].path, "/api/v1/namespaces/lws-system/secrets/lws-webhook-server-cert");
  EXPECT_EQ(Json::parse(plan.writes[0].body)["metadata"], (*install.view().secret)["metadata"]);

  install.Write(plan);
  plan = install.Plan(kStart);
  ASSERT_TRUE(plan.served.has_value());
  EXPECT_FALSE(plan.is_trusted);
  ASSERT_EQ(plan.writes.size(), 2u);
  EXPECT_EQ(plan.writes[0].path, "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/lws");
  EXPECT_EQ(plan.writes[1].path, "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/lws");
  EXPECT_EQ(Json::parse(plan.writes[1].body)["metadata"]["resourceVersion"], "1");

  install.Write(plan);
  plan = install.Plan(kStart);
  EXPECT_TRUE(plan.is_trusted);
  EXPECT_TRUE(CheckCertificate(*plan.served, install.Kept("ca.crt"), {kHost}, kStart).ok());
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(install.Bundle(1, i), install.Kept("ca.crt"));
}

TEST(ServingCertificateTest, Law4WhatIsAsItShouldBeIsLeftAlone) {
  Install install;
  install.Settle(kStart);
  for (int day : {1, 100, 200, 274}) {
    const CertificatePlan plan = install.Plan(kStart + day * kDay);
    EXPECT_TRUE(plan.writes.empty()) << day;
    EXPECT_TRUE(plan.problem.ok());
    EXPECT_EQ(plan.look_again, kStart + day * kDay + absl::Hours(12));
  }
  EXPECT_EQ(install.authorities(), 1);
  EXPECT_EQ(install.servers(), 1);
}

TEST(ServingCertificateTest, Law1ACertificateIsRenewedBeforeItEnds) {
  Install install;
  const std::string authority = (install.Settle(kStart), install.Kept("ca.crt"));
  const std::string first = install.Kept("tls.crt");
  const CertificatePlan plan = install.Settle(kStart + 276 * kDay);
  EXPECT_EQ(install.Kept("ca.crt"), authority);
  EXPECT_NE(plan.served->certificate, first);
  EXPECT_EQ(*CertificateUntil(plan.served->certificate), kStart + (276 + 365) * kDay);
  EXPECT_TRUE(plan.is_trusted);
}

TEST(ServingCertificateTest, Law2ANewAuthorityIsServedOnceItIsTrusted) {
  Install install;
  install.Settle(kStart);
  const std::string old_authority = install.Kept("ca.crt");
  const std::string old_certificate = install.Kept("tls.crt");
  absl::Time now = kStart + (365 * 9 + 100) * kDay;
  // After years of renewals, the last certificate and the authority are near their end.
  install.view().served.reset();
  install.Settle(kStart + 365 * 8 * kDay + 300 * kDay);
  const std::string before = install.Kept("tls.crt");
  EXPECT_EQ(install.Kept("ca.crt"), old_authority);
  now = kStart + 365 * 8 * kDay + 600 * kDay;

  install.Write(install.Plan(now));
  ASSERT_NE(install.Kept("ca.crt"), old_authority);
  CertificatePlan plan = install.Plan(now);
  EXPECT_EQ(plan.served->certificate, before);
  EXPECT_TRUE(plan.is_trusted);
  install.Write(plan);
  // Law 3: both are in the bundle.
  EXPECT_EQ(install.Bundle(0, 0), absl::StrCat(install.Kept("ca.crt"), old_authority));

  plan = install.Plan(now);
  EXPECT_EQ(plan.served->certificate, before);
  EXPECT_EQ(plan.look_again, now + absl::Seconds(3));
  plan = install.Plan(now + absl::Seconds(2));
  EXPECT_EQ(plan.served->certificate, before);
  plan = install.Plan(now + absl::Seconds(3));
  EXPECT_EQ(plan.served->certificate, install.Kept("tls.crt"));
  EXPECT_TRUE(plan.is_trusted);
  EXPECT_TRUE(plan.writes.empty());
}

TEST(ServingCertificateTest, Law2WhateverIsSeenFirst) {
  Install install;
  install.Settle(kStart);
  const std::string before = install.Kept("tls.crt");
  // Another leader changed everything, and the configurations are seen before the Secret.
  Install other;
  other.view().configurations = install.view().configurations;
  other.Settle(kStart + kDay);
  install.view().leads = false;
  install.view().configurations = other.view().configurations;
  EXPECT_EQ(install.Plan(kStart + kDay).served->certificate, before);
  install.view().secret = other.view().secret;
  EXPECT_EQ(install.Plan(kStart + kDay).served->certificate, before);
  EXPECT_EQ(install.Plan(kStart + kDay + absl::Seconds(3)).served->certificate, other.Kept("tls.crt"));
}

TEST(ServingCertificateTest, AReplicaThatDoesNotLeadServesAndWritesNothing) {
  Install install;
  install.view().leads = false;
  CertificatePlan plan = install.Plan(kStart);
  EXPECT_TRUE(plan.writes.empty());
  EXPECT_FALSE(plan.served.has_value());
  install.view().leads = true;
  install.Settle(kStart);
  install.view().leads = false;
  install.view().served.reset();
  plan = install.Plan(kStart + 300 * kDay);
  EXPECT_TRUE(plan.writes.empty());
  EXPECT_TRUE(plan.served.has_value());
}

TEST(ServingCertificateTest, WhatIsBrokenIsMadeAnew) {
  Install install;
  install.Settle(kStart);
  const CertificatePair other = *MakeCertificateAuthority({"other", {}, kStart - kDay, kStart + 3650 * kDay});
  const struct {
    const char* key;
    std::string text;
    int authorities;  // how many were made
  } cases[] = {
      {"tls.crt", "junk", 0}, {"tls.key", "", 0},    {"tls.key", other.key, 0},
      {"ca.key", "junk", 0},  {"ca.crt", "junk", 1}, {"ca.crt", other.certificate, 1},
  };
  for (const auto& c : cases) {
    const int before = install.authorities();
    install.Put(c.key, c.text);
    const CertificatePlan plan = install.Settle(kStart + absl::Minutes(1));
    EXPECT_EQ(install.authorities() - before, c.authorities) << c.key << " " << c.text.substr(0, 30);
    EXPECT_TRUE(plan.problem.ok());
    install.Settle(kStart + absl::Minutes(2));
  }
}

TEST(ServingCertificateTest, WhatIsMissingIsTold) {
  Install install;
  install.Settle(kStart);
  const SharedJson secret = std::exchange(install.view().secret, nullptr);
  CertificatePlan plan = install.Plan(kStart);
  EXPECT_EQ(plan.problem.message(), "Secret lws-system/lws-webhook-server-cert is not there");
  EXPECT_TRUE(plan.served.has_value());
  EXPECT_EQ(plan.look_again, kStart + absl::Seconds(10));
  install.view().secret = secret;
  install.view().configurations[1] = nullptr;
  plan = install.Plan(kStart);
  EXPECT_EQ(plan.problem.message(), "a webhook configuration is not there");
  EXPECT_FALSE(plan.is_trusted);
  install.view().configurations[1] =
      std::make_shared<const Json>(Json::parse(R"({"webhooks": [3, {"clientConfig": 3}]})"));
  EXPECT_TRUE(install.Plan(kStart).writes.empty());
}

TEST(ServingCertificateTest, AKeyThatCannotBeMadeIsTold) {
  Install install;
  install.keys().authority = [](const CertificateSubject&) -> absl::StatusOr<CertificatePair> {
    return absl::InternalError("no entropy");
  };
  const CertificatePlan plan = install.Plan(kStart);
  EXPECT_TRUE(plan.writes.empty());
  EXPECT_EQ(plan.problem.message(), "no entropy");
  EXPECT_EQ(plan.look_again, kStart + absl::Seconds(10));
}

}  // namespace
}  // namespace lws::internal
