// Names of the pods and StatefulSets of a set, and what can be read back from them.
//
//   lws::LeaderPodName("vllm", 3);              // "vllm-3"
//   lws::ParsePodName("vllm-3-1")->parent;      // "vllm-3"
//   lws::ParsePodName("vllm-3-1")->ordinal;     // 1
//
// Laws:
//   1. ParsePodName(LeaderPodName(s, g)) == {s, g} for every g >= 0.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_POD_NAME_H_
#define LWS_API_POD_NAME_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace lws {

// The name of a StatefulSet's pod, in parts.
struct PodName {
  std::string parent;
  int32_t ordinal = 0;
};

// Cuts at the last '-' when only digits that fit an int32 follow it; nullopt for any other name.
std::optional<PodName> ParsePodName(absl::string_view name);

// An index as Kubernetes writes it, digits without a leading zero, up to nine of them; -1 for any other text.
int32_t ParseIndex(absl::string_view digits);

// Also the name of the group's worker StatefulSet.
std::string LeaderPodName(absl::string_view set_name, int64_t group_index);

// 40 hex digits that name the group of this leader: SHA-1 of "NAMESPACE/LEADER".
std::string GroupKey(absl::string_view namespace_name, absl::string_view leader_pod_name);

}  // namespace lws

#endif  // LWS_API_POD_NAME_H_
