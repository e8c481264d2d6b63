#include "lws/api/strict_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lws/api/field_status.h"
#include "lws/api/near_word.h"
#include "lws/api/printable_text.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::DidYouMean;

namespace {

const Json& EmptyMap() {
  static const Json& empty = *new Json(Json::object());
  return empty;
}

}  // namespace

std::string ShownJsonValue(const Json& value) {
  return ShortText(PrintableText(value.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

StrictReader::StrictReader(const Json& value, absl::string_view path, ReadProblem* problem)
    : value_(value.is_object() ? &value : &EmptyMap()), path_(path), problem_(problem) {
  if (!value.is_object() && !value.is_null()) FailValue("", "not a map", value);
}

const Json* StrictReader::Find(absl::string_view key) {
  asked_.emplace_back(key);
  const auto found = value_->find(asked_.back());
  return found == value_->end() || found->is_null() ? nullptr : &*found;
}

std::string StrictReader::PathOf(absl::string_view key) const {
  return absl::StrCat(path_, path_.empty() || key.empty() ? "" : ".", key);
}

void StrictReader::Fail(absl::string_view key, absl::string_view message) {
  if (problem_->status.ok()) problem_->status = FieldStatus("", PathOf(key), message);
}

void StrictReader::FailValue(absl::string_view key, absl::string_view message, const Json& value) {
  if (problem_->status.ok()) Fail(key, absl::StrCat(message, ": ", ShownJsonValue(value)));
}

std::string StrictReader::Text(absl::string_view key, absl::string_view otherwise) {
  const Json* value = Find(key);
  if (value == nullptr) return std::string(otherwise);
  if (value->is_string()) return value->get<std::string>();
  // YAML reads y, n, on and 1.10 as booleans and numbers, which surprises their authors: suggest quotes.
  FailValue(key, value->is_primitive() ? "not a text (write it in quotes)" : "not a text", *value);
  return std::string(otherwise);
}

bool StrictReader::Flag(absl::string_view key, bool otherwise) {
  const Json* value = Find(key);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  FailValue(key, "neither true nor false", *value);
  return otherwise;
}

int32_t StrictReader::Number(absl::string_view key, Range<int32_t> range, int32_t otherwise) {
  const Json* value = Find(key);
  if (value == nullptr) return otherwise;
  if (!value->is_number_integer()) {
    FailValue(key, value->is_number() ? "not a whole number" : "not a number", *value);
    return otherwise;
  }
  const bool is_huge = value->is_number_unsigned() && value->get<uint64_t>() > uint64_t{1} << 62;
  if (!is_huge && value->get<int64_t>() >= range.least && value->get<int64_t>() <= range.most) {
    return static_cast<int32_t>(value->get<int64_t>());
  }
  FailValue(key, absl::StrCat("not between ", range.least, " and ", range.most), *value);
  return otherwise;
}

uint64_t StrictReader::Unsigned(absl::string_view key, uint64_t most, uint64_t otherwise) {
  const Json* value = Find(key);
  if (value == nullptr) return otherwise;
  if (!value->is_number_integer()) {
    FailValue(key, value->is_number() ? "not a whole number" : "not a number", *value);
    return otherwise;
  }
  const bool is_negative = !value->is_number_unsigned() && value->get<int64_t>() < 0;
  if (!is_negative && value->get<uint64_t>() <= most) return value->get<uint64_t>();
  FailValue(key, absl::StrCat("not between 0 and ", most), *value);
  return otherwise;
}

absl::Duration StrictReader::Duration(absl::string_view key, Range<absl::Duration> range, absl::Duration otherwise) {
  const Json* value = Find(key);
  if (value == nullptr) return otherwise;
  absl::Duration duration;
  if (*value == 0) {
    duration = absl::ZeroDuration();
  } else if (!value->is_string() || !absl::ParseDuration(value->get_ref<const std::string&>(), &duration)) {
    FailValue(key, "not a duration such as 90s", *value);
    return otherwise;
  }
  if (duration >= range.least && duration <= range.most) return duration;
  FailValue(key,
            absl::StrCat("not between ", absl::FormatDuration(range.least), " and ", absl::FormatDuration(range.most)),
            *value);
  return otherwise;
}

std::map<std::string, std::string> StrictReader::Texts(absl::string_view key) {
  std::map<std::string, std::string> texts;
  StrictReader map = Map(key);
  for (const auto& [name, value] : map.value_->items()) {
    if (value.is_string()) {
      texts[name] = value.get<std::string>();
    } else if (!value.is_null()) {
      map.Text(name, "");
    }
  }
  return texts;
}

std::vector<Json> StrictReader::List(absl::string_view key) {
  const Json* value = Find(key);
  if (value == nullptr) return {};
  if (value->is_array()) return {value->begin(), value->end()};
  FailValue(key, "not a list", *value);
  return {};
}

std::vector<StrictReader> StrictReader::Maps(absl::string_view key) {
  std::vector<StrictReader> maps;
  const Json* value = Find(key);
  if (value == nullptr) return maps;
  if (!value->is_array()) {
    FailValue(key, "not a list", *value);
    return maps;
  }
  for (size_t i = 0; i < value->size(); ++i) {
    const std::string path = absl::StrCat(PathOf(key), "[", i, "]");
    if ((*value)[i].is_null() && problem_->status.ok()) problem_->status = FieldStatus("", path, "not a map: null");
    maps.emplace_back((*value)[i], path, problem_);
  }
  return maps;
}

StrictReader StrictReader::Map(absl::string_view key) {
  const Json* value = Find(key);
  return StrictReader(value == nullptr ? EmptyMap() : *value, PathOf(key), problem_);
}

void StrictReader::Finish() {
  for (const auto& [key, value] : value_->items()) {
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    const std::vector<absl::string_view> known(asked_.begin(), asked_.end());
    return Fail(PrintableText(key), absl::StrCat("unknown key", DidYouMean(key, known)));
  }
}

}  // namespace lws
