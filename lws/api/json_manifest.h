// The documents of a text of JSON objects, one after another.
//
//   lws::internal::JsonManifestReader reader(text, "pods.json");
//   lws::internal::JsonPacker document;
//   absl::Status status = reader.Next(&document);
//   reader.rest();    // what is behind the first object
//
// Thread-safety: distinct readers are independent.
#ifndef LWS_API_JSON_MANIFEST_H_
#define LWS_API_JSON_MANIFEST_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/api/json_packer.h"

namespace lws::internal {

class JsonManifestReader {
 public:
  // Borrows `text`.
  JsonManifestReader(absl::string_view text, absl::string_view source);

  // Reads the value at the beginning of rest() as the one document of the packer. Errors: NotFound for text that is not
  // JSON, so that it may be YAML; InvalidArgument "SOURCE:LINE: ..." for a key that is already set, nesting that is too
  // deep, and numbers that no double holds. Complexity: O(value).
  absl::Status Next(JsonPacker* document);

  absl::string_view rest() const { return rest_; }
  // The line at which rest() begins.
  int line() const { return line_; }
  // Skips white space and a line "---".
  void SkipSeparator();

 private:
  void Skip(size_t size);

  absl::string_view rest_;
  std::string source_;
  int line_ = 1;
};

}  // namespace lws::internal

#endif  // LWS_API_JSON_MANIFEST_H_
