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
#include "lws/api/manifest_error.h"
#include "lws/api/packed_value.h"
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

// A value with an anchor. Packers only grow while a document is read, so the value stays where it is.
struct Anchor {
  bool is_complete = false;
  const JsonPacker* packer = nullptr;
  size_t begin = 0;

  PackedValue value() const { return packer->At(begin); }
};

int64_t TextSize(const PackedValue& value) {
  return value.kind == PackedKind::kText ? static_cast<int64_t>(value.content.size()) : 0;
}

// The keys of a map that come only from merge keys.
using MergedKeys = std::set<std::string>;

// The key for a scalar, as a text, because JSON's keys are texts.
absl::StatusOr<std::string> KeyText(const PackedValue& value) {
  if (value.kind == PackedKind::kNull) return absl::InvalidArgumentError("a key is null");
  if (value.kind == PackedKind::kText) return std::string(value.content);
  if (value.is_structured()) return absl::InvalidArgumentError("a key is not a text");
  const Json key = UnpackValue(value);
  return key.is_number_float() ? absl::StrFormat("%.9g", key.get<double>()) : key.dump();
}

}  // namespace

class YamlManifestReader::Composer {
 public:
  Composer(absl::string_view text, absl::string_view source, int line)
      : source_(source),
        first_line_(line),
        has_stand_in_(absl::StrContains(text, kByteOrderMark)),
        text_(has_stand_in_ ? absl::StrReplaceAll(text, {{kByteOrderMark, kStandIn}}) : ""),
        reader_(has_stand_in_ ? absl::string_view(text_) : text),
        allowance_(kAliasAllowance + kAliasFactor * static_cast<int64_t>(text.size())) {}

  absl::StatusOr<bool> Next(JsonPacker* document) {
    document->Clear();
    packer_ = document;
    anchors_.clear();
    asides_.clear();
    for (;;) {
      absl::Status status = Advance();
      if (!status.ok()) return status;
      if (event_.kind == Kind::kStreamEnd) return false;
      if (event_.kind == Kind::kStreamStart) continue;
      if (event_.kind == Kind::kDocumentEnd) return true;
      if (event_.kind == Kind::kDocumentStart) {
        // Kubernetes cuts a text at its lines --- before it reads YAML. It refuses such a line with anything but a
        // comment on it, and directives, because they are cut off from their document.
        if (event_.has_directives) return Error("a directive, such as %YAML, has no place in a file of Kubernetes");
        separator_line_ = event_.is_explicit ? event_.line : 0;
        continue;
      }
      status = Value(0);
      if (!status.ok()) return status;
    }
  }

 private:
  int Line() const { return first_line_ - 1 + event_.line; }
  absl::Status Error(absl::string_view message) const { return ManifestErrorAt(source_, Line(), message); }

  absl::Status Advance() {
    if (reader_.Next(&event_)) return absl::OkStatus();
    return ManifestErrorAt(source_, first_line_ - 1 + reader_.error_line(), reader_.error());
  }

  // Reads the value that begins with the current event.
  absl::Status Value(int depth) {
    if (depth == 0 && event_.line == separator_line_ && event_.kind != Kind::kScalar) {
      return Error("only a comment may follow the document separator --- on its line");
    }
    if (depth > kMaxJsonDepth) return Error(absl::StrCat("nested deeper than ", kMaxJsonDepth, " levels"));
    if (event_.kind == Kind::kAlias) return Alias(depth);
    if (event_.anchor.empty()) return Unanchored(depth);
    const std::string anchor(event_.anchor);
    anchors_[anchor] = Anchor();
    const size_t begin = packer_->size();
    absl::Status status = Unanchored(depth);
    if (status.ok()) Remember(anchor, begin);
    return status;
  }

  absl::Status Unanchored(int depth) {
    if (event_.kind == Kind::kScalar) return Scalar();
    return event_.kind == Kind::kListStart ? List(depth) : Map(depth);
  }

