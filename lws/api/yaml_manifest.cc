#include "lws/api/yaml_manifest.h"

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "lws/api/json.h"
#include "lws/api/yaml_scalar.h"
#include "lws/api/yaml_stream.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

using Kind = YamlEvent::Kind;

constexpr char kMergeTag[] = "tag:yaml.org,2002:merge";
// libyaml drops a byte order mark at the beginning of any line, while Kubernetes reads it as a character. A character
// that never occurs in texts stands in for it.
constexpr char kByteOrderMark[] = "\xef\xbb\xbf";
constexpr char kStandIn[] = "\xef\xb7\x90";

// The cost of a value besides its texts: roughly the memory that it takes.
constexpr int64_t kValueCost = 64;

// A value with an anchor. The pointers stay valid while the document is built, because containers and texts are moved
// as a whole.
struct Anchor {
  bool is_complete = false;
  Json scalar;  // a number, true, false or null
  const Json::object_t* object = nullptr;
  const Json::array_t* list = nullptr;
  const std::string* text = nullptr;

  Json Copy() const {
    if (object != nullptr) return Json(*object);
    if (list != nullptr) return Json(*list);
    return text != nullptr ? Json(*text) : scalar;
  }
};

Anchor AnchorTo(const Json& value) {
  Anchor anchor;
  anchor.is_complete = true;
  anchor.object = value.get_ptr<const Json::object_t*>();
  anchor.list = value.get_ptr<const Json::array_t*>();
  anchor.text = value.get_ptr<const std::string*>();
  if (value.is_primitive() && !value.is_string()) anchor.scalar = value;
  return anchor;
}

// The key for a scalar, as a text, because JSON's keys are texts.
absl::StatusOr<std::string> KeyText(const Json& key) {
  if (key.is_string()) return key.get<std::string>();
  if (key.is_number_float()) return absl::StrFormat("%.9g", key.get<double>());
  if (key.is_boolean() || key.is_number()) return key.dump();
  return absl::InvalidArgumentError(key.is_null() ? "a key is null" : "a key is not a text");
}

}  // namespace

class YamlManifestReader::Composer {
 public:
  Composer(absl::string_view text, absl::string_view source, int line, ValueLines* lines)
      : source_(source),
        first_line_(line),
        has_stand_in_(absl::StrContains(text, kByteOrderMark)),
        text_(has_stand_in_ ? absl::StrReplaceAll(text, {{kByteOrderMark, kStandIn}}) : ""),
        reader_(has_stand_in_ ? absl::string_view(text_) : text),
        path_(lines),
        allowance_(kAliasAllowance + kAliasFactor * static_cast<int64_t>(text.size())) {}

  absl::StatusOr<bool> Next(ManifestDocument* document) {
    *document = ManifestDocument();
    document_ = document;
    anchors_.clear();
    replaced_.clear();
    for (;;) {
      absl::Status status = Advance();
      if (!status.ok()) return status;
      if (event_.kind == Kind::kStreamEnd) return false;
      if (event_.kind == Kind::kStreamStart || event_.kind == Kind::kDocumentStart) continue;
      if (event_.kind == Kind::kDocumentEnd) return true;
      document->line = Line();
      status = Value(0, &document->value);
      if (!status.ok()) return status;
    }
  }

 private:
  int Line() const { return first_line_ - 1 + event_.line; }
  absl::Status Error(absl::string_view message) const { return ErrorAt(source_, Line(), message); }

  absl::Status Advance() {
    if (reader_.Next(&event_)) return absl::OkStatus();
    return ErrorAt(source_, first_line_ - 1 + reader_.error_line(), reader_.error());
  }

  // Reads the value that begins with the current event.
  absl::Status Value(int depth, Json* out) {
    if (depth > kMaxJsonDepth) return Error(absl::StrCat("nested deeper than ", kMaxJsonDepth, " levels"));
    path_.Note(Line());
    if (event_.kind == Kind::kAlias) return Alias(depth, out);
    if (event_.anchor.empty()) return Unanchored(depth, out);
    const std::string anchor(event_.anchor);
    anchors_[anchor] = Anchor();
    absl::Status status = Unanchored(depth, out);
    if (status.ok()) Remember(anchor, *out);
    return status;
  }

  absl::Status Unanchored(int depth, Json* out) {
    if (event_.kind == Kind::kScalar) return Scalar(out);
    return event_.kind == Kind::kListStart ? List(depth, out) : Map(depth, out);
  }

  // Whether the current event is a scalar whose value is simply its text.
  bool IsPlainlyText() const {
    return event_.kind == Kind::kScalar && event_.tag.empty() && !has_stand_in_ &&
           (!event_.is_plain || PlainYamlIsText(event_.text));
  }

