#include "lws/api/manifest.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lws/api/json_manifest.h"
#include "lws/api/json_packer.h"
#include "lws/api/manifest_error.h"
#include "lws/api/packed_value.h"
#include "lws/api/strict_reader.h"
#include "lws/api/yaml_manifest.h"
#include "nlohmann/json.hpp"
#include "simdjson.h"

namespace lws {

using internal::FindPackedValue;
using internal::JsonManifestReader;
using internal::JsonPacker;
using internal::ManifestErrorAt;
using internal::PackedItems;
using internal::PackedKind;
using internal::PackedMapWithEntry;
using internal::PackedValue;
using internal::PackJsonAt;
using internal::UnpackValue;
using internal::YamlManifestReader;

namespace {

constexpr char kByteOrderMark[] = "\xef\xbb\xbf";

// Collects the objects of documents, and splits lists into their items.
class ObjectCollector {
 public:
  ObjectCollector(absl::string_view source, std::vector<ManifestObject>* objects)
      : source_(source), objects_(objects) {}

  absl::Status Take(const JsonPacker& document) {
    const PackedValue value = document.At(0);
    return value.kind == PackedKind::kNull ? absl::OkStatus() : Flatten(value, value.lines_below, /*is_item=*/false);
  }

 private:
  absl::Status Flatten(const PackedValue& value, int line, bool is_item) {
    if (value.kind != PackedKind::kMap) {
      return ManifestErrorAt(source_, line,
                             is_item ? "an item of the list is not an object" : "the document is not an object");
    }
    absl::Status status = CheckKind(value, line);
    if (!status.ok()) return status;
    PackedValue items;
    std::string item_kind;
    if (FindItems(value, &items, &item_kind)) return FlattenItems(value, line, items, item_kind);
    const int number = static_cast<int>(objects_->size());
    objects_->push_back({PackJsonAt(value, line), line, number});
    return absl::OkStatus();
  }

  // A kind that is not a string names no object of Kubernetes, and items that are not a list would pass for another
  // field.
  absl::Status CheckKind(const PackedValue& object, int line) const {
    PackedValue kind;
    PackedValue items;
    if (!FindPackedValue(object, "kind", &kind) || kind.kind == PackedKind::kNull) return absl::OkStatus();
    if (kind.kind != PackedKind::kText) return WrongType(object, line, "kind", kind, "a string");
    if (!IsListOfKubernetes(kind.content) || !FindPackedValue(object, "items", &items)) return absl::OkStatus();
    if (items.kind == PackedKind::kList || items.kind == PackedKind::kNull) return absl::OkStatus();
    return WrongType(object, line, "items", items, "a list");
  }

  // Whether a kind of this name is a list for sure. Other kinds may end in "List", too.
  static bool IsListOfKubernetes(absl::string_view kind) {
    constexpr absl::string_view kItems[] = {"",        "LeaderWorkerSet", "DisaggregatedSet",   "Node",
                                            "Pod",     "StatefulSet",     "ControllerRevision", "Service",
                                            "PodGroup"};
    return absl::ConsumeSuffix(&kind, "List") &&
           std::find(std::begin(kItems), std::end(kItems), kind) != std::end(kItems);
  }

  absl::Status WrongType(const PackedValue& object, int line, absl::string_view field, const PackedValue& value,
                         absl::string_view wanted) const {
    const int lines = object.is_copy ? 0 : value.lines_below;
    return ManifestErrorAt(source_, line + lines,
                           absl::StrCat(field, ": ", ShownJsonValue(UnpackValue(value)), " is not ", wanted));
  }

