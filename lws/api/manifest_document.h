// One document of a manifest, as the readers of YAML and of JSON hand it on.
//
//   lws::internal::ErrorAt("vllm.yaml", 3, "key \"a\" is already set");
//   // InvalidArgument: vllm.yaml:3: key "a" is already set
//
// Thread-safety: values.
#ifndef LWS_API_MANIFEST_DOCUMENT_H_
#define LWS_API_MANIFEST_DOCUMENT_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/printable_text.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

struct ManifestDocument {
  nlohmann::json value;
  int line = 1;                 // of its beginning
  std::vector<int> item_lines;  // of the elements of its list "items"
};

// "SOURCE:LINE: MESSAGE", printable.
inline absl::Status ErrorAt(absl::string_view source, int line, absl::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat(PrintableText(source), ":", line, ": ", PrintableText(message)));
}

}  // namespace lws::internal

#endif  // LWS_API_MANIFEST_DOCUMENT_H_
