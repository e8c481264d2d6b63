#include "lws/adapters/simulation/kubernetes/node_upkeep.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

SharedObject FindNode(const ApiServer& server, absl::string_view node) {
  return server.Find({"Node", "", std::string(node)});
}

bool SetUnschedulable(ApiServer* server, absl::string_view node, bool unschedulable) {
  const SharedObject live = FindNode(*server, node);
  if (live == nullptr) return false;
  StoredObject next = *live;
  next.Edit("spec")["unschedulable"] = unschedulable;
  return server->Update(std::move(next)).ok();
}

std::vector<SharedObject> PodsOn(const ApiServer& server, absl::string_view node) {
  std::vector<SharedObject> pods;
  for (const SharedObject& pod : server.FindAll("Pod")) {
    if (StoredTextAt(*pod, {"spec", "nodeName"}) == node) pods.push_back(pod);
  }
  return pods;
}

// A pod that passes by the scheduler is asked about taints that say NoExecute alone.
bool Tolerates(const StoredObject& pod, const std::string& node, const std::vector<Taint>& taints) {
  Json asked = {{"nodeName", node}};
  const Json& tolerations = StoredFieldAt(pod, {"spec", "tolerations"});
  if (!tolerations.is_null()) asked["tolerations"] = tolerations;
  const absl::StatusOr<NodeFilter> filter = NodeFilter::FromPodSpec(asked);
  NodeFacts facts;
  facts.name = node;
  facts.taints = taints;
  return filter.ok() && filter->Check(facts) != NodeExclusion::kTaint;
}

}  // namespace

bool CordonNode(ApiServer* server, absl::string_view node) { return SetUnschedulable(server, node, true); }
bool UncordonNode(ApiServer* server, absl::string_view node) { return SetUnschedulable(server, node, false); }

bool DrainNode(ApiServer* server, absl::string_view node) {
  if (!CordonNode(server, node)) return false;
  for (const SharedObject& pod : PodsOn(*server, node)) server->Delete(StoredObjectRef(*pod), {}).IgnoreError();
  return true;
}

bool TaintNode(ApiServer* server, absl::string_view node, const std::vector<Taint>& taints) {
  const SharedObject live = FindNode(*server, node);
  if (live == nullptr) return false;
  StoredObject next = *live;
  Json& list = next.Edit("spec")["taints"];
  list = Json::array();
  for (const Taint& taint : taints) {
    list.push_back({{"key", taint.key}, {"value", taint.value}, {"effect", taint.effect}});
  }
  if (!server->Update(std::move(next)).ok()) return false;
  for (const SharedObject& pod : PodsOn(*server, node)) {
    if (!Tolerates(*pod, std::string(node), taints)) server->Delete(StoredObjectRef(*pod), {}).IgnoreError();
  }
  return true;
}

}  // namespace lws::simulation
