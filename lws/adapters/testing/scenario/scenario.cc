#include "lws/adapters/testing/scenario/scenario.h"

#include <algorithm>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/host/durations.h"
#include "lws/adapters/host/policy_documents.h"
#include "lws/api/int_or_percent.h"
#include "lws/api/well_known.h"
#include "lws/rollout/budget.h"
#include "nlohmann/json.hpp"

namespace lws {

using simulation::ImageBehavior;

namespace {

using Kind = ScenarioEvent::Kind;

absl::Status Wrong(absl::string_view what, const Json& found) {
  return absl::InvalidArgumentError(absl::StrCat("scenario: ", what, ": ", found.dump()));
}

absl::StatusOr<ImageBehavior> ReadImage(const Json& document) {
  ImageBehavior behavior;
  behavior.broken = document.value("broken", false);
  behavior.never_ready = document.value("neverReady", false);
  if (!document.contains("pull")) return behavior;
  const absl::StatusOr<absl::Duration> pull = ReadDuration(document, "pull", absl::ZeroDuration());
  if (!pull.ok()) return pull.status();
  behavior.pull = {*pull, *pull};
  return behavior;
}

absl::StatusOr<ScenarioEvent> ReadEvent(const Json& document) {
  const std::pair<const char*, Kind> kinds[] = {
      {"edit", Kind::kEdit},         {"fail", Kind::kFailContainer}, {"end", Kind::kEndPod},
      {"image", Kind::kChangeImage}, {"loseNode", Kind::kLoseNode},  {"recoverNode", Kind::kRecoverNode},
  };
  ScenarioEvent event;
  if (document.value("at", Json()) != "quiet") {
    const absl::StatusOr<absl::Duration> at = ReadDuration(document, "at", absl::ZeroDuration());
    if (!at.ok()) return at.status();
    event.at = *at;
  }
  for (const auto& [key, kind] : kinds) {
    if (!document.contains(key)) continue;
    event.kind = kind;
    const Json& value = document[key];
    if (kind == Kind::kEdit ? !value.is_object() : !value.is_string()) return Wrong(key, value);
    if (kind == Kind::kEdit) {
      event.patch = std::make_shared<const Json>(value);
      return event;
    }
    event.target = value.get<std::string>();
    if (kind != Kind::kChangeImage) return event;
    const absl::StatusOr<ImageBehavior> behavior = ReadImage(document);
    if (!behavior.ok()) return behavior.status();
    event.image = *behavior;
    return event;
  }
  return Wrong("nothing known happens in", document);
}

absl::Status ReadPolicies(const Json& document, Scenario* scenario) {
  if (document.contains("controls")) {
    absl::StatusOr<RolloutControls> controls = ReadRolloutControls(document["controls"]);
    if (!controls.ok()) return controls.status();
    scenario->controls = *std::move(controls);
  }
  if (!document.contains("restarts")) return absl::OkStatus();
  absl::StatusOr<RestartPolicy> restarts = ReadRestartPolicy(document["restarts"]);
  if (!restarts.ok()) return restarts.status();
  scenario->restarts = *std::move(restarts);
  return absl::OkStatus();
}

absl::StatusOr<Scenario> ReadDocument(const Json& manifest, const Json& document) {
  Scenario scenario;
  scenario.manifest = std::make_shared<const Json>(manifest);
  for (const Json& pool : document.value("nodes", Json::array())) {
    scenario.nodes.push_back(
        {pool.value("name", "node"), pool.value("count", 1),
         pool.value("allocatable", std::map<std::string, std::string>{{"pods", "110"}, {"cpu", "64"}}),
         pool.value("labels", std::map<std::string, std::string>{})});
  }
  for (const Json& image : document.value("images", Json::array())) {
    const absl::StatusOr<ImageBehavior> behavior = ReadImage(image);
    if (!behavior.ok()) return behavior.status();
    scenario.images.emplace_back(image.value("image", ""), *behavior);
  }
  for (const Json& told : document.value("events", Json::array())) {
    absl::StatusOr<ScenarioEvent> event = ReadEvent(told);
    if (!event.ok()) return event.status();
    scenario.events.push_back(*std::move(event));
  }
  if (!document.contains("events")) scenario.events = UsualScenario(manifest).events;
  const absl::StatusOr<absl::Duration> patience = ReadDuration(document, "for", scenario.patience);
  if (!patience.ok()) return patience.status();
  scenario.patience = *patience;
  absl::Status status = ReadPolicies(document, &scenario);
  if (!status.ok()) return status;
  return scenario;
}

// A merge patch that gives the first container of every template the image that `image_of` makes of its own.
template <typename ImageOf>
Json ImagesPatch(const Json& manifest, const ImageOf& image_of) {
  Json patch = Json::object();
  const Json group = manifest.value("/spec/leaderWorkerTemplate"_json_pointer, Json::object());
  for (const char* key : {"leaderTemplate", "workerTemplate"}) {
    const Json pod_template = group.value(key, Json());
    if (!pod_template.is_object() || !pod_template.contains("spec")) continue;
    Json containers = pod_template["spec"].value("containers", Json::array());
    if (!containers.empty()) containers[0]["image"] = image_of(containers[0].value("image", "image"));
    patch["spec"]["leaderWorkerTemplate"][key]["spec"]["containers"] = containers;
  }
  return patch;
}

}  // namespace

absl::StatusOr<Scenario> ReadScenario(const Json& manifest, const Json& document) {
  try {
    return ReadDocument(manifest, document);
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("scenario: ", error.what()));
  }
}

