#include "lws/placement/running_pods.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/field_status.h"
#include "lws/api/json_reader.h"
#include "lws/api/observed.h"
#include "lws/api/well_known.h"
#include "lws/placement/labelled_group.h"
#include "lws/placement/pod_resources.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/resource_amounts.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::DescribeJsonObject;
using internal::GroupOfPod;
using internal::JsonReader;
using internal::NamespaceOfPod;
using internal::RankOfPod;

namespace {

absl::Status Named(const Json& object, absl::string_view field, absl::string_view message) {
  return FieldStatus(DescribeJsonObject(object), field, message);
}

// A pod that takes room.
struct RoomTaker {
  std::optional<GroupId> group;
  int64_t rank = 0;
  int64_t priority = 0;
  int32_t node = 0;
  PodShape shape;
};

// A held domain and its owner, the value of a group or subgroup key. Pods with one owner hold a domain once.
struct OwnedDomain {
  std::string owner;
  HeldDomain held;

  friend bool operator<(const OwnedDomain& a, const OwnedDomain& b) {
    return std::tie(a.held.holder, a.held.namespace_name, a.owner, a.held.level, a.held.domain) <
           std::tie(b.held.holder, b.held.namespace_name, b.owner, b.held.level, b.held.domain);
  }
};

// The group whose pods hold a domain, and the lowest rank of these pods.
struct Keeper {
  std::optional<GroupId> group;
  int64_t lowest_rank = 0;
};

// Reads the pods one by one.
class RoomReader {
 public:
  explicit RoomReader(const Topology& topology) : topology_(topology) {}

  absl::Status Read(const Json& document) {
    JsonReader pod(document);
    const std::optional<int32_t> node = topology_.FindNode(NodeOf(pod));
    if (!pod.status().ok()) return pod.status();
    if (!node.has_value()) return absl::OkStatus();
    absl::StatusOr<PodShape> shape = ShapeOf(document, pod);
    if (!shape.ok()) return shape.status();
    const std::optional<GroupId> group = GroupOfPod(pod);
    const int64_t rank = RankOfPod(pod).value_or(0);
    takers_.push_back({group, rank, pod.Integer({"spec", "priority"}).value_or(0), *node, *std::move(shape)});
    AddHeld(pod, Holder::kGroup, takers_.back());
    AddHeld(pod, Holder::kSubgroup, takers_.back());
    return pod.status();
  }

  // Hands the shapes of the pods on, so it is called once.
  std::vector<RunningPods> Apply(Capacity* capacity) && {
    std::map<GroupId, RunningPods> groups;
    for (RoomTaker& taker : takers_) {
      capacity->Use(taker.node, taker.shape);
      if (!taker.group.has_value()) continue;
      RunningPods& group = groups[*taker.group];
      group.priority = group.pods.empty() ? taker.priority : std::max(group.priority, taker.priority);
      group.pods.emplace_back(taker.node, std::move(taker.shape));
      group.ranks.push_back(taker.rank);
    }
    for (const auto& [domain, keeper] : held_) {
      HeldDomain held = domain.held;
      held.lowest_rank = keeper.lowest_rank;
      capacity->Hold(held.holder, held.namespace_name, held.level, held.domain);
      if (keeper.group.has_value()) groups[*keeper.group].holds.push_back(held);
    }
    std::vector<RunningPods> result;
    for (auto& [id, group] : groups) {
      group.id = id;
      result.push_back(std::move(group));
    }
    return result;
  }

  // The name of the node on which the pod runs or is about to; empty for a pod without a node and for a finished one.
  static std::string NodeOf(JsonReader& pod) {
    const bool finished = IsFinishedPhase(ReadPodPhase(pod.Text({"status", "phase"})));
    return finished ? "" : pod.Text({"spec", "nodeName"});
  }

  // What the pod takes of its node and asks of other pods. A pod that has its node needs no filter.
  static absl::StatusOr<PodShape> ShapeOf(const Json& document, JsonReader& pod) {
    const absl::StatusOr<ResourceList> requests = PodRequests(pod.Object({"spec"}), AbsentRequest::kIsLimit);
    if (!requests.ok()) {
      const absl::Status status = FieldStatusBelow("spec", requests.status());
      const std::string field = FieldOfStatus(status);
      return Named(document, field, status.message().substr(field.empty() ? 0 : field.size() + 2));
    }
    PodShape shape;
    shape.amounts = RequestedAmounts(*requests);
    for (const auto& [name, amount] : shape.amounts) {
      if (amount < 0) return Named(document, absl::StrCat("spec.containers.resources.", name), "is negative");
    }
    absl::StatusOr<PodRules> rules = ReadPodRules(NamespaceOfPod(pod), LabelsOf(pod), pod.Object({"spec"}));
    if (!rules.ok()) return Named(document, "spec.", rules.status().message());
    shape.rules = std::make_shared<const PodRules>(*std::move(rules));
    return shape;
  }

