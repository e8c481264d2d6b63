#include "tests/conformance/vector.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/api/admit_set.h"
#include "lws/api/int_or_percent.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/quantity.h"
#include "lws/api/revision_key.h"
#include "lws/api/strict_integer.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/revision/revision_data.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/planner.h"
#include "nlohmann/json.hpp"
#include "tests/conformance/timeline.h"

namespace lws {
namespace conformance {
namespace {

using internal::ParseStrictInteger;

constexpr size_t kDiffLimit = 12;

std::string Short(const Json& value) {
  std::string text = value.dump();
  if (text.size() > 300) text = absl::StrCat(text.substr(0, 300), "...");
  return text;
}

void Walk(const Json& expected, const Json& actual, const std::string& path, size_t limit,
          std::vector<std::string>* out) {
  if (expected == actual || out->size() >= limit) return;
  if (expected.is_object() && actual.is_object()) {
    std::set<std::string> keys;
    for (auto it = expected.begin(); it != expected.end(); ++it) keys.insert(it.key());
    for (auto it = actual.begin(); it != actual.end(); ++it) keys.insert(it.key());
    for (const std::string& key : keys) {
      const std::string below = absl::StrCat(path, ".", key);
      if (out->size() >= limit) return;
      if (!actual.contains(key))
        out->push_back(absl::StrCat(below, ": expected ", Short(expected[key]), ", got nothing"));
      else if (!expected.contains(key))
        out->push_back(absl::StrCat(below, ": expected nothing, got ", Short(actual[key])));
      else
        Walk(expected[key], actual[key], below, limit, out);
    }
    return;
  }
  if (expected.is_array() && actual.is_array() && expected.size() == actual.size()) {
    for (size_t i = 0; i < expected.size(); ++i)
      Walk(expected[i], actual[i], absl::StrCat(path, "[", i, "]"), limit, out);
    return;
  }
  out->push_back(absl::StrCat(path, ": expected ", Short(expected), ", got ", Short(actual)));
}

IntOrPercent ReadIntOrPercent(const Json& value) {
  return value.is_string() ? IntOrPercent::Text(value.get<std::string>()) : IntOrPercent::Int(value.get<int32_t>());
}

// --- Admission of sets.

Json RevisionOf(const LeaderWorkerSet& set) {
  const std::string data = RevisionData(set);
  const std::string key = RevisionKey(data);
  return {{"name", RevisionName(set.metadata().name(), key, 1)}, {"key", key}, {"data", data}};
}

const char* StageName(AdmissionStage stage) {
  switch (stage) {
    case AdmissionStage::kAdmitted:
      return "admitted";
    case AdmissionStage::kDecode:
      return "decode";
    case AdmissionStage::kSchema:
      return "schema";
    case AdmissionStage::kValidation:
      return "admission";
  }
  return "";
}

void CompareAdmitSet(const Json& input, const Json& expect, Comparison* result) {
  SetAdmission admission;
  if (input.contains("old")) {
    const absl::StatusOr<LeaderWorkerSet> old_set = LeaderWorkerSetFromJson(input["old"]);
    if (!old_set.ok()) {
      result->differences.push_back(absl::StrCat("input.old: ", old_set.status().message()));
      return;
    }
    admission = AdmitSetUpdate(*old_set, input["object"]);
  } else {
    admission = AdmitSet(input["object"]);
  }
  Json actual = Json::object();
  const std::string stage = expect.value("stage", "");
  if (admission.stage == AdmissionStage::kAdmitted) {
    actual["object"] = LeaderWorkerSetToJson(*admission.set);
    actual["revision"] = RevisionOf(*admission.set);
  } else {
    actual["stage"] = StageName(admission.stage);
    std::vector<std::string> texts;
    std::set<std::string> fields;
    for (const FieldError& error : admission.errors) {
      texts.push_back(error.ToString());
      fields.insert(error.field);
    }
    if (stage == "schema") {
      std::sort(texts.begin(), texts.end());
      Json wanted = expect["errors"];
      std::sort(wanted.begin(), wanted.end());
      actual["fields"] = fields;
      result->has_texts = true;
      result->texts_equal = Json(texts) == wanted;
    }
    actual["errors"] = texts;
  }
  Json wanted = expect;
  if (stage == "decode" || stage == "schema") {
    wanted.erase("errors");
    actual.erase("errors");
  }
  result->differences = Diff(wanted, actual, "expect", kDiffLimit);
}

// --- Admission of pods.

void CompareAdmitPod(const Json& input, const Json& expect, Comparison* result) {
  AdmissionOptions options;
  if (input.value("schedulerProvider", "") == "volcano") options.scheduler_provider = SchedulerProvider::kVolcano;
  const absl::StatusOr<Json> pod = AdmitPod(input["pod"], options);
  if (expect.contains("error") != !pod.ok()) {
    result->differences.push_back(absl::StrCat("expect.error: expected ", Short(expect.value("error", Json())),
                                               ", got ", pod.ok() ? "a pod" : pod.status().message()));
    return;
  }
  if (pod.ok()) result->differences = Diff(expect["pod"], *pod, "expect.pod", kDiffLimit);
}

// --- Reconciling.

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
  if (action.verb == Verb::kDelete) {
    json["object"] = {
        {"apiVersion", action.api_version},
        {"kind", action.target.kind},
        {"metadata", {{"name", action.target.name}, {"namespace", action.target.namespace_name}, {"uid", action.uid}}}};
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

// What follows the first ": " of a failure's note is in the reference's language.
Json ComparableEvents(Json events) {
  for (Json& event : events) {
    if (!absl::StartsWith(event.value("reason", ""), "Failed")) continue;
    std::string note = event["note"];
    if (const size_t colon = note.find(": "); colon != std::string::npos) note.resize(colon);
    event["note"] = note;
  }
  return events;
}

Json PlanToJson(const Plan& plan) {
  Json json = {{"writes", Json::array()}, {"events", Json::array()}};
  for (const Action& action : plan.actions) json["writes"].push_back(ActionToJson(action));
  for (const Event& event : plan.events) json["events"].push_back(EventToJson(event));
  if (!plan.error.ok()) json["error"] = true;
  if (plan.requeue_after.has_value()) json["requeueAfterSeconds"] = absl::ToInt64Seconds(*plan.requeue_after);
  json["events"] = ComparableEvents(json["events"]);
  return json;
}

void ComparePlan(const Plan& plan, Json expect, Comparison* result) {
  Json actual = PlanToJson(plan);
  if (expect.contains("error")) expect["error"] = true;
  expect["events"] = ComparableEvents(expect["events"]);
  // A write that would change nothing may be absent.
  Json wanted = Json::array();
  for (Json write : expect["writes"]) {
    const bool noop = write.value("noop", false);
    write.erase("noop");
    const auto same = [&](const Json& other) { return other == write; };
    if (!noop || std::any_of(actual["writes"].begin(), actual["writes"].end(), same)) wanted.push_back(write);
  }
  expect["writes"] = wanted;
  result->differences = Diff(expect, actual, "expect", kDiffLimit);
}

absl::Time ReadTime(const Json& input) {
  absl::Time time;
  std::string error;
  absl::ParseTime(absl::RFC3339_full, input.value("now", ""), &time, &error);
  return time;
}

// What does not read is an error of the decision, as it is for a client with typed objects.
void CompareReconcileSet(const Json& input, const Json& expect, Comparison* result) {
  ClusterSnapshot cluster;
  std::string namespace_name;
  std::string name;
  absl::Status status;
  for (const Json& object : input["objects"]) status.Update(cluster.Add(object));
  if (!input["set"].is_null()) {
    status.Update(cluster.Add(input["set"]));
    namespace_name = input["set"]["metadata"].value("namespace", "");
    name = input["set"]["metadata"].value("name", "");
  }
  Plan plan = ReconcileSet(cluster.ObserveSet(namespace_name, name), ReadTime(input));
  if (!status.ok()) plan.error = status;
  ComparePlan(plan, expect, result);
}

void CompareReconcilePod(const Json& input, const Json& expect, Comparison* result) {
  ClusterSnapshot cluster;
  absl::Status status;
  for (const Json& object : input["objects"]) status.Update(cluster.Add(object));
  PodReconcileOptions options;
  options.waits_for_former_pod_group = false;
  if (input.value("schedulerProvider", "") == "volcano") options.scheduler_provider = SchedulerProvider::kVolcano;
  Plan plan = ReconcilePod(
      cluster.ObservePod(input["pod"]["namespace"].get<std::string>(), input["pod"]["name"].get<std::string>()),
      absl::UnixEpoch(), options);
  if (!status.ok()) plan.error = status;
  ComparePlan(plan, expect, result);
}

// --- The planner.

void CompareRollout(const Json& input, const Json& expect, Comparison* result) {
  RolloutInput rollout;
  rollout.replicas = input["replicas"];
  rollout.max_surge = ReadIntOrPercent(input["maxSurge"]);
  rollout.max_unavailable = ReadIntOrPercent(input["maxUnavailable"]);
  rollout.spec_partition = input["partition"];
  rollout.updated = input["updated"];
  GroupBits groups;
  if (!input["current"].is_null()) {
    const Json& current = input["current"];
    groups = GroupBits::Parse(current["groups"].get<std::string>());
    rollout.current = LeaderState{current["replicas"], current["partition"],
                                  ParseStrictInteger(current["replicasAnnotation"].get<std::string>()), &groups};
  }
  const absl::StatusOr<RolloutStep> step = PlanRollout(rollout);
  Json actual = Json::object();
  Json wanted = expect;
  if (wanted.contains("error")) wanted["error"] = true;
  if (!step.ok()) {
    actual["error"] = true;
  } else {
    actual["partition"] = step->partition;
    actual["replicas"] = step->replicas;
    if (step->removes_groups) actual["event"] = RemovedGroupsNote("set", step->replicas, rollout.current->replicas);
  }
  result->differences = Diff(wanted, actual, "expect", kDiffLimit);
}

// --- Quantities.

void CompareQuantity(const Json& input, const Json& expect, Comparison* result) {
  const absl::StatusOr<Quantity> quantity = Quantity::Parse(input["text"].get<std::string>());
  Json actual = Json::object();
  if (!quantity.ok()) {
    actual["error"] = std::string(quantity.status().message());
  } else {
    const Quantity other = Quantity::Parse(input["other"].get<std::string>()).value_or(Quantity());
    Quantity sum = *quantity;
    sum.Add(other);
    actual["canonical"] = quantity->ToString();
    actual["json"] = quantity->ToString();
    actual["compareTo"] = quantity->Compare(other);
    actual["add"] = sum.ToString();
    actual["isZero"] = quantity->IsZero();
    if (quantity->Value().has_value()) actual["value"] = absl::StrCat(*quantity->Value());
  }
  result->differences = Diff(expect, actual, "expect", kDiffLimit);
}

void CompareTimeline(const Json& input, const Json& expect, Comparison* result) {
  result->differences = Diff(expect["steps"], RunTimeline(input), "expect.steps", kDiffLimit);
}

}  // namespace

std::vector<std::string> Diff(const Json& expected, const Json& actual, const std::string& path, size_t limit) {
  std::vector<std::string> differences;
  Walk(expected, actual, path, limit, &differences);
  return differences;
}

Comparison Compare(const Json& vector) {
  static constexpr struct {
    const char* kind;
    void (*compare)(const Json&, const Json&, Comparison*);
  } kKinds[] = {
      {"admit-set", CompareAdmitSet},         {"admit-set-update", CompareAdmitSet},  {"admit-pod", CompareAdmitPod},
      {"reconcile-set", CompareReconcileSet}, {"reconcile-pod", CompareReconcilePod}, {"rollout", CompareRollout},
      {"quantity", CompareQuantity},          {"timeline", CompareTimeline},
  };
  Comparison result;
  try {
    result.kind = vector.value("kind", "?");
    result.name = vector.value("name", "?");
    for (const auto& row : kKinds) {
      if (result.kind != row.kind) continue;
      row.compare(vector.at("input"), vector.at("expect"), &result);
      return result;
    }
    result.differences.push_back(absl::StrCat("kind: ", result.kind, " is unknown"));
  } catch (const Json::exception& error) {
    result.differences.push_back(absl::StrCat("vector: ", error.what()));
  }
  return result;
}

}  // namespace conformance
}  // namespace lws
