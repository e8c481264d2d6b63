#include "tests/kubernetes/serving/review.h"

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/kubernetes/serving/admission_review.h"

namespace lws {

using internal::AdmissionAnswer;
using internal::ReviewAdmission;

std::string ReviewText(const std::string& operation, const Json& object, const Json& old_object) {
  Json request = {{"uid", "u-1"}, {"operation", operation}};
  if (!object.is_null()) request["object"] = object;
  if (!old_object.is_null()) request["oldObject"] = old_object;
  return Json({{"apiVersion", "admission.k8s.io/v1"}, {"kind", "AdmissionReview"}, {"request", request}}).dump();
}

Json ResponseOf(const std::string& answer) {
  const absl::StatusOr<Json> review = ParseJson(answer, "answer");
  return review.ok() && review->is_object() ? review->value("response", Json()) : Json();
}

Json PatchOf(const Json& response) {
  std::string text;
  if (!response.is_object() || !response.contains("patch")) return Json::array();
  if (!absl::Base64Unescape(response.value("patch", ""), &text)) return nullptr;
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::string Verdict(const std::string& path, const std::string& review) {
  const AdmissionAnswer answer = ReviewAdmission(path, review, {});
  if (answer.code != 200) return absl::StrCat("http ", answer.code);
  const Json response = ResponseOf(answer.body);
  if (response["allowed"] == true) return "allowed";
  return absl::StrCat(response["status"]["code"].get<int>(), " ", response["status"]["message"].get<std::string>());
}

Json Patched(const std::string& path, const std::string& review, const Json& object) {
  const AdmissionAnswer answer = ReviewAdmission(path, review, {});
  const Json response = ResponseOf(answer.body);
  if (answer.code != 200 || response["allowed"] != true) return nullptr;
  return object.patch(PatchOf(response));
}

}  // namespace lws
