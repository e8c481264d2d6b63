// Scenarios from code.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_patches.h"
#include "lws/api/json.h"
#include "lws/api/well_known.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/placement/node_filter.h"
#include "lws/rollout/controls.h"
#include "nlohmann/json.hpp"

namespace lws {

using simulation::ImageBehavior;

namespace {

using Kind = ScenarioEvent::Kind;

void SetRollingUpdate(const char* key, int32_t value, Scenario* scenario) {
  Json manifest = *scenario->manifest;
  manifest["spec"]["rolloutStrategy"]["rollingUpdateConfiguration"][key] = value;
  scenario->manifest = std::make_shared<const Json>(std::move(manifest));
}

// Returns the new event, which is the scenario's last.
ScenarioEvent* AddEvent(std::optional<absl::Duration> at, Kind kind, absl::string_view target, Scenario* scenario) {
  ScenarioEvent event;
  event.at = at;
  event.kind = kind;
  event.target = std::string(target);
  scenario->events.push_back(std::move(event));
  return &scenario->events.back();
}

}  // namespace

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

ScenarioBuilder& ScenarioBuilder::MaxSurge(int32_t groups) {
  SetRollingUpdate("maxSurge", groups, &scenario_);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::MaxUnavailable(int32_t groups) {
  SetRollingUpdate("maxUnavailable", groups, &scenario_);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::Partition(int32_t partition) {
  SetRollingUpdate("partition", partition, &scenario_);
  return *this;
}

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

ScenarioBuilder& ScenarioBuilder::NewImage(absl::string_view image) {
  return Edit(
      internal::ScenarioImagesPatch(*scenario_.manifest, [image](const std::string&) { return std::string(image); }));
}

ScenarioBuilder& ScenarioBuilder::Scale(int32_t replicas) { return Edit(internal::ScenarioScalePatch(replicas)); }
ScenarioBuilder& ScenarioBuilder::Edit(const Json& patch) {
  AddEvent(at_, Kind::kEdit, "", &scenario_)->patch = std::make_shared<const Json>(patch);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::FailContainer(absl::string_view pod) {
  AddEvent(at_, Kind::kFailContainer, pod, &scenario_);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::EndPod(absl::string_view pod) {
  AddEvent(at_, Kind::kEndPod, pod, &scenario_);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::LoseNode(absl::string_view node) {
  AddEvent(at_, Kind::kLoseNode, node, &scenario_);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::RecoverNode(absl::string_view node) {
  AddEvent(at_, Kind::kRecoverNode, node, &scenario_);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::DeletePod(absl::string_view pod) {
  AddEvent(at_, Kind::kDeletePod, pod, &scenario_);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::EvictPod(absl::string_view pod) {
  AddEvent(at_, Kind::kEvictPod, pod, &scenario_);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::DrainNode(absl::string_view node) {
  AddEvent(at_, Kind::kDrainNode, node, &scenario_);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::UncordonNode(absl::string_view node) {
  AddEvent(at_, Kind::kUncordonNode, node, &scenario_);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::TaintNode(absl::string_view node, std::vector<Taint> taints) {
  AddEvent(at_, Kind::kTaintNode, node, &scenario_)->taints = std::move(taints);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::RestartController() {
  AddEvent(at_, Kind::kRestartController, "", &scenario_);
  return *this;
}

}  // namespace lws
