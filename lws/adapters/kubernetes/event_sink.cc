#include "lws/adapters/kubernetes/event_sink.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lws/adapters/host/earlier_due.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/api/digest.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr size_t kMostNote = 1024;
constexpr int kMostTries = 12;
constexpr absl::Duration kRetryAfter = absl::Seconds(10);
constexpr absl::Duration kSeriesEndsAfter = absl::Minutes(6);
constexpr absl::Duration kSeriesIsWrittenEvery = absl::Minutes(30);

Json ReferenceTo(const EventObject& object) {
  Json reference = {{"kind", object.ref.kind}, {"name", object.ref.name}};
  if (!object.ref.namespace_name.empty()) reference["namespace"] = object.ref.namespace_name;
  if (!object.api_version.empty()) reference["apiVersion"] = object.api_version;
  if (!object.uid.empty()) reference["uid"] = object.uid;
  if (!object.resource_version.empty()) reference["resourceVersion"] = object.resource_version;
  return reference;
}

std::string MicroTime(absl::Time time) { return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", time, absl::UTCTimeZone()); }

std::string CutNote(absl::string_view note) {
  if (note.size() <= kMostNote) return std::string(note);
  size_t size = kMostNote;
  // A byte 10xxxxxx continues a character.
  while (size > 0 && (static_cast<unsigned char>(note[size]) & 0xC0U) == 0x80U) --size;
  return std::string(note.substr(0, size));
}

std::string TextOf(const Json& document) { return document.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string KeyOf(const Event& event, const Json& regarding, const Json& related) {
  return Sha1Hex(absl::StrJoin({std::string(event.is_warning ? "Warning" : "Normal"), event.action, event.reason,
                                TextOf(regarding), TextOf(related)},
                               "\n"));
}

// The event with its count; the text itself if it does not parse.
std::string WithSeries(const std::string& event, const Json& count) {
  absl::StatusOr<Json> document = ParseJson(event, "Event");
  if (!document.ok() || !document->is_object()) return event;
  (*document)["series"] = count;
  return TextOf(*document);
}

}  // namespace

EventSink::EventSink(EventSinkOptions options) : options_(std::move(options)) {}

void EventSink::Record(const Event& event, const EventObject& regarding, const std::optional<EventObject>& related,
                       absl::Time now) {
  const Json about = ReferenceTo(regarding);
  const Json with = related.has_value() ? ReferenceTo(*related) : Json();
  const std::string key = KeyOf(event, about, with);
  const auto found = series_.find(key);
  if (found != series_.end()) {
    Series& series = found->second;
    series.last = now;
    if (++series.count > 2) return;
    series.written = now;
    return Ask(key, /*is_patch=*/true, now, 0);
  }
  if (waiting_.size() >= options_.most_waiting) {
    ++dropped_;
    return;
  }
  Series series;
  const std::string namespace_name =
      event.regarding.namespace_name.empty() ? "default" : event.regarding.namespace_name;
  series.name = absl::StrFormat("%s.%x", event.regarding.name, absl::ToUnixNanos(now));
  series.path = absl::StrCat("/apis/events.k8s.io/v1/namespaces/", UrlEscaped(namespace_name), "/events");
  series.last = now;
  Json document = {{"apiVersion", "events.k8s.io/v1"},
                   {"kind", "Event"},
                   {"metadata", {{"name", series.name}, {"namespace", namespace_name}}},
                   {"eventTime", MicroTime(now)},
                   {"reportingController", options_.reporting_controller},
                   {"reportingInstance", options_.reporting_instance},
                   {"action", event.action},
                   {"reason", event.reason},
                   {"type", event.is_warning ? "Warning" : "Normal"},
                   {"note", CutNote(event.note)},
                   {"regarding", about}};
  if (related.has_value()) document["related"] = with;
  series.event = TextOf(document);
  series_.emplace(key, std::move(series));
  if (next_sweep_ == absl::InfinitePast()) next_sweep_ = now + kSeriesEndsAfter;
  Ask(key, /*is_patch=*/false, now, 0);
}

void EventSink::Ask(const std::string& key, bool is_patch, absl::Time due, int tries) {
  Series& series = series_.at(key);
  if (series.is_busy) {
    series.is_owed = true;
    return;
  }
  series.is_busy = true;
  waiting_.push_back({key, is_patch, tries, due});
}

HttpRequest EventSink::RequestOf(const Series& series, bool is_patch) const {
  HttpRequest request;
  const Json count = {{"count", series.count}, {"lastObservedTime", MicroTime(series.last)}};
  if (is_patch) {
    request.method = "PATCH";
    request.path = absl::StrCat(series.path, "/", UrlEscaped(series.name));
    request.content_type = "application/strategic-merge-patch+json";
    request.body = Json({{"series", count}}).dump();
    return request;
  }
  request.method = "POST";
  request.path = series.path;
  request.content_type = "application/json";
  request.body = series.count > 1 ? WithSeries(series.event, count) : series.event;
  return request;
}

std::optional<EventRequest> EventSink::NextRequest(absl::Time now) {
  if (now >= next_sweep_ && !series_.empty()) Sweep(now);
  if (under_way_.size() >= options_.most_under_way) return std::nullopt;
  const auto due =
      std::find_if(waiting_.begin(), waiting_.end(), [now](const Waiting& waiting) { return waiting.due <= now; });
  if (due == waiting_.end()) return std::nullopt;
  EventRequest request;
  request.number = next_number_++;
  request.request = RequestOf(series_.at(due->key), due->is_patch);
  under_way_[request.number] = *due;
  waiting_.erase(due);
  return request;
}

void EventSink::Answered(uint64_t number, int code, absl::Time now, absl::Duration retry_after) {
  const auto found = under_way_.find(number);
  if (found == under_way_.end()) return;
  const Waiting asked = found->second;
  under_way_.erase(found);
  Series& series = series_.at(asked.key);
  series.is_busy = false;
  const bool is_owed = std::exchange(series.is_owed, false);
  const bool came = code != 0 && code != 429 && code != 503;
  if (!came && asked.tries + 1 < kMostTries) {
    return Ask(asked.key, asked.is_patch, now + std::max(kRetryAfter, retry_after), asked.tries + 1);
  }
  if (asked.is_patch && code == 404) return Ask(asked.key, /*is_patch=*/false, now, 0);
  if (is_owed) Ask(asked.key, /*is_patch=*/true, now, 0);
}

std::optional<absl::Time> EventSink::NextDue() const {
  std::optional<absl::Time> due;
  if (!series_.empty()) due = next_sweep_;
  if (under_way_.size() >= options_.most_under_way) return due;
  for (const Waiting& waiting : waiting_) due = EarlierDue(due, waiting.due);
  return due;
}

void EventSink::Sweep(absl::Time now) {
  next_sweep_ = now + kSeriesEndsAfter;
  for (auto it = series_.begin(); it != series_.end();) {
    Series& series = it->second;
    const bool ends = now - series.last >= kSeriesEndsAfter && !series.is_busy;
    const bool is_told = series.count <= 2 || series.written >= series.last;
    if (ends && is_told) {
      it = series_.erase(it);
      continue;
    }
    if (!is_told && (ends || now - series.written >= kSeriesIsWrittenEvery)) {
      series.written = now;
      Ask(it->first, /*is_patch=*/true, now, 0);
    }
    ++it;
  }
}

}  // namespace lws::internal
