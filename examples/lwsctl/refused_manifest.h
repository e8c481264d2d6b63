// Manifests that the API server would refuse, for people and for programs.
#ifndef LWS_EXAMPLES_LWSCTL_REFUSED_MANIFEST_H_
#define LWS_EXAMPLES_LWSCTL_REFUSED_MANIFEST_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/output_format.h"
#include "lws/api/field_error.h"
#include "lws/api/json.h"

namespace lwsctl {

// A manifest in a file: the field `field` of the object, or the object itself for "".
struct ManifestPlace {
  const InputFile& file;
  const lws::ManifestObject& object;
  const std::string& field;

  // "FILE:LINE" of a field of the manifest.
  std::string Where(absl::string_view below) const;
};

// FailedPrecondition "FILE:LINE: TEXT" at the first error's field. It keeps the errors for RefusalDocument. REQUIRES:
// !errors.empty().
absl::Status RefusedManifest(const ManifestPlace& place, const lws::Json& manifest, const lws::FieldErrors& errors,
                             absl::string_view text);

// {"refused": true, "errors": [{"file", "line", "object", "field", "message"}]}, or null for a status of another kind.
lws::Json RefusalDocument(const absl::Status& status);

// Fail of a command with -o, where a refused manifest is an answer: in a format for programs its document goes to
// standard output.
int Fail(const absl::Status& status, OutputFormat format);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_REFUSED_MANIFEST_H_
