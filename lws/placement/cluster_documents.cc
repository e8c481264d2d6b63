#include "lws/placement/cluster_documents.h"

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/field_status.h"
#include "lws/api/json_reader.h"
#include "lws/api/observed.h"
#include "lws/api/well_known.h"
#include "lws/placement/pod_resources.h"
#include "lws/placement/pod_rules.h"
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
  const std::string field = FieldOf(status);
  return FieldStatus(DescribeJsonObject(object), field, status.message().substr(field.empty() ? 0 : field.size() + 2));
}

absl::Status CheckNotNegative(const ResourceAmounts& amounts, const Json& object, absl::string_view field) {
  for (const auto& [name, amount] : amounts) {
    if (amount < 0) return Named(object, absl::StrCat(field, ".", name), "is negative");
  }
  return absl::OkStatus();
}

// A domain that a running pod's group holds alone.
struct HeldDomain {
  Holder holder;
  std::string namespace_name;
  std::string group;
  int level;
  int32_t domain;

  friend bool operator<(const HeldDomain& a, const HeldDomain& b) {
    return std::tie(a.holder, a.namespace_name, a.group, a.level, a.domain) <
           std::tie(b.holder, b.namespace_name, b.group, b.level, b.domain);
  }
};

// As for kubectl and the API server, an object without a namespace belongs to `default`.
std::string NamespaceOf(JsonReader& object) {
  const std::string name = object.Text({"metadata", "namespace"});
  return name.empty() ? "default" : name;
}

void AddHeld(JsonReader& pod, Holder holder, int32_t node, const Topology& topology, std::set<HeldDomain>* held) {
  const bool group = holder == Holder::kGroup;
  const std::optional<std::string> key = pod.OptionalText(
      {"metadata", "annotations", group ? kExclusiveTopologyAnnotation : kSubGroupExclusiveTopologyAnnotation});
  const std::string owner = pod.Text({"metadata", "labels", group ? kGroupKeyLabel : kSubGroupKeyLabel});
  if (owner.empty()) return;
  // An exclusive group avoids every pod with a group or subgroup key, so one that is not exclusive holds its node.
  const std::optional<int> level = key.has_value() ? topology.LevelOf(*key) : topology.LastLevel();
  if (!level.has_value()) return;
  held->insert({holder, NamespaceOf(pod), owner, *level, topology.DomainOf(*level, node)});
}

absl::StatusOr<PodRules> RulesOf(JsonReader& pod) {
  std::map<std::string, std::string> labels;
  const Json& documents = pod.Object({"metadata", "labels"});
  for (auto it = documents.begin(); it != documents.end(); ++it) {
    if (it->is_string()) labels[it.key()] = it->get<std::string>();
  }
  return ReadPodRules(NamespaceOf(pod), std::move(labels), pod.Object({"spec"}));
}

// The name of the node on which the pod runs or is about to; empty for a pod without a node and for a finished one.
std::string NodeOf(JsonReader& pod) {
  const bool finished = IsFinished(ReadPodPhase(pod.Text({"status", "phase"})));
  return finished ? "" : pod.Text({"spec", "nodeName"});
}

// What the pod takes of its node and asks of other pods. A pod that has its node needs no filter.
absl::StatusOr<PodShape> ShapeOfRunning(const Json& document, JsonReader& pod) {
  const absl::StatusOr<ResourceList> requests = PodRequests(pod.Object({"spec"}), AbsentRequest::kIsLimit);
  if (!requests.ok()) return Of(document, Below("spec", requests.status()));
  PodShape shape;
  shape.amounts = RequestedAmounts(*requests);
  absl::Status status = CheckNotNegative(shape.amounts, document, "spec.containers.resources");
  if (!status.ok()) return status;
  absl::StatusOr<PodRules> rules = RulesOf(pod);
  if (!rules.ok()) return Named(document, "spec.", rules.status().message());
  shape.rules = std::make_shared<const PodRules>(*std::move(rules));
  return shape;
}

bool IsOfDaemonSet(JsonReader& pod) {
  for (const Json& owner : pod.List({"metadata", "ownerReferences"})) {
    if (pod.TextIn(owner, {"kind"}) == "DaemonSet") return true;
  }
  return false;
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
  if (!allocatable.ok()) return Of(node, Below("status.allocatable", allocatable.status()));
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

absl::Status UseRunningPods(absl::Span<const SharedJson> pods, Capacity* capacity) {
  const Topology& topology = capacity->topology();
  std::vector<std::pair<int32_t, PodShape>> uses;
  std::set<HeldDomain> held;
  for (const SharedJson& pod : pods) {
    JsonReader reader(*pod);
    const std::optional<int32_t> node = topology.FindNode(NodeOf(reader));
    if (!reader.status().ok()) return reader.status();
    if (!node.has_value()) continue;
    absl::StatusOr<PodShape> shape = ShapeOfRunning(*pod, reader);
    if (!shape.ok()) return shape.status();
    uses.emplace_back(*node, *std::move(shape));
    AddHeld(reader, Holder::kGroup, *node, topology, &held);
    AddHeld(reader, Holder::kSubgroup, *node, topology, &held);
    if (!reader.status().ok()) return reader.status();
  }
  for (const auto& [node, shape] : uses) capacity->Use(node, shape);
  for (const HeldDomain& domain : held)
    capacity->Hold(domain.holder, domain.namespace_name, domain.level, domain.domain);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<PodShape>> DaemonsOn(absl::string_view node, absl::Span<const SharedJson> pods) {
  std::vector<PodShape> daemons;
  for (const SharedJson& pod : pods) {
    JsonReader reader(*pod);
    const bool is_here = NodeOf(reader) == node && IsOfDaemonSet(reader);
    if (!reader.status().ok()) return reader.status();
    if (!is_here) continue;
    absl::StatusOr<PodShape> shape = ShapeOfRunning(*pod, reader);
    if (!shape.ok()) return shape.status();
    daemons.push_back(*std::move(shape));
  }
  return daemons;
}

}  // namespace lws
