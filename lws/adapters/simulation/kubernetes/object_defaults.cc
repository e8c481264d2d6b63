#include "lws/adapters/simulation/kubernetes/object_defaults.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "lws/api/json_member.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

// Whether the field is absent, null or an empty text.
bool Lacks(const Json& object, absl::string_view key) {
  const Json& field = internal::MemberOf(object, key);
  return field.is_null() || (field.is_string() && field.get_ref<const std::string&>().empty());
}

// Sets the field where the object lacks it.
template <typename Value>
void Default(absl::string_view key, const Value& value, Json* object) {
  if (Lacks(*object, key)) (*object)[std::string(key)] = value;
}
void DefaultToEmpty(absl::string_view key, Json* object) {
  if (Lacks(*object, key)) (*object)[std::string(key)] = Json::object();
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
  if (Lacks(*container, "imagePullPolicy")) {
    (*container)["imagePullPolicy"] = PullPolicy(container->value("image", ""));
  }
  DefaultToEmpty("resources", container);
  if (internal::MemberOf(*container, "ports").is_null()) return;
  for (Json& port : (*container)["ports"]) Default("protocol", "TCP", &port);
}

void DefaultPodSpec(Json* spec) {
  Default("restartPolicy", "Always", spec);
  Default("dnsPolicy", "ClusterFirst", spec);
  Default("schedulerName", "default-scheduler", spec);
  Default("terminationGracePeriodSeconds", 30, spec);
  DefaultToEmpty("securityContext", spec);
  for (const char* list : {"containers", "initContainers"}) {
    if (!internal::MemberOf(*spec, list).is_array()) continue;
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
    DefaultToEmpty("rollingUpdate", &strategy);
    Default("partition", 0, &strategy["rollingUpdate"]);
  }
  DefaultToEmpty("persistentVolumeClaimRetentionPolicy", &spec);
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
    if (kind.is_string() && kind.get_ref<const std::string&>() == defaults.kind) return &defaults;
  }
  return nullptr;
}

}  // namespace

void ApplyObjectDefaults(Json* object) {
  const KindDefaults* defaults = DefaultsOf(internal::MemberOf(*object, "kind"));
  if (defaults == nullptr) return;
  defaults->spec(&(*object)["spec"]);
  if (Lacks(*object, "status")) (*object)["status"] = defaults->status();
}

void ApplyObjectDefaults(StoredObject* object) {
  const KindDefaults* defaults = DefaultsOf((*object)["kind"]);
  if (defaults == nullptr) return;
  defaults->spec(&object->Edit("spec"));
  const Json& status = (*object)["status"];
  if (status.is_null() || status == "") object->Set("status", defaults->status());
}

}  // namespace lws::simulation
