// Reading files of Kubernetes objects: JSON, or YAML as Kubernetes reads it.
//
//   absl::StatusOr<std::vector<lws::ManifestObject>> objects = lws::ReadManifest(manifest_text, "vllm.yaml");
//   objects->front().object.Unpack()["kind"];           // "LeaderWorkerSet"
//   objects->front().object.LineOf("spec.replicas");    // where messages about it point to
//
// A text that begins with { is read as a stream of JSON objects; from where that is not JSON, it is read as YAML. YAML
// may have many documents, anchors and merge keys, block scalars, and the booleans and numbers of YAML 1.1. Objects of
// kind List, NodeList and the like are split into their items, and empty documents are skipped.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_MANIFEST_H_
#define LWS_API_MANIFEST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/packed_json.h"

namespace lws {

struct ManifestObject {
  PackedJson object;  // an object
  int line = 1;       // the line of its beginning
  int number = 0;     // its place among the objects of the text
};

// The objects of the text, in order; none for an empty one.
// Errors: InvalidArgument, "SOURCE:LINE: ...", for text that does not parse or is not UTF-8, repeated keys, tabs as
// indentation, documents that are not objects, a kind that is not a string, items of a List that are not a list,
// aliases that repeat too much (yaml_manifest.h), or nesting deeper than kMaxJsonDepth. Complexity: O(text); at most 6
// bytes of memory for each byte of a text of objects, the text included.
absl::StatusOr<std::vector<ManifestObject>> ReadManifest(absl::string_view text, absl::string_view source);

}  // namespace lws

#endif  // LWS_API_MANIFEST_H_
