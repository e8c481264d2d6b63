#include "tests/conformance/vector.h"

#include <optional>
#include <utility>

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
#include "tests/conformance/comparison.h"
#include "tests/conformance/disaggregated.h"
#include "tests/conformance/plan_comparison.h"
#include "tests/conformance/timeline.h"

namespace lws {
namespace conformance {
namespace {

using internal::ParseStrictInteger;

IntOrPercent ReadIntOrPercent(const Json& value) {
  return value.is_string() ? IntOrPercent::Text(value.get<std::string>()) : IntOrPercent::Int(value.get<int32_t>());
}

// --- Admission of sets.

Json RevisionOf(const LeaderWorkerSet& set) {
  const std::string data = RevisionData(set);
  const std::string key = RevisionKey(data);
  return {{"name", RevisionName(set.metadata().name(), key, 1)}, {"key", key}, {"data", data}};
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
  Json admitted = Json::object();
  if (admission.set != nullptr) {
    admitted["object"] = LeaderWorkerSetToJson(*admission.set);
    admitted["revision"] = RevisionOf(*admission.set);
  }
  CompareAdmission(admission, std::move(admitted), expect, result);
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
  if (pod.ok()) result->differences = Diff(expect["pod"], *pod, "expect.pod");
}

// --- Reconciling.

absl::Time ReadTime(const Json& input) {
  absl::Time time;
  std::string error;
  absl::ParseTime(absl::RFC3339_full, input.value("now", ""), &time, &error);
  return time;
}

// An object that does not parse is an error of the decision, as for a client with typed objects.
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
    if (step->removes_groups)
      actual["event"] = RolloutNoteOfRemovedGroups("set", step->replicas, rollout.current->replicas);
  }
  result->differences = Diff(wanted, actual, "expect");
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
  result->differences = Diff(expect, actual, "expect");
}

void CompareTimeline(const Json& input, const Json& expect, Comparison* result) {
  result->differences = Diff(expect["steps"], RunTimeline(input), "expect.steps");
}

}  // namespace

Comparison Compare(const Json& vector) {
  static constexpr struct {
    const char* kind;
    void (*compare)(const Json&, const Json&, Comparison*);
  } kKinds[] = {
      {"admit-set", CompareAdmitSet},
      {"admit-set-update", CompareAdmitSet},
      {"admit-pod", CompareAdmitPod},
      {"reconcile-set", CompareReconcileSet},
      {"reconcile-pod", CompareReconcilePod},
      {"rollout", CompareRollout},
      {"quantity", CompareQuantity},
      {"timeline", CompareTimeline},
      {"ds-admit", CompareDsAdmit},
      {"ds-admit-update", CompareDsAdmit},
      {"ds-plan", CompareDsPlan},
      {"ds-plan-step", CompareDsPlanStep},
      {"ds-reconcile", CompareDsReconcile},
      {"ds-timeline", CompareDsTimeline},
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