  // Remembers the value of an anchor. If the value itself defines that anchor again, the inner definition stays.
  void Remember(const std::string& name, const Json& value) {
    Anchor& anchor = anchors_[name];
    if (!anchor.is_complete) anchor = AnchorTo(value);
  }

  absl::Status Scalar(Json* out) {
    if (IsPlainlyText()) {
      *out = std::string(event_.text);
      return absl::OkStatus();
    }
    if (!event_.is_plain && event_.tag.empty()) {
      *out = std::string(event_.text);
    } else {
      absl::StatusOr<Json> value = ResolveYamlScalar(event_.text, event_.tag);
      if (!value.ok()) return Error(value.status().message());
      *out = *std::move(value);
    }
    if (has_stand_in_ && out->is_string()) {
      *out = absl::StrReplaceAll(out->get_ref<const std::string&>(), {{kStandIn, kByteOrderMark}});
    }
    return absl::OkStatus();
  }

  absl::Status List(int depth, Json* out) {
    *out = Json::array();
    auto& list = out->get_ref<Json::array_t&>();
    for (;;) {
      absl::Status status = Advance();
      if (!status.ok() || event_.kind == Kind::kListEnd) return status;
      if (depth == 1 && is_items_) document_->item_lines.push_back(Line());
      path_.EnterItem(list.size());
      list.emplace_back();
      status = Value(depth + 1, &list.back());
      if (!status.ok()) return status;
      path_.Leave();
    }
  }

  absl::Status Map(int depth, Json* out) {
    *out = Json::object();
    auto& map = out->get_ref<Json::object_t&>();
    std::set<std::string> merged;  // keys that come only from merge keys
    for (;;) {
      absl::Status status = Advance();
      if (!status.ok() || event_.kind == Kind::kMapEnd) return status;
      if (IsMergeKey()) {
        status = Merge(depth, &map, &merged);
      } else {
        status = Entry(depth, &map, &merged);
      }
      if (!status.ok()) return status;
    }
  }

  bool IsMergeKey() const {
    return event_.kind == Kind::kScalar && event_.text == "<<" && (event_.is_plain || event_.tag == kMergeTag);
  }

  absl::StatusOr<std::string> KeyName(int depth) {
    if (IsPlainlyText() && event_.anchor.empty()) return std::string(event_.text);
    Json key;
    if (event_.kind != Kind::kScalar && event_.kind != Kind::kAlias) return Error("a key is not a text");
    const absl::Status status = Value(depth + 1, &key);
    if (!status.ok()) return status;
    const absl::StatusOr<std::string> name = KeyText(key);
    if (!name.ok()) return Error(name.status().message());
    // Keep the key alive, because an anchor may point to it.
    if (!anchors_.empty()) replaced_.push_back(std::move(key));
    return name;
  }

  absl::Status Entry(int depth, Json::object_t* map, std::set<std::string>* merged) {
    const int line = Line();
    absl::StatusOr<std::string> name = KeyName(depth);
    if (!name.ok()) return name.status();
    // What kubectl prints has sorted keys, so most keys belong at the end.
    const size_t size = map->size();
    const auto place = map->try_emplace(map->end(), *std::move(name), nullptr);
    const bool is_new = map->size() > size;
    if (!is_new && merged->erase(place->first) == 0) {
      return Error(absl::StrCat("key \"", place->first, "\" is already set"));
    }
    if (depth == 0) is_items_ = place->first == "items";
    absl::Status status = Advance();
    if (!status.ok()) return status;
    path_.EnterKey(place->first);
    path_.Note(line);
    status = Value(depth + 1, &place->second);
    path_.Leave();
    return status;
  }

