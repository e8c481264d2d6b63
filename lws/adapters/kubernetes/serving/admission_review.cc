#include "lws/adapters/kubernetes/serving/admission_review.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/kubernetes/serving/go_decode_error.h"
#include "lws/api/default_document.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/disaggregated_validation.h"
#include "lws/api/field_error.h"
#include "lws/api/field_table.h"
#include "lws/api/json.h"
#include "lws/api/json_member.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_document.h"
#include "lws/api/validation.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr char kReviewKind[] = "AdmissionReview";
constexpr char kReviewVersion[] = "admission.k8s.io/v1";
constexpr char kOldReviewVersion[] = "admission.k8s.io/v1beta1";

// What a review asks about. The objects are borrowed from the review.
struct ReviewRequest {
  std::string uid;
  std::string operation;
  const Json* object = nullptr;
  const Json* old_object = nullptr;
};

// The answer of a webhook, without the parts that every answer has.
struct Verdict {
  int code = 200;       // 200 allows
  std::string message;  // the reason of a refusal
  std::vector<std::string> warnings;
  Json patch = Json::array();
};

Verdict Undecodable(std::string message) { return {400, std::move(message), {}, Json::array()}; }

Verdict Denied(std::string message) { return {403, std::move(message), {}, Json::array()}; }

// The message of Go's decoder if it has one for this object, else the message of this library.
Verdict Undecodable(const char* kind, const Json& object, const absl::Status& status) {
  return Undecodable(GoDecodeError(*FindTypeInfo(kind), object).value_or(std::string(status.message())));
}

Verdict MutateSet(const ReviewRequest& request, const AdmissionOptions&) {
  absl::StatusOr<LeaderWorkerSet> set = LeaderWorkerSetFromJson(*request.object);
  if (!set.ok()) return Undecodable(kKind, *request.object, set.status());
  Json defaulted = *request.object;
  Verdict verdict;
  if (DefaultDocument(&*set, &defaulted)) verdict.patch = Json::diff(*request.object, defaulted);
  return verdict;
}

Verdict ValidateSet(const ReviewRequest& request, const AdmissionOptions&) {
  const absl::StatusOr<LeaderWorkerSet> set = LeaderWorkerSetFromJson(*request.object);
  if (!set.ok()) return Undecodable(kKind, *request.object, set.status());
  FieldErrors errors;
  if (request.operation == "UPDATE") {
    const absl::StatusOr<LeaderWorkerSet> old_set = LeaderWorkerSetFromJson(*request.old_object);
    if (!old_set.ok()) return Undecodable(kKind, *request.old_object, old_set.status());
    errors = ValidateLeaderWorkerSetUpdate(*old_set, *set);
  } else {
    errors = ValidateLeaderWorkerSet(*set);
  }
  return errors.empty() ? Verdict() : Denied(JoinFieldErrors(errors));
}

bool LacksSize(const Json& pod) {
  return PodText(pod, kLabels, kNameLabel).has_value() && !PodText(pod, kAnnotations, kSizeAnnotation).has_value();
}

Verdict MutatePod(const ReviewRequest& request, const AdmissionOptions& options) {
  const Json& pod = *request.object;
  const absl::Status shape = CheckPodShape(pod);
  if (!shape.ok()) return Undecodable(std::string(shape.message()));
  if (LacksSize(pod)) {
    return Denied(
        absl::StrCat("size annotation is unexpectedly missing for pod ", TextMemberOf(pod["metadata"], "name")));
  }
  const absl::StatusOr<Json> admitted = AdmitPod(pod, options);
  if (!admitted.ok()) return Denied(std::string(admitted.status().message()));
  Verdict verdict;
  verdict.patch = Json::diff(pod, *admitted);
  return verdict;
}

// The webhook above already refused every other fault when the pod was created.
Verdict ValidatePod(const ReviewRequest& request, const AdmissionOptions&) {
  const absl::Status shape = CheckPodShape(*request.object);
  return shape.ok() ? Verdict() : Undecodable(std::string(shape.message()));
}

Verdict ValidateDisaggregated(const ReviewRequest& request, const AdmissionOptions&) {
  const absl::StatusOr<DisaggregatedSet> set = DisaggregatedSetFromJson(*request.object);
  if (!set.ok()) return Undecodable(kDisaggregatedSetKind, *request.object, set.status());
  const FieldErrors errors = ValidateDisaggregatedSet(*set);
  Verdict verdict = errors.empty() ? Verdict() : Denied(JoinFieldErrors(errors));
  verdict.warnings = DisaggregatedSetWarnings(*set);
  return verdict;
}

