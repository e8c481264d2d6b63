// A JSON document in about as many bytes as its text, with the lines where its values stand. Readers of manifests keep
// documents in this form, because a Json takes many times the memory of its text.
//
//   const lws::PackedJson packed = lws::ReadManifest("a: [1,\n  2]", "file.yaml")->front().object;
//   packed.Unpack().dump();    // "{\"a\":[1,2]}"
//   packed.LineOf("a[1]");     // 2
//
// Laws:
//   1. Unpack returns the document that was packed, with the same types of numbers.
//   2. LineOf returns the line of the value at the path, or of the nearest value around it. Values that were copied
//      from elsewhere, by an alias or a merge key, have the line at which the copy stands.
//
// Thread-safety: values.
#ifndef LWS_API_PACKED_JSON_H_
#define LWS_API_PACKED_JSON_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws {
namespace internal {
struct PackedValue;  // packed_value.h
}  // namespace internal

class PackedJson {
 public:
  // The document null, at line 1.
  PackedJson();
  // Takes bytes that JsonPacker wrote for one value.
  explicit PackedJson(std::string bytes) : bytes_(std::move(bytes)) {}

  internal::PackedValue value() const;
  // The line at which it begins.
  int line() const;

  // The document. Complexity: O(document).
  Json Unpack() const;

  // The line of a field such as "spec.containers[0].image", by law 2. Complexity: O(path * values in a container).
  int LineOf(absl::string_view field) const;

 private:
  std::string bytes_;
};

}  // namespace lws

#endif  // LWS_API_PACKED_JSON_H_
