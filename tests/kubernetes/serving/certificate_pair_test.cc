#include "lws/adapters/kubernetes/serving/certificate_pair.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace lws::internal {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

CertificateSubject Subject(const std::string& name, std::vector<std::string> dns_names) {
  return {name, std::move(dns_names), kNow - absl::Hours(1), kNow + absl::Hours(24 * 365)};
}

TEST(CertificatePairTest, AServerIsTrustedByThoseWhoTrustItsAuthority) {
  const absl::StatusOr<CertificatePair> authority = MakeCertificateAuthority(Subject("ca", {}));
  ASSERT_TRUE(authority.ok()) << authority.status();
  const absl::StatusOr<CertificatePair> server =
      MakeServerCertificate(Subject("lws", {"a.n.svc", "127.0.0.1"}), *authority);
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(*CertificateUntil(server->certificate), kNow + absl::Hours(24 * 365));

  const struct {
    const char* about;
    CertificatePair pair;
    std::string authority;
    std::vector<std::string> names;
    absl::Time now;
    const char* error;
  } cases[] = {
      {"good", *server, authority->certificate, {"a.n.svc", "127.0.0.1"}, kNow, ""},
      {"another name", *server, authority->certificate, {"b.n.svc"}, kNow, "certificate: it is not for b.n.svc"},
      {"another key",
       {server->certificate, authority->key},
       authority->certificate,
       {},
       kNow,
       "certificate: the key is that of another certificate"},
      {"too late",
       *server,
       authority->certificate,
       {},
       kNow + absl::Hours(24 * 366),
       "certificate: certificate has expired"},
      {"too early",
       *server,
       authority->certificate,
       {},
       kNow - absl::Hours(2),
       "certificate: certificate is not yet valid"},
      {"signed by itself",
       *server,
       server->certificate,
       {},
       kNow,
       "certificate: unable to get local issuer certificate"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(CheckCertificate(c.pair, c.authority, c.names, c.now).message(), c.error) << c.about;
  }
}

TEST(CertificatePairTest, WhatDoesNotReadIsAnError) {
  const absl::StatusOr<CertificatePair> authority = MakeCertificateAuthority(Subject("ca", {}));
  ASSERT_TRUE(authority.ok());
  EXPECT_EQ(CertificateUntil("junk").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CertificateUntil("").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MakeServerCertificate(Subject("lws", {"a"}), {"junk", "junk"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MakeServerCertificate(Subject("lws", {"a"}), {authority->certificate, "junk"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckCertificate({"", ""}, authority->certificate, {}, kNow).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckCertificate(*authority, "junk", {}, kNow).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lws::internal
