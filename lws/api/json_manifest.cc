#include "lws/api/json_manifest.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lws/api/json.h"
#include "lws/api/manifest_error.h"
#include "lws/api/yaml_scalar.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// Walks through a text and records in `reached` how far it came.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char** reached) : at_(at), reached_(reached) {}
  const char& operator*() const { return *at_; }
  Cursor& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  friend bool operator!=(const Cursor& a, const Cursor& b) { return a.at_ != b.at_; }

 private:
  const char* at_;
  const char** reached_;
};

// Packs a document from the parser's events.
class DocumentBuilder {
 public:
  DocumentBuilder(const char* begin, int line, JsonPacker* document)
      : reached_(begin), counted_(begin), line_(line), document_(document) {}

  const char** reached() { return &reached_; }
  // The error in the meaning of the text; "" when the text only breaks JSON's syntax.
  const std::string& error() const { return error_; }
  int Line() { return LineAt(reached_); }

  // The callbacks of the parser.
  bool null() { return Put(nullptr, Line()); }
  bool boolean(bool value) { return Put(value, Line()); }
  bool number_integer(int64_t value) { return Put(value, LineOfNumber()); }
  bool number_unsigned(uint64_t value) { return Put(value, LineOfNumber()); }
  bool number_float(double value, const std::string&) { return Put(JsonNumber(value), LineOfNumber()); }
  bool string(const std::string& value) {
    document_->Text(value, Line());
    return true;
  }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(size_t) {
    if (IsTooDeep()) return false;
    document_->StartMap(Line());
    return true;
  }
  bool start_array(size_t) {
    if (IsTooDeep()) return false;
    document_->StartList(Line());
    return true;
  }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }
  bool key(const std::string& name) {
    return document_->Key(name, Line()) || Fail(absl::StrCat("key \"", name, "\" is already set"));
  }
  bool parse_error(size_t, const std::string&, const Json::exception& error) {
    if (dynamic_cast<const Json::out_of_range*>(&error) != nullptr) error_ = "the number is too large";
    return false;
  }

 private:
  bool Fail(std::string error) {
    error_ = std::move(error);
    return false;
  }

  bool IsTooDeep() {
    if (document_->depth() < static_cast<size_t>(kMaxJsonDepth)) return false;
    return !Fail(absl::StrCat("nested deeper than ", kMaxJsonDepth, " levels"));
  }

  bool Put(const Json& scalar, int line) {
    document_->Scalar(scalar, line);
    return true;
  }

  bool Close() {
    document_->End();
    return true;
  }

  int LineAt(const char* place) {
    line_ += static_cast<int>(std::count(counted_, place, '\n'));
    counted_ = place;
    return line_;
  }
  // The parser knows that a number ends when it has seen the next character, which may be a line break.
  int LineOfNumber() { return LineAt(std::max(counted_, reached_ - 1)); }

  const char* reached_;
  const char* counted_;  // how far line breaks are counted in line_
  int line_;
  JsonPacker* document_;
  std::string error_;
};

}  // namespace

JsonManifestReader::JsonManifestReader(absl::string_view text, absl::string_view source)
    : rest_(text), source_(source) {}

void JsonManifestReader::Skip(size_t size) {
  line_ += static_cast<int>(std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(size), '\n'));
  rest_.remove_prefix(size);
}

void JsonManifestReader::SkipSeparator() {
  Skip(rest_.size() - absl::StripLeadingAsciiWhitespace(rest_).size());
  if (!absl::StartsWith(rest_, "---") || (rest_.size() > 3 && !absl::ascii_isspace(rest_[3]))) return;
  Skip(3);
  Skip(rest_.size() - absl::StripLeadingAsciiWhitespace(rest_).size());
}

absl::Status JsonManifestReader::Next(JsonPacker* document) {
  document->Clear();
  DocumentBuilder builder(rest_.data(), line_, document);
  const Cursor begin(rest_.data(), builder.reached());
  const char* unused = nullptr;
  const Cursor end(rest_.data() + rest_.size(), &unused);
  const bool read = Json::sax_parse(begin, end, &builder, Json::input_format_t::json, /*strict=*/false);
  if (!read && !builder.error().empty()) return ManifestErrorAt(source_, builder.Line(), builder.error());
  if (!read) return absl::NotFoundError(absl::StrCat(source_, ":", builder.Line(), ": is not JSON"));
  Skip(static_cast<size_t>(*builder.reached() - rest_.data()));
  return absl::OkStatus();
}

}  // namespace lws::internal
