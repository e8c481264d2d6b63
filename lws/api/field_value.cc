#include "lws/api/field_value.h"

#include "absl/strings/str_cat.h"
#include "lws/api/json_member.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

std::string TextOf(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

}  // namespace

bool FieldValue::exists() const { return !value_->is_null(); }

std::string FieldValue::path() const {
  std::string path = path_;
  for (size_t i = 0; i < depth_; ++i) {
    const Step& step = steps_[i];
    if (step.name == nullptr) {
      absl::StrAppend(&path, "[", step.number, "]");
    } else {
      absl::StrAppend(&path, path.empty() ? "" : ".", absl::string_view(step.name, step.number));
    }
  }
  return path;
}

FieldValue FieldValue::operator[](absl::string_view name) const {
  return FieldValue(*this, internal::MemberOf(*value_, name), {name.data(), name.size()});
}

FieldValue FieldValue::At(absl::string_view key) const {
  return FieldValue(internal::MemberOf(*value_, key), absl::StrCat(path(), "[", key, "]"));
}

std::string FieldValue::Text() const { return TextOf(*value_); }

std::string FieldValue::TextOr(absl::string_view otherwise) const {
  std::string text = Text();
  return text.empty() ? std::string(otherwise) : text;
}

std::optional<int64_t> FieldValue::Number() const {
  if (!value_->is_number_integer()) return std::nullopt;
  return value_->get<int64_t>();
}

bool FieldValue::Flag() const { return value_->is_boolean() && value_->get<bool>(); }

size_t FieldValue::size() const { return value_->is_array() || value_->is_object() ? value_->size() : 0; }

std::vector<FieldValue> FieldValue::Items() const {
  std::vector<FieldValue> items;
  if (!value_->is_array()) return items;
  items.reserve(value_->size());
  for (size_t i = 0; i < value_->size(); ++i) items.push_back(FieldValue(*this, (*value_)[i], {nullptr, i}));
  return items;
}

std::vector<std::string> FieldValue::Texts() const {
  std::vector<std::string> texts;
  if (!value_->is_array()) return texts;
  for (const Json& item : *value_) texts.push_back(TextOf(item));
  return texts;
}

std::vector<std::pair<std::string, std::string>> FieldValue::Entries() const {
  std::vector<std::pair<std::string, std::string>> entries;
  if (!value_->is_object()) return entries;
  for (auto it = value_->begin(); it != value_->end(); ++it) entries.emplace_back(it.key(), TextOf(*it));
  return entries;
}

std::vector<std::string> FieldValue::Keys() const {
  std::vector<std::string> keys;
  if (!value_->is_object()) return keys;
  for (auto it = value_->begin(); it != value_->end(); ++it) keys.push_back(it.key());
  return keys;
}

}  // namespace lws
