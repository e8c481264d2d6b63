#include "lws/adapters/kubernetes/reflector.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/adapters/kubernetes/api_status.h"
#include "lws/adapters/kubernetes/list_page.h"
#include "lws/api/json_reader.h"
#include "lws/core/exponential_backoff.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr char kMetadataList[] = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";
constexpr char kMetadata[] = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json";

// A server that ends a watch sooner does not want it.
constexpr absl::Duration kShortWatch = absl::Seconds(1);

bool IsOk(const HttpHead& head) { return head.code >= 200 && head.code < 300; }

std::string Selector(const ReflectorOptions& options) {
  std::string selector;
  if (!options.resource.label.empty())
    absl::StrAppend(&selector, "&labelSelector=", UrlEscaped(options.resource.label));
  if (!options.object_name.empty()) {
    absl::StrAppend(&selector, "&fieldSelector=", UrlEscaped(absl::StrCat("metadata.name=", options.object_name)));
  }
  return selector;
}

}  // namespace

HttpRequest ListPageRequest(const ReflectorOptions& options, const std::string& continue_token) {
  HttpRequest request;
  request.path = absl::StrCat(ApiCollectionPath(options.resource, options.namespace_name),
                              "?limit=", options.page_limit, Selector(options));
  if (!continue_token.empty()) absl::StrAppend(&request.path, "&continue=", UrlEscaped(continue_token));
  if (options.resource.is_read_as_metadata) request.accept = kMetadataList;
  request.accepts_gzip = true;
  request.timeout = absl::Minutes(2);
  return request;
}

Reflector::Reflector(ReflectorOptions options, ReflectorStore* store, uint64_t seed)
    : options_(std::move(options)), store_(*store), random_(seed) {}

std::optional<absl::Time> Reflector::NextDue() const { return due_; }

std::optional<HttpRequest> Reflector::NextRequest(absl::Time now) {
  if (!due_.has_value() || *due_ > now) return std::nullopt;
  due_.reset();
  started_ = now;
  head_ = HttpHead();
  body_.clear();
  lines_.Clear();
  if (!is_listing_) return WatchRequest();
  if (continue_token_.empty()) {
    ++relists_;
    store_.BeginRelist();
  }
  return ListPageRequest(options_, continue_token_);
}

HttpRequest Reflector::WatchRequest() {
  HttpRequest request;
  const int64_t least = absl::ToInt64Seconds(options_.least_watch);
  const int64_t most = std::max(least, absl::ToInt64Seconds(options_.most_watch));
  const int64_t seconds = least + static_cast<int64_t>(random_() % static_cast<uint64_t>(most - least + 1));
  request.path = absl::StrCat(ApiCollectionPath(options_.resource, options_.namespace_name),
                              "?watch=true&allowWatchBookmarks=true&resourceVersion=", UrlEscaped(resource_version_),
                              "&timeoutSeconds=", seconds, Selector(options_));
  if (options_.resource.is_read_as_metadata) request.accept = kMetadata;
  request.is_stream = true;
  request.timeout = absl::Seconds(seconds) + absl::Minutes(1);
  request.idle_limit = options_.idle_limit;
  return request;
}

void Reflector::Head(const HttpHead& head, absl::Time now) { head_ = head; }

bool Reflector::Bytes(absl::string_view bytes, absl::Time now) {
  if (due_.has_value()) return false;
  if (is_listing_ || !IsOk(head_)) {
    body_.append(bytes.data(), bytes.size());
    return true;
  }
  const absl::Status status = lines_.Feed(bytes, [this, now](absl::string_view line) { TakeLine(line, now); });
  if (!status.ok() && !due_.has_value()) Failure(status, now);
  return !due_.has_value();
}

