#include "lws/adapters/kubernetes/api_status.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "lws/api/json_reader.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr size_t kMostShown = 300;

// Returns whether one of the causes concerns the object's UID.
bool IsAboutUid(JsonReader* status) {
  const Json* causes = status->Find({"details", "causes"});
  if (causes == nullptr || !causes->is_array()) return false;
  for (const Json& cause : *causes) {
    if (cause.is_object() && status->TextIn(cause, {"field"}) == "metadata.uid") return true;
  }
  return false;
}

absl::StatusCode CodeOf(int code, absl::string_view reason, bool is_about_uid) {
  const struct {
    bool matches;
    absl::StatusCode code;
  } table[] = {
      {code >= 200 && code < 300, absl::StatusCode::kOk},
      {code == 409 && reason == "AlreadyExists", absl::StatusCode::kAlreadyExists},
      {code == 409 || (code == 422 && is_about_uid), absl::StatusCode::kAborted},
      {code == 410 || reason == "Expired" || reason == "Gone", absl::StatusCode::kOutOfRange},
      {code == 400 || code == 413 || code == 415 || code == 422, absl::StatusCode::kInvalidArgument},
      {code == 401, absl::StatusCode::kUnauthenticated},
      {code == 403, absl::StatusCode::kPermissionDenied},
      {code == 404, absl::StatusCode::kNotFound},
      {code == 405 || code == 501, absl::StatusCode::kUnimplemented},
      {code == 429 || code == 503, absl::StatusCode::kUnavailable},
      {code == 408 || code == 504, absl::StatusCode::kDeadlineExceeded},
  };
  for (const auto& row : table) {
    if (row.matches) return row.code;
  }
  return absl::StatusCode::kInternal;
}

}  // namespace

absl::Status StatusOfHttpDocument(int code, const Json& document) {
  JsonReader status(document);
  const std::string reason = status.Text({"reason"});
  std::string message = status.Text({"message"});
  if (message.empty()) message = absl::StrCat("the server answered ", code);
  return absl::Status(CodeOf(code, reason, IsAboutUid(&status)), message);
}

absl::Status StatusOfHttpAnswer(int code, absl::string_view body) {
  if (code >= 200 && code < 300) return absl::OkStatus();
  const absl::StatusOr<Json> document = ParseJson(body, "answer");
  if (document.ok() && document->is_object()) return StatusOfHttpDocument(code, *document);
  const absl::string_view shown = body.substr(0, kMostShown);
  return absl::Status(CodeOf(code, "", false),
                      absl::StrCat("the server answered ", code, shown.empty() ? "" : ": ", shown));
}

bool IsHttpRefusedForNow(int code) { return code == 429 || code == 503; }

}  // namespace lws::internal
