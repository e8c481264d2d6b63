#include "lws/api/field_checks.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lws/api/name_rules.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr int kMaxAnnotationBytes = 256 * 1024;

void AddAll(const FieldValue& value, absl::string_view text, TextRule rule, FieldErrors* errors) {
  for (const std::string& detail : rule(text)) errors->push_back(FieldInvalidText(value.path(), text, detail));
}

}  // namespace

void CheckFields(const FieldValue& object, absl::Span<const FieldRule> rules, FieldErrors* errors) {
  for (const FieldRule& rule : rules) rule.check(object[rule.field], errors);
}

void CheckRequired(const FieldValue& value, FieldErrors* errors) {
  if (value.Text().empty()) errors->push_back(FieldRequired(value.path(), ""));
}

void CheckText(const FieldValue& value, TextRule rule, FieldErrors* errors) {
  const std::string text = value.Text();
  if (!text.empty()) AddAll(value, text, rule, errors);
}

void CheckAnyText(const FieldValue& value, TextRule rule, FieldErrors* errors) {
  AddAll(value, value.Text(), rule, errors);
}

void CheckRequiredText(const FieldValue& value, TextRule rule, FieldErrors* errors) {
  CheckRequired(value, errors);
  CheckText(value, rule, errors);
}

void CheckOneOf(const FieldValue& value, const char* const* supported, FieldErrors* errors) {
  if (!value.exists()) return;
  const std::string text = value.Text();
  for (const char* const* known = supported; *known != nullptr; ++known) {
    if (text == *known) return;
  }
  errors->push_back(FieldNotSupported(value.path(), GoQuoted(text), supported));
}

void CheckDefaulted(const FieldValue& value, const char* const* supported, FieldErrors* errors) {
  if (!value.Text().empty()) CheckOneOf(value, supported, errors);
}

void CheckRange(const FieldValue& value, int64_t least, int64_t most, FieldErrors* errors) {
  const std::optional<int64_t> number = value.Number();
  if (!number.has_value() || (*number >= least && *number <= most)) return;
  errors->push_back(FieldValueInvalid(value, absl::StrCat("must be between ", least, " and ", most, ", inclusive")));
}

void CheckNotNegative(const FieldValue& value, FieldErrors* errors) {
  if (value.Number().value_or(0) < 0) errors->push_back(FieldValueInvalid(value, "must be greater than or equal to 0"));
}

void CheckUnique(const FieldValue& value, std::set<std::string>* seen, FieldErrors* errors) {
  const std::string text = value.Text();
  if (!seen->insert(text).second) errors->push_back(FieldDuplicate(value.path(), GoQuoted(text)));
}

void CheckLabels(const FieldValue& labels, FieldErrors* errors) {
  for (const auto& [key, value] : labels.Entries()) {
    AddAll(labels, key, LabelKeyErrors, errors);
    AddAll(labels, value, LabelValueErrors, errors);
  }
}

void CheckAnnotations(const FieldValue& annotations, FieldErrors* errors) {
  size_t bytes = 0;
  for (const auto& [key, value] : annotations.Entries()) {
    // Annotation keys, unlike label keys, may have upper case letters in their prefix.
    for (const std::string& detail : LabelKeyErrors(absl::AsciiStrToLower(key))) {
      errors->push_back(FieldInvalidText(annotations.path(), key, detail));
    }
    bytes += key.size() + value.size();
  }
  if (bytes > kMaxAnnotationBytes) errors->push_back(FieldTooLong(annotations.path(), kMaxAnnotationBytes));
}

void CheckSelectorValues(const FieldValue& requirement, FieldErrors* errors) {
  const std::string op = requirement["operator"].Text();
  const FieldValue values = requirement["values"];
  if (op == "In" || op == "NotIn") {
    if (values.empty()) {
      errors->push_back(FieldRequired(values.path(), "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (!values.empty()) {
      errors->push_back(
          FieldForbidden(values.path(), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  } else {
    errors->push_back(FieldInvalidText(requirement["operator"].path(), op, "not a valid selector operator"));
  }
}

void CheckLabelSelector(const FieldValue& selector, FieldErrors* errors) {
  CheckLabels(selector["matchLabels"], errors);
  for (const FieldValue& requirement : selector["matchExpressions"].Items()) {
    CheckSelectorValues(requirement, errors);
    CheckAnyText(requirement["key"], LabelKeyErrors, errors);
    for (const FieldValue& value : requirement["values"].Items()) CheckText(value, LabelValueErrors, errors);
  }
}

FieldError FieldValueNotFound(const FieldValue& value) {
  return {value.path(), absl::StrCat("Not found: ", GoQuoted(value.Text()))};
}

FieldError FieldValueInvalid(const FieldValue& value, absl::string_view detail) {
  const std::string shown = value.json().is_string()
                                ? GoQuoted(value.Text())
                                : value.json().dump(-1, ' ', false, Json::error_handler_t::replace);
  return FieldInvalid(value.path(), shown, detail);
}

FieldErrors WithoutRepeatedFieldErrors(FieldErrors errors) {
  FieldErrors kept;
  for (FieldError& error : errors) {
    if (std::find(kept.begin(), kept.end(), error) == kept.end()) kept.push_back(std::move(error));
  }
  return kept;
}

}  // namespace lws::internal