void Reflector::End(const absl::Status& status, absl::Time now) {
  if (due_.has_value()) return;
  const absl::Status refused = status.ok() ? StatusOfHttpAnswer(head_.code, body_) : status;
  if (absl::IsOutOfRange(refused)) return ListAnew(now);
  if (is_listing_) return refused.ok() ? TakePage(now) : Failure(refused, now);
  if (!refused.ok()) return Failure(refused, now);
  if (now - started_ >= kShortWatch) {
    expired_ = 0;
    return Success(now);
  }
  Failure(absl::UnavailableError("the server ended the watch at once"), now);
}

void Reflector::TakePage(absl::Time now) {
  const absl::StatusOr<ListPage> page = ListPage::Read(std::exchange(body_, std::string()));
  if (!page.ok()) return Failure(page.status(), now);
  for (const absl::string_view item : page->items()) {
    const absl::StatusOr<std::string> told = store_.Tell(item);
    if (!told.ok()) Problem(told.status());
  }
  continue_token_ = page->continue_token();
  if (continue_token_.empty()) {
    resource_version_ = page->resource_version();
    is_listing_ = false;
    has_synced_ = true;
    store_.EndRelist(resource_version_);
  }
  Success(now);
}

void Reflector::TakeLine(absl::string_view line, absl::Time now) {
  if (due_.has_value()) return;  // an earlier line ended the watch
  const absl::StatusOr<WatchEvent> event = ReadWatchEvent(line);
  if (!event.ok()) return Failure(event.status(), now);
  if (event->type == WatchEventType::kError) return TakeError(event->object, now);
  TakeObject(*event);
  failures_ = 0;
  expired_ = 0;
}

void Reflector::TakeObject(const WatchEvent& event) {
  absl::StatusOr<std::string> version = std::string();
  if (event.type == WatchEventType::kAdded || event.type == WatchEventType::kModified) {
    version = store_.Tell(event.object);
  } else if (event.type == WatchEventType::kDeleted) {
    version = store_.TellGone(event.object);
  }
  if (!version.ok()) Problem(version.status());
  if (version.ok() && !version->empty()) {
    resource_version_ = *std::move(version);
    return;
  }
  // The event is a bookmark, or its object was skipped.
  const absl::StatusOr<Json> object = ParseJson(event.object, "event");
  if (!object.ok()) return;
  JsonReader reader(*object);
  std::string told = reader.Text({"metadata", "resourceVersion"});
  if (!told.empty()) resource_version_ = std::move(told);
}

void Reflector::TakeError(absl::string_view object, absl::Time now) {
  const absl::StatusOr<Json> document = ParseJson(object, "event");
  if (!document.ok()) return Failure(document.status(), now);
  JsonReader reader(*document);
  const int code = static_cast<int>(std::clamp<int64_t>(reader.Integer({"code"}).value_or(500), 400, 599));
  const absl::Status status = StatusOfHttpDocument(code, *document);
  if (absl::IsOutOfRange(status)) return ListAnew(now);
  Failure(status, now);
}

// Starts the list again from its first page.
void Reflector::ListAnew(absl::Time now) {
  is_listing_ = true;
  continue_token_.clear();
  if (++expired_ == 1) {
    due_ = now;
    return;
  }
  Failure(absl::OutOfRangeError("the version is too old, and so was the one before"), now);
}

void Reflector::Success(absl::Time now) {
  failures_ = 0;
  due_ = now;
}

void Reflector::Failure(const absl::Status& status, absl::Time now) {
  Problem(status);
  if (is_listing_) continue_token_.clear();
  const absl::Duration backoff = ExponentialBackoff(failures_, options_.first_backoff, options_.max_backoff);
  ++failures_;
  const double part = 0.5 + 0.5 * static_cast<double>(random_() % 1001) / 1000;
  due_ = now + std::max(backoff * part, head_.retry_after.value_or(absl::ZeroDuration()));
}

void Reflector::Problem(const absl::Status& status) const {
  if (options_.on_problem) options_.on_problem(status);
}

}  // namespace lws::internal
