#include "lws/api/pod_document.h"

#include "lws/api/json_member.h"
#include "lws/api/json_reader.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

std::vector<Json*> ContainersIn(Json* pod, const char* list) {
  std::vector<Json*> containers;
  const auto spec = pod->find("spec");
  if (spec == pod->end() || !spec->is_object()) return containers;
  const auto found = spec->find(list);
  if (found == spec->end() || !found->is_array()) return containers;
  for (Json& container : *found) containers.push_back(&container);
  return containers;
}

absl::Status CheckTexts(const Json& pod, const char* map, JsonReader* reader) {
  const Json& texts = reader->Object({"metadata", map});
  for (auto it = texts.begin(); it != texts.end(); ++it) {
    if (!it->is_string()) reader->OptionalText({"metadata", map, it.key().c_str()});
  }
  return reader->status();
}

}  // namespace

absl::Status CheckPodShape(const Json& pod) {
  if (!pod.is_object()) return absl::InvalidArgumentError("the pod is not an object");
  JsonReader reader(pod);
  reader.Object({"metadata"});
  reader.Object({"spec"});
  reader.Text({"metadata", "name"});
  reader.Text({"metadata", "namespace"});
  reader.Text({"spec", "subdomain"});
  for (const char* map : {kLabels, kAnnotations}) CheckTexts(pod, map, &reader).IgnoreError();
  for (const char* list : {"containers", "initContainers"}) {
    for (const Json& container : reader.List({"spec", list})) {
      reader.TextIn(container, {"name"});
      const Json* env = reader.FindIn(container, {"env"});
      if (env == nullptr) continue;
      if (!env->is_array()) {
        reader.TextIn(container, {"env", "name"});
        continue;
      }
      for (const Json& variable : *env) {
        reader.TextIn(variable, {"name"});
        reader.TextIn(variable, {"value"});
      }
    }
  }
  return reader.status();
}

std::optional<std::string> PodText(const Json& pod, const char* map, const char* key) {
  const Json& text = MemberOf(MemberOf(MemberOf(pod, "metadata"), map), key);
  if (!text.is_string()) return std::nullopt;
  return text.get<std::string>();
}

void SetPodText(const char* map, const char* key, absl::string_view text, Json* pod) {
  Json& texts = (*pod)["metadata"][map];
  if (!texts.is_object()) texts = Json::object();
  texts[key] = std::string(text);
}

std::vector<Json*> ContainersOfPod(Json* pod) { return ContainersIn(pod, "containers"); }
std::vector<Json*> InitContainersOfPod(Json* pod) { return ContainersIn(pod, "initContainers"); }

std::optional<std::string> ContainerEnvValue(const Json& container, absl::string_view name) {
  const auto env = container.find("env");
  if (env == container.end() || !env->is_array()) return std::nullopt;
  for (const Json& variable : *env) {
    if (TextMemberOf(variable, "name") == name) return TextMemberOf(variable, "value");
  }
  return std::nullopt;
}

void AppendContainerEnv(absl::string_view name, absl::string_view value, Json* container) {
  Json& env = (*container)["env"];
  if (!env.is_array()) env = Json::array();
  Json& variable = env.emplace_back(Json::object());
  variable["name"] = std::string(name);
  if (!value.empty()) variable["value"] = std::string(value);
}

}  // namespace lws::internal
