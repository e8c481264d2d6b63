#include "lws/adapters/kubernetes/kept_store.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/host/earlier_due.h"
#include "lws/adapters/kubernetes/api_status.h"
#include "lws/api/json_reader.h"
#include "lws/api/object_kind.h"
#include "lws/api/well_known.h"
#include "lws/core/exponential_backoff.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr char kSetLabel[] = "lws-policies/set";
constexpr char kField[] = "kept";
constexpr absl::Duration kFirstWait = absl::Seconds(1);
constexpr absl::Duration kLongestWait = absl::Seconds(30);

std::string NameOfConfigMap(const KeptOwner& owner) { return absl::StrCat("lws-kept-", owner.uid); }

HttpRequest WriteRequest(const KeptOwner& owner, absl::string_view bytes) {
  const std::string name = NameOfConfigMap(owner);
  Json map = {{"apiVersion", "v1"}, {"kind", "ConfigMap"}};
  map["metadata"] = {{"namespace", owner.namespace_name}, {"name", name}, {"labels", {{kSetLabel, owner.name}}}};
  map["metadata"]["ownerReferences"] =
      Json::array({{{"apiVersion", kApiVersion}, {"kind", kKind}, {"name", owner.name}, {"uid", owner.uid}}});
  map["binaryData"] = {{kField, absl::Base64Escape(bytes)}};
  HttpRequest request;
  request.method = "PATCH";
  request.path = absl::StrCat(ApiObjectPath(KeptResource(), owner.namespace_name, name),
                              "?fieldManager=", kFieldManager, "&force=true");
  request.content_type = "application/apply-patch+yaml";
  request.body = map.dump(-1, ' ', false, Json::error_handler_t::replace);
  return request;
}

// Items of a list do not say their kind.
std::string WhereOf(const Json& config_map) {
  JsonReader reader(config_map);
  return absl::StrCat("ConfigMap ", reader.Text({"metadata", "namespace"}), "/", reader.Text({"metadata", "name"}));
}

}  // namespace

bool IsKeptConfigMap(const Json& object) {
  JsonReader reader(object);
  return reader.Text({"kind"}) == "ConfigMap" && reader.Find({"metadata", "labels", kSetLabel}) != nullptr;
}

absl::StatusOr<std::string> BytesOfKeptConfigMap(const Json& config_map) {
  JsonReader reader(config_map);
  const std::string text = reader.Text({"binaryData", kField});
  std::string bytes;
  if (!reader.status().ok() || !absl::Base64Unescape(text, &bytes)) {
    return absl::InvalidArgumentError(absl::StrCat(WhereOf(config_map), ": binaryData.", kField, " is not base64"));
  }
  return bytes;
}

const Resource& KeptResource() {
  static constexpr Resource kConfigMaps = {ObjectKind::kOther, "v1", "ConfigMap", "configmaps", true, kSetLabel, false};
  return kConfigMaps;
}

KeptStore::KeptStore(HttpClient* client, KeptStoreView view, std::function<absl::Time()> clock)
    : client_(*client), view_(std::move(view)), clock_(std::move(clock)) {}

void KeptStore::Read() {
  has_read_ = false;
  ++reading_;
  continue_token_.clear();
  AskForPage();
}

void KeptStore::AskForPage() {
  read_due_.reset();
  HttpRequest request;
  request.path =
      absl::StrCat(ApiCollectionPath(KeptResource(), ""), "?limit=100&labelSelector=", UrlEscaped(kSetLabel));
  if (!continue_token_.empty()) absl::StrAppend(&request.path, "&continue=", UrlEscaped(continue_token_));
  request.accepts_gzip = true;
  FetchHttpAnswer(&client_, std::move(request),
                  [this, reading = reading_](const absl::StatusOr<HttpAnswer>& answer) { TakePage(reading, answer); });
}

void KeptStore::TakePage(uint64_t reading, const absl::StatusOr<HttpAnswer>& answer) {
  if (reading != reading_) return;
  if (!answer.ok()) return ReadAgain(answer.status(), absl::ZeroDuration());
  absl::Status status = StatusOfHttpAnswer(answer->head.code, answer->body);
  if (absl::IsPermissionDenied(status)) {
    Tell(status);
    has_read_ = true;
    return;
  }
  if (status.ok()) {
    const absl::StatusOr<Json> list = ParseJson(answer->body, "list of ConfigMaps");
    status = list.ok() ? TakeList(*list) : list.status();
  }
  if (!status.ok()) return ReadAgain(status, answer->head.retry_after.value_or(absl::ZeroDuration()));
  if (!continue_token_.empty()) return AskForPage();
  has_read_ = true;
}

absl::Status KeptStore::TakeList(const Json& list) {
  if (!list.is_object()) return absl::InternalError("the list of ConfigMaps is no object");
  JsonReader reader(list);
  const Json* items = reader.Find({"items"});
  if (items != nullptr && items->is_array()) {
    for (const Json& item : *items) TakeItem(item);
  }
  continue_token_ = reader.Text({"metadata", "continue"});
  return absl::OkStatus();
}

