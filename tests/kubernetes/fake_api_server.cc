#include "tests/kubernetes/fake_api_server.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/kept_store.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::HttpHead;
using internal::HttpRequest;
using internal::Resource;
using simulation::DeleteOptions;
using simulation::Deletion;
using simulation::ObjectChange;

namespace {

std::string Unescaped(absl::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    int value = 0;
    if (text[i] == '%' && i + 2 < text.size() && absl::SimpleHexAtoi(text.substr(i + 1, 2), &value)) {
      plain += static_cast<char>(value);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

int64_t VersionOf(const Json& object) {
  int64_t version = 0;
  EXPECT_TRUE(absl::SimpleAtoi(object["metadata"].value("resourceVersion", ""), &version));
  return version;
}

// The selector names a label, or a label and its value: "a", "a=b".
bool IsSelected(const std::string& selector, const Json& object) {
  if (selector.empty()) return true;
  const std::vector<std::string> parts = absl::StrSplit(selector, absl::MaxSplits('=', 1));
  const Json labels = object["metadata"].value("labels", Json::object());
  return labels.contains(parts[0]) && (parts.size() == 1 || labels[parts[0]] == parts[1]);
}

std::string LabelOf(const std::map<std::string, std::string>& query) {
  const auto found = query.find("labelSelector");
  return found == query.end() ? "" : found->second;
}

Json Shown(const Json& object, bool is_metadata) {
  if (!is_metadata) return object;
  return {{"apiVersion", "meta.k8s.io/v1"}, {"kind", "PartialObjectMetadata"}, {"metadata", object["metadata"]}};
}

Json StatusDocument(int code, const std::string& reason, const std::string& message) {
  return {{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Failure"},
          {"code", code},     {"reason", reason},   {"message", message}};
}

std::pair<int, std::string> CodeOf(const absl::Status& status) {
  if (absl::IsAlreadyExists(status)) return {409, "AlreadyExists"};
  if (absl::IsAborted(status)) return {409, "Conflict"};
  if (absl::IsNotFound(status)) return {404, "NotFound"};
  if (absl::IsInvalidArgument(status)) return {422, "Invalid"};
  return {500, "InternalError"};
}

}  // namespace

FakeApiServer::FakeApiServer(simulation::VirtualClock* clock, simulation::ApiServer* server, uint64_t seed,
                             WireFaults faults)
    : clock_(*clock), server_(*server), random_(seed), faults_(faults) {
  server_.Subscribe([this](const ObjectChange& change) { OnChange(change); });
}

absl::Duration FakeApiServer::Draw(absl::Duration most) {
  const int64_t milliseconds = absl::ToInt64Milliseconds(most);
  return absl::Milliseconds(static_cast<int64_t>(random_() % static_cast<uint64_t>(milliseconds + 1)));
}

uint64_t FakeApiServer::Start(HttpRequest request, std::shared_ptr<internal::HttpSink> sink) {
  const uint64_t id = next_id_++;
  const std::string key = absl::StrCat(request.method, " ", request.path, " ", request.body);
  const auto not_before = not_before_.find(key);
  if (not_before != not_before_.end() && clock_.now() < not_before->second) ++too_early_;
  not_before_.erase(key);
  open_[id] = {std::move(request), std::move(sink)};
  clock_.After(absl::Milliseconds(1) + Draw(faults_.most_slow), [this, id] { Serve(id); });
  return id;
}

void FakeApiServer::Cancel(uint64_t id) {
  open_.erase(id);
  watches_.erase(id);
}

void FakeApiServer::Disconnect() {
  open_.clear();
  watches_.clear();
  not_before_.clear();
}

void FakeApiServer::End(uint64_t id, const absl::Status& status) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  const auto sink = found->second.sink;
  Cancel(id);
  sink->End(status);
}

void FakeApiServer::Send(uint64_t id, const Answer& answer, absl::Duration retry_after) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  const auto sink = found->second.sink;
  ++answers_[answer.code];
  HttpHead head;
  head.code = answer.code;
  if (retry_after > absl::ZeroDuration()) head.retry_after = retry_after;
  sink->Head(head);
  const size_t half = answer.body.size() / 2;
  sink->Bytes(absl::string_view(answer.body).substr(0, half));
  sink->Bytes(absl::string_view(answer.body).substr(half));
  End(id, absl::OkStatus());
}

FakeApiServer::Target FakeApiServer::ReadTarget(const std::string& path) {
  Target target;
  const std::vector<std::string> halves = absl::StrSplit(path, absl::MaxSplits('?', 1));
  if (halves.size() == 2) {
    for (const absl::string_view pair : absl::StrSplit(halves[1], '&')) {
      const std::vector<std::string> parts = absl::StrSplit(pair, absl::MaxSplits('=', 1));
      target.query[parts[0]] = parts.size() == 2 ? Unescaped(parts[1]) : "";
    }
  }
  std::vector<const Resource*> resources = {&internal::KeptResource()};
  for (const Resource& resource : internal::ApiResources()) resources.push_back(&resource);
  for (const Resource* known : resources) {
    const Resource& resource = *known;
    const bool has_group = absl::StrContains(resource.api_version, "/");
    const std::string root = absl::StrCat(has_group ? "/apis/" : "/api/", resource.api_version, "/");
    if (!absl::StartsWith(halves[0], root)) continue;
    std::vector<std::string> parts = absl::StrSplit(halves[0].substr(root.size()), '/');
    ObjectRef key = {std::string(resource.kind), "", ""};
    if (parts[0] == "namespaces" && parts.size() > 2) {
      key.namespace_name = Unescaped(parts[1]);
      parts.erase(parts.begin(), parts.begin() + 2);
    }
    if (parts[0] != resource.plural) continue;
    if (parts.size() > 1) key.name = Unescaped(parts[1]);
    target.resource = &resource;
    target.key = key;
    target.is_status = parts.size() > 2 && parts[2] == "status";
  }
  return target;
}

bool FakeApiServer::DrawFault(uint64_t id, const Target& target) {
  const HttpRequest& request = open_.at(id).request;
  if (Happens(faults_.refused_for_now)) {
    const absl::Duration wait = absl::Seconds(static_cast<int64_t>(1 + random_() % 3));
    not_before_[absl::StrCat(request.method, " ", request.path, " ", request.body)] = clock_.now() + wait;
    Send(id, {429, StatusDocument(429, "TooManyRequests", "later").dump()}, wait);
    return true;
  }
  if (Happens(faults_.error)) {
    const int codes[] = {500, 503, 504};
    Send(id, {codes[random_() % 3], "no Status"});
    return true;
  }
  if (Happens(faults_.lost_before)) {
    End(id, absl::UnavailableError("the connection was lost"));
    return true;
  }
  const bool may_expire = request.is_stream || target.query.count("continue") > 0;
  if (may_expire && Happens(faults_.expired)) {
    Send(id, {410, StatusDocument(410, "Expired", "too old").dump()});
    return true;
  }
  return false;
}

void FakeApiServer::Serve(uint64_t id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  const HttpRequest request = found->second.request;
  const bool is_event = absl::StartsWith(request.path, "/apis/events.k8s.io/");
  const Target target = is_event ? Target() : ReadTarget(request.path);
  const bool is_list = request.method == "GET" && target.key.name.empty();
  const std::string verb = request.is_stream ? "WATCH" : is_list ? "LIST" : request.method;
  const std::string plural = is_event                     ? "events"
                             : target.resource == nullptr ? "?"
                                                          : std::string(target.resource->plural);
  ++requests_[absl::StrCat(verb, " ", plural)];
  if (DrawFault(id, target)) return;
  if (is_event) {
    events_.push_back(Json::parse(request.body));
    return Send(id, {201, "{}"});
  }
  if (target.resource == nullptr) return Send(id, {404, StatusDocument(404, "NotFound", "no such path").dump()});
  if (plural == faults_.forbidden) return Send(id, {403, StatusDocument(403, "Forbidden", "not allowed").dump()});
  if (request.is_stream) return StartWatch(id, target);
  Answer answer = is_list ? List(request, target) : Do(request, target);
  if (Happens(faults_.lost_after)) return End(id, absl::UnavailableError("the connection was lost"));
  if (is_list && Happens(faults_.cut)) answer.body.resize(answer.body.size() / 2);
  Send(id, answer);
}

FakeApiServer::Answer FakeApiServer::Do(const HttpRequest& request, const Target& target) {
  if (request.method != "GET") return Write(request, target);
  const SharedJson object = server_.Get(target.key);
  if (object == nullptr) return {404, StatusDocument(404, "NotFound", "not found").dump()};
  return {200, object->dump()};
}

FakeApiServer::Answer FakeApiServer::Write(const HttpRequest& request, const Target& target) {
  const Json body = Json::parse(request.body);
  absl::StatusOr<simulation::SharedObject> object = absl::InternalError("unknown method");
  if (request.method == "POST") {
    object = server_.Create(body);
  } else if (request.content_type == "application/apply-patch+yaml") {
    object = server_.Apply(body, target.query.at("fieldManager"), target.query.at("force") == "true");
  } else if (request.content_type == "application/merge-patch+json") {
    const SharedJson live = server_.Get(target.key);
    if (live == nullptr) return {404, StatusDocument(404, "NotFound", "not found").dump()};
    Json patched = *live;
    patched.merge_patch(body);
    object = server_.Update(std::move(patched));
  } else if (request.method == "PUT" && target.is_status) {
    object = server_.UpdateStatus(body);
  } else if (request.method == "DELETE") {
    DeleteOptions options;
    if (body.value("propagationPolicy", "") == "Foreground") options.propagation = Deletion::kForeground;
    if (body.contains("preconditions")) {
      options.uid = body["preconditions"].value("uid", "");
      options.resource_version = body["preconditions"].value("resourceVersion", "");
    }
    const SharedJson before = server_.Get(target.key);
    const absl::Status status = server_.Delete(target.key, options);
    if (!status.ok()) {
      object = status;
    } else if (const simulation::SharedObject left = server_.Find(target.key)) {
      object = left;
    } else {
      return {200, Json({{"kind", "Status"},
                         {"apiVersion", "v1"},
                         {"status", "Success"},
                         {"details", {{"uid", (*before)["metadata"]["uid"]}}}})
                       .dump()};
    }
  }
  if (object.ok()) return {200, (*object)->Document()->dump()};
  const auto [code, reason] = CodeOf(object.status());
  return {code, StatusDocument(code, reason, std::string(object.status().message())).dump()};
}

FakeApiServer::Answer FakeApiServer::List(const HttpRequest& request, const Target& target) {
  int32_t limit = 500;
  EXPECT_TRUE(absl::SimpleAtoi(target.query.at("limit"), &limit));
  std::vector<SharedJson> objects;
  int64_t version = version_;
  const auto token = target.query.find("continue");
  if (token != target.query.end()) {
    const auto rest = list_pages_.find(token->second);
    if (rest == list_pages_.end()) return {410, StatusDocument(410, "Expired", "no such page").dump()};
    objects = rest->second;
    version = list_versions_.at(token->second);
  } else {
    std::vector<SharedJson> existing = server_.List(target.key.kind);
    const auto past = target.query.find("resourceVersion");
    if (past != target.query.end()) {
      EXPECT_EQ(target.query.at("resourceVersionMatch"), "Exact");
      EXPECT_TRUE(absl::SimpleAtoi(past->second, &version));
      if (version < faults_.compacted) return {410, StatusDocument(410, "Expired", "too old").dump()};
      existing.clear();
      for (const auto& [name, object] : ObjectsAt(target.key.kind, version)) existing.push_back(object);
    }
    for (const SharedJson& object : existing) {
      if (IsSelected(LabelOf(target.query), *object)) objects.push_back(object);
    }
  }
  Json list = {{"kind", "List"}, {"apiVersion", "v1"}, {"metadata", {{"resourceVersion", absl::StrCat(version)}}}};
  Json items = Json::array();
  const size_t count = std::min(objects.size(), static_cast<size_t>(limit));
  for (size_t i = 0; i < count; ++i) {
    Json item = Shown(*objects[i], absl::StrContains(request.accept, "PartialObjectMetadata"));
    // Items of built-in kinds carry neither apiVersion nor kind.
    if (target.key.kind != kKind) {
      item.erase("kind");
      item.erase("apiVersion");
    }
    items.push_back(std::move(item));
  }
  list["items"] = count == 0 ? Json() : std::move(items);
  if (objects.size() > count) {
    const std::string next = absl::StrCat("page/", next_id_++);
    list_pages_[next].assign(objects.begin() + static_cast<std::ptrdiff_t>(count), objects.end());
    list_versions_[next] = version;
    list["metadata"]["continue"] = next;
  }
  return {200, list.dump()};
}

void FakeApiServer::StartWatch(uint64_t id, const Target& target) {
  const HttpRequest& request = open_.at(id).request;
  int64_t from = 0;
  int64_t seconds = 0;
  EXPECT_TRUE(absl::SimpleAtoi(target.query.at("resourceVersion"), &from)) << request.path;
  EXPECT_TRUE(absl::SimpleAtoi(target.query.at("timeoutSeconds"), &seconds)) << request.path;
  Watch& watch = watches_[id];
  watch.resource = target.resource;
  watch.label = LabelOf(target.query);
  watch.is_metadata = absl::StrContains(request.accept, "PartialObjectMetadata");
  watch.idle_limit = request.idle_limit;
  watch.last_due = clock_.now();
  open_.at(id).sink->Head({200, std::nullopt});
  ++answers_[200];
  const std::vector<HistoryEntry> history = history_[target.key.kind];
  for (const HistoryEntry& entry : history) {
    if (entry.version > from && IsSelected(watch.label, *entry.object)) SendEvent(id, entry.type, *entry.object);
  }
  SendBookmark(id);
  LimitSilence(id);
  clock_.After(absl::Seconds(seconds), [this, id] { End(id, absl::OkStatus()); });
}

void FakeApiServer::OnChange(const ObjectChange& change) {
  Json object = *(change.after != nullptr ? change.after : change.before)->Document();
  version_ = change.after != nullptr ? VersionOf(object) : version_ + 1;
  if (change.after == nullptr) object["metadata"]["resourceVersion"] = absl::StrCat(version_);
  const std::string type = change.after == nullptr ? "DELETED" : change.before == nullptr ? "ADDED" : "MODIFIED";
  history_[change.key.kind].push_back({version_, type, std::make_shared<const Json>(object)});
  std::vector<uint64_t> ids;
  for (const auto& [id, watch] : watches_) {
    if (watch.resource->kind == change.key.kind && IsSelected(watch.label, object)) ids.push_back(id);
  }
  for (const uint64_t id : ids) SendEvent(id, type, object);
}

void FakeApiServer::SendEvent(uint64_t id, const std::string& type, const Json& object) {
  const auto found = watches_.find(id);
  if (found == watches_.end() || found->second.is_silent) return;
  Watch& watch = found->second;
  std::string bytes = absl::StrCat(Json({{"type", type}, {"object", Shown(object, watch.is_metadata)}}).dump(), "\n");
  // Servers write the type first.
  if (random_() % 4 != 0) {
    bytes = absl::StrCat(R"({"type":")", type, R"(","object":)", Shown(object, watch.is_metadata).dump(), "}\n");
  }
  watch.last_due = std::max(watch.last_due, clock_.now() + absl::Milliseconds(1) + Draw(faults_.most_slow));
  const bool is_cut = Happens(faults_.watch_cut);
  const bool is_strange = Happens(faults_.watch_strange);
  const bool is_error = Happens(faults_.watch_error);
  if (Happens(faults_.watch_silent) || watch.resource->kind == faults_.silent_kind) watch.is_silent = true;
  if (is_strange) bytes = "{\"type\": 7}\n";
  if (is_error) {
    const int code = random_() % 2 == 0 ? 410 : 500;
    const Json status = StatusDocument(code, code == 410 ? "Expired" : "InternalError", "an error");
    bytes = absl::StrCat(Json({{"type", "ERROR"}, {"object", status}}).dump(), "\n");
  }
  if (is_cut) bytes.resize(bytes.size() / 2);
  if (watch.is_silent) return;
  clock_.At(watch.last_due, [this, id, bytes = std::move(bytes), is_cut] {
    const auto open = open_.find(id);
    if (open == open_.end()) return;
    const auto sink = open->second.sink;
    const auto heard = watches_.find(id);
    if (heard != watches_.end()) ++heard->second.heard;
    const size_t half = bytes.size() / 3;
    sink->Bytes(absl::string_view(bytes).substr(0, half));
    sink->Bytes(absl::string_view(bytes).substr(half));
    if (is_cut) End(id, absl::UnavailableError("the connection was cut"));
  });
}

void FakeApiServer::SendBookmark(uint64_t id) {
  clock_.After(absl::Minutes(1), [this, id] {
    const auto found = watches_.find(id);
    if (found == watches_.end()) return;
    SendEvent(id, "BOOKMARK",
              {{"kind", std::string(found->second.resource->kind)},
               {"metadata", {{"resourceVersion", absl::StrCat(version_)}}}});
    SendBookmark(id);
  });
}

// A client has its own limit, which this client keeps too.
void FakeApiServer::LimitSilence(uint64_t id) {
  const Watch& watch = watches_.at(id);
  clock_.After(watch.idle_limit, [this, id, heard = watch.heard] {
    const auto found = watches_.find(id);
    if (found == watches_.end()) return;
    if (found->second.heard == heard) return End(id, absl::DeadlineExceededError("silence"));
    LimitSilence(id);
  });
}

std::map<std::string, SharedJson> FakeApiServer::ObjectsAt(const std::string& kind, int64_t version) const {
  std::map<std::string, SharedJson> objects;
  const auto found = history_.find(kind);
  if (found == history_.end()) return {};
  for (const HistoryEntry& entry : found->second) {
    if (entry.version > version) break;
    const Json& metadata = (*entry.object)["metadata"];
    const std::string name = absl::StrCat(metadata.value("namespace", ""), "/", metadata.value("name", ""));
    if (entry.type == "DELETED") {
      objects.erase(name);
    } else {
      objects[name] = entry.object;
    }
  }
  return objects;
}

}  // namespace lws
