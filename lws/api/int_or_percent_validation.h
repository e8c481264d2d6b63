// The checks of maxSurge and maxUnavailable at admission, in Kubernetes' words.
//
//   lws::FieldErrors errors;
//   lws::internal::ValidateIntOrPercent(lws::IntOrPercent::Text("101%"), "maxSurge", &errors);
//   errors[0].ToString();    // maxSurge: Invalid value: "101%": must not be greater than 100%
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_INT_OR_PERCENT_VALIDATION_H_
#define LWS_API_INT_OR_PERCENT_VALIDATION_H_

#include <string>

#include "absl/strings/string_view.h"
#include "lws/api/field_error.h"
#include "lws/api/int_or_percent.h"

namespace lws::internal {

// Appends the errors: for a negative number, a text that is not a percentage, and a percentage above 100.
void ValidateIntOrPercent(const IntOrPercent& value, absl::string_view field, FieldErrors* errors);

// Both maxSurge and maxUnavailable, the value of `field`, scale to 0.
FieldError NoBudgetError(absl::string_view field, const IntOrPercent& max_unavailable);

// The value as errors show it: a text in quotes.
std::string ShowIntOrPercent(const IntOrPercent& value);

}  // namespace lws::internal

#endif  // LWS_API_INT_OR_PERCENT_VALIDATION_H_
