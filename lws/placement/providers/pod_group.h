// Gang scheduling: the name of a group's PodGroup, and what it asks of the cluster.
//
//   lws::PodGroupName("vllm-3", "6c5b8f7d9");    // "vllm-3-6c5b8f7d9"
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_PLACEMENT_PROVIDERS_POD_GROUP_H_
#define LWS_PLACEMENT_PROVIDERS_POD_GROUP_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lws {

enum class SchedulerProvider {
  kNone,     // pods are scheduled one by one
  kVolcano,  // a group is scheduled as a whole, or not at all
};

// How settings, flags and annotations name kVolcano.
inline constexpr char kVolcanoName[] = "volcano";

// Each revision of a group has its own PodGroup, so a rolling update never waits until the old PodGroup is gone.
std::string PodGroupName(absl::string_view leader_pod_name, absl::string_view revision_key);

}  // namespace lws

#endif  // LWS_PLACEMENT_PROVIDERS_POD_GROUP_H_
