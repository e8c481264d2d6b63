#include "lws/api/json_manifest.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lws/api/json.h"
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
  friend bool operator==(const Cursor& a, const Cursor& b) { return a.at_ == b.at_; }
  friend bool operator!=(const Cursor& a, const Cursor& b) { return a.at_ != b.at_; }

 private:
  const char* at_;
  const char** reached_;
};

// Builds a document from the parser's events.
class DocumentBuilder {
 public:
  DocumentBuilder(const char* begin, int line, ValueLines* lines, ManifestDocument* document)
      : reached_(begin), counted_(begin), line_(line), path_(lines), document_(document) {}

  const char** reached() { return &reached_; }
  // The error in the meaning of the text; "" when the text only breaks JSON's syntax.
  const std::string& error() const { return error_; }
  int Line() {
    line_ += static_cast<int>(std::count(counted_, reached_, '\n'));
    counted_ = reached_;
    return line_;
  }

  // The callbacks of the parser.
  bool null() { return Put(nullptr); }
  bool boolean(bool value) { return Put(value); }
  bool number_integer(int64_t value) { return Put(value); }
  bool number_unsigned(uint64_t value) { return Put(value); }
  bool number_float(double value, const std::string&) { return Put(JsonNumber(value)); }
  bool string(std::string& value) { return Put(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(size_t) { return Open(Json::object()); }
  bool start_array(size_t) { return Open(Json::array()); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }
  bool key(std::string& name) {
    const auto [place, is_new] = open_.back()->get_ref<Json::object_t&>().emplace(name, nullptr);
    if (!is_new) return Fail(absl::StrCat("key \"", name, "\" is already set"));
    next_ = &place->second;
    path_.EnterKey(name);
    if (path_.is_wanted()) path_.Note(Line());
    if (open_.size() == 1) is_items_ = name == "items";
    return true;
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

  bool Open(Json container) {
    if (open_.size() >= static_cast<size_t>(kMaxJsonDepth)) {
      return Fail(absl::StrCat("nested deeper than ", kMaxJsonDepth, " levels"));
    }
    if (open_.empty()) document_->line = Line();
    if (open_.size() == 2 && is_items_ && open_.back()->is_array()) document_->item_lines.push_back(Line());
    Json* place = Place(std::move(container));
    open_.push_back(place);
    return true;
  }

  bool Close() {
    open_.pop_back();
    Leave();
    return true;
  }

  bool Put(Json value) {
    Place(std::move(value));
    Leave();
    return true;
  }

  Json* Place(Json value) {
    Json* place = &document_->value;
    if (!open_.empty() && open_.back()->is_array()) {
      path_.EnterItem(open_.back()->size());
      open_.back()->push_back(nullptr);
      place = &open_.back()->back();
    } else if (!open_.empty()) {
      place = next_;
    }
    *place = std::move(value);
    if (path_.is_wanted()) path_.Note(Line());
    return place;
  }

  void Leave() {
    if (!open_.empty()) path_.Leave();
  }

  const char* reached_;
  const char* counted_;  // how far line breaks are counted in line_
  int line_;
  ValuePath path_;
  ManifestDocument* document_;
  std::vector<Json*> open_;  // the containers around the next value
  Json* next_ = nullptr;     // where the value of the last key goes
  bool is_items_ = false;
  std::string error_;
};

}  // namespace

JsonManifestReader::JsonManifestReader(absl::string_view text, absl::string_view source, ValueLines* lines)
    : rest_(text), source_(source), lines_(lines) {}

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

absl::Status JsonManifestReader::Next(ManifestDocument* document) {
  *document = ManifestDocument();
  DocumentBuilder builder(rest_.data(), line_, lines_, document);
  const Cursor begin(rest_.data(), builder.reached());
  const char* unused = nullptr;
  const Cursor end(rest_.data() + rest_.size(), &unused);
  const bool read = Json::sax_parse(begin, end, &builder, Json::input_format_t::json, /*strict=*/false);
  if (!read && !builder.error().empty()) return ErrorAt(source_, builder.Line(), builder.error());
  if (!read) return absl::NotFoundError(absl::StrCat(source_, ":", builder.Line(), ": is not JSON"));
  Skip(static_cast<size_t>(*builder.reached() - rest_.data()));
  return absl::OkStatus();
}

}  // namespace lws::internal