  // Whether the current event is a scalar whose value is simply its text.
  bool IsPlainlyText() const {
    return event_.kind == Kind::kScalar && event_.tag.empty() && !has_stand_in_ &&
           (!event_.is_plain || PlainYamlIsText(event_.text));
  }

  // Remembers the value of an anchor. If the value itself defines that anchor again, the inner definition stays.
  void Remember(const std::string& name, size_t begin) {
    Anchor& anchor = anchors_[name];
    if (!anchor.is_complete) anchor = {true, packer_, begin};
  }

  // Reads a value that is not a part of the document. Anchors may point to it until the document ends.
  absl::StatusOr<const JsonPacker*> Aside(int depth) {
    asides_.emplace_back();
    JsonPacker* const aside = &asides_.back();
    JsonPacker* const document = packer_;
    packer_ = aside;
    absl::Status status = Value(depth);
    packer_ = document;
    if (!status.ok()) return status;
    return aside;
  }

  absl::Status Scalar() {
    if (IsPlainlyText()) {
      packer_->Text(event_.text, Line());
      return absl::OkStatus();
    }
    Json scalar;
    if (!event_.is_plain && event_.tag.empty()) {
      scalar = std::string(event_.text);
    } else {
      absl::StatusOr<Json> value = ResolveYamlScalar(event_.text, event_.tag);
      if (!value.ok()) return Error(value.status().message());
      scalar = *std::move(value);
    }
    if (has_stand_in_ && scalar.is_string()) {
      scalar = absl::StrReplaceAll(scalar.get_ref<const std::string&>(), {{kStandIn, kByteOrderMark}});
    }
    packer_->Scalar(scalar, Line());
    return absl::OkStatus();
  }

  absl::Status List(int depth) {
    packer_->StartList(Line());
    for (;;) {
      absl::Status status = Advance();
      if (status.ok() && event_.kind == Kind::kListEnd) packer_->End();
      if (!status.ok() || event_.kind == Kind::kListEnd) return status;
      status = Value(depth + 1);
      if (!status.ok()) return status;
    }
  }

  absl::Status Map(int depth) {
    packer_->StartMap(Line());
    MergedKeys merged;
    for (;;) {
      absl::Status status = Advance();
      if (status.ok() && event_.kind == Kind::kMapEnd) packer_->End();
      if (!status.ok() || event_.kind == Kind::kMapEnd) return status;
      status = IsMergeKey() ? Merge(depth, &merged) : Entry(depth, &merged);
      if (!status.ok()) return status;
    }
  }

  bool IsMergeKey() const {
    return event_.kind == Kind::kScalar && event_.text == "<<" && (event_.is_plain || event_.tag == kMergeTag);
  }

  // The key that begins with the current event, where it is not simply a text.
  absl::StatusOr<std::string> KeyName(int depth) {
    if (event_.kind != Kind::kScalar && event_.kind != Kind::kAlias) return Error("a key is not a text");
    const absl::StatusOr<const JsonPacker*> key = Aside(depth + 1);
    if (!key.ok()) return key.status();
    absl::StatusOr<std::string> name = KeyText((*key)->At(0));
    if (!name.ok()) return Error(name.status().message());
    if (anchors_.empty()) asides_.pop_back();
    return name;
  }

  absl::Status Entry(int depth, MergedKeys* merged) {
    if (IsPlainlyText() && event_.anchor.empty()) {
      absl::Status status = PutKey(event_.text, Line(), merged);
      if (!status.ok()) return status;
    } else {
      const int line = Line();
      const absl::StatusOr<std::string> name = KeyName(depth);
      if (!name.ok()) return name.status();
      absl::Status status = PutKey(*name, line, merged);
      if (!status.ok()) return status;
    }
    absl::Status status = Advance();
    return status.ok() ? Value(depth + 1) : status;
  }

