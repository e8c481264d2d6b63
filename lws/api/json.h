// Kubernetes JSON: reading any document, and writing it in one canonical form.
//
//   absl::StatusOr<lws::Json> object = lws::ParseJson(R"({"b": "<", "a": 1})", "pod.json");
//   lws::CanonicalJson(*object);    // "{\"a\":1,\"b\":\"\\u003c\"}"
//
// This header only names the document type; code that looks inside a document includes <nlohmann/json.hpp> itself.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_JSON_H_
#define LWS_API_JSON_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json_fwd.hpp"

namespace lws {

// A JSON document. Object keys are kept sorted by their bytes.
using Json = nlohmann::json;

// A document that is shared and never changed.
using SharedJson = std::shared_ptr<const Json>;

// Deepest nesting of arrays and objects that ParseJson accepts.
inline constexpr int kMaxJsonDepth = 1000;

// Returns the document that `text` holds. Of a repeated key the last value counts, as in Kubernetes.
// Errors: InvalidArgument naming `source` and the line and column, for text that is no JSON, is not UTF-8, holds a
// number outside of what a double can hold, or is nested deeper than kMaxJsonDepth. Complexity: O(text).
absl::StatusOr<Json> ParseJson(absl::string_view text, absl::string_view source);

// Returns the JSON object that `text` holds, and an empty object for any other text: what a field that holds an
// object's JSON means, whoever filled it. Complexity: O(text).
Json ObjectFromText(absl::string_view text);

// Returns `document` with keys sorted, without white space, and with <, >, &, U+2028 and U+2029 written as \u escapes:
// the bytes that Go's encoding/json writes, which Kubernetes hashes and stores. Complexity: O(document).
std::string CanonicalJson(const Json& document);

}  // namespace lws

#endif  // LWS_API_JSON_H_