  absl::Status FlattenItems(const PackedValue& list, int line, const PackedValue& items, const std::string& item_kind) {
    const int items_line = list.is_copy ? line : line + items.lines_below;
    for (PackedItems item(items); item.Next();) {
      const bool has_lines = !list.is_copy && !items.is_copy;
      const int item_line = has_lines ? items_line + item.value().lines_below : items_line;
      absl::Status status = FlattenItem(list, item.value(), item_line, item_kind);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // The items of a NodeList are Nodes of the list's version, even where they do not say so themselves.
  absl::Status FlattenItem(const PackedValue& list, PackedValue item, int line, const std::string& item_kind) {
    PackedJson with_kind;
    PackedJson with_version;
    PackedValue version;
    const bool inherits = !item_kind.empty() && item.kind == PackedKind::kMap;
    if (inherits && IsAbsent(item, "kind")) {
      with_kind = PackedMapWithEntry(item, line, "kind", item_kind);
      item = with_kind.value();
    }
    if (inherits && IsAbsent(item, "apiVersion") && FindPackedValue(list, "apiVersion", &version)) {
      with_version = PackedMapWithEntry(item, line, "apiVersion", UnpackValue(version));
      item = with_version.value();
    }
    return Flatten(item, line, /*is_item=*/true);
  }

  static bool IsAbsent(const PackedValue& object, absl::string_view key) {
    PackedValue found;
    return !FindPackedValue(object, key, &found) || found.kind == PackedKind::kNull;
  }

  // The items of an object of kind List, NodeList and the like. Returns false for other objects.
  static bool FindItems(const PackedValue& object, PackedValue* items, std::string* item_kind) {
    PackedValue kind;
    if (!FindPackedValue(object, "kind", &kind) || kind.kind != PackedKind::kText) return false;
    if (!FindPackedValue(object, "items", items) || items->kind != PackedKind::kList) return false;
    absl::string_view name = kind.content;
    if (!absl::ConsumeSuffix(&name, "List")) return false;
    *item_kind = std::string(name);
    return true;
  }

  const std::string source_;
  std::vector<ManifestObject>* objects_;
};

bool IsUtf8(absl::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

absl::Status CheckUtf8(absl::string_view text, absl::string_view source) {
  if (IsUtf8(text)) return absl::OkStatus();
  if (absl::StartsWith(text, "\xff\xfe") || absl::StartsWith(text, "\xfe\xff")) {
    return ManifestErrorAt(source, 1, "the text is UTF-16, not UTF-8");
  }
  // Look for the first broken line. Lines can be checked one by one, because no character spans a line break.
  int line = 1;
  while (true) {
    const size_t end = text.find('\n');
    if (!IsUtf8(text.substr(0, end)) || end == absl::string_view::npos) break;
    text.remove_prefix(end + 1);
    ++line;
  }
  return ManifestErrorAt(source, line, "the text is not UTF-8");
}

// A null between JSON objects is no object.
bool StartsWithNull(absl::string_view text) {
  return absl::ConsumePrefix(&text, "null") && (text.empty() || absl::ascii_isspace(text[0]));
}

// What is left of a text, and its line.
struct Rest {
  absl::string_view text;
  int line = 1;
};

// Reads the JSON objects at the beginning of the text. Returns the YAML that is left.
absl::StatusOr<Rest> ReadJsonObjects(absl::string_view text, absl::string_view source, JsonPacker* document,
                                     ObjectCollector* collector) {
  JsonManifestReader json(text, source);
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{")) json.SkipSeparator();
  bool is_stream = false;  // an object came before: then a null may stand between objects
  while (absl::StartsWith(json.rest(), "{") || (is_stream && StartsWithNull(json.rest()))) {
    absl::Status status = json.Next(document);
    if (absl::IsNotFound(status)) break;
    if (status.ok()) status = collector->Take(*document);
    if (!status.ok()) return status;
    json.SkipSeparator();
    is_stream = true;
  }
  return Rest{json.rest(), json.line()};
}

}  // namespace

absl::StatusOr<std::vector<ManifestObject>> ReadManifest(absl::string_view text, absl::string_view source) {
  absl::Status status = CheckUtf8(text, source);
  if (!status.ok()) return status;
  absl::ConsumePrefix(&text, kByteOrderMark);
  std::vector<ManifestObject> objects;
  ObjectCollector collector(source, &objects);
  JsonPacker document;
  const absl::StatusOr<Rest> rest = ReadJsonObjects(text, source, &document, &collector);
  if (!rest.ok()) return rest.status();
  if (rest->text.empty()) return objects;
  YamlManifestReader yaml(rest->text, source, rest->line);
  for (;;) {
    const absl::StatusOr<bool> read = yaml.Next(&document);
    if (!read.ok()) return read.status();
    if (!*read) return objects;
    status = collector.Take(document);
    if (!status.ok()) return status;
  }
}

}  // namespace lws
