// Errors of manifests, with the place in the file.
//
//   lws::internal::ManifestErrorAt("vllm.yaml", 3, "key \"a\" is already set");
//   // InvalidArgument: vllm.yaml:3: key "a" is already set
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_MANIFEST_ERROR_H_
#define LWS_API_MANIFEST_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/printable_text.h"

namespace lws::internal {

// "SOURCE:LINE: MESSAGE", printable.
inline absl::Status ManifestErrorAt(absl::string_view source, int line, absl::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat(PrintableText(source), ":", line, ": ", PrintableText(message)));
}

}  // namespace lws::internal

#endif  // LWS_API_MANIFEST_ERROR_H_