 private:
  static std::map<std::string, std::string> LabelsOf(JsonReader& pod) {
    std::map<std::string, std::string> labels;
    const Json& documents = pod.Object({"metadata", "labels"});
    for (auto it = documents.begin(); it != documents.end(); ++it) {
      if (it->is_string()) labels[it.key()] = it->get<std::string>();
    }
    return labels;
  }

  void AddHeld(JsonReader& pod, Holder holder, const RoomTaker& taker) {
    const bool is_group = holder == Holder::kGroup;
    const std::optional<std::string> key = pod.OptionalText(
        {"metadata", "annotations", is_group ? kExclusiveTopologyAnnotation : kSubGroupExclusiveTopologyAnnotation});
    const std::string owner = pod.Text({"metadata", "labels", is_group ? kGroupKeyLabel : kSubGroupKeyLabel});
    if (owner.empty()) return;
    // An exclusive group avoids every pod with a group or subgroup key, so one that is not exclusive holds its node.
    const std::optional<int> level = key.has_value() ? topology_.LevelOf(*key) : topology_.LastLevel();
    if (!level.has_value()) return;
    const int32_t domain = topology_.DomainOf(*level, taker.node);
    const auto [found, added] =
        held_.try_emplace({owner, {holder, NamespaceOfPod(pod), *level, domain}}, Keeper{taker.group, taker.rank});
    if (!added) found->second.lowest_rank = std::min(found->second.lowest_rank, taker.rank);
  }

  const Topology& topology_;
  std::vector<RoomTaker> takers_;
  std::map<OwnedDomain, Keeper> held_;
};

bool IsOwnedBy(JsonReader& pod, absl::string_view kind) {
  for (const Json& owner : pod.List({"metadata", "ownerReferences"})) {
    if (pod.TextIn(owner, {"kind"}) == kind) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::vector<RunningPods>> UseRunningGroups(absl::Span<const SharedJson> pods, Capacity* capacity) {
  RoomReader reader(capacity->topology());
  for (const SharedJson& pod : pods) {
    absl::Status status = reader.Read(*pod);
    if (!status.ok()) return status;
  }
  return std::move(reader).Apply(capacity);
}

absl::StatusOr<std::vector<PodShape>> DaemonSetPodsOn(absl::string_view node, absl::Span<const SharedJson> pods) {
  std::vector<PodShape> daemons;
  for (const SharedJson& document : pods) {
    JsonReader pod(*document);
    const bool is_here = RoomReader::NodeOf(pod) == node && IsOwnedBy(pod, "DaemonSet");
    if (!pod.status().ok()) return pod.status();
    if (!is_here) continue;
    absl::StatusOr<PodShape> shape = RoomReader::ShapeOf(*document, pod);
    if (!shape.ok()) return shape.status();
    daemons.push_back(*std::move(shape));
  }
  return daemons;
}

absl::StatusOr<std::vector<PodOnNode>> PodsThatUseNodes(const Topology& topology, absl::Span<const SharedJson> pods) {
  std::vector<PodOnNode> found;
  for (const SharedJson& document : pods) {
    JsonReader pod(*document);
    const std::optional<int32_t> node = topology.FindNode(RoomReader::NodeOf(pod));
    const bool is_of_node = IsOwnedBy(pod, "DaemonSet") || IsOwnedBy(pod, "Node");
    const std::optional<GroupId> group = GroupOfPod(pod);
    if (!pod.status().ok()) return pod.status();
    if (node.has_value() && !is_of_node) found.push_back({*node, group});
  }
  return found;
}

void TakeAwayPods(const RunningPods& group, Capacity* capacity) {
  for (const auto& [node, shape] : group.pods) capacity->GiveBack(node, shape);
  for (const HeldDomain& held : group.holds) {
    capacity->LetGo(held.holder, held.namespace_name, held.level, held.domain);
  }
}

void PutBackPods(const RunningPods& group, Capacity* capacity) {
  for (const auto& [node, shape] : group.pods) capacity->Use(node, shape);
  for (const HeldDomain& held : group.holds) {
    capacity->Hold(held.holder, held.namespace_name, held.level, held.domain);
  }
}

void KeepRanksOfGroup(int64_t size, RunningPods* group, Capacity* capacity) {
  RunningPods kept = *group;
  kept.pods.clear();
  kept.ranks.clear();
  kept.holds.clear();
  for (size_t i = 0; i < group->pods.size(); ++i) {
    const int64_t rank = i < group->ranks.size() ? group->ranks[i] : 0;
    if (rank >= size) {
      capacity->GiveBack(group->pods[i].first, group->pods[i].second);
      continue;
    }
    kept.pods.push_back(group->pods[i]);
    kept.ranks.push_back(rank);
  }
  for (const HeldDomain& held : group->holds) {
    if (held.lowest_rank < size) {
      kept.holds.push_back(held);
    } else {
      capacity->LetGo(held.holder, held.namespace_name, held.level, held.domain);
    }
  }
  *group = std::move(kept);
}

}  // namespace lws
