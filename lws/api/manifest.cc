#include "lws/api/manifest.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// More nodes than this come of anchors that multiply each other.
constexpr int64_t kMaxNodes = 5000000;

bool IsOneOf(absl::string_view text, std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// A number of YAML 1.1: 10, 0x1f, 0b11, 0o17, 017, 1_000.
std::optional<int64_t> ParseYamlInteger(absl::string_view text) {
  const std::string plain = absl::StrReplaceAll(text, {{"_", ""}});
  absl::string_view digits = plain;
  const bool negative = absl::StartsWith(digits, "-");
  if (negative || absl::StartsWith(digits, "+")) digits.remove_prefix(1);
  int base = 10;
  if (absl::StartsWith(digits, "0x")) base = 16;
  if (absl::StartsWith(digits, "0b")) base = 2;
  if (absl::StartsWith(digits, "0o")) base = 8;
  if (base != 10) {
    digits.remove_prefix(2);
  } else if (digits.size() > 1 && digits[0] == '0') {
    base = 8;
  }
  if (digits.empty() || !absl::ascii_isxdigit(digits[0])) return std::nullopt;
  uint64_t value = 0;
  for (const char c : digits) {
    const int digit = absl::ascii_isdigit(c)    ? c - '0'
                      : absl::ascii_isxdigit(c) ? absl::ascii_tolower(c) - 'a' + 10
                                                : 99;
    if (digit >= base || value > (INT64_MAX - digit) / static_cast<uint64_t>(base)) return std::nullopt;
    value = value * base + digit;
  }
  return negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
std::optional<double> ParseYamlFloat(absl::string_view text) {
  double value = 0;
  if (text.find_first_not_of("0123456789+-.eE") != absl::string_view::npos) return std::nullopt;
  if (text.find_first_of("0123456789") == absl::string_view::npos || absl::StartsWith(text, "e") ||
      absl::StartsWith(text, "E") || !absl::SimpleAtod(text, &value) || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

// A plain scalar by the rules of YAML 1.1.
Json ResolveScalar(const std::string& text) {
  if (IsOneOf(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (IsOneOf(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"})) return true;
  if (IsOneOf(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"})) return false;
  if (const std::optional<int64_t> integer = ParseYamlInteger(text); integer.has_value()) return *integer;
  if (const std::optional<double> number = ParseYamlFloat(text); number.has_value()) return *number;
  return text;
}

class Converter {
 public:
  explicit Converter(absl::string_view source) : source_(source) {}

  absl::StatusOr<Json> Convert(const YAML::Node& node, int depth) {
    if (depth > kMaxJsonDepth) return Error(node, absl::StrCat("nested deeper than ", kMaxJsonDepth, " levels"));
    if (++nodes_ > kMaxNodes) return Error(node, "the anchors repeat too much");
    if (node.IsScalar() || node.IsNull()) return Scalar(node);
    for (const YAML::Node& above : ancestors_) {
      if (node.is(above)) return Error(node, "an anchor contains itself");
    }
    ancestors_.push_back(node);
    absl::StatusOr<Json> collection = node.IsMap() ? Map(node, depth) : Sequence(node, depth);
    ancestors_.pop_back();
    return collection;
  }

  absl::Status Error(const YAML::Node& node, absl::string_view message) const {
    return absl::InvalidArgumentError(absl::StrCat(source_, ":", node.Mark().line + 1, ": ", message));
  }

 private:
  static Json Scalar(const YAML::Node& node) {
    if (node.IsNull()) return nullptr;
    // "!" is the tag of a quoted scalar, "?" that of a plain one.
    const std::string& tag = node.Tag();
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return node.Scalar();
    return ResolveScalar(node.Scalar());
  }

  absl::StatusOr<Json> Sequence(const YAML::Node& node, int depth) {
    Json list = Json::array();
    for (const YAML::Node& element : node) {
      absl::StatusOr<Json> value = Convert(element, depth + 1);
      if (!value.ok()) return value.status();
      list.push_back(*std::move(value));
    }
    return list;
  }

  // Keys are texts in JSON.
  static std::string KeyText(const YAML::Node& key) {
    const Json value = Scalar(key);
    return value.is_string()                         ? value.get<std::string>()
           : value.is_boolean() || value.is_number() ? value.dump()
                                                     : "null";
  }

  absl::StatusOr<Json> Map(const YAML::Node& node, int depth) {
    Json map = Json::object();
    Json merged = Json::object();
    for (const auto& entry : node) {
      if (!entry.first.IsScalar() && !entry.first.IsNull()) return Error(entry.first, "a key is not a text");
      absl::StatusOr<Json> value = Convert(entry.second, depth + 1);
      if (!value.ok()) return value.status();
      const std::string key = entry.first.IsNull() ? "null" : KeyText(entry.first);
      if (key == "<<" && entry.first.Tag() != "!") {
        absl::Status status = Merge(entry.first, *value, &merged);
        if (!status.ok()) return status;
        continue;
      }
      if (map.contains(key)) return Error(entry.first, absl::StrCat("key \"", key, "\" is already set"));
      map[key] = *std::move(value);
    }
    for (auto it = merged.begin(); it != merged.end(); ++it) {
      if (!map.contains(it.key())) map[it.key()] = *it;
    }
    return map;
  }

  absl::Status Merge(const YAML::Node& key, const Json& value, Json* merged) const {
    for (const Json& map : value.is_array() ? value : Json::array({value})) {
      if (!map.is_object()) return Error(key, "map merge requires a map, or a list of maps");
      for (auto it = map.begin(); it != map.end(); ++it) {
        if (!merged->contains(it.key())) (*merged)[it.key()] = *it;
      }
    }
    return absl::OkStatus();
  }

  std::string source_;
  int64_t nodes_ = 0;
  std::vector<YAML::Node> ancestors_;  // of the node being converted
};

// Stops the parser where it would descend too deep, or, as it does on some broken texts, find documents for ever.
class Guard final : public YAML::EventHandler {
 public:
  explicit Guard(int64_t max_documents) : documents_left_(max_documents) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (--documents_left_ < 0) throw YAML::ParserException(mark, "the text has no end");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    Descend(mark);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    Descend(mark);
  }
  void OnMapEnd() override { --depth_; }

 private:
  void Descend(const YAML::Mark& mark) {
    if (++depth_ > kMaxJsonDepth) {
      throw YAML::ParserException(mark, absl::StrCat("nested deeper than ", kMaxJsonDepth, " levels"));
    }
  }

  int64_t documents_left_;
  int depth_ = 0;
};

absl::Status Flatten(const Json& document, int line, absl::string_view source, std::vector<ManifestObject>* objects) {
  if (document.is_null()) return absl::OkStatus();
  if (!document.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(source, ":", line, ": the document is not an object"));
  }
  const Json kind = document.value("kind", Json());
  const auto items = document.find("items");
  if (kind.is_string() && absl::EndsWith(kind.get<std::string>(), "List") && items != document.end() &&
      items->is_array()) {
    const std::string item_kind = kind.get<std::string>().substr(0, kind.get<std::string>().size() - 4);
    for (Json item : *items) {
      // Of the items of a NodeList each is a Node, and does not say so.
      if (item.is_object() && !item.contains("kind") && !item_kind.empty()) item["kind"] = item_kind;
      absl::Status status = Flatten(item, line, source, objects);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }
  objects->push_back({std::make_shared<const Json>(document), line});
  return absl::OkStatus();
}

absl::Status ReadYaml(absl::string_view text, absl::string_view source, std::vector<ManifestObject>* objects) {
  try {
    const std::string copy(text);
    std::istringstream stream(copy);
    Guard guard(1 + std::count(text.begin(), text.end(), '\n'));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(guard)) {
    }
    Converter converter(source);
    for (const YAML::Node& node : YAML::LoadAll(copy)) {
      absl::StatusOr<Json> document = converter.Convert(node, 0);
      if (!document.ok()) return document.status();
      absl::Status status = Flatten(*document, std::max(0, node.Mark().line) + 1, source, objects);
      if (!status.ok()) return status;
    }
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(source, ":", error.mark.line + 1, ": ", error.msg));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<ManifestObject>> ReadManifest(absl::string_view text, absl::string_view source) {
  std::vector<ManifestObject> objects;
  const absl::string_view begin = absl::StripLeadingAsciiWhitespace(text);
  if (absl::StartsWith(begin, "{")) {
    const absl::StatusOr<Json> document = ParseJson(text, source);
    if (document.ok()) {
      absl::Status status = Flatten(*document, 1, source, &objects);
      if (!status.ok()) return status;
      return objects;
    }
  }
  absl::Status status = ReadYaml(text, source, &objects);
  if (!status.ok()) return status;
  return objects;
}

}  // namespace lws
