// Where the webhooks' certificate comes from: files that somebody else replaces, or a Secret that the leader keeps.
//
//   FileCertificates files("/certs");
//   files.Advance(now);
//   files.served();        // nullopt until both files read
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
  // What is to be served now.
  virtual const std::optional<internal::CertificatePair>& served() const = 0;
  // Why requests of the API server would fail; OK when they would not.
  virtual absl::Status problem() const = 0;
};

// tls.crt and tls.key of a folder, looked at each second.
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

// The Secret and the two webhook configurations, watched; the leader writes them.
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
