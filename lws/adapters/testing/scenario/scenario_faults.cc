#include "lws/adapters/testing/scenario/scenario_faults.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/kubernetes/node_upkeep.h"
#include "lws/api/json_reader.h"
#include "lws/api/quantity.h"
#include "lws/placement/pod_resources.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

using Kind = ScenarioEvent::Kind;

absl::Status AddScenarioNodes(const Scenario& scenario, Simulation* simulation) {
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

std::map<std::string, std::string> UsualScenarioAllocatable(const std::vector<const Json*>& leader_worker_templates) {
  std::map<std::string, std::string> allocatable = {
      {"cpu", "192"}, {"memory", "2Ti"}, {"pods", "110"}, {"nvidia.com/gpu", "8"}, {"google.com/tpu", "4"}};
  for (const Json* groups : leader_worker_templates) {
    JsonReader reader(*groups);
    for (const char* key : {"leaderTemplate", "workerTemplate"}) {
      const Json* pod_spec = reader.Find({key, "spec"});
      if (pod_spec == nullptr) continue;
      const absl::StatusOr<ResourceList> requests = PodRequests(*pod_spec, AbsentRequest::kIsLimit);
      if (!requests.ok()) continue;
      for (const auto& [resource, amount] : *requests) {
        const absl::StatusOr<Quantity> usual = Quantity::Parse(allocatable[resource]);
        if (!usual.ok() || usual->Compare(amount) < 0) allocatable[resource] = amount.ToString();
      }
    }
  }
  return allocatable;
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
      return simulation->kubelet().FailPod(namespace_name, event.target);
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

}  // namespace lws::internal
