#include "examples/lwsctl/live/live_api.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/kubernetes/api_status.h"
#include "lws/api/field_value.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

using lws::FieldValue;
using lws::Json;
using lws::internal::HttpAnswer;
using lws::internal::HttpRequest;
using lws::internal::Resource;
using lws::internal::UrlEscaped;

namespace {

// Beyond the client's own limit of a request.
constexpr absl::Duration kLongestWait = absl::Minutes(1);

std::string Body(const Json& document) { return document.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

absl::StatusOr<Json> LiveApi::Send(HttpRequest request) {
  // The answer may come after this call gave up.
  const auto answer = std::make_shared<std::optional<absl::StatusOr<HttpAnswer>>>();
  const absl::Time end = host_.clock() + kLongestWait;
  const uint64_t id = FetchHttpAnswer(host_.client, std::move(request),
                                      [answer](const absl::StatusOr<HttpAnswer>& came) { answer->emplace(came); });
  while (!answer->has_value() && host_.clock() < end) host_.wait_until(end);
  if (!answer->has_value()) {
    host_.client->Cancel(id);
    return absl::UnavailableError("the server does not answer");
  }
  const absl::StatusOr<HttpAnswer>& came = **answer;
  if (!came.ok()) return came.status();
  absl::Status status = lws::internal::StatusOfHttpAnswer(came->head.code, came->body);
  if (!status.ok()) return status;
  absl::StatusOr<Json> document = lws::ParseJson(came->body, "the server's answer");
  if (document.ok() && !document->is_object()) return absl::InternalError("the server's answer is no object");
  return document;
}

absl::StatusOr<Json> LiveApi::Get(const Resource& resource, const std::string& namespace_name,
                                  const std::string& name) {
  HttpRequest request;
  request.path = ApiObjectPath(resource, namespace_name, name);
  return Send(std::move(request));
}

absl::StatusOr<std::vector<Json>> LiveApi::List(const Resource& resource, const std::string& namespace_name,
                                                const std::string& label) {
  std::vector<Json> objects;
  std::string token;
  do {
    HttpRequest request;
    request.path = absl::StrCat(ApiCollectionPath(resource, namespace_name), "?limit=500");
    if (!label.empty()) absl::StrAppend(&request.path, "&labelSelector=", UrlEscaped(label));
    if (!token.empty()) absl::StrAppend(&request.path, "&continue=", UrlEscaped(token));
    request.accepts_gzip = true;
    const absl::StatusOr<Json> page = Send(std::move(request));
    if (!page.ok()) return page.status();
    const FieldValue list(*page, "");
    for (const FieldValue& item : list["items"].Items()) {
      if (!item.json().is_object()) continue;
      objects.push_back(item.json());
      objects.back()["apiVersion"] = std::string(resource.api_version);
      objects.back()["kind"] = std::string(resource.kind);
    }
    token = list["metadata"]["continue"].Text();
  } while (!token.empty());
  return objects;
}

absl::StatusOr<Json> LiveApi::Patch(const Resource& resource, const std::string& namespace_name,
                                    const std::string& name, const Json& patch) {
  HttpRequest request;
  request.method = "PATCH";
  request.path = absl::StrCat(ApiObjectPath(resource, namespace_name, name), "?fieldManager=lwsctl");
  request.content_type = "application/merge-patch+json";
  request.body = Body(patch);
  return Send(std::move(request));
}

absl::Status LiveApi::Delete(const Resource& resource, const std::string& namespace_name, const std::string& name,
                             const std::string& uid) {
  HttpRequest request;
  request.method = "DELETE";
  request.path = ApiObjectPath(resource, namespace_name, name);
  request.content_type = "application/json";
  request.body = Body({{"apiVersion", "v1"},
                       {"kind", "DeleteOptions"},
                       {"propagationPolicy", "Foreground"},
                       {"preconditions", {{"uid", uid}}}});
  return Send(std::move(request)).status();
}

}  // namespace lwsctl
