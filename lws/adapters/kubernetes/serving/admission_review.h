// The webhooks of LeaderWorkerSets, pods and DisaggregatedSets: an AdmissionReview in, an AdmissionReview out.
//
//   lws::internal::AdmissionAnswer answer =
//       lws::internal::ReviewAdmission(lws::internal::kValidatePodPath, "no review", {});
//   answer.code;    // 400
//
// The API server has pruned the object and given it the schema's defaults before it asks, and checks the schema after
// the mutating webhooks; so the webhooks check what the schema cannot say.
//
// Laws:
//   1. Any path and any bytes get an answer. Code 200 comes with the review's apiVersion and uid.
//   2. The patch of a mutating webhook, applied to the object, gives what lws/api and lws/core say of it: the defaults
//   of
//      a set, AdmitPod of a pod. An object that stays as it is has no patch.
//   3. A refused object is code 403 in the review's status, with the text that users of the reference know; an object
//      that does not decode is 400 there. Deletions are always allowed.
//   4. Same arguments, same bytes.
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

// All of them.
const std::vector<std::string>& WebhookPaths();

struct AdmissionAnswer {
  // Of the HTTP answer: 200 with a review; 404 for a path that is none of the above; 400, also with a review, for a
  // body that is no AdmissionReview of version v1 or v1beta1 with a request.
  int code = 200;
  // JSON, or plain text with 404.
  std::string body;
};

// Complexity: O(body).
AdmissionAnswer ReviewAdmission(absl::string_view path, absl::string_view body, const AdmissionOptions& options);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_ADMISSION_REVIEW_H_
