#include "lws/adapters/simulation/group_placer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"
#include "lws/api/strict_integer.h"
#include "lws/api/well_known.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/labelled_group.h"
#include "lws/placement/reassign_group.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::ParseStrictInteger;
using simulation::SharedObject;
using simulation::StoredObject;
using simulation::StoredTextAt;
using simulation::UidOfStored;

namespace {

const std::string& Label(const StoredObject& pod, const char* key) {
  return StoredTextAt(pod, {"metadata", "labels", key});
}

std::optional<GroupId> GroupOf(const StoredObject& pod) {
  return internal::GroupOfLabels(StoredTextAt(pod, {"metadata", "namespace"}), Label(pod, kNameLabel),
                                 Label(pod, kGroupIndexLabel));
}

// The numbers of the nodes; -1 for nodes that are gone.
std::vector<int32_t> Numbers(const Topology& topology, const std::vector<std::string>& names) {
  std::vector<int32_t> numbers;
  for (const std::string& name : names) numbers.push_back(topology.FindNode(name).value_or(-1));
  return numbers;
}

}  // namespace

bool GroupPlacer::IsUsable(const std::string& name) const {
  const SharedJson document = server_->Get({"Node", "", name});
  if (document == nullptr) return false;
  const absl::StatusOr<std::shared_ptr<const Topology>> topology = TopologyFromNodes({document}, options_.levels);
  if (!topology.ok()) return false;
  const std::optional<int32_t> node = (*topology)->FindNode(name);
  return node.has_value() && (*topology)->Node(*node).facts.ready;
}

absl::StatusOr<std::unique_ptr<Capacity>> GroupPlacer::FreeFor(const GroupId& group) const {
  const absl::StatusOr<std::shared_ptr<const Topology>> topology =
      TopologyFromNodes(server_->List("Node"), options_.levels);
  if (!topology.ok()) return topology.status();
  auto capacity = std::make_unique<Capacity>(*topology);
  std::vector<SharedJson> pods;
  for (const SharedObject& pod : server_->FindAll("Pod")) {
    const std::optional<GroupId> other = GroupOf(*pod);
    if (!other.has_value() || placed_.count(*other) == 0) pods.push_back(pod->Document());
  }
  absl::Status status = UseCapacityOfRunningPods(pods, capacity.get());
  if (!status.ok()) return status;
  for (const auto& [id, placed] : placed_) {
    std::vector<int32_t> nodes = Numbers(**topology, placed.nodes);
    const bool all_there = std::find(nodes.begin(), nodes.end(), -1) == nodes.end();
    if (all_there && (id < group || group < id)) capacity->Commit(placed.request, AssignmentFromRanks(true, nodes));
  }
  return capacity;
}

absl::Status GroupPlacer::Place(const GroupId& group, const std::string& leader_uid) {
  const SharedJson document = server_->Get({kKind, group.namespace_name, group.set_name});
  if (document == nullptr) return absl::NotFoundError(absl::StrCat("LeaderWorkerSet ", group.set_name, " is gone"));
  const absl::StatusOr<LeaderWorkerSet> set = LeaderWorkerSetFromJson(*document);
  if (!set.ok()) return set.status();
  absl::StatusOr<GroupRequest> request = GroupRequestFromSet(*set, options_.placement, group.index);
  if (!request.ok()) return request.status();
  absl::StatusOr<std::unique_ptr<Capacity>> capacity = FreeFor(group);
  if (!capacity.ok()) return capacity.status();
  const Topology& topology = (*capacity)->topology();
  const auto known = placed_.find(group);
  absl::StatusOr<PlacementResult> result;
  std::vector<int32_t> nodes;
  if (known != placed_.end() && known->second.leader_uid == leader_uid) nodes = Numbers(topology, known->second.nodes);
  // A group without nodes, or with one that no longer exists, is placed as a new one.
  if (nodes.empty() || std::find(nodes.begin(), nodes.end(), -1) != nodes.end()) {
    result = AssignGroup(**capacity, *request);
  } else {
    const Assignment before = AssignmentFromRanks(true, nodes);
    std::vector<int32_t> lost;
    for (const int32_t node : nodes) {
      if (!topology.Node(node).facts.ready) lost.push_back(node);
    }
    (*capacity)->Commit(*request, before);
    result = ReassignNodes(**capacity, *request, before, lost);
  }
  if (!result.ok()) return result.status();
  if (!result->assignment.has_value()) return absl::NotFoundError(DescribeNoFit(result->no_fit));
  Placed& placed = placed_[group];
  placed = {leader_uid, *std::move(request), {}};
  for (const int32_t node : result->assignment->NodesByRank()) placed.nodes.push_back(topology.Node(node).facts.name);
  return absl::OkStatus();
}

absl::StatusOr<std::string> GroupPlacer::NodeFor(const StoredObject& pod) {
  const std::optional<GroupId> group = GroupOf(pod);
  const std::optional<int64_t> rank = ParseStrictInteger(Label(pod, kWorkerIndexLabel));
  if (!group.has_value() || !rank.has_value()) return absl::InvalidArgumentError("the pod belongs to no group");
  const SharedObject leader =
      server_->Find({"Pod", group->namespace_name, LeaderPodName(group->set_name, static_cast<int32_t>(group->index))});
  if (leader == nullptr) return absl::NotFoundError("the group has no leader");
  const std::string leader_uid = UidOfStored(*leader);
  const auto known = placed_.find(*group);
  const bool has_node = known != placed_.end() && known->second.leader_uid == leader_uid &&
                        *rank < static_cast<int64_t>(known->second.nodes.size()) &&
                        IsUsable(known->second.nodes[*rank]);
  if (!has_node) {
    absl::Status status = Place(*group, leader_uid);
    if (!status.ok()) return status;
  }
  const std::vector<std::string>& nodes = placed_.at(*group).nodes;
  if (*rank < 0 || *rank >= static_cast<int64_t>(nodes.size())) {
    return absl::NotFoundError(absl::StrCat("the group has no rank ", *rank));
  }
  return nodes[*rank];
}

}  // namespace lws
