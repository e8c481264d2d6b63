#include "lws/adapters/simulation/kubernetes/object_defaults.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

void Default(const char* key, Json value, Json* object) {
  if (!object->contains(key) || (*object)[key].is_null() || (*object)[key] == "") (*object)[key] = std::move(value);
}

// An image without a tag, or with the tag latest, is always pulled.
const char* PullPolicy(const std::string& image) {
  const std::string last = image.substr(image.rfind('/') == std::string::npos ? 0 : image.rfind('/'));
  const bool latest = !absl::StrContains(last, ":") || absl::EndsWith(last, ":latest");
  return latest && !absl::StrContains(last, "@") ? "Always" : "IfNotPresent";
}

void DefaultContainer(Json* container) {
  Default("terminationMessagePath", "/dev/termination-log", container);
  Default("terminationMessagePolicy", "File", container);
  Default("imagePullPolicy", PullPolicy(container->value("image", "")), container);
  Default("resources", Json::object(), container);
  if (!container->contains("ports")) return;
  for (Json& port : (*container)["ports"]) Default("protocol", "TCP", &port);
}

void DefaultPodSpec(Json* spec) {
  Default("restartPolicy", "Always", spec);
  Default("dnsPolicy", "ClusterFirst", spec);
  Default("schedulerName", "default-scheduler", spec);
  Default("terminationGracePeriodSeconds", 30, spec);
  Default("securityContext", Json::object(), spec);
  for (const char* list : {"containers", "initContainers"}) {
    if (!spec->contains(list) || !(*spec)[list].is_array()) continue;
    for (Json& container : (*spec)[list]) DefaultContainer(&container);
  }
}

void DefaultStatefulSet(Json* object) {
  Json& spec = (*object)["spec"];
  Default("replicas", 1, &spec);
  Default("podManagementPolicy", "OrderedReady", &spec);
  Default("revisionHistoryLimit", 10, &spec);
  Default("updateStrategy", {{"type", "RollingUpdate"}}, &spec);
  Json& strategy = spec["updateStrategy"];
  Default("type", "RollingUpdate", &strategy);
  if (strategy["type"] == "RollingUpdate") {
    Default("rollingUpdate", Json::object(), &strategy);
    Default("partition", 0, &strategy["rollingUpdate"]);
  }
  Default("persistentVolumeClaimRetentionPolicy", Json::object(), &spec);
  Default("whenDeleted", "Retain", &spec["persistentVolumeClaimRetentionPolicy"]);
  Default("whenScaled", "Retain", &spec["persistentVolumeClaimRetentionPolicy"]);
  if (spec.contains("template")) DefaultPodSpec(&spec["template"]["spec"]);
  Default("status", {{"replicas", 0}}, object);
}

}  // namespace

void ApplyObjectDefaults(Json* object) {
  const std::string kind = object->value("kind", "");
  if (kind == "StatefulSet") DefaultStatefulSet(object);
  if (kind != "Pod") return;
  DefaultPodSpec(&(*object)["spec"]);
  Default("status", {{"phase", "Pending"}}, object);
}

}  // namespace lws::simulation
