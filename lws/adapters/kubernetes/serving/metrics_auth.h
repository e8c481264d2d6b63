// Who may read metrics: a bearer token is shown to the API server (TokenReview), and its user is asked about
// (SubjectAccessReview). A state machine without I/O; what was answered is remembered for a while.
//
//   lws::internal::MetricsAuth auth;
//   lws::internal::AuthStep step = auth.Begin("token", "/metrics", now);
//   step.verdict;    // kAsk: send step.request, then
//   step = auth.Heard(step.id, answer, now);
//   step.verdict;    // kAsk once more, then kAllow
//
// Laws:
//   1. Nobody is allowed whom the API server did not allow within the last five minutes, by a token that it did not
//   take
//      within the last minute. A refusal is remembered for 30 s.
//   2. No answer, and any that does not read, is kUnavailable and is not remembered.
//   3. Tokens are not kept, only their digests.
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
  kAsk,              // a request is to be sent
  kAllow,            // 200
  kUnauthenticated,  // 401
  kForbidden,        // 403
  kUnavailable,      // 500
};

struct AuthStep {
  AuthVerdict verdict = AuthVerdict::kUnavailable;
  // With kAsk: what to send, and the name to hand the answer in by.
  ApiRequest request;
  uint64_t id = 0;
};

// The HTTP code of a verdict that is not kAsk.
int CodeOf(AuthVerdict verdict);

// The token in the value of an Authorization header; "" without one.
std::string BearerToken(absl::string_view authorization);

class MetricsAuth {
 public:
  AuthStep Begin(absl::string_view token, absl::string_view path, absl::Time now);
  // kUnavailable for an id that is not waited for.
  AuthStep Heard(uint64_t id, const ApiAnswer& answer, absl::Time now);

 private:
  // What was said of a token: the spec of the next question, with its user; empty when the token was not taken.
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
    std::string user;  // empty while the token is asked about
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