// An item that does not parse is reported and otherwise ignored: it must not hold back the other sets.
void KeptStore::TakeItem(const Json& item) {
  const absl::StatusOr<std::string> bytes = BytesOfKeptConfigMap(item);
  if (!bytes.ok()) return Tell(bytes.status());
  const absl::Status status = view_.add(*bytes);
  if (!status.ok()) Tell(absl::Status(status.code(), absl::StrCat(WhereOf(item), ": ", status.message())));
}

void KeptStore::ReadAgain(const absl::Status& status, absl::Duration wait) {
  Tell(status);
  continue_token_.clear();
  read_due_ = clock_() + std::max(kFirstWait, wait);
}

bool KeptStore::Keep(const KeptOwner& owner, std::string bytes, Done done) {
  if (bytes.empty()) return true;
  const Name name = {owner.namespace_name, owner.name};
  if (entries_[name].owner.uid != owner.uid) {
    Forget(name.first, name.second);
    entries_[name].owner = owner;
  }
  Entry& entry = entries_[name];
  entry.wanted = std::move(bytes);
  if (!entry.is_under_way && entry.wanted == entry.written) return true;
  entry.waiting.push_back(std::move(done));
  if (!entry.is_under_way && !entry.is_refused_for_now) Send(name);
  return false;
}

void KeptStore::Forget(absl::string_view namespace_name, absl::string_view name) {
  const auto found = entries_.find({std::string(namespace_name), std::string(name)});
  if (found == entries_.end()) return;
  std::vector<Done> waiting = std::move(found->second.waiting);
  entries_.erase(found);
  Release(std::move(waiting), absl::AbortedError("the set is gone"), clock_());
}

void KeptStore::ForgetAllBut(absl::FunctionRef<bool(absl::string_view, absl::string_view)> is_there) {
  std::vector<Name> gone;
  for (const auto& [name, entry] : entries_) {
    if (!is_there(name.first, name.second)) gone.push_back(name);
  }
  for (const Name& name : gone) Forget(name.first, name.second);
}

void KeptStore::Send(const Name& name) {
  Entry& entry = entries_.at(name);
  entry.due.reset();
  entry.is_refused_for_now = false;
  entry.is_under_way = true;
  entry.sent = entry.wanted;
  FetchHttpAnswer(
      &client_, WriteRequest(entry.owner, entry.sent),
      [this, name, uid = entry.owner.uid](const absl::StatusOr<HttpAnswer>& answer) { Answered(name, uid, answer); });
}

void KeptStore::Answered(const Name& name, const std::string& uid, const absl::StatusOr<HttpAnswer>& answer) {
  const auto found = entries_.find(name);
  if (found == entries_.end() || found->second.owner.uid != uid) return;
  Entry& entry = found->second;
  entry.is_under_way = false;
  if (!answer.ok()) return Failed(&entry, answer.status());
  if (IsHttpRefusedForNow(answer->head.code) && answer->head.retry_after.has_value()) {
    entry.is_refused_for_now = true;
    entry.due = clock_() + *answer->head.retry_after;
    return;
  }
  const absl::Status status = StatusOfHttpAnswer(answer->head.code, answer->body);
  if (!status.ok()) return Failed(&entry, status);
  entry.failures = 0;
  entry.written = entry.sent;
  // Who asked meanwhile waits for newer bytes.
  if (entry.wanted != entry.written) return Send(name);
  Release(std::exchange(entry.waiting, {}), absl::OkStatus(), clock_());
}

void KeptStore::Failed(Entry* entry, const absl::Status& status) {
  entry->due = clock_() + ExponentialBackoff(entry->failures, kFirstWait, kLongestWait);
  ++entry->failures;
  const absl::Status told(status.code(),
                          absl::StrCat("what policies remember of LeaderWorkerSet ", entry->owner.namespace_name, "/",
                                       entry->owner.name, " is not kept: ", status.message()));
  Tell(told);
  Release(std::exchange(entry->waiting, {}), told, clock_());
}

// `waiting` is no part of an entry any more: who waits may ask for the next write.
void KeptStore::Release(std::vector<Done> waiting, const absl::Status& status, absl::Time now) {
  for (const Done& done : waiting) done(status, now);
}

void KeptStore::Tell(const absl::Status& status) const {
  if (view_.on_problem) view_.on_problem(status);
}

void KeptStore::Advance(absl::Time now) {
  if (read_due_.has_value() && *read_due_ <= now) AskForPage();
  std::vector<Name> due;
  for (const auto& [name, entry] : entries_) {
    if (entry.due.has_value() && *entry.due <= now) due.push_back(name);
  }
  for (const Name& name : due) Send(name);
}

std::optional<absl::Time> KeptStore::NextDue() const {
  std::optional<absl::Time> next = read_due_;
  for (const auto& [name, entry] : entries_) {
    next = EarlierDue(next, entry.due);
  }
  return next;
}

int32_t KeptStore::under_way() const {
  return static_cast<int32_t>(
      std::count_if(entries_.begin(), entries_.end(), [](const auto& entry) { return entry.second.is_under_way; }));
}

}  // namespace lws::internal
