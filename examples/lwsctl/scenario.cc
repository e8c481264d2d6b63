#include "examples/lwsctl/scenario.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/input.h"
#include "lws/api/int_or_percent.h"
#include "lws/api/manifest.h"
#include "lws/rollout/budget.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

using lws::Json;

absl::StatusOr<Json> ReadScenario(const std::string& path) {
  const absl::StatusOr<std::vector<lws::ManifestObject>> objects = ReadObjects(path);
  if (!objects.ok()) return objects.status();
  if (objects->size() != 1) return absl::InvalidArgumentError(absl::StrCat(path, ": is not one scenario"));
  return *(*objects)[0].object;
}

absl::StatusOr<absl::Duration> ReadDuration(const Json& from, const char* key, absl::Duration otherwise) {
  if (!from.contains(key)) return otherwise;
  const Json& text = from[key];
  absl::Duration duration;
  if (!text.is_string() || !absl::ParseDuration(text.get<std::string>(), &duration)) {
    return absl::InvalidArgumentError(absl::StrCat("scenario: ", key, ": ", text.dump(), " is not a duration"));
  }
  return duration;
}

Json NextImages(const Json& manifest) {
  Json patch;
  for (const char* key : {"leaderTemplate", "workerTemplate"}) {
    const Json pod_template = manifest["spec"]["leaderWorkerTemplate"].value(key, Json());
    if (!pod_template.is_object() || !pod_template.contains("spec")) continue;
    Json containers = pod_template["spec"].value("containers", Json::array());
    if (!containers.empty()) containers[0]["image"] = absl::StrCat(containers[0].value("image", "image"), "-next");
    patch["spec"]["leaderWorkerTemplate"][key]["spec"]["containers"] = containers;
  }
  return patch;
}

int64_t PromisedReady(const Json& manifest) {
  const int32_t replicas = manifest.value("/spec/replicas"_json_pointer, 1);
  const Json update = manifest.value("/spec/rolloutStrategy/rollingUpdateConfiguration"_json_pointer, Json::object());
  const auto read = [&](const char* key, int otherwise) {
    const Json value = update.value(key, Json(otherwise));
    return value.is_string() ? lws::IntOrPercent::Text(value) : lws::IntOrPercent::Int(value);
  };
  const absl::StatusOr<lws::RolloutBudget> budget =
      lws::ScaleBudget(replicas, read("maxSurge", 0), read("maxUnavailable", 1));
  return budget.ok() ? replicas - budget->unavailable : 0;
}

}  // namespace lwsctl
