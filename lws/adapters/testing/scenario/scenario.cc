#include "lws/adapters/testing/scenario/scenario.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lws/adapters/testing/promise.h"
#include "lws/adapters/testing/scenario/scenario_patches.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_status.h"
#include "lws/api/int_or_percent.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/rollout/budget.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::JsonReader;

namespace {

using Kind = ScenarioEvent::Kind;

// An absent field counts as its default. A field of a wrong type does too, because admission reports it.
IntOrPercent ReadIntOrPercent(JsonReader* update, const char* key, int otherwise) {
  const Json* value = update->Find({"spec", "rolloutStrategy", "rollingUpdateConfiguration", key});
  if (value != nullptr && value->is_string()) return IntOrPercent::Text(value->get<std::string>());
  return IntOrPercent::Int(update->Count({"spec", "rolloutStrategy", "rollingUpdateConfiguration", key}, otherwise));
}

}  // namespace

absl::Status ScenarioEventError(const ScenarioEvent& event, absl::string_view message) {
  return FieldStatus(event.field.empty() ? "scenario" : "", event.field, message);
}

bool IsOfDisaggregatedSet(const Json& manifest) {
  const auto kind = manifest.is_object() ? manifest.find("kind") : manifest.end();
  return manifest.is_object() && kind != manifest.end() && *kind == kDisaggregatedSetKind;
}

absl::StatusOr<Json> PatchOfSet(const Json& set, const ScenarioEvent& event) {
  if (event.target.empty()) return *event.patch;
  Json roles = JsonReader(set).List({"spec", "roles"});
  for (Json& role : roles) {
    if (JsonReader(role).Text({"name"}) != event.target) continue;
    role.merge_patch(*event.patch);
    return Json({{"spec", {{"roles", std::move(roles)}}}});
  }
  return absl::InvalidArgumentError(absl::StrCat("the set has no role ", event.target));
}

namespace {

// Every role of the set, as it is stored, with a next image.
Json NextImagesOfRoles(const Json& stored) {
  Json roles = JsonReader(stored).List({"spec", "roles"});
  for (Json& role : roles) {
    role.merge_patch(
        internal::ScenarioImagesPatch(role, [](const std::string& image) { return absl::StrCat(image, "-next"); }));
  }
  return {{"spec", {{"roles", std::move(roles)}}}};
}

Scenario UsualScenarioOfRoles(const Json& manifest) {
  Scenario scenario;
  scenario.manifest = std::make_shared<const Json>(manifest);
  const DisaggregatedSetAdmission admission = AdmitDisaggregatedSet(manifest);
  ScenarioEvent update;
  update.patch = std::make_shared<const Json>(
      NextImagesOfRoles(admission.set == nullptr ? manifest : DisaggregatedSetToJson(*admission.set)));
  update.told = "the images of all roles change";
  scenario.events.push_back(std::move(update));
  return scenario;
}

}  // namespace

Scenario UsualScenario(const Json& manifest) {
  if (IsOfDisaggregatedSet(manifest)) return UsualScenarioOfRoles(manifest);
  Scenario scenario;
  scenario.manifest = std::make_shared<const Json>(manifest);
  // The edit changes what is stored, where amounts and the like are in their written form.
  const SetAdmission admission = AdmitSet(manifest);
  const Json stored = admission.set == nullptr ? manifest : LeaderWorkerSetToJson(*admission.set);
  ScenarioEvent update;
  update.patch = std::make_shared<const Json>(
      internal::ScenarioImagesPatch(stored, [](const std::string& image) { return absl::StrCat(image, "-next"); }));
  update.told = "the image changes";
  scenario.events.push_back(update);
  JsonReader reader(manifest);
  ScenarioEvent failure;
  failure.kind = Kind::kFailContainer;
  const bool has_workers = reader.Count({"spec", "leaderWorkerTemplate", "size"}, 1) > 1;
  failure.target = absl::StrCat(reader.Text({"metadata", "name"}), has_workers ? "-0-1" : "-0");
  failure.if_possible = true;
  scenario.events.push_back(failure);
  return scenario;
}

int32_t ScenarioPromisedReady(const Json& manifest) {
  JsonReader reader(manifest);
  const int32_t replicas = reader.Count({"spec", "replicas"}, 1);
  const IntOrPercent surge = ReadIntOrPercent(&reader, "maxSurge", 0);
  const IntOrPercent unavailable = ReadIntOrPercent(&reader, "maxUnavailable", 1);
  const absl::StatusOr<RolloutBudget> budget = ScaleBudget(replicas, surge, unavailable);
  return budget.ok() ? internal::PromiseFloor(replicas, budget->unavailable) : 0;
}

namespace {

// As kubectl taint takes them.
std::string TaintsText(const std::vector<Taint>& taints) {
  return absl::StrJoin(taints, ", ", [](std::string* out, const Taint& taint) {
    absl::StrAppend(out, taint.key, taint.value.empty() ? "" : "=", taint.value, ":", taint.effect);
  });
}

}  // namespace

std::string DescribeScenarioEvent(const ScenarioEvent& event) {
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
    case Kind::kDeletePod:
      return absl::StrCat(event.target, " is deleted");
    case Kind::kEvictPod:
      return absl::StrCat(event.target, " is evicted");
    case Kind::kDrainNode:
      return absl::StrCat(event.target, " is drained");
    case Kind::kCordonNode:
      return absl::StrCat(event.target, " is cordoned");
    case Kind::kUncordonNode:
      return absl::StrCat(event.target, " is uncordoned");
    case Kind::kTaintNode:
      return absl::StrCat(event.target, event.taints.empty() ? " has no taints any more" : " has the taints ",
                          TaintsText(event.taints));
    case Kind::kRestartController:
      return "the controller restarts";
  }
  return "";
}

}  // namespace lws
