// What the scalars of YAML mean to Kubernetes, whose reader keeps to YAML 1.1: yes, on and y are true, 017 is 15,
// 1_000 is 1000, dates and sexagesimal numbers are texts.
//
//   lws::internal::ResolveYamlScalar("yes", "");                         // true
//   lws::internal::ResolveYamlScalar("yes", "tag:yaml.org,2002:str");    // "yes"
//   lws::internal::ResolveYamlScalar("8.0", "");                         // 8: JSON knows no other way to write it
//
// Laws:
//   1. PlainYamlIsText(text) holds if and only if ResolveYamlScalar(text, "") is the text.
//
// Thread-safety: all functions may be called concurrently.
#ifndef LWS_API_YAML_SCALAR_H_
#define LWS_API_YAML_SCALAR_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::internal {

// The value of a plain or tagged scalar; `tag` is "" for one without. Tags that are not YAML's own make texts.
// Errors: InvalidArgument for values that are not what the tag says, that are no base64 behind !!binary, and for the
// infinities and "not a number", which JSON does not have. Complexity: O(text).
absl::StatusOr<Json> ResolveYamlScalar(absl::string_view text, absl::string_view tag);

// A number as it comes out of Go, which writes a whole one without a point: 8.0 is the integer 8.
Json JsonNumber(double number);

// Whether the text reads back as itself when it is written without quotes.
bool PlainYamlIsText(absl::string_view text);

}  // namespace lws::internal

#endif  // LWS_API_YAML_SCALAR_H_
