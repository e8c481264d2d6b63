#include "lws/adapters/kubernetes/watch_lines.h"

#include <cstring>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "simdjson.h"

namespace lws::internal {
namespace {

struct TypeName {
  absl::string_view name;
  WatchEventType type;
};

constexpr TypeName kTypes[] = {
    {"ADDED", WatchEventType::kAdded},     {"MODIFIED", WatchEventType::kModified},
    {"DELETED", WatchEventType::kDeleted}, {"BOOKMARK", WatchEventType::kBookmark},
    {"ERROR", WatchEventType::kError},
};

std::optional<WatchEventType> FindType(absl::string_view name) {
  for (const TypeName& type : kTypes) {
    if (type.name == name) return type.type;
  }
  return std::nullopt;
}

// The form in which servers write events: {"type":"ADDED","object":{...}}.
std::optional<WatchEvent> ReadUsual(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, R"({"type":")")) return std::nullopt;
  const size_t quote = line.find('"');
  if (quote == absl::string_view::npos) return std::nullopt;
  const std::optional<WatchEventType> type = FindType(line.substr(0, quote));
  line.remove_prefix(quote);
  if (!type.has_value() || !absl::ConsumePrefix(&line, R"(","object":{)")) return std::nullopt;
  if (!absl::ConsumeSuffix(&line, "}}")) return std::nullopt;
  // The object with its brackets.
  return WatchEvent{*type, absl::string_view(line.data() - 1, line.size() + 2)};
}

absl::Status NoEvent(absl::string_view line) {
  return absl::InvalidArgumentError(absl::StrCat("a line of a watch is not an event: ", line.substr(0, 100)));
}

// Reads events with any order of keys and any spacing.
absl::StatusOr<WatchEvent> ReadCarefully(absl::string_view line) {
  simdjson::dom::parser parser;
  simdjson::dom::element event;
  std::string_view name;
  simdjson::dom::object object;
  if (parser.parse(line.data(), line.size()).get(event) != simdjson::SUCCESS) return NoEvent(line);
  if (event["type"].get(name) != simdjson::SUCCESS) return NoEvent(line);
  if (event["object"].get(object) != simdjson::SUCCESS) return NoEvent(line);
  const std::optional<WatchEventType> type = FindType({name.data(), name.size()});
  if (!type.has_value()) return NoEvent(line);
  simdjson::ondemand::parser slicer;
  simdjson::padded_string padded(line.data(), line.size());
  simdjson::ondemand::document document;
  simdjson::ondemand::value value;
  std::string_view raw;
  if (slicer.iterate(padded).get(document) != simdjson::SUCCESS) return NoEvent(line);
  if (document["object"].get(value) != simdjson::SUCCESS) return NoEvent(line);
  simdjson::ondemand::object slice;
  if (value.get(slice) != simdjson::SUCCESS || slice.raw_json().get(raw) != simdjson::SUCCESS) return NoEvent(line);
  return WatchEvent{*type, line.substr(static_cast<size_t>(raw.data() - padded.data()), raw.size())};
}

}  // namespace

absl::Status WatchLines::Feed(absl::string_view bytes, absl::FunctionRef<void(absl::string_view)> tell) {
  while (!bytes.empty() && !is_too_long_) {
    const size_t end = bytes.find('\n');
    const absl::string_view piece = bytes.substr(0, end);
    is_too_long_ = begun_.size() + piece.size() > most_bytes_;
    if (is_too_long_) break;
    if (end == absl::string_view::npos) {
      begun_.append(piece.data(), piece.size());
      return absl::OkStatus();
    }
    bytes.remove_prefix(end + 1);
    if (begun_.empty()) {
      if (!piece.empty()) tell(piece);
      continue;
    }
    begun_.append(piece.data(), piece.size());
    tell(begun_);
    begun_.clear();
  }
  if (!is_too_long_) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("a line of a watch has more than ", most_bytes_, " bytes"));
}

void WatchLines::Clear() {
  begun_.clear();
  begun_.shrink_to_fit();
  is_too_long_ = false;
}

absl::StatusOr<WatchEvent> ReadWatchEvent(absl::string_view line) {
  const std::optional<WatchEvent> usual = ReadUsual(line);
  if (usual.has_value()) return *usual;
  return ReadCarefully(line);
}

}  // namespace lws::internal
