#include "lws/placement/pod_facts.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "lws/api/json_member.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::MemberOf;

namespace {

// The members of these names, as far as `from` has them.
Json Picked(const Json& from, std::initializer_list<const char*> names) {
  Json picked = Json::object();
  if (!from.is_object()) return picked;
  for (const char* name : names) {
    const auto found = from.find(name);
    if (found != from.end()) picked[name] = *found;
  }
  return picked;
}

void PutIfAny(const char* name, Json value, Json* into) {
  if (!value.empty()) (*into)[name] = std::move(value);
}

Json PickedOwners(const Json& owners) {
  Json picked = Json::array();
  if (!owners.is_array()) return picked;
  for (const Json& owner : owners) picked.push_back(Picked(owner, {"kind"}));
  return picked;
}

Json PickedContainers(const Json& containers) {
  Json picked = Json::array();
  if (!containers.is_array()) return picked;
  for (const Json& container : containers) {
    picked.push_back(Picked(container, {"name", "resources", "ports", "restartPolicy"}));
  }
  return picked;
}

// Claims may bind a pod to nodes; other volumes do not.
Json PickedVolumes(const Json& volumes) {
  Json picked = Json::array();
  if (!volumes.is_array()) return picked;
  for (const Json& volume : volumes) {
    Json claims = Picked(volume, {"persistentVolumeClaim", "ephemeral"});
    if (!claims.empty()) picked.push_back(std::move(claims));
  }
  return picked;
}

}  // namespace

bool PodWaitsForPlace(const Json& pod) {
  const Json& gates = MemberOf(MemberOf(pod, "spec"), "schedulingGates");
  return gates.is_array() &&
         std::any_of(gates.begin(), gates.end(), [](const Json& gate) { return MemberOf(gate, "name") == kPlaceGate; });
}

Json PlacementFactsOfPod(const Json& pod) {
  const Json& metadata = MemberOf(pod, "metadata");
  const Json& spec = MemberOf(pod, "spec");
  Json facts = Picked(pod, {"apiVersion", "kind"});
  facts["metadata"] = Picked(metadata, {"name", "namespace", "uid", "resourceVersion", "deletionTimestamp", "labels"});
  PutIfAny(
      "annotations",
      Picked(MemberOf(metadata, "annotations"), {kNodeAnnotation, kNodesAnnotation, kNoPlaceAnnotation,
                                                 kExclusiveTopologyAnnotation, kSubGroupExclusiveTopologyAnnotation}),
      &facts["metadata"]);
  PutIfAny("ownerReferences", PickedOwners(MemberOf(metadata, "ownerReferences")), &facts["metadata"]);
  facts["spec"] =
      Picked(spec, {"nodeName", "nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "hostNetwork",
                    "overhead", "priority", "resources", "resourceClaims", "runtimeClassName", "schedulingGates"});
  PutIfAny("containers", PickedContainers(MemberOf(spec, "containers")), &facts["spec"]);
  PutIfAny("initContainers", PickedContainers(MemberOf(spec, "initContainers")), &facts["spec"]);
  PutIfAny("volumes", PickedVolumes(MemberOf(spec, "volumes")), &facts["spec"]);
  PutIfAny("status", Picked(MemberOf(pod, "status"), {"phase"}), &facts);
  return facts;
}

}  // namespace lws
