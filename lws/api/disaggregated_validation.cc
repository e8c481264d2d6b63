#include "lws/api/disaggregated_validation.h"

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/int_or_percent.h"
#include "lws/api/int_or_percent_validation.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr size_t kMaxObjectName = 253;
constexpr size_t kMaxServiceName = 63;
// The length of a Service's name SET-SLICE-REVISION-ROLE-prv without set, slice and role: dashes, revision and "-prv".
constexpr size_t kServiceNameRest = 3 + 8 + 4;

// A value in the rule's language. An operand that cannot be evaluated is an error, unless the others decide the
// result.
enum class RuleValue { kFalse, kTrue, kError };

RuleValue And(RuleValue a, RuleValue b) {
  if (a == RuleValue::kFalse || b == RuleValue::kFalse) return RuleValue::kFalse;
  return a == RuleValue::kError ? a : b;
}

// Whether all roles of the spec that are not External have replicas above 0 (`positive`), or 0 or no replicas (else).
RuleValue AllRoles(const Json& spec, bool positive) {
  RuleValue all = RuleValue::kTrue;
  for (const Json& role : spec.value("roles", Json::array())) {
    if (role.contains("scaling") && role["scaling"].value("mode", "") == kExternalScaling) continue;
    RuleValue one = RuleValue::kError;
    if (role.contains("spec")) {
      const auto replicas = role["spec"].find("replicas");
      const bool is_positive = replicas != role["spec"].end() && *replicas > 0;
      const bool is_zero = replicas == role["spec"].end() || *replicas == 0;
      one = (positive ? is_positive : is_zero) ? RuleValue::kTrue : RuleValue::kFalse;
    }
    all = And(all, one);
  }
  return all;
}

std::string RoleField(int index) { return absl::StrCat("spec.roles[", index, "]"); }

void CheckBudget(const RollingUpdateConfiguration& update, int32_t replicas, const std::string& field,
                 FieldErrors* errors) {
  const std::string unavailable_field = absl::StrCat(field, ".maxUnavailable");
  const IntOrPercent max_unavailable = ToIntOrPercent(update.max_unavailable());
  const IntOrPercent max_surge = ToIntOrPercent(update.max_surge());
  FieldErrors found;
  ValidateIntOrPercent(max_unavailable, unavailable_field, &found);
  ValidateIntOrPercent(max_surge, absl::StrCat(field, ".maxSurge"), &found);
  if (found.empty() && max_unavailable.Scale(replicas, Rounding::kDown).value_or(0) == 0 &&
      max_surge.Scale(replicas, Rounding::kUp).value_or(0) == 0) {
    found.push_back(NoBudgetError(unavailable_field, max_unavailable));
  }
  errors->insert(errors->end(), found.begin(), found.end());
}

void CheckStrategy(const LeaderWorkerSetSpec& spec, const std::string& role_field, FieldErrors* errors) {
  static constexpr const char* kTypes[] = {kRollingUpdate, nullptr};
  const RolloutStrategy& strategy = spec.rollout_strategy();
  const std::string field = absl::StrCat(role_field, ".spec.rolloutStrategy");
  if (!strategy.type().empty() && strategy.type() != kRollingUpdate) {
    errors->push_back(FieldNotSupported(absl::StrCat(field, ".type"), GoQuoted(strategy.type()), kTypes));
  }
  if (!strategy.has_rolling_update_configuration()) return;
  const RollingUpdateConfiguration& update = strategy.rolling_update_configuration();
  const std::string update_field = absl::StrCat(field, ".rollingUpdateConfiguration");
  if (update.partition() != 0) {
    errors->push_back(
        FieldForbidden(absl::StrCat(update_field, ".partition"),
                       "partition is not supported by DisaggregatedSet; rolling updates are managed across "
                       "roles by the DisaggregatedSet controller"));
  }
  if (spec.replicas() != 0) CheckBudget(update, spec.replicas(), update_field, errors);
}

void CheckScalerName(const DisaggregatedSet& set, const DisaggregatedRole& role, const std::string& role_field,
                     FieldErrors* errors) {
  const std::string name = RoleScalerName(set.metadata().name(), role.name());
  if (!IsExternalRole(role) || name.size() <= kMaxObjectName) return;
  errors->push_back(FieldInvalidText(
      absl::StrCat(role_field, ".name"), role.name(),
      absl::StrCat("would produce scaler name ", GoQuoted(name), " exceeding ", kMaxObjectName, " characters")));
}