  absl::Status PutKey(absl::string_view name, int line, MergedKeys* merged) {
    if (packer_->Key(name, line)) return absl::OkStatus();
    if (merged->erase(std::string(name)) == 0) return Error(absl::StrCat("key \"", name, "\" is already set"));
    packer_->KeyAgain(name, line);
    return absl::OkStatus();
  }

  // Reads the value of a merge key: a map, an alias of one, or a list of those.
  absl::Status Merge(int depth, MergedKeys* merged) {
    std::vector<Anchor> sources;
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
      status = PutAll(source->value(), depth, merged);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status MergeSource(int depth, std::vector<Anchor>* sources) {
    constexpr char kNoMap[] = "map merge requires a map, or a list of maps";
    if (event_.kind == Kind::kAlias) {
      const absl::StatusOr<const Anchor*> anchor = Find();
      if (!anchor.ok()) return anchor.status();
      if ((*anchor)->value().kind != PackedKind::kMap) return Error(kNoMap);
      sources->push_back(**anchor);
      return absl::OkStatus();
    }
    const int line = Line();
    const absl::StatusOr<const JsonPacker*> aside = Aside(depth + 1);
    if (!aside.ok()) return aside.status();
    sources->push_back({true, *aside, 0});
    if (sources->back().value().kind != PackedKind::kMap) return ManifestErrorAt(source_, line, kNoMap);
    return absl::OkStatus();
  }

  absl::Status PutAll(PackedValue source, int depth, MergedKeys* merged) {
    // The source may be in the packer, whose bytes move.
    const std::string content(source.content);
    source.content = content;
    for (PackedItems items(source); items.Next();) {
      absl::Status status = Spend(items.value(), depth + 1, items.key().size());
      if (!status.ok()) return status;
      if (packer_->Key(items.key(), /*line=*/0)) {
        merged->emplace(items.key());
      } else {
        packer_->KeyAgain(items.key(), /*line=*/0);
      }
      packer_->Copy(items.value(), /*line=*/0);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<const Anchor*> Find() const {
    const auto found = anchors_.find(event_.anchor);
    if (found == anchors_.end()) return Error(absl::StrCat("unknown anchor '", event_.anchor, "' referenced"));
    if (!found->second.is_complete) return Error(absl::StrCat("anchor '", event_.anchor, "' value contains itself"));
    return &found->second;
  }

  absl::Status Alias(int depth) {
    const absl::StatusOr<const Anchor*> anchor = Find();
    if (!anchor.ok()) return anchor.status();
    const PackedValue value = (*anchor)->value();
    absl::Status status = value.is_structured() ? SpendInside(value, depth) : Pay(TextSize(value));
    if (status.ok()) packer_->Copy(value, Line());
    return status;
  }

  // Charges for a copy of the value at this depth.
  absl::Status Spend(const PackedValue& value, int depth, size_t key_size) {
    if (depth > kMaxJsonDepth) return Error(absl::StrCat("nested deeper than ", kMaxJsonDepth, " levels"));
    absl::Status status = Pay(TextSize(value) + static_cast<int64_t>(key_size));
    return status.ok() && value.is_structured() ? SpendInside(value, depth) : status;
  }
  absl::Status SpendInside(const PackedValue& value, int depth) {
    absl::Status status = Pay(0);
    for (PackedItems items(value); status.ok() && items.Next();) {
      status = Spend(items.value(), depth + 1, items.key().size());
    }
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
  int64_t allowance_;
  int separator_line_ = 0;        // the line of the document's ---
  JsonPacker* packer_ = nullptr;  // takes the values: the document's, or one of asides_
  absl::flat_hash_map<std::string, Anchor> anchors_;
  std::deque<JsonPacker> asides_;
};

YamlManifestReader::YamlManifestReader(absl::string_view text, absl::string_view source, int line)
    : composer_(std::make_unique<Composer>(text, source, line)) {}

YamlManifestReader::~YamlManifestReader() = default;

absl::StatusOr<bool> YamlManifestReader::Next(JsonPacker* document) { return composer_->Next(document); }

}  // namespace lws::internal
