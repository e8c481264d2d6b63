#include "lws/adapters/testing/scenario/scenario_faults.h"

#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/node_upkeep.h"
#include "lws/adapters/testing/scenario/usual_nodes.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

using Kind = ScenarioEvent::Kind;

namespace {

absl::Status AddUsualNodes(const Scenario& scenario, Simulation* simulation) {
  const UsualNodes usual = UsualNodesFor(scenario);
  for (const UsualNode& node : usual.nodes) {
    absl::Status status = simulation->AddNode(node.name, usual.allocatable, node.labels);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AddScenarioNodes(const Scenario& scenario, Simulation* simulation) {
  if (scenario.nodes.empty() && scenario.node_objects.empty()) return AddUsualNodes(scenario, simulation);
  for (const SharedJson& node : scenario.node_objects) {
    absl::Status status = simulation->AddNode(*node);
    if (!status.ok()) return status;
  }
  for (const NodePool& pool : scenario.nodes) {
    for (int i = 0; i < pool.count; ++i) {
      absl::Status status = simulation->AddNode(absl::StrCat(pool.name, "-", i), pool.allocatable, pool.labels);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

bool StrikeScenario(const ScenarioEvent& event, const std::string& namespace_name, Simulation* simulation) {
  switch (event.kind) {
    case Kind::kEdit:
      return true;
    case Kind::kChangeImage:
      simulation->kubelet().SetImage(event.target, event.image);
      return true;
    case Kind::kFailContainer:
      return simulation->kubelet().FailContainer(namespace_name, event.target);
    case Kind::kEndPod:
      return simulation->kubelet().EndPod(namespace_name, event.target);
    case Kind::kLoseNode:
      return simulation->kubelet().LoseNode(event.target);
    case Kind::kRecoverNode:
      return simulation->kubelet().RecoverNode(event.target);
    case Kind::kDeletePod:
    case Kind::kEvictPod:
      return simulation->server().Delete({"Pod", namespace_name, event.target}, {}).ok();
    case Kind::kDrainNode:
      return simulation::DrainNode(&simulation->server(), event.target);
    case Kind::kCordonNode:
      return simulation::CordonNode(&simulation->server(), event.target);
    case Kind::kUncordonNode:
      return simulation::UncordonNode(&simulation->server(), event.target);
    case Kind::kTaintNode:
      return simulation::TaintNode(&simulation->server(), event.target, event.taints);
    case Kind::kRestartController:
      simulation->RestartController();
      return true;
  }
  return false;
}

absl::Status ScenarioFaultNotStruck(const ScenarioEvent& event, const std::string& namespace_name,
                                    Simulation* simulation) {
  const bool is_of_node = event.kind == Kind::kLoseNode || event.kind == Kind::kRecoverNode ||
                          event.kind == Kind::kDrainNode || event.kind == Kind::kCordonNode ||
                          event.kind == Kind::kUncordonNode || event.kind == Kind::kTaintNode;
  const ObjectRef key = {is_of_node ? "Node" : "Pod", is_of_node ? "" : namespace_name, event.target};
  const bool exists = simulation->server().Get(key) != nullptr;
  const char* why = !exists ? "does not exist" : is_of_node ? "is not lost" : "does not run";
  return ScenarioEventError(event, absl::StrCat(key.kind, " ", event.target, " ", why, " at that time"));
}

}  // namespace lws::internal
