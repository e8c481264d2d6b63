#include "lws/adapters/kubernetes/placement_view.h"

#include <algorithm>

#include "absl/status/status.h"
#include "lws/adapters/host/resource_version.h"
#include "lws/api/json_reader.h"
#include "lws/api/observed.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/pod_facts.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

bool IsSame(const TopologyNode& a, const TopologyNode& b) {
  return a.facts.labels == b.facts.labels && a.facts.taints == b.facts.taints && a.facts.ready == b.facts.ready &&
         a.facts.unschedulable == b.facts.unschedulable && a.allocatable == b.allocatable;
}

// The version is not part of what placement reads, and changes with every write of the pod's status.
std::string WithoutVersion(Json facts) {
  facts["metadata"].erase("resourceVersion");
  return facts.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

struct PlacementView::Told {
  Json document;
  Name name;
  std::string resource_version;
};

absl::StatusOr<PlacementView::Told> PlacementView::ReadTold(absl::string_view text, absl::string_view kind) {
  absl::StatusOr<Json> document = ParseJson(text, kind);
  if (!document.ok()) return document.status();
  Told told;
  told.document = *std::move(document);
  JsonReader reader(told.document);
  told.name = {reader.Text({"metadata", "namespace"}), reader.Text({"metadata", "name"})};
  told.resource_version = reader.Text({"metadata", "resourceVersion"});
  if (!reader.status().ok()) return reader.status();
  return told;
}

absl::StatusOr<std::string> PlacementView::TellNode(absl::string_view text) {
  const absl::StatusOr<Told> told = ReadTold(text, "Node");
  if (!told.ok()) return told.status();
  absl::StatusOr<TopologyNode> node = ReadTopologyNode(told->document);
  if (!node.ok()) return node.status();
  const auto [found, is_new] = nodes_.try_emplace(told->name.second);
  if (is_new || !IsSame(found->second.facts, *node)) {
    found->second.facts = *std::move(node);
    topology_ = nullptr;
    is_changed_ = true;
  }
  found->second.was_told = true;
  return told->resource_version;
}

absl::StatusOr<std::string> PlacementView::TellNodeGone(absl::string_view text) {
  const absl::StatusOr<Told> told = ReadTold(text, "Node");
  if (!told.ok()) return told.status();
  if (nodes_.erase(told->name.second) > 0) {
    topology_ = nullptr;
    is_changed_ = true;
  }
  return told->resource_version;
}

absl::StatusOr<std::string> PlacementView::TellPod(absl::string_view text) {
  const absl::StatusOr<Told> told = ReadTold(text, "Pod");
  if (!told.ok()) return told.status();
  return Put(*told);
}

absl::StatusOr<std::string> PlacementView::Put(const Told& told) {
  const auto known = pods_.find(told.name);
  if (known != pods_.end() && IsOlderResourceVersion(told.resource_version, known->second.resource_version)) {
    known->second.was_told = true;
    return told.resource_version;
  }
  JsonReader reader(told.document);
  Pod pod;
  pod.waits = PodWaitsForPlace(told.document);
  const bool is_placed =
      !reader.Text({"spec", "nodeName"}).empty() || !reader.Text({"metadata", "annotations", kNodeAnnotation}).empty();
  const bool is_finished = IsFinishedPhase(ReadPodPhase(reader.Text({"status", "phase"})));
  if (!reader.status().ok()) return reader.status();
  if (is_finished || (!is_placed && !pod.waits)) {
    Remove(told.name);
    return told.resource_version;
  }
  pod.facts = WithoutVersion(PlacementFactsOfPod(told.document));
  pod.resource_version = told.resource_version;
  is_changed_ |= known == pods_.end() || known->second.facts != pod.facts;
  waiting_ += pod.waits;
  if (known != pods_.end()) waiting_ -= known->second.waits;
  pods_[told.name] = std::move(pod);
  return told.resource_version;
}

absl::Status PlacementView::TellPodAnswer(absl::string_view text) {
  const absl::StatusOr<Told> told = ReadTold(text, "Pod");
  if (!told.ok()) return told.status();
  return pods_.count(told->name) > 0 ? Put(*told).status() : absl::OkStatus();
}

absl::StatusOr<std::string> PlacementView::TellPodGone(absl::string_view text) {
  const absl::StatusOr<Told> told = ReadTold(text, "Pod");
  if (!told.ok()) return told.status();
  Remove(told->name);
  return told->resource_version;
}

void PlacementView::Remove(const Name& name) {
  const auto found = pods_.find(name);
  if (found == pods_.end()) return;
  waiting_ -= found->second.waits;
  pods_.erase(found);
  is_changed_ = true;
}

void PlacementView::BeginRelist(bool of_nodes) {
  if (of_nodes) {
    for (auto& [name, node] : nodes_) node.was_told = false;
  } else {
    for (auto& [name, pod] : pods_) pod.was_told = false;
  }
}

void PlacementView::EndRelist(bool of_nodes) {
  if (!of_nodes) {
    std::vector<Name> gone;
    for (const auto& [name, pod] : pods_) {
      if (!pod.was_told) gone.push_back(name);
    }
    for (const Name& name : gone) Remove(name);
    return;
  }
  for (auto it = nodes_.begin(); it != nodes_.end();) {
    if (it->second.was_told) {
      ++it;
      continue;
    }
    it = nodes_.erase(it);
    topology_ = nullptr;
    is_changed_ = true;
  }
}

absl::StatusOr<std::shared_ptr<const Topology>> PlacementView::TopologyOf(const std::vector<std::string>& levels) {
  if (topology_ != nullptr && topology_->level_keys() == levels) return topology_;
  std::vector<TopologyNode> nodes;
  for (const auto& [name, node] : nodes_) nodes.push_back(node.facts);
  absl::StatusOr<std::shared_ptr<const Topology>> topology = Topology::Create(std::move(nodes), levels);
  if (topology.ok()) topology_ = *topology;
  return topology;
}

std::vector<SharedJson> PlacementView::Pods() const {
  std::vector<SharedJson> pods;
  pods.reserve(pods_.size());
  for (const auto& [name, pod] : pods_) {
    Json facts = Json::parse(pod.facts, nullptr, /*allow_exceptions=*/false);
    facts["metadata"]["resourceVersion"] = pod.resource_version;
    pods.push_back(std::make_shared<const Json>(std::move(facts)));
  }
  return pods;
}

}  // namespace lws::internal
