// The webhooks of LeaderWorkerSets, pods and DisaggregatedSets: they take an AdmissionReview and return one.
//
//   lws::internal::AdmissionAnswer answer =
//       lws::internal::ReviewAdmission(lws::internal::kValidatePodPath, "no review", {});
//   answer.code;    // 400
//
// Before it calls the webhooks, the API server has pruned the object and set the schema's defaults. It checks the
// schema after the mutating webhooks. So the webhooks check only what the schema cannot say.
//
// Laws:
//   1. Any path and any bytes get an answer. Code 200 comes with the review's apiVersion and uid.
//   2. The patch of a mutating webhook turns the object into what lws/api and lws/core make of it: a set with its
//      defaults, a pod after AdmitPod. An object that stays the same has no patch.
//   3. A refused object is code 403 in the review's status, with the text that users of the reference know; an object
//      that does not decode is 400 there. Deletions are always allowed.
//   4. The same arguments give the same bytes.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_ADMISSION_REVIEW_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_ADMISSION_REVIEW_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/core/reconcile/admit_pod.h"

namespace lws::internal {

inline constexpr char kMutateSetPath[] = "/mutate-leaderworkerset-x-k8s-io-v1-leaderworkerset";
inline constexpr char kValidateSetPath[] = "/validate-leaderworkerset-x-k8s-io-v1-leaderworkerset";
inline constexpr char kMutatePodPath[] = "/mutate--v1-pod";
inline constexpr char kValidatePodPath[] = "/validate--v1-pod";
inline constexpr char kValidateDisaggregatedSetPath[] = "/validate-disaggregatedset-x-k8s-io-v1-disaggregatedset";

// The five paths above.
const std::vector<std::string>& WebhookPaths();

struct AdmissionAnswer {
  // The code of the HTTP answer: 200 with a review; 404 for an unknown path; 400, also with a review, for a body that
  // is not an AdmissionReview of version v1 or v1beta1 with a request.
  int code = 200;
  // JSON, or plain text with 404.
  std::string body;
};

// Complexity: O(body).
AdmissionAnswer ReviewAdmission(absl::string_view path, absl::string_view body, const AdmissionOptions& options);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_ADMISSION_REVIEW_H_
