// Where the webhooks' certificate comes from: files that somebody else replaces, or a Secret that the leader keeps.
//
//   FileCertificates files("/certs");
//   files.Advance(now, /*leads=*/true);
//   files.served();        // nullopt until both files parse
//
// Thread-safety: none; the client calls back on the same thread.
#ifndef LWS_EXAMPLES_OPERATOR_CERTIFICATES_H_
#define LWS_EXAMPLES_OPERATOR_CERTIFICATES_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/kind_watch.h"
#include "lws/adapters/kubernetes/reflector.h"
#include "lws/adapters/kubernetes/serving/certificate_pair.h"
#include "lws/adapters/kubernetes/serving/serving_certificate.h"
#include "lws/api/json.h"

namespace lws::operator_program {

class CertificateSource {
 public:
  virtual ~CertificateSource() = default;

  virtual void Advance(absl::Time now, bool leads) = 0;
  virtual absl::Time NextDue() const = 0;
  // The pair that the servers have to use now.
  virtual const std::optional<internal::CertificatePair>& served() const = 0;
  // The reason why the API server's requests would fail; OK when they would succeed.
  virtual absl::Status problem() const = 0;
};

// The files tls.crt and tls.key of a folder, which are read again each second.
class FileCertificates final : public CertificateSource {
 public:
  explicit FileCertificates(std::string folder) : folder_(std::move(folder)) {}

  void Advance(absl::Time now, bool leads) override;
  absl::Time NextDue() const override { return next_; }
  const std::optional<internal::CertificatePair>& served() const override { return served_; }
  absl::Status problem() const override;

 private:
  const std::string folder_;
  absl::Time next_ = absl::InfinitePast();
  std::optional<internal::CertificatePair> served_;
};

// Watches the Secret and the two webhook configurations. The leader also writes them.
class SecretCertificates final : public CertificateSource {
 public:
  // Borrows `client`.
  SecretCertificates(internal::CertificateOptions options, internal::HttpClient* client);
  ~SecretCertificates() override;

  void Advance(absl::Time now, bool leads) override;
  absl::Time NextDue() const override;
  const std::optional<internal::CertificatePair>& served() const override { return plan_.served; }
  absl::Status problem() const override;

 private:
  // One object, as it was last seen.
  struct Watched;

  bool MayPlan() const;
  void Plan(absl::Time now, bool leads);

  const internal::CertificateOptions options_;
  internal::HttpClient& client_;
  std::vector<std::unique_ptr<Watched>> watched_;  // the Secret, then the configurations
  internal::CertificatePlan plan_;
  absl::Time next_plan_ = absl::InfinitePast();
  bool is_changed_ = true;
  bool led_ = false;
  int writes_ = 0;  // under way
};

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_CERTIFICATES_H_
