#include "lws/placement/labelled_group.h"

#include "lws/api/strict_integer.h"
#include "lws/api/well_known.h"

namespace lws::internal {
namespace {

constexpr char kDefaultNamespace[] = "default";

}  // namespace

std::string NamespaceOfPod(JsonReader& pod) {
  std::string name = pod.Text({"metadata", "namespace"});
  return name.empty() ? kDefaultNamespace : name;
}

std::optional<GroupId> GroupOfLabels(absl::string_view namespace_name, absl::string_view set_name,
                                     absl::string_view group_index) {
  const std::optional<int64_t> index = ParseStrictInteger(group_index);
  if (set_name.empty() || !index.has_value()) return std::nullopt;
  const absl::string_view of_set = namespace_name.empty() ? kDefaultNamespace : namespace_name;
  return GroupId{std::string(of_set), std::string(set_name), *index};
}

std::optional<GroupId> GroupOfPod(JsonReader& pod) {
  const std::string namespace_name = NamespaceOfPod(pod);
  const std::string set_name = pod.Text({"metadata", "labels", kNameLabel});
  return GroupOfLabels(namespace_name, set_name, pod.Text({"metadata", "labels", kGroupIndexLabel}));
}

std::optional<int64_t> RankOfPod(JsonReader& pod) {
  return ParseStrictInteger(pod.Text({"metadata", "labels", kWorkerIndexLabel}));
}

}  // namespace lws::internal
