#include "tests/conformance/plan_comparison.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace conformance {
namespace {

Json RefToJson(const ObjectRef& ref) {
  return {{"kind", ref.kind}, {"namespace", ref.namespace_name}, {"name", ref.name}};
}

Json EventToJson(const Event& event) {
  Json json = {{"type", event.is_warning ? "Warning" : "Normal"},
               {"reason", event.reason},
               {"action", event.action},
               {"note", event.note},
               {"regarding", RefToJson(event.regarding)}};
  if (event.related.has_value()) json["related"] = RefToJson(*event.related);
  return json;
}

Json ActionToJson(const Action& action) {
  Json json = {{"verb", std::string(VerbName(action.verb))}};
  if (action.verb == Verb::kDelete || action.verb == Verb::kPatch || action.verb == Verb::kPatchStatus) {
    json["object"] = {{"apiVersion", action.api_version},
                      {"kind", action.target.kind},
                      {"metadata", {{"name", action.target.name}, {"namespace", action.target.namespace_name}}}};
    if (action.verb != Verb::kDelete) json["patch"] = action.object.Document();
    if (action.verb == Verb::kDelete) json["object"]["metadata"]["uid"] = action.uid;
    if (action.propagation == Propagation::kForeground) json["propagationPolicy"] = "Foreground";
    return json;
  }
  json["object"] = action.object.Document();
  if (action.verb == Verb::kApply) {
    json["fieldManager"] = "lws";
    json["force"] = true;
  }
  return json;
}

// The part of a failure's note after the first ": " depends on the reference's language.
Json ComparableEvents(Json events) {
  for (Json& event : events) {
    if (!absl::StartsWith(event.value("reason", ""), "Failed")) continue;
    std::string note = event["note"];
    if (const size_t colon = note.find(": "); colon != std::string::npos) note.resize(colon);
    event["note"] = note;
  }
  return events;
}

}  // namespace

Json PlanToJson(const Plan& plan) {
  Json json = {{"writes", Json::array()}, {"events", Json::array()}};
  for (const Action& action : plan.actions) json["writes"].push_back(ActionToJson(action));
  for (const Event& event : plan.events) json["events"].push_back(EventToJson(event));
  if (!plan.error.ok()) json["error"] = std::string(plan.error.message());
  if (plan.requeue_after.has_value()) json["requeueAfterSeconds"] = absl::ToInt64Seconds(*plan.requeue_after);
  json["events"] = ComparableEvents(json["events"]);
  return json;
}

void ComparePlan(const Plan& plan, Json expect, Comparison* result) {
  Json actual = PlanToJson(plan);
  // The texts of these errors depend on the reference's language.
  if (actual.contains("error")) actual["error"] = true;
  if (expect.contains("error")) expect["error"] = true;
  ComparePlan(std::move(actual), std::move(expect), result);
}

void ComparePlan(Json actual, Json expect, Comparison* result) {
  expect["events"] = ComparableEvents(expect["events"]);
  // A write that changes nothing may be missing.
  Json wanted = Json::array();
  for (Json write : expect["writes"]) {
    const bool noop = write.value("noop", false);
    write.erase("noop");
    const auto same = [&](const Json& other) { return other == write; };
    if (!noop || std::any_of(actual["writes"].begin(), actual["writes"].end(), same)) wanted.push_back(write);
  }
  expect["writes"] = wanted;
  result->differences = Diff(expect, actual, "expect");
}

}  // namespace conformance
}  // namespace lws