void CheckSlices(const DisaggregatedSet& set, FieldErrors* errors) {
  bool has_external = false;
  for (const DisaggregatedRole& role : set.spec().roles()) has_external = has_external || IsExternalRole(role);
  if (!has_external || SpecSlices(set) <= 1) return;
  errors->push_back(FieldForbidden("spec.slices",
                                   "spec.slices > 1 is not supported while any role has scaling.mode: External (alpha "
                                   "restriction)"));
}

void CheckServiceNames(const DisaggregatedSet& set, FieldErrors* errors) {
  const size_t digits = absl::StrCat(SpecSlices(set) - 1).size();
  for (int i = 0; i < set.spec().roles_size(); ++i) {
    const std::string& name = set.spec().roles(i).name();
    const size_t length = set.metadata().name().size() + digits + name.size() + kServiceNameRest;
    if (length <= kMaxServiceName) continue;
    errors->push_back(
        FieldInvalidText(absl::StrCat(RoleField(i), ".name"), name,
                         absl::StrCat("the generated service name (", length,
                                      " chars) would exceed the DNS-1035 limit of 63 characters; reduce the "
                                      "DisaggregatedSet name and/or role name (combined limit: ",
                                      kMaxServiceName - kServiceNameRest - digits, " characters)")));
  }
}

bool HasAnnotation(const Json& pod_template, const char* key) {
  const Json annotations = pod_template.value("/metadata/annotations"_json_pointer, Json());
  return annotations.is_object() && annotations.contains(key);
}

bool CarriesAnnotation(const DisaggregatedRole& role, const char* key) {
  const LeaderWorkerTemplate& group = role.spec().leader_worker_template();
  return role.metadata().annotations().count(key) > 0 || HasAnnotation(WorkerTemplate(group), key) ||
         HasAnnotation(LeaderTemplate(group), key);
}

void CheckPlacement(const DisaggregatedSet& set, FieldErrors* errors) {
  const PlacementPolicy& policy = set.spec().placement_policy();
  if (policy.type().empty() || policy.type() == kPlacementNone) return;
  if (policy.topology().empty()) {
    errors->push_back(FieldRequired("spec.placementPolicy.topology", "topology is required when type is not None"));
  }
  for (int i = 0; i < set.spec().roles_size(); ++i) {
    for (const char* key : {kExclusiveTopologyAnnotation, kSubGroupExclusiveTopologyAnnotation}) {
      if (!CarriesAnnotation(set.spec().roles(i), key)) continue;
      errors->push_back(FieldForbidden(RoleField(i), absl::StrCat("the ", GoQuoted(key),
                                                                  " annotation must not be combined with a non-None "
                                                                  "spec.placementPolicy.type (",
                                                                  policy.type(), ")")));
      break;
    }
  }
}

}  // namespace

std::optional<FieldError> CheckReplicasRule(const Json& spec) {
  const RuleValue zero = AllRoles(spec, /*positive=*/false);
  const RuleValue positive = AllRoles(spec, /*positive=*/true);
  if (zero == RuleValue::kTrue || positive == RuleValue::kTrue) return std::nullopt;
  if (zero == RuleValue::kError || positive == RuleValue::kError) {
    return FieldInvalidText("spec", "object",
                            absl::StrCat("no such key: spec evaluating rule: ", kReplicasRuleMessage));
  }
  return FieldError{"spec", absl::StrCat("Invalid value: ", kReplicasRuleMessage)};
}

FieldErrors ValidateDisaggregatedSet(const DisaggregatedSet& set) {
  FieldErrors errors;
  for (int i = 0; i < set.spec().roles_size(); ++i) {
    const DisaggregatedRole& role = set.spec().roles(i);
    CheckStrategy(role.spec(), RoleField(i), &errors);
    CheckScalerName(set, role, RoleField(i), &errors);
  }
  CheckSlices(set, &errors);
  CheckServiceNames(set, &errors);
  CheckPlacement(set, &errors);
  return errors;
}

std::vector<std::string> DisaggregatedSetWarnings(const DisaggregatedSet& set) {
  std::vector<std::string> warnings;
  for (const DisaggregatedRole& role : set.spec().roles()) {
    if (!IsExternalRole(role) || role.spec().replicas() <= 1) continue;
    warnings.push_back(absl::StrCat("role ", GoQuoted(role.name()),
                                    " sets scaling.mode: External and spec.replicas: ", role.spec().replicas(),
                                    " — spec.replicas is ignored; drive replicas via DisaggregatedSetRoleScaler ",
                                    GoQuoted(RoleScalerName(set.metadata().name(), role.name())), " instead"));
  }
  return warnings;
}

}  // namespace lws::internal
