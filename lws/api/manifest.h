// Reading files of Kubernetes objects: JSON, or YAML as Kubernetes reads it.
//
//   absl::StatusOr<std::vector<lws::ManifestObject>> objects = lws::ReadManifest(manifest_text, "vllm.yaml");
//   (*(*objects)[0].object)["kind"];    // "LeaderWorkerSet"
//   (*objects)[0].line;                 // 1
//
// YAML: many documents, anchors and merge keys, block scalars, the booleans and numbers of YAML 1.1. Objects of kind
// List, or NodeList and the like, are taken apart, and empty documents passed over.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_MANIFEST_H_
#define LWS_API_MANIFEST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws {

struct ManifestObject {
  SharedJson object;  // an object
  int line = 1;       // of the document's beginning
};

// Errors: InvalidArgument, "SOURCE:LINE: ...", for text that does not read, repeated keys, tabs as indentation,
// documents that are no objects, or nesting deeper than kMaxJsonDepth. Complexity: O(text), times what its anchors
// repeat.
absl::StatusOr<std::vector<ManifestObject>> ReadManifest(absl::string_view text, absl::string_view source);

}  // namespace lws

#endif  // LWS_API_MANIFEST_H_
