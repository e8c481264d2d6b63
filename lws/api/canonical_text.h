// Objects that are written often, as canonical JSON without a document in between.
//
//   const lws::internal::StatefulSetText text = lws::internal::TextOfStatefulSet(statefulset);
//   std::string json;
//   lws::internal::AppendStatefulSet(text, /*partition=*/3, /*replicas=*/5, &json);
//
// Laws:
//   1. AppendStatefulSet(TextOfStatefulSet(s), p, r) is CanonicalJson of s with partition p and replicas r.
//   2. AppendQuoted(t) is CanonicalJson of the string t.
//   3. AppendStatus(n, m, s) is CanonicalJson of the LeaderWorkerSet m in namespace n that has the status s alone.
//
// Thread-safety: may be called concurrently for distinct outputs.
#ifndef LWS_API_CANONICAL_TEXT_H_
#define LWS_API_CANONICAL_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws {
inline namespace v1 {
class LeaderWorkerSetStatus;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// The text as a JSON string. Complexity: O(text).
void AppendQuoted(absl::string_view text, std::string* out);

// A StatefulSet except for two numbers: its spec.replicas, and its spec.updateStrategy.rollingUpdate.partition.
struct StatefulSetText {
  std::string before_replicas;
  std::string before_partition;
  std::string after_partition;
};

// REQUIRES: the StatefulSet has both numbers. Complexity: O(statefulset).
StatefulSetText TextOfStatefulSet(const Json& statefulset);

// Complexity: O(text).
void AppendStatefulSet(const StatefulSetText& text, int32_t partition, int32_t replicas, std::string* out);
void AppendStatus(absl::string_view namespace_name, absl::string_view name, const LeaderWorkerSetStatus& status,
                  std::string* out);

}  // namespace lws::internal

#endif  // LWS_API_CANONICAL_TEXT_H_