struct Webhook {
  const char* path;
  Verdict (*review)(const ReviewRequest& request, const AdmissionOptions& options);
};

constexpr Webhook kWebhooks[] = {
    {kMutateSetPath, MutateSet},
    {kValidateSetPath, ValidateSet},
    {kMutatePodPath, MutatePod},
    {kValidatePodPath, ValidatePod},
    {kValidateDisaggregatedSetPath, ValidateDisaggregated},
};

const Webhook* FindWebhook(absl::string_view path) {
  for (const Webhook& webhook : kWebhooks) {
    if (path == webhook.path) return &webhook;
  }
  return nullptr;
}

const Json* FindObject(const Json& from, const char* key) {
  const auto found = from.find(key);
  return found != from.end() && found->is_object() ? &*found : nullptr;
}

// Errors: InvalidArgument naming the field that an AdmissionReview would have differently.
absl::StatusOr<ReviewRequest> ReadRequest(const Json& review) {
  if (!review.is_object() || TextMemberOf(review, "kind") != kReviewKind) {
    return absl::InvalidArgumentError("the body is not an AdmissionReview");
  }
  const std::string version = TextMemberOf(review, "apiVersion");
  if (version != kReviewVersion && version != kOldReviewVersion) {
    return absl::InvalidArgumentError(absl::StrCat("apiVersion: ", GoQuoted(version), " is not ", kReviewVersion));
  }
  const Json* request = FindObject(review, "request");
  if (request == nullptr) return absl::InvalidArgumentError("request: missing");
  ReviewRequest result{TextMemberOf(*request, "uid"), TextMemberOf(*request, "operation"),
                       FindObject(*request, "object"), FindObject(*request, "oldObject")};
  if (result.uid.empty()) return absl::InvalidArgumentError("request.uid: missing");
  if (result.operation.empty()) return absl::InvalidArgumentError("request.operation: missing");
  return result;
}

Verdict Review(const Webhook& webhook, const ReviewRequest& request, const AdmissionOptions& options) {
  if (request.operation != "CREATE" && request.operation != "UPDATE") return {};
  if (request.object == nullptr) return Undecodable("request.object: missing");
  if (request.operation == "UPDATE" && request.old_object == nullptr) return Undecodable("request.oldObject: missing");
  return webhook.review(request, options);
}

Json StatusOf(const Verdict& verdict) {
  Json status = {{"code", verdict.code}};
  if (!verdict.message.empty()) status["message"] = verdict.message;
  if (verdict.code == 400) status["reason"] = "BadRequest";
  if (verdict.code == 403) status["reason"] = "Forbidden";
  return status;
}

// Messages quote what was sent, which may be cut within a character or not be UTF-8 at all.
std::string Text(const Json& document) { return document.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string Answer(absl::string_view version, absl::string_view uid, const Verdict& verdict) {
  Json response = {{"uid", std::string(uid)}, {"allowed", verdict.code == 200}, {"status", StatusOf(verdict)}};
  if (!verdict.warnings.empty()) response["warnings"] = verdict.warnings;
  if (!verdict.patch.empty()) {
    response["patchType"] = "JSONPatch";
    response["patch"] = absl::Base64Escape(Text(verdict.patch));
  }
  return Text({{"apiVersion", std::string(version)}, {"kind", kReviewKind}, {"response", std::move(response)}});
}

AdmissionAnswer NoReview(absl::string_view message) {
  return {400, Answer(kReviewVersion, "", Undecodable(std::string(message)))};
}

}  // namespace

const std::vector<std::string>& WebhookPaths() {
  static const auto& paths = *new std::vector<std::string>([] {
    std::vector<std::string> result;
    for (const Webhook& webhook : kWebhooks) result.emplace_back(webhook.path);
    return result;
  }());
  return paths;
}

AdmissionAnswer ReviewAdmission(absl::string_view path, absl::string_view body, const AdmissionOptions& options) {
  const Webhook* webhook = FindWebhook(path);
  if (webhook == nullptr) return {404, "404 page not found\n"};
  if (body.empty()) return NoReview("request body is empty");
  const absl::StatusOr<Json> review = ParseJson(body, "request body");
  if (!review.ok()) return NoReview(review.status().message());
  const absl::StatusOr<ReviewRequest> request = ReadRequest(*review);
  if (!request.ok()) return NoReview(request.status().message());
  return {200, Answer(TextMemberOf(*review, "apiVersion"), request->uid, Review(*webhook, *request, options))};
}

}  // namespace lws::internal
