#include "lws/placement/running_groups.h"

#include <optional>

#include "lws/api/json_reader.h"
#include "lws/api/observed.h"
#include "lws/placement/labelled_group.h"

namespace lws {

using internal::GroupOfPod;
using internal::JsonReader;
using internal::RankOfPod;

absl::StatusOr<std::map<GroupId, RunningGroup>> NodesOfRunningGroups(absl::Span<const SharedJson> pods) {
  std::map<GroupId, RunningGroup> groups;
  for (const SharedJson& document : pods) {
    JsonReader pod(*document);
    const std::optional<GroupId> group = GroupOfPod(pod);
    const std::optional<int64_t> rank = RankOfPod(pod);
    const std::string node = pod.Text({"spec", "nodeName"});
    const bool is_leaving = IsFinishedPhase(ReadPodPhase(pod.Text({"status", "phase"}))) ||
                            pod.Find({"metadata", "deletionTimestamp"}) != nullptr;
    if (!pod.status().ok()) return pod.status();
    if (!group.has_value() || !rank.has_value() || node.empty() || is_leaving) continue;
    groups[*group][*rank] = node;
  }
  return groups;
}

}  // namespace lws
