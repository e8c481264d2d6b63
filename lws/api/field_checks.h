// Checks of single fields that many objects share, in the API server's words.
//
//   lws::FieldErrors errors;
//   lws::internal::CheckRequiredText(container["name"], lws::internal::Dns1123LabelErrors, &errors);
//   lws::internal::CheckOneOf(port["protocol"], kProtocols, &errors);
//
// Every function appends what is wrong with the field to `errors`. A field that is absent is wrong only where its check
// says "required".
//
// Thread-safety: may be called concurrently for distinct errors.
#ifndef LWS_API_FIELD_CHECKS_H_
#define LWS_API_FIELD_CHECKS_H_

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/api/field_error.h"
#include "lws/api/field_value.h"

namespace lws::internal {

// A rule for texts, as those of name_rules.h: it returns what is wrong with the text.
using TextRule = std::vector<std::string> (*)(absl::string_view);

// One row of a table of rules: the check of one field of an object.
struct FieldRule {
  const char* field;
  void (*check)(const FieldValue& value, FieldErrors* errors);
};

// Applies the rules to the fields of `object`, in their order.
void CheckFields(const FieldValue& object, absl::Span<const FieldRule> rules, FieldErrors* errors);

// The text is required and not empty.
void CheckRequired(const FieldValue& value, FieldErrors* errors);
// The text follows the rule. CheckText accepts an absent or empty text; CheckAnyText applies the rule to it, too.
void CheckText(const FieldValue& value, TextRule rule, FieldErrors* errors);
void CheckAnyText(const FieldValue& value, TextRule rule, FieldErrors* errors);
// The text is required and follows the rule.
void CheckRequiredText(const FieldValue& value, TextRule rule, FieldErrors* errors);
// The text, when it is there, is one of `supported`, which ends with a null pointer.
void CheckOneOf(const FieldValue& value, const char* const* supported, FieldErrors* errors);
// The same for a text that the API server defaults: an empty one is the default, too.
void CheckDefaulted(const FieldValue& value, const char* const* supported, FieldErrors* errors);
// The number, when it is there, is from `least` to `most`, or at least `least`.
void CheckRange(const FieldValue& value, int64_t least, int64_t most, FieldErrors* errors);
void CheckNotNegative(const FieldValue& value, FieldErrors* errors);
// The text is not in `seen`, to which it is added.
void CheckUnique(const FieldValue& value, std::set<std::string>* seen, FieldErrors* errors);

// The keys and values of a map of labels. Errors name the path of the map itself.
void CheckLabels(const FieldValue& labels, FieldErrors* errors);
// Keys of annotations, and their size.
void CheckAnnotations(const FieldValue& annotations, FieldErrors* errors);
// The operator of a requirement, which is one of the four of label selectors, and whether it has values where that asks
// for them.
void CheckSelectorValues(const FieldValue& requirement, FieldErrors* errors);
// A label selector.
void CheckLabelSelector(const FieldValue& selector, FieldErrors* errors);

// "FIELD: Not found: TEXT".
FieldError FieldValueNotFound(const FieldValue& value);
FieldError FieldValueInvalid(const FieldValue& value, absl::string_view detail);

// The errors without repetitions, as the API server reports them. Complexity: O(errors^2).
FieldErrors WithoutRepeatedFieldErrors(FieldErrors errors);

}  // namespace lws::internal

#endif  // LWS_API_FIELD_CHECKS_H_