Scenario UsualScenario(const Json& manifest) {
  Scenario scenario;
  scenario.manifest = std::make_shared<const Json>(manifest);
  ScenarioEvent update;
  update.patch = std::make_shared<const Json>(
      ImagesPatch(manifest, [](const std::string& image) { return absl::StrCat(image, "-next"); }));
  update.told = "the image changes";
  scenario.events.push_back(update);
  ScenarioEvent failure;
  failure.kind = Kind::kFailContainer;
  const bool has_workers = manifest.value("/spec/leaderWorkerTemplate/size"_json_pointer, 1) > 1;
  failure.target = absl::StrCat(manifest.value("/metadata/name"_json_pointer, ""), has_workers ? "-0-1" : "-0");
  failure.if_possible = true;
  scenario.events.push_back(failure);
  return scenario;
}

int32_t PromisedReady(const Json& manifest) {
  const int32_t replicas = manifest.value("/spec/replicas"_json_pointer, 1);
  const Json update = manifest.value("/spec/rolloutStrategy/rollingUpdateConfiguration"_json_pointer, Json::object());
  const auto read = [&](const char* key, int otherwise) {
    const Json value = update.value(key, Json(otherwise));
    return value.is_string() ? IntOrPercent::Text(value) : IntOrPercent::Int(value);
  };
  const absl::StatusOr<RolloutBudget> budget = ScaleBudget(replicas, read("maxSurge", 0), read("maxUnavailable", 1));
  return budget.ok() ? replicas - budget->unavailable : 0;
}

std::string Describe(const ScenarioEvent& event) {
  if (!event.told.empty()) return event.told;
  switch (event.kind) {
    case Kind::kEdit:
      return "the set is edited";
    case Kind::kFailContainer:
      return absl::StrCat("a container of ", event.target, " fails");
    case Kind::kEndPod:
      return absl::StrCat(event.target, " ends as Failed");
    case Kind::kChangeImage:
      return absl::StrCat("the image ", event.target, " changes its behavior");
    case Kind::kLoseNode:
      return absl::StrCat(event.target, " is lost");
    case Kind::kRecoverNode:
      return absl::StrCat(event.target, " is back");
  }
  return "";
}

ScenarioBuilder::ScenarioBuilder(absl::string_view name, int32_t replicas, int32_t size)
    : ScenarioBuilder(Json{
          {"apiVersion", kApiVersion},
          {"kind", kKind},
          {"metadata", {{"name", std::string(name)}, {"namespace", "default"}}},
          {"spec",
           {{"replicas", replicas},
            {"leaderWorkerTemplate",
             {{"size", size},
              {"restartPolicy", kRecreateGroupOnPodRestart},
              {"workerTemplate",
               {{"spec",
                 {{"containers", Json::array({{{"name", "main"}, {"image", absl::StrCat(name, ":1")}}})}}}}}}}}}}) {}

ScenarioBuilder::ScenarioBuilder(const Json& manifest) { scenario_.manifest = std::make_shared<const Json>(manifest); }

ScenarioBuilder& ScenarioBuilder::SetRollingUpdate(const char* key, int32_t value) {
  Json manifest = *scenario_.manifest;
  manifest["spec"]["rolloutStrategy"]["rollingUpdateConfiguration"][key] = value;
  scenario_.manifest = std::make_shared<const Json>(std::move(manifest));
  return *this;
}

ScenarioBuilder& ScenarioBuilder::MaxSurge(int32_t groups) { return SetRollingUpdate("maxSurge", groups); }
ScenarioBuilder& ScenarioBuilder::MaxUnavailable(int32_t groups) { return SetRollingUpdate("maxUnavailable", groups); }
ScenarioBuilder& ScenarioBuilder::Partition(int32_t partition) { return SetRollingUpdate("partition", partition); }
ScenarioBuilder& ScenarioBuilder::Controls(RolloutControls controls) {
  scenario_.controls = std::move(controls);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::Restarts(RestartPolicy restarts) {
  scenario_.restarts = std::move(restarts);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::Nodes(NodePool pool) {
  scenario_.nodes.push_back(std::move(pool));
  return *this;
}
ScenarioBuilder& ScenarioBuilder::Image(absl::string_view image, const ImageBehavior& behavior) {
  scenario_.images.emplace_back(std::string(image), behavior);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::At(absl::Duration after_the_beginning) {
  at_ = after_the_beginning;
  return *this;
}
ScenarioBuilder& ScenarioBuilder::WhenQuiet() {
  at_ = std::nullopt;
  return *this;
}

ScenarioBuilder& ScenarioBuilder::Add(ScenarioEvent::Kind kind, absl::string_view target, SharedJson patch) {
  ScenarioEvent event;
  event.at = at_;
  event.kind = kind;
  event.target = std::string(target);
  event.patch = std::move(patch);
  scenario_.events.push_back(std::move(event));
  return *this;
}

ScenarioBuilder& ScenarioBuilder::NewImage(absl::string_view image) {
  return Edit(ImagesPatch(*scenario_.manifest, [image](const std::string&) { return std::string(image); }));
}
ScenarioBuilder& ScenarioBuilder::Scale(int32_t replicas) { return Edit({{"spec", {{"replicas", replicas}}}}); }
ScenarioBuilder& ScenarioBuilder::Edit(const Json& patch) {
  return Add(Kind::kEdit, "", std::make_shared<const Json>(patch));
}
ScenarioBuilder& ScenarioBuilder::FailContainer(absl::string_view pod) { return Add(Kind::kFailContainer, pod); }
ScenarioBuilder& ScenarioBuilder::EndPod(absl::string_view pod) { return Add(Kind::kEndPod, pod); }
ScenarioBuilder& ScenarioBuilder::LoseNode(absl::string_view node) { return Add(Kind::kLoseNode, node); }
ScenarioBuilder& ScenarioBuilder::RecoverNode(absl::string_view node) { return Add(Kind::kRecoverNode, node); }

}  // namespace lws
