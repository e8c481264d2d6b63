#include "lws/adapters/c/plan_json.h"

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "lws/core/plan/action_object.h"
#include "lws/core/plan/decision.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

Json ToJson(const ObjectRef& ref) {
  return {{"kind", ref.kind}, {"namespace", ref.namespace_name}, {"name", ref.name}};
}

Json ToJson(const Event& event) {
  Json json = {{"afterAction", event.after_action},
               {"type", event.is_warning ? "Warning" : "Normal"},
               {"reason", event.reason},
               {"action", event.action},
               {"note", event.note},
               {"regarding", ToJson(event.regarding)}};
  if (event.related.has_value()) json["related"] = ToJson(*event.related);
  return json;
}

Json ToJson(const Action& action) {
  Json json = ToJson(action.target);
  json["verb"] = std::string(VerbName(action.verb));
  json["apiVersion"] = action.api_version;
  if (!action.object.empty()) json["object"] = action.object.Document();
  if (action.propagation == Propagation::kForeground) json["foreground"] = true;
  if (!action.uid.empty()) json["uid"] = action.uid;
  if (!action.resource_version.empty()) json["resourceVersion"] = action.resource_version;
  if (action.conflict_is_retry) json["conflictIsRetry"] = true;
  if (action.failure_event.has_value()) json["failureEvent"] = ToJson(*action.failure_event);
  return json;
}

}  // namespace

Json PlanToJson(const Plan& plan) {
  Json json = {{"actions", Json::array()}, {"events", Json::array()}};
  for (const Action& action : plan.actions) json["actions"].push_back(ToJson(action));
  for (const Event& event : plan.events) json["events"].push_back(ToJson(event));
  if (plan.requeue_after.has_value()) json["requeueAfterSeconds"] = absl::ToDoubleSeconds(*plan.requeue_after);
  if (!plan.revert_to.empty()) json["revertTo"] = plan.revert_to;
  if (!plan.error.ok()) json["error"] = std::string(plan.error.message());
  for (const Decision& decision : plan.decisions) json["decisions"].push_back(ToString(decision));
  return json;
}

}  // namespace lws::internal