  // Reads the value of a merge key: a map, an alias of one, or a list of those.
  absl::Status Merge(int depth, Json::object_t* map, std::set<std::string>* merged) {
    std::vector<const Json::object_t*> sources;
    absl::Status status = Advance();
    if (!status.ok()) return status;
    if (event_.kind == Kind::kListStart) {
      for (status = Advance(); status.ok() && event_.kind != Kind::kListEnd; status = Advance()) {
        status = MergeSource(depth, &sources);
        if (!status.ok()) break;
      }
    } else {
      status = MergeSource(depth, &sources);
    }
    if (!status.ok()) return status;
    // Where several sources have a key, the first one counts. It is put last, so it overwrites the others.
    for (auto source = sources.rbegin(); source != sources.rend(); ++source) {
      status = PutAll(**source, depth, map, merged);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status MergeSource(int depth, std::vector<const Json::object_t*>* sources) {
    const Json::object_t* source = nullptr;
    if (event_.kind == Kind::kAlias) {
      const absl::StatusOr<const Anchor*> anchor = Find();
      if (!anchor.ok()) return anchor.status();
      source = (*anchor)->object;
    } else {
      const int line = Line();
      replaced_.emplace_back();
      Json* value = &replaced_.back();
      absl::Status status = Value(depth + 1, value);
      if (!status.ok()) return status;
      if (!value->is_object()) return ErrorAt(source_, line, "map merge requires a map, or a list of maps");
      source = value->get_ptr<const Json::object_t*>();
    }
    if (source == nullptr) return Error("map merge requires a map, or a list of maps");
    sources->push_back(source);
    return absl::OkStatus();
  }

  absl::Status PutAll(const Json::object_t& source, int depth, Json::object_t* map, std::set<std::string>* merged) {
    for (const auto& [key, value] : source) {
      absl::Status status = Spend(value, depth + 1, static_cast<int64_t>(key.size()));
      if (!status.ok()) return status;
      const auto [place, is_new] = map->emplace(key, nullptr);
      if (is_new) merged->insert(key);
      // Keep the replaced value alive, because an anchor may point to it.
      if (!is_new) replaced_.push_back(std::move(place->second));
      place->second = value;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<const Anchor*> Find() const {
    const auto found = anchors_.find(event_.anchor);
    if (found == anchors_.end()) return Error(absl::StrCat("unknown anchor '", event_.anchor, "' referenced"));
    if (!found->second.is_complete) return Error(absl::StrCat("anchor '", event_.anchor, "' value contains itself"));
    return &found->second;
  }

  absl::Status Alias(int depth, Json* out) {
    const absl::StatusOr<const Anchor*> anchor = Find();
    if (!anchor.ok()) return anchor.status();
    absl::Status status = absl::OkStatus();
    if ((*anchor)->object != nullptr) {
      status = SpendMap(*(*anchor)->object, depth);
    } else if ((*anchor)->list != nullptr) {
      status = SpendList(*(*anchor)->list, depth);
    } else {
      status = Pay((*anchor)->text == nullptr ? 0 : static_cast<int64_t>((*anchor)->text->size()));
    }
    if (status.ok()) *out = (*anchor)->Copy();
    return status;
  }

  // Charges for a copy of the value at this depth.
  absl::Status Spend(const Json& value, int depth, int64_t key_size) {
    if (depth > kMaxJsonDepth) return Error(absl::StrCat("nested deeper than ", kMaxJsonDepth, " levels"));
    const int64_t text_size = value.is_string() ? static_cast<int64_t>(value.get_ref<const std::string&>().size()) : 0;
    absl::Status status = Pay(text_size + key_size);
    if (status.ok() && value.is_object()) return SpendMap(value.get_ref<const Json::object_t&>(), depth);
    if (status.ok() && value.is_array()) return SpendList(value.get_ref<const Json::array_t&>(), depth);
    return status;
  }
  absl::Status SpendMap(const Json::object_t& map, int depth) {
    absl::Status status = Pay(0);
    for (auto it = map.begin(); status.ok() && it != map.end(); ++it) {
      status = Spend(it->second, depth + 1, static_cast<int64_t>(it->first.size()));
    }
    return status;
  }
  absl::Status SpendList(const Json::array_t& list, int depth) {
    absl::Status status = Pay(0);
    for (auto it = list.begin(); status.ok() && it != list.end(); ++it) status = Spend(*it, depth + 1, 0);
    return status;
  }
  absl::Status Pay(int64_t bytes) {
    allowance_ -= kValueCost + bytes;
    return allowance_ < 0 ? Error("the aliases and merge keys repeat too much") : absl::OkStatus();
  }

  const std::string source_;
  const int first_line_;
  const bool has_stand_in_;
  const std::string text_;  // only if has_stand_in_
  YamlEventReader reader_;
  YamlEvent event_;
  ValuePath path_;
  int64_t allowance_;
  ManifestDocument* document_ = nullptr;
  bool is_items_ = false;
  absl::flat_hash_map<std::string, Anchor> anchors_;
  std::deque<Json> replaced_;  // removed values that anchors may still point to
};

YamlManifestReader::YamlManifestReader(absl::string_view text, absl::string_view source, int line, ValueLines* lines)
    : composer_(std::make_unique<Composer>(text, source, line, lines)) {}

YamlManifestReader::~YamlManifestReader() = default;

absl::StatusOr<bool> YamlManifestReader::Next(ManifestDocument* document) { return composer_->Next(document); }

}  // namespace lws::internal
