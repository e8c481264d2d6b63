// What is wrong with a field of an object, worded as the Kubernetes API server words it.
//
//   lws::FieldError e = lws::FieldInvalid("spec.replicas", "-1", "must be greater than or equal to 0");
//   e.ToString();    // "spec.replicas: Invalid value: -1: must be greater than or equal to 0"
//
// Thread-safety: values; all functions may be called concurrently.
#ifndef LWS_API_FIELD_ERROR_H_
#define LWS_API_FIELD_ERROR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lws {

// The kind of fault. The text of kTypeInvalid begins like that of kInvalid.
enum class FieldErrorKind : uint8_t {
  kInvalid,
  kRequired,
  kDuplicate,
  kNotSupported,
  kTooLong,
  kTooMany,
  kTypeInvalid
};

struct FieldError {
  std::string field;   // "spec.leaderWorkerTemplate.size"
  std::string detail;  // all that follows the field and ": "
  FieldErrorKind kind = FieldErrorKind::kInvalid;

  std::string ToString() const;

  friend bool operator==(const FieldError& a, const FieldError& b) {
    return a.field == b.field && a.detail == b.detail;
  }
};

using FieldErrors = std::vector<FieldError>;

// "FIELD: Invalid value: VALUE: DETAIL"; `value` as JSON writes it.
FieldError FieldInvalid(absl::string_view field, absl::string_view value, absl::string_view detail);
// The same for a value that is a string.
FieldError FieldInvalidText(absl::string_view field, absl::string_view text, absl::string_view detail);
// "FIELD: Invalid value: "ACTUAL": FIELD in body must be of type WANTED: "ACTUAL"".
FieldError FieldTypeInvalid(absl::string_view field, absl::string_view wanted, absl::string_view actual);
// "FIELD: Required value", and ": DETAIL" unless it is empty.
FieldError FieldRequired(absl::string_view field, absl::string_view detail);
// "FIELD: Duplicate value: VALUE"; `value` as JSON writes it.
FieldError FieldDuplicate(absl::string_view field, absl::string_view value);
// "FIELD: Unsupported value: VALUE: supported values: "A", "B""; `value` as JSON writes it, `supported` ends with a
// null pointer.
FieldError FieldNotSupported(absl::string_view field, absl::string_view value, const char* const* supported);
// "FIELD: Too long: may not be more than LIMIT bytes".
FieldError FieldTooLong(absl::string_view field, int limit);
// "FIELD: Too many: COUNT: must have at most LIMIT items".
FieldError FieldTooMany(absl::string_view field, size_t count, int limit);
// "FIELD: Forbidden: DETAIL".
FieldError FieldForbidden(absl::string_view field, absl::string_view detail);

// `text` in double quotes, escaped as Go's %q does. Complexity: O(text).
std::string GoQuoted(absl::string_view text);

// All errors as one text: "A" for one, "[A, B]" for several, "" for none.
std::string JoinFieldErrors(const FieldErrors& errors);

}  // namespace lws

#endif  // LWS_API_FIELD_ERROR_H_
