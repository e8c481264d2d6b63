#include "lws/adapters/simulation/kubernetes/object_defaults.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

// Sets the field where it is absent, null or an empty text.
template <typename Value>
void Default(const char* key, const Value& value, Json* object) {
  const auto found = object->find(key);
  if (found == object->end()) {
    (*object)[key] = value;
  } else if (found->is_null() || (found->is_string() && found->template get_ref<const std::string&>().empty())) {
    *found = value;
  }
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

void DefaultStatefulSetSpec(Json* of) {
  Json& spec = *of;
  Default("replicas", 1, &spec);
  Default("podManagementPolicy", "OrderedReady", &spec);
  Default("revisionHistoryLimit", 10, &spec);
  Default("updateStrategy", Json{{"type", "RollingUpdate"}}, &spec);
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
}

Json StatefulSetStatus() { return {{"replicas", 0}}; }
Json PodStatus() { return {{"phase", "Pending"}}; }

// What objects of a kind get.
struct KindDefaults {
  const char* kind;
  void (*spec)(Json* spec);
  Json (*status)();
};
constexpr KindDefaults kKindDefaults[] = {{"StatefulSet", DefaultStatefulSetSpec, StatefulSetStatus},
                                          {"Pod", DefaultPodSpec, PodStatus}};

const KindDefaults* DefaultsOf(const Json& kind) {
  for (const KindDefaults& defaults : kKindDefaults) {
    if (kind == defaults.kind) return &defaults;
  }
  return nullptr;
}

}  // namespace

void ApplyObjectDefaults(Json* object) {
  const KindDefaults* defaults = DefaultsOf(object->value("kind", ""));
  if (defaults == nullptr) return;
  defaults->spec(&(*object)["spec"]);
  Default("status", defaults->status(), object);
}

void ApplyObjectDefaults(StoredObject* object) {
  const KindDefaults* defaults = DefaultsOf((*object)["kind"]);
  if (defaults == nullptr) return;
  defaults->spec(&object->Edit("spec"));
  const Json& status = (*object)["status"];
  if (status.is_null() || status == "") object->Set("status", defaults->status());
}

}  // namespace lws::simulation
