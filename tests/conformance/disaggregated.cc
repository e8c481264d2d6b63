#include "tests/conformance/disaggregated.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/core/disaggregated/disaggregated_snapshot.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "lws/core/revision/disaggregated_revision.h"
#include "lws/rollout/role_planner.h"
#include "nlohmann/json.hpp"
#include "tests/conformance/disaggregated_timeline.h"
#include "tests/conformance/plan_comparison.h"

namespace lws {
namespace conformance {
namespace {

// The old object of an update. Null on creation, or when it does not parse, which is a difference.
template <typename Object>
std::optional<Object> ReadOld(const Json& input, absl::StatusOr<Object> (*read)(const Json&), Comparison* result) {
  if (!input.contains("old")) return std::nullopt;
  absl::StatusOr<Object> old_object = read(input["old"]);
  if (old_object.ok()) return *std::move(old_object);
  result->differences.push_back(absl::StrCat("input.old: ", old_object.status().message()));
  return std::nullopt;
}

void CompareAdmitScaler(const Json& input, const Json& expect, Comparison* result) {
  const std::optional<DisaggregatedSetRoleScaler> old_scaler = ReadOld(input, RoleScalerFromJson, result);
  if (!result->differences.empty()) return;
  const RoleScalerAdmission admission =
      old_scaler.has_value() ? AdmitRoleScalerUpdate(*old_scaler, input["object"]) : AdmitRoleScaler(input["object"]);
  Json admitted = Json::object();
  if (admission.scaler != nullptr) admitted["object"] = RoleScalerToJson(*admission.scaler);
  CompareAdmission(admission, std::move(admitted), expect, result);
}

void CompareAdmitDisaggregatedSet(const Json& input, const Json& expect, Comparison* result) {
  const std::optional<DisaggregatedSet> old_set = ReadOld(input, DisaggregatedSetFromJson, result);
  if (!result->differences.empty()) return;
  const DisaggregatedSetAdmission admission = old_set.has_value()
                                                  ? AdmitDisaggregatedSetUpdate(*old_set, input["object"])
                                                  : AdmitDisaggregatedSet(input["object"]);
  Json admitted = Json::object();
  if (admission.set != nullptr) {
    const std::string data = DisaggregatedRevisionData(*admission.set);
    admitted["object"] = DisaggregatedSetToJson(*admission.set);
    admitted["revision"] = {{"data", data}, {"key", DisaggregatedRevisionKey(data)}};
  }
  CompareAdmission(admission, std::move(admitted), expect, result);
}

std::vector<RoleCounts> ReadRoles(const Json& input) {
  std::vector<RoleCounts> roles;
  for (size_t i = 0; i < input["target"].size(); ++i) {
    RoleCounts role;
    role.initial = input["initialOld"][i];
    role.old_replicas = input.contains("currentOld") ? input["currentOld"][i].get<int64_t>() : role.initial;
    role.new_replicas = input.contains("currentNew") ? input["currentNew"][i].get<int64_t>() : 0;
    role.target = input["target"][i];
    role.surge = input["maxSurge"][i];
    role.unavailable = input["maxUnavailable"][i];
    roles.push_back(role);
  }
  return roles;
}

Json StepToJson(const std::vector<RoleReplicas>& next) {
  Json step = {Json::array(), Json::array()};
  for (const RoleReplicas& role : next) {
    step[0].push_back(role.old_replicas);
    step[1].push_back(role.new_replicas);
  }
  return step;
}

}  // namespace

void CompareDsAdmit(const Json& input, const Json& expect, Comparison* result) {
  if (input["object"].value("kind", "") == kRoleScalerKind) {
    CompareAdmitScaler(input, expect, result);
  } else {
    CompareAdmitDisaggregatedSet(input, expect, result);
  }
}

void CompareDsPlan(const Json& input, const Json& expect, Comparison* result) {
  std::vector<RoleCounts> roles = ReadRoles(input);
  std::vector<RoleReplicas> next;
  for (const RoleCounts& role : roles) next.push_back({role.old_replicas, role.new_replicas});
  Json steps = {StepToJson(next)};
  // One step more than expected is already a difference, so stop there.
  while (steps.size() <= expect["steps"].size() && PlanRoles(roles, absl::MakeSpan(next)) != RoleStepReason::kNothing) {
    for (size_t i = 0; i < roles.size(); ++i) {
      roles[i].old_replicas = next[i].old_replicas;
      roles[i].new_replicas = next[i].new_replicas;
    }
    steps.push_back(StepToJson(next));
  }
  result->differences = Diff(expect["steps"], steps, "expect.steps");
}

void CompareDsPlanStep(const Json& input, const Json& expect, Comparison* result) {
  const std::vector<RoleCounts> roles = ReadRoles(input);
  std::vector<RoleReplicas> next(roles.size());
  const bool has_step = PlanRoles(roles, absl::MakeSpan(next)) != RoleStepReason::kNothing;
  result->differences = Diff(expect["step"], has_step ? StepToJson(next) : Json(), "expect.step");
}

// Vectors of deletions have no uid.
void CompareDsReconcile(const Json& input, const Json& expect, Comparison* result) {
  DisaggregatedSnapshot cluster;
  absl::Status status;
  for (const Json& object : input["objects"]) status.Update(cluster.Add(object));
  std::string namespace_name, name;
  if (!input["set"].is_null()) {
    status.Update(cluster.Add(input["set"]));
    namespace_name = input["set"]["metadata"].value("namespace", "");
    name = input["set"]["metadata"].value("name", "");
  }
  absl::Time now;
  std::string error;
  absl::ParseTime(absl::RFC3339_full, input["now"].get<std::string>(), &now, &error);
  if (!status.ok()) result->differences.push_back(std::string(status.message()));
  Json actual = PlanToJson(ReconcileDisaggregatedSet(cluster.Observe(namespace_name, name), now));
  for (Json& write : actual["writes"]) write["object"]["metadata"].erase("uid");
  ComparePlan(std::move(actual), expect, result);
}

void CompareDsTimeline(const Json& input, const Json& expect, Comparison* result) {
  const Json actual = RunDisaggregatedTimeline(input);
  result->differences = Diff(expect, actual, "expect");
}

}  // namespace conformance
}  // namespace lws
