#include "lws/api/manifest.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lws/api/json_manifest.h"
#include "lws/api/manifest_document.h"
#include "lws/api/value_lines.h"
#include "lws/api/yaml_manifest.h"
#include "nlohmann/json.hpp"
#include "simdjson.h"

namespace lws {

using internal::ErrorAt;
using internal::JsonManifestReader;
using internal::ManifestDocument;
using internal::ValueLines;
using internal::YamlManifestReader;

namespace {

constexpr char kByteOrderMark[] = "\xef\xbb\xbf";

// Collects the objects of documents, and splits lists into their items. Every object knows its path in its document.
class ObjectCollector {
 public:
  ObjectCollector(absl::string_view source, std::vector<ManifestObject>* objects)
      : source_(source), objects_(objects) {}

  // Keeps each object's path within its document. Only FieldLine needs the paths.
  void KeepPaths() { keeps_paths_ = true; }
  const std::vector<std::string>& paths() const { return paths_; }

  absl::Status Take(ManifestDocument document) {
    item_lines_ = std::move(document.item_lines);
    return Flatten(std::move(document.value), document.line, "", /*is_item=*/false);
  }

 private:
  absl::Status Flatten(Json value, int line, const std::string& path, bool is_item) {
    if (value.is_null() && !is_item) return absl::OkStatus();
    if (!value.is_object()) {
      return ErrorAt(source_, line, is_item ? "an item of the list is not an object" : "the document is not an object");
    }
    std::string item_kind;
    Json* items = ItemsOf(&value, &item_kind);
    if (items == nullptr) {
      const int number = static_cast<int>(objects_->size());
      objects_->push_back({std::make_shared<const Json>(std::move(value)), line, number});
      if (keeps_paths_) paths_.push_back(path);
      return absl::OkStatus();
    }
    for (size_t i = 0; i < items->size(); ++i) {
      Json item = std::move((*items)[i]);
      Inherit(item_kind, value, &item);
      const int item_line = !is_item && i < item_lines_.size() ? item_lines_[i] : line;
      const std::string item_path = absl::StrCat(path, path.empty() ? "" : ".", "items[", i, "]");
      absl::Status status = Flatten(std::move(item), item_line, item_path, /*is_item=*/true);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // The items of an object of kind List, NodeList and the like; null for other objects.
  static Json* ItemsOf(Json* object, std::string* item_kind) {
    const auto kind = object->find("kind");
    const auto items = object->find("items");
    if (kind == object->end() || !kind->is_string() || items == object->end() || !items->is_array()) return nullptr;
    absl::string_view name = kind->get_ref<const std::string&>();
    if (!absl::ConsumeSuffix(&name, "List")) return nullptr;
    *item_kind = std::string(name);
    return &*items;
  }

  // The items of a NodeList are Nodes of the list's version, even where they do not say so themselves.
  static void Inherit(const std::string& item_kind, const Json& list, Json* item) {
    if (item_kind.empty() || !item->is_object()) return;
    const auto is_absent = [item](const char* key) {
      const auto found = item->find(key);
      return found == item->end() || found->is_null();
    };
    const auto version = list.find("apiVersion");
    if (is_absent("kind")) (*item)["kind"] = item_kind;
    if (is_absent("apiVersion") && version != list.end()) (*item)["apiVersion"] = *version;
  }

  const std::string source_;
  std::vector<ManifestObject>* objects_;
  std::vector<int> item_lines_;
  bool keeps_paths_ = false;
  std::vector<std::string> paths_;
};

bool IsUtf8(absl::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

absl::Status CheckUtf8(absl::string_view text, absl::string_view source) {
  if (IsUtf8(text)) return absl::OkStatus();
  if (absl::StartsWith(text, "\xff\xfe") || absl::StartsWith(text, "\xfe\xff")) {
    return ErrorAt(source, 1, "the text is UTF-16, not UTF-8");
  }
  // Look for the first broken line. Lines can be checked one by one, because no character spans a line break.
  int line = 1;
  while (true) {
    const size_t end = text.find('\n');
    if (!IsUtf8(text.substr(0, end)) || end == absl::string_view::npos) break;
    text.remove_prefix(end + 1);
    ++line;
  }
  return ErrorAt(source, line, "the text is not UTF-8");
}

// Calls `take` with every document. Unless `lines` is null, it holds the lines of the document that is being read, and
// `take` empties it.
template <typename Take>
absl::Status ReadDocuments(absl::string_view text, absl::string_view source, ValueLines* lines, const Take& take) {
  absl::Status status = CheckUtf8(text, source);
  if (!status.ok()) return status;
  absl::ConsumePrefix(&text, kByteOrderMark);
  JsonManifestReader json(text, source, lines);
  ManifestDocument document;
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{")) json.SkipSeparator();
  while (absl::StartsWith(json.rest(), "{")) {
    status = json.Next(&document);
    if (absl::IsNotFound(status)) break;
    if (status.ok()) status = take(std::move(document));
    if (!status.ok()) return status;
    json.SkipSeparator();
  }
  if (json.rest().empty()) return absl::OkStatus();
  YamlManifestReader yaml(json.rest(), source, json.line(), lines);
  for (;;) {
    const absl::StatusOr<bool> read = yaml.Next(&document);
    if (!read.ok()) return read.status();
    if (!*read) return absl::OkStatus();
    status = take(std::move(document));
    if (!status.ok()) return status;
  }
}

}  // namespace

absl::StatusOr<std::vector<ManifestObject>> ReadManifest(absl::string_view text, absl::string_view source) {
  std::vector<ManifestObject> objects;
  ObjectCollector collector(source, &objects);
  absl::Status status = ReadDocuments(
      text, source, nullptr, [&collector](ManifestDocument document) { return collector.Take(std::move(document)); });
  if (!status.ok()) return status;
  return objects;
}

std::vector<int> FieldLines(absl::string_view text, const std::vector<FieldPlace>& places) {
  std::vector<int> found(places.size(), 0);
  std::multimap<int, size_t> waiting;  // places by the number of their object
  for (size_t i = 0; i < places.size(); ++i) waiting.emplace(places[i].number, i);
  std::vector<ManifestObject> objects;
  ObjectCollector collector("", &objects);
  collector.KeepPaths();
  ValueLines lines;
  // An error ends the reading once all objects are found.
  ReadDocuments(text, "", &lines, [&](ManifestDocument document) -> absl::Status {
    const size_t first = objects.size();
    absl::Status status = collector.Take(std::move(document));
    if (!status.ok()) return status;
    const auto end = waiting.lower_bound(static_cast<int>(objects.size()));
    for (auto at = waiting.lower_bound(static_cast<int>(first)); at != end; ++at) {
      const std::string& path = collector.paths()[static_cast<size_t>(at->first)];
      const std::string& field = places[at->second].field;
      found[at->second] = lines.Find(absl::StrCat(path, path.empty() || field.empty() ? "" : ".", field));
    }
    for (size_t i = first; i < objects.size(); ++i) objects[i].object = nullptr;
    if (end == waiting.end()) return absl::CancelledError("all are found");
    lines = ValueLines();
    return status;
  }).IgnoreError();
  return found;
}

int FieldLine(absl::string_view text, int number, absl::string_view field) {
  return FieldLines(text, {{number, std::string(field)}})[0];
}

}  // namespace lws
