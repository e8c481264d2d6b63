// Decides who may read metrics: asks the API server whose bearer token it is (TokenReview), and whether that user may
// read them (SubjectAccessReview). A state machine without I/O, which remembers answers for a while.
//
//   lws::internal::MetricsAuth auth;
//   lws::internal::AuthStep step = auth.Begin("token", "/metrics", now);
//   step.verdict;    // kAsk: send step.request, then
//   step = auth.Heard(step.id, answer, now);
//   step.verdict;    // kAsk once more, then kAllow
//
// Laws:
//   1. A request is allowed only if the API server took its token within the last minute and allowed its user within
//      the last five minutes. A refusal is remembered for 30 s.
//   2. A missing answer, and one that does not parse, is kUnavailable and is not remembered.
//   3. The memory holds digests of tokens, and never the tokens.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_METRICS_AUTH_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_METRICS_AUTH_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/serving/api_request.h"

namespace lws::internal {

enum class AuthVerdict {
  kAsk,              // send the request of the step
  kAllow,            // 200
  kUnauthenticated,  // 401
  kForbidden,        // 403
  kUnavailable,      // 500
};

struct AuthStep {
  AuthVerdict verdict = AuthVerdict::kUnavailable;
  // With kAsk: the request to send, and the number that its answer is passed with.
  ApiRequest request;
  uint64_t id = 0;
};

// The HTTP code of a verdict other than kAsk.
int HttpCodeOfVerdict(AuthVerdict verdict);

// The token in the value of an Authorization header; "" without one.
std::string BearerToken(absl::string_view authorization);

class MetricsAuth {
 public:
  AuthStep Begin(absl::string_view token, absl::string_view path, absl::Time now);
  // Returns kUnavailable for an unknown id.
  AuthStep Heard(uint64_t id, const ApiAnswer& answer, absl::Time now);

 private:
  // The answer about a token: the spec of the next review, with its user; empty when the token was refused.
  struct Known {
    std::string user;
    absl::Time until;
  };
  struct Access {
    bool is_allowed = false;
    absl::Time until;
  };
  struct Question {
    std::string token_digest;
    std::string path;
    std::string user;  // empty until the token is known
  };

  AuthStep AskAboutUser(Question question, absl::Time now);
  AuthStep HeardToken(Question question, const ApiAnswer& answer, absl::Time now);
  AuthStep HeardAccess(const Question& question, const ApiAnswer& answer, absl::Time now);
  AuthStep Ask(Question question, ApiRequest request);

  std::map<std::string, Known> tokens_;   // by digest
  std::map<std::string, Access> access_;  // by user and path
  std::map<uint64_t, Question> questions_;
  uint64_t last_id_ = 0;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_METRICS_AUTH_H_
