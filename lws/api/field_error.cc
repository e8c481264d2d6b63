#include "lws/api/field_error.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lws/api/printable_text.h"

namespace lws {

std::string FieldError::ToString() const {
  return field.empty() ? detail : absl::StrCat(PrintableText(field), ": ", detail);
}

FieldError FieldInvalid(absl::string_view field, absl::string_view value, absl::string_view detail) {
  return {std::string(field), absl::StrCat("Invalid value: ", value, ": ", detail)};
}

FieldError FieldInvalidText(absl::string_view field, absl::string_view text, absl::string_view detail) {
  return FieldInvalid(field, GoQuoted(text), detail);
}

FieldError FieldTypeInvalid(absl::string_view field, absl::string_view wanted, absl::string_view actual) {
  FieldError error =
      FieldInvalidText(field, actual, absl::StrCat(field, " in body must be of type ", wanted, ": ", GoQuoted(actual)));
  error.kind = FieldErrorKind::kTypeInvalid;
  return error;
}

FieldError FieldRequired(absl::string_view field, absl::string_view detail) {
  return {std::string(field), absl::StrCat("Required value", detail.empty() ? "" : ": ", detail),
          FieldErrorKind::kRequired};
}

FieldError FieldDuplicate(absl::string_view field, absl::string_view value) {
  return {std::string(field), absl::StrCat("Duplicate value: ", value), FieldErrorKind::kDuplicate};
}

FieldError FieldNotSupported(absl::string_view field, absl::string_view value, const char* const* supported) {
  std::string values;
  for (; *supported != nullptr; ++supported) absl::StrAppend(&values, values.empty() ? "" : ", ", GoQuoted(*supported));
  return {std::string(field), absl::StrCat("Unsupported value: ", value, ": supported values: ", values),
          FieldErrorKind::kNotSupported};
}

FieldError FieldTooLong(absl::string_view field, int limit) {
  return {std::string(field), absl::StrCat("Too long: may not be more than ", limit, " bytes"),
          FieldErrorKind::kTooLong};
}

FieldError FieldTooMany(absl::string_view field, size_t count, int limit) {
  return {std::string(field), absl::StrCat("Too many: ", count, ": must have at most ", limit, " items"),
          FieldErrorKind::kTooMany};
}

FieldError FieldForbidden(absl::string_view field, absl::string_view detail) {
  return {std::string(field), absl::StrCat("Forbidden: ", detail)};
}

std::string GoQuoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        quoted += "\\\"";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\t':
        quoted += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          absl::StrAppendFormat(&quoted, "\\x%02x", static_cast<unsigned char>(c));
        } else {
          quoted += c;
        }
    }
  }
  // The text is UTF-8 from here on unless its bytes were not; PrintableText writes such bytes as escapes.
  return PrintableText(quoted + "\"");
}

std::string JoinFieldErrors(const FieldErrors& errors) {
  if (errors.size() == 1) return errors[0].ToString();
  if (errors.empty()) return "";
  return absl::StrCat(
      "[",
      absl::StrJoin(errors, ", ", [](std::string* out, const FieldError& error) { out->append(error.ToString()); }),
      "]");
}

}  // namespace lws
