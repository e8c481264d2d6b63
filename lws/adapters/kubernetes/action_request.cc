#include "lws/adapters/kubernetes/action_request.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/adapters/kubernetes/api_status.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/api/json.h"
#include "lws/api/json_reader.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr char kJson[] = "application/json";
constexpr char kMergePatch[] = "application/merge-patch+json";
constexpr char kApplyPatch[] = "application/apply-patch+yaml";

// The document of a patch, with the UID and the version of the object that it is meant for.
Json WithPreconditions(const Action& action) {
  Json document = action.object.Document();
  if (!action.uid.empty()) document["metadata"]["uid"] = action.uid;
  if (!action.resource_version.empty()) document["metadata"]["resourceVersion"] = action.resource_version;
  return document;
}

Json DeleteOptions(const Action& action) {
  Json options = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
  if (action.propagation == Propagation::kForeground) options["propagationPolicy"] = "Foreground";
  if (!action.uid.empty()) options["preconditions"]["uid"] = action.uid;
  if (!action.resource_version.empty()) options["preconditions"]["resourceVersion"] = action.resource_version;
  return options;
}

HttpRequest Write(const char* method, std::string path, const char* content_type, const Json& body) {
  HttpRequest request;
  request.method = method;
  request.path = std::move(path);
  request.content_type = content_type;
  request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return request;
}

}  // namespace

absl::StatusOr<HttpRequest> HttpRequestOf(const Action& action) {
  const Resource* resource = FindApiResource(action.api_version, action.target.kind);
  if (resource == nullptr) {
    return absl::UnimplementedError(
        absl::StrCat("the client knows no ", action.target.kind, " of ", action.api_version));
  }
  const std::string collection = ApiCollectionPath(*resource, action.target.namespace_name);
  const std::string object = ApiObjectPath(*resource, action.target.namespace_name, action.target.name);
  const std::string manager = absl::StrCat("?fieldManager=", kFieldManager);
  switch (action.verb) {
    case Verb::kCreate:
      return Write("POST", absl::StrCat(collection, manager), kJson, action.object.Document());
    case Verb::kApply:
      return Write("PATCH", absl::StrCat(object, manager, "&force=true"), kApplyPatch, action.object.Document());
    case Verb::kUpdateStatus:
      return Write("PUT", absl::StrCat(object, "/status", manager), kJson, WithPreconditions(action));
    case Verb::kPatch:
      return Write("PATCH", absl::StrCat(object, manager), kMergePatch, WithPreconditions(action));
    case Verb::kPatchStatus:
      return Write("PATCH", absl::StrCat(object, "/status", manager), kMergePatch, WithPreconditions(action));
    case Verb::kDelete:
      return Write("DELETE", object, kJson, DeleteOptions(action));
  }
  return absl::InternalError("unknown verb");
}

absl::StatusOr<WriteAnswer> WriteAnswerOf(const Action& action, const HttpAnswer& answer) {
  absl::Status status = StatusOfHttpAnswer(answer.head.code, answer.body);
  if (!status.ok()) return status;
  absl::StatusOr<Json> document = ParseJson(answer.body, "answer");
  if (!document.ok() || !document->is_object()) {
    return absl::InternalError(absl::StrCat("the server answered without an object: ", answer.body.substr(0, 100)));
  }
  WriteAnswer written;
  JsonReader reader(*document);
  if (action.verb == Verb::kDelete && reader.Text({"kind"}) == "Status") {
    written.gone = true;
    written.uid = reader.Text({"details", "uid"});
    return written;
  }
  written.uid = reader.Text({"metadata", "uid"});
  written.resource_version = reader.Text({"metadata", "resourceVersion"});
  if (!reader.status().ok() || written.resource_version.empty()) {
    return absl::InternalError(
        absl::StrCat("the server answered with an object without a version: ", answer.body.substr(0, 100)));
  }
  written.object = std::make_shared<const Json>(*std::move(document));
  return written;
}

}  // namespace lws::internal
