#include "lws/placement/node_binding.h"

#include <algorithm>
#include <utility>

#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// A term without requirements matches nothing, and is to go on matching nothing.
bool MatchesNothing(const Json& term) {
  if (!term.is_object()) return true;
  const auto is_empty = [&](const char* field) { return term.value(field, Json()).empty(); };
  return is_empty("matchExpressions") && is_empty("matchFields");
}

// The member of this name, which becomes an object if it is none.
Json& ObjectIn(const char* name, Json* object) {
  Json& member = (*object)[name];
  if (!member.is_object()) member = Json::object();
  return member;
}

// Every alternative gets the node as one requirement more.
void RequireNode(const std::string& name, Json* pod_spec) {
  const Json requirement = {{"key", "metadata.name"}, {"operator", "In"}, {"values", Json::array({name})}};
  Json& affinity = ObjectIn("nodeAffinity", &ObjectIn("affinity", pod_spec));
  Json& terms = ObjectIn("requiredDuringSchedulingIgnoredDuringExecution", &affinity)["nodeSelectorTerms"];
  if (!terms.is_array()) {
    terms = Json::array({{{"matchFields", Json::array({requirement})}}});
    return;
  }
  for (Json& term : terms) {
    if (MatchesNothing(term)) continue;
    Json& fields = term["matchFields"];
    if (!fields.is_array()) fields = Json::array();
    if (std::find(fields.begin(), fields.end(), requirement) == fields.end()) fields.push_back(requirement);
  }
}

// Whether the pod asks for another host already: that selector stays.
bool SelectsAnotherHost(const Json& pod_spec, const std::string& hostname) {
  const Json selector = pod_spec.value("nodeSelector", Json());
  return selector.is_object() && selector.value(kHostnameLabel, Json(hostname)) != hostname;
}

}  // namespace

void BindPodToAssignedNode(const NodeFacts& node, NodeBinding binding, Json* pod_spec) {
  const auto hostname = node.labels.find(kHostnameLabel);
  if (binding == NodeBinding::kNodeName) {
    (*pod_spec)["nodeName"] = node.name;
  } else if (binding == NodeBinding::kNodeSelector && hostname != node.labels.end() &&
             !SelectsAnotherHost(*pod_spec, hostname->second)) {
    ObjectIn("nodeSelector", pod_spec)[kHostnameLabel] = hostname->second;
  } else {
    RequireNode(node.name, pod_spec);
  }
}

void PlacedGroups::Set(const GroupId& group, const Topology& topology, const Assignment& assignment) {
  std::vector<NodeFacts>& nodes = nodes_[group];
  nodes.clear();
  for (const int32_t node : assignment.NodesByRank()) nodes.push_back(topology.Node(node).facts);
}

const NodeFacts* PlacedGroups::Find(const GroupId& group, int64_t rank) const {
  const auto found = nodes_.find(group);
  if (found == nodes_.end() || rank < 0 || rank >= static_cast<int64_t>(found->second.size())) return nullptr;
  return &found->second[rank];
}

bool PlacedGroups::Bind(const GroupId& group, int64_t rank, Json* pod_spec) const {
  const NodeFacts* node = Find(group, rank);
  if (node == nullptr) return false;
  BindPodToAssignedNode(*node, binding_, pod_spec);
  return true;
}

}  // namespace lws
