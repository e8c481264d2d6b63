#include "lws/api/int_or_percent_validation.h"

#include <cstdint>
#include <optional>

#include "absl/strings/strip.h"
#include "lws/api/strict_integer.h"

namespace lws::internal {
namespace {

constexpr char kNoPercentage[] =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for "
    "validation is '[0-9]+%')";

bool IsPercent(absl::string_view text) {
  if (!absl::ConsumeSuffix(&text, "%") || text.empty()) return false;
  return text.find_first_not_of("0123456789") == absl::string_view::npos;
}

// What is wrong with the value; null when nothing is.
const char* Fault(const IntOrPercent& value) {
  if (!value.is_text()) return value.number() < 0 ? "must be greater than or equal to 0" : nullptr;
  if (!IsPercent(value.text())) return kNoPercentage;
  // A number that is too long for an int64 counts as above 100.
  const std::optional<int64_t> percent = ParseStrictInteger(absl::StripSuffix(value.text(), "%"));
  return !percent.has_value() || *percent > 100 ? "must not be greater than 100%" : nullptr;
}

}  // namespace

void ValidateIntOrPercent(const IntOrPercent& value, absl::string_view field, FieldErrors* errors) {
  const char* fault = Fault(value);
  if (fault != nullptr) errors->push_back(FieldInvalid(field, ShowIntOrPercent(value), fault));
}

FieldError NoBudgetError(absl::string_view field, const IntOrPercent& max_unavailable) {
  return FieldInvalid(field, ShowIntOrPercent(max_unavailable), "must not be 0 when `maxSurge` is 0");
}

std::string ShowIntOrPercent(const IntOrPercent& value) {
  return value.is_text() ? GoQuoted(value.text()) : value.ToString();
}

}  // namespace lws::internal
