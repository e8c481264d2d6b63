#include "lws/core/plan/plan_builder.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "lws/core/plan/restart_memory.h"
#include "lws/rollout/controls.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

void PlanBuilder::Because(DecisionReason reason, DecisionSubject subject, absl::string_view detail) {
  plan_.decisions.push_back({reason, subject, std::string(detail), -1, -1});
}

void PlanBuilder::BecauseOfStep(DecisionReason reason, int32_t partition, int32_t replicas) {
  plan_.decisions.push_back({reason, DecisionSubject::kLeaderStatefulSet, "", partition, replicas});
}

Action& PlanBuilder::Create(Json object) { return Write(Verb::kCreate, std::move(object)); }
Action& PlanBuilder::Apply(Json object) { return Write(Verb::kApply, std::move(object)); }

Action& PlanBuilder::ApplyStatefulSet(SharedJson base, const ActionObject::Numbers& numbers,
                                      std::shared_ptr<const StatefulSetText> text) {
  return Write(Verb::kApply, "apps/v1", {"StatefulSet", namespace_name_, set_name_},
               ActionObject::OfStatefulSet(std::move(base), numbers, std::move(text)));
}

Action& PlanBuilder::UpdateStatus(std::shared_ptr<const LeaderWorkerSetStatus> status) {
  return Write(Verb::kUpdateStatus, kApiVersion, {kKind, namespace_name_, set_name_},
               ActionObject::OfStatus(namespace_name_, set_name_, std::move(status)));
}

Action& PlanBuilder::UpdateStatus(Json object) { return Write(Verb::kUpdateStatus, std::move(object)); }

Action& PlanBuilder::Patch(absl::string_view api_version, absl::string_view kind, const ObservedMeta& meta,
                           Json patch) {
  return Write(Verb::kPatch, api_version, {std::string(kind), meta.namespace_name, meta.name},
               ActionObject::Of(std::move(patch)));
}

Action& PlanBuilder::PatchStatus(absl::string_view api_version, absl::string_view kind, const ObservedMeta& meta,
                                 Json patch) {
  return Write(Verb::kPatchStatus, api_version, {std::string(kind), meta.namespace_name, meta.name},
               ActionObject::Of(std::move(patch)));
}

Action& PlanBuilder::PatchSet(Json patch) {
  return Write(Verb::kPatch, kApiVersion, {kKind, namespace_name_, set_name_}, ActionObject::Of(std::move(patch)));
}

Action& PlanBuilder::Write(Verb verb, Json object) {
  std::string api_version = object.value("apiVersion", "");
  const Json& metadata = object["metadata"];
  ObjectRef target = {object.value("kind", ""), metadata.value("namespace", ""), metadata.value("name", "")};
  return Write(verb, api_version, std::move(target), ActionObject::Of(std::move(object)));
}

Action& PlanBuilder::Write(Verb verb, absl::string_view api_version, ObjectRef target, ActionObject object) {
  Action action;
  action.verb = verb;
  action.api_version = std::string(api_version);
  action.target = std::move(target);
  action.object = std::move(object);
  plan_.actions.push_back(std::move(action));
  return plan_.actions.back();
}

Action& PlanBuilder::Delete(absl::string_view api_version, absl::string_view kind, const ObservedMeta& meta) {
  Action action;
  action.verb = Verb::kDelete;
  action.api_version = std::string(api_version);
  action.target = {std::string(kind), meta.namespace_name, meta.name};
  action.uid = meta.uid;
  action.resource_version = meta.resource_version;
  plan_.actions.push_back(std::move(action));
  return plan_.actions.back();
}

Event PlanBuilder::Warning(absl::string_view reason, absl::string_view action, std::string note,
                           std::optional<ObjectRef> related) const {
  Event event;
  event.after_action = static_cast<int32_t>(plan_.actions.size());
  event.is_warning = true;
  event.reason = std::string(reason);
  event.action = std::string(action);
  event.note = std::move(note);
  event.regarding = {kind_, namespace_name_, set_name_};
  event.related = std::move(related);
  return event;
}

void PlanBuilder::Warn(absl::string_view reason, absl::string_view action, std::string note,
                       std::optional<ObjectRef> related) {
  plan_.events.push_back(Warning(reason, action, std::move(note), std::move(related)));
}

void PlanBuilder::Tell(absl::string_view reason, absl::string_view action, std::string note,
                       std::optional<ObjectRef> related) {
  Warn(reason, action, std::move(note), std::move(related));
  plan_.events.back().is_warning = false;
}

void PlanBuilder::Keep(RestartMemory memory) {
  plan_.restart_memory = std::make_shared<const RestartMemory>(std::move(memory));
}

void PlanBuilder::Keep(RolloutProgress progress) {
  plan_.rollout_progress = std::make_shared<const RolloutProgress>(std::move(progress));
}

Plan PlanBuilder::Again(absl::Duration after) {
  plan_.requeue_after = after;
  return Take();
}

Plan PlanBuilder::Fail(absl::Status error) {
  plan_.error = std::move(error);
  return Take();
}

}  // namespace lws::internal
