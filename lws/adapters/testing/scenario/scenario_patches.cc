#include "lws/adapters/testing/scenario/scenario_patches.h"

#include "lws/api/json_reader.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

Json ScenarioScalePatch(int32_t replicas) { return {{"spec", {{"replicas", replicas}}}}; }

Json ScenarioImagesPatch(const Json& set, absl::FunctionRef<std::string(const std::string&)> image_of) {
  Json patch = Json::object();
  JsonReader reader(set);
  for (const char* key : {"leaderTemplate", "workerTemplate"}) {
    if (reader.Find({"spec", "leaderWorkerTemplate", key, "spec"}) == nullptr) continue;
    Json containers = reader.List({"spec", "leaderWorkerTemplate", key, "spec", "containers"});
    if (!containers.empty() && containers[0].is_object()) {
      const std::string image = JsonReader(containers[0]).OptionalText({"image"}).value_or("image");
      containers[0]["image"] = image_of(image);
    }
    patch["spec"]["leaderWorkerTemplate"][key]["spec"]["containers"] = containers;
  }
  return patch;
}

}  // namespace lws::internal
