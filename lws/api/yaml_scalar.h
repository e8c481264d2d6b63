// What YAML's scalars mean to Kubernetes, whose reader follows YAML 1.1: yes, on and y are true, 017 is 15, 1_000 is
// 1000, while dates and sexagesimal numbers are texts.
//
//   *lws::internal::ResolveYamlScalar("yes", "");                         // true
//   *lws::internal::ResolveYamlScalar("yes", "tag:yaml.org,2002:str");    // "yes"
//   *lws::internal::ResolveYamlScalar("8.0", "");                         // 8, because Go prints whole numbers so
//
// Laws:
//   1. PlainYamlIsText(text) holds if and only if ResolveYamlScalar(text, "") is the text.
//
// Thread-safety: all functions may be called concurrently.
#ifndef LWS_API_YAML_SCALAR_H_
#define LWS_API_YAML_SCALAR_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::internal {

// The value of a plain or tagged scalar; `tag` is "" for one without. Tags that are not YAML's own make texts. Errors:
// InvalidArgument for a value that does not fit its tag, for invalid base64 behind !!binary, and for the infinities
// and "not a number", which JSON does not have. Complexity: O(text).
absl::StatusOr<Json> ResolveYamlScalar(absl::string_view text, absl::string_view tag);

// The finite number in the digits of Go's JSON encoder: as few as tell it from its neighbours, and without an exponent
// from 1e-6 up to 1e21.
std::string ScalarNumberText(double number);

// The number as Go reads it again: 8.0 becomes the integer 8. A whole number stays a float when its text is beyond an
// int64.
Json JsonNumber(double number);

// Whether the text, written without quotes, reads back as the same text.
bool PlainYamlIsText(absl::string_view text);

}  // namespace lws::internal

#endif  // LWS_API_YAML_SCALAR_H_
