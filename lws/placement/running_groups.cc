#include "lws/placement/running_groups.h"

#include <optional>

#include "lws/api/json_reader.h"
#include "lws/api/observed.h"
#include "lws/api/strict_integer.h"
#include "lws/api/well_known.h"

namespace lws {

using internal::JsonReader;
using internal::ParseStrictInteger;

absl::StatusOr<std::map<GroupId, RunningGroup>> NodesOfRunningGroups(absl::Span<const SharedJson> pods) {
  std::map<GroupId, RunningGroup> groups;
  for (const SharedJson& document : pods) {
    JsonReader pod(*document);
    GroupId group;
    group.namespace_name = pod.Text({"metadata", "namespace"});
    if (group.namespace_name.empty()) group.namespace_name = "default";
    group.set_name = pod.Text({"metadata", "labels", kNameLabel});
    const std::optional<int64_t> index = ParseStrictInteger(pod.Text({"metadata", "labels", kGroupIndexLabel}));
    const std::optional<int64_t> rank = ParseStrictInteger(pod.Text({"metadata", "labels", kWorkerIndexLabel}));
    const std::string node = pod.Text({"spec", "nodeName"});
    const bool is_leaving = IsFinished(ReadPodPhase(pod.Text({"status", "phase"}))) ||
                            pod.Find({"metadata", "deletionTimestamp"}) != nullptr;
    if (!pod.status().ok()) return pod.status();
    if (group.set_name.empty() || !index.has_value() || !rank.has_value() || node.empty() || is_leaving) continue;
    group.index = *index;
    groups[group][*rank] = node;
  }
  return groups;
}

}  // namespace lws
