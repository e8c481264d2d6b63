// Reads the documents of a YAML text as Kubernetes reads them.
//
//   lws::internal::YamlManifestReader reader(text, "vllm.yaml", /*line=*/1);
//   lws::internal::JsonPacker document;
//   while (*reader.Next(&document)) ...
//
// Laws:
//   1. Aliases and merge keys make copies. All copies of a text together hold at most kAliasAllowance bytes plus
//      kAliasFactor times the size of the text, and making them takes no more time than that.
//   2. A key that is set twice in one map is an error, whether quoted or not. Keys from a merge key are exempt:
//      between them and the map's own keys the later one counts, and among several merged maps the first one that has
//      the key.
//
// Thread-safety: distinct readers are independent.
#ifndef LWS_API_YAML_MANIFEST_H_
#define LWS_API_YAML_MANIFEST_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json_packer.h"

namespace lws::internal {

inline constexpr int64_t kAliasAllowance = 1 << 20;
inline constexpr int64_t kAliasFactor = 4;

class YamlManifestReader {
 public:
  // Borrows `text`, which begins at `line` of the source.
  YamlManifestReader(absl::string_view text, absl::string_view source, int line);
  ~YamlManifestReader();
  YamlManifestReader(const YamlManifestReader&) = delete;
  YamlManifestReader& operator=(const YamlManifestReader&) = delete;

  // Reads the next document as the one document of the packer. Returns false after the last one.
  // Errors: InvalidArgument, "SOURCE:LINE: ...". Complexity: O(document).
  absl::StatusOr<bool> Next(JsonPacker* document);

 private:
  class Composer;
  std::unique_ptr<Composer> composer_;
};

}  // namespace lws::internal

#endif  // LWS_API_YAML_MANIFEST_H_
