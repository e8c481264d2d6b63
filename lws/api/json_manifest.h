// The documents of a text of JSON objects, one after another.
//
//   lws::internal::JsonManifestReader reader(text, "pods.json", /*lines=*/nullptr);
//   lws::internal::ManifestDocument document;
//   absl::Status status = reader.Next(&document);
//   reader.rest();    // what is behind the first object
//
// Thread-safety: distinct readers are independent.
#ifndef LWS_API_JSON_MANIFEST_H_
#define LWS_API_JSON_MANIFEST_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/api/manifest_document.h"
#include "lws/api/value_lines.h"

namespace lws::internal {

class JsonManifestReader {
 public:
  // Borrows `text`, and `lines` unless it is null.
  JsonManifestReader(absl::string_view text, absl::string_view source, ValueLines* lines);

  // Reads the value at the beginning of rest(). Errors: NotFound for text that is not JSON, so that it may be YAML;
  // InvalidArgument "SOURCE:LINE: ..." for a key that is already set, nesting that is too deep, and numbers that no
  // double holds. Complexity: O(value).
  absl::Status Next(ManifestDocument* document);

  absl::string_view rest() const { return rest_; }
  // The line at which rest() begins.
  int line() const { return line_; }
  // Skips white space and a line "---".
  void SkipSeparator();

 private:
  void Skip(size_t size);

  absl::string_view rest_;
  std::string source_;
  ValueLines* lines_;
  int line_ = 1;
};

}  // namespace lws::internal

#endif  // LWS_API_JSON_MANIFEST_H_
