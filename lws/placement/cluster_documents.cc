#include "lws/placement/cluster_documents.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/field_status.h"
#include "lws/api/json_reader.h"
#include "lws/placement/pod_resources.h"
#include "lws/placement/running_pods.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::DescribeJsonObject;
using internal::JsonReader;

namespace {

absl::Status Named(const Json& object, absl::string_view field, absl::string_view message) {
  return FieldStatus(DescribeJsonObject(object), field, message);
}

// The status as one about this object; it keeps the field.
absl::Status Of(const Json& object, const absl::Status& status) {
  const std::string field = FieldOfStatus(status);
  return FieldStatus(DescribeJsonObject(object), field, status.message().substr(field.empty() ? 0 : field.size() + 2));
}

absl::Status CheckNotNegative(const ResourceAmounts& amounts, const Json& object, absl::string_view field) {
  for (const auto& [name, amount] : amounts) {
    if (amount < 0) return Named(object, absl::StrCat(field, ".", name), "is negative");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TopologyNode> ReadTopologyNode(const Json& node) {
  JsonReader reader(node);
  TopologyNode result;
  result.facts.name = reader.Text({"metadata", "name"});
  const Json& labels = reader.Object({"metadata", "labels"});
  for (auto it = labels.begin(); it != labels.end(); ++it) {
    result.facts.labels[it.key()] = reader.TextIn(labels, {it.key().c_str()});
  }
  for (const Json& taint : reader.List({"spec", "taints"})) {
    result.facts.taints.push_back(
        {reader.TextIn(taint, {"key"}), reader.TextIn(taint, {"value"}), reader.TextIn(taint, {"effect"})});
  }
  result.facts.unschedulable = reader.BoolIn(node, {"spec", "unschedulable"});
  for (const Json& condition : reader.List({"status", "conditions"})) {
    if (reader.TextIn(condition, {"type"}) != "Ready") continue;
    result.facts.ready = reader.TextIn(condition, {"status"}) == "True";
  }
  const absl::StatusOr<ResourceList> allocatable = ReadResourceList(reader.Object({"status", "allocatable"}));
  if (!reader.status().ok()) return reader.status();
  if (!allocatable.ok()) return Of(node, FieldStatusBelow("status.allocatable", allocatable.status()));
  if (result.facts.name.empty()) return Named(node, "metadata.name", "missing");
  result.allocatable = OfferedAmounts(*allocatable);
  absl::Status status = CheckNotNegative(result.allocatable, node, "status.allocatable");
  if (!status.ok()) return status;
  return result;
}

absl::StatusOr<std::shared_ptr<const Topology>> TopologyFromNodes(absl::Span<const SharedJson> nodes,
                                                                  std::vector<std::string> level_keys) {
  std::vector<TopologyNode> read;
  for (const SharedJson& node : nodes) {
    absl::StatusOr<TopologyNode> result = ReadTopologyNode(*node);
    if (!result.ok()) return result.status();
    read.push_back(*std::move(result));
  }
  return Topology::Create(std::move(read), std::move(level_keys));
}

absl::StatusOr<PodShape> PodShapeFromSpec(const Json& pod_spec) {
  PodShape shape;
  const absl::StatusOr<ResourceList> requests = PodRequests(pod_spec, AbsentRequest::kIsLimit);
  if (!requests.ok()) return absl::InvalidArgumentError(absl::StrCat("resources: ", requests.status().message()));
  shape.amounts = RequestedAmounts(*requests);
  absl::StatusOr<NodeFilter> filter = NodeFilter::FromPodSpec(pod_spec);
  if (!filter.ok()) return filter.status();
  shape.filter = *std::move(filter);
  return shape;
}

absl::Status UseCapacityOfRunningPods(absl::Span<const SharedJson> pods, Capacity* capacity) {
  return UseRunningGroups(pods, capacity).status();
}

}  // namespace lws
