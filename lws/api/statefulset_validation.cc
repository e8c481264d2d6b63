#include "lws/api/statefulset_validation.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/claim_validation.h"
#include "lws/api/field_checks.h"
#include "lws/api/field_value.h"
#include "lws/api/name_rules.h"
#include "lws/api/object_meta_validation.h"
#include "lws/api/pod_validation.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr const char* kAlways[] = {"Always", nullptr};
constexpr const char* kRetentions[] = {"Retain", "Delete", nullptr};
constexpr const char* kChangeable[] = {"replicas",
                                       "template",
                                       "updateStrategy",
                                       "minReadySeconds",
                                       "ordinals",
                                       "revisionHistoryLimit",
                                       "persistentVolumeClaimRetentionPolicy"};
constexpr char kUnchangeable[] =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

// The parts that are checked.
struct Scope {
  bool service_name = true;
  bool claim_templates = true;
  bool pod_template = true;
};

std::string ShowField(const FieldValue& value) {
  return value.json().dump(-1, ' ', false, Json::error_handler_t::replace);
}

void CheckPodManagement(const FieldValue& policy, FieldErrors* errors) {
  const std::string text = policy.TextOr("OrderedReady");
  if (text == "OrderedReady" || text == "Parallel") return;
  errors->push_back(FieldValueInvalid(policy, "must be 'OrderedReady' or 'Parallel'"));
}

// A rolling update's numbers as the API server shows them.
std::string ShowRollingUpdate(const FieldValue& rolling) {
  if (!rolling.exists()) return "null";
  return absl::StrCat("{\"Partition\":", rolling["partition"].Number().value_or(0),
                      ",\"MaxUnavailable\":", ShowField(rolling["maxUnavailable"]), "}");
}

void CheckUpdateStrategy(const FieldValue& strategy, FieldErrors* errors) {
  const std::string type = strategy["type"].TextOr("RollingUpdate");
  const FieldValue rolling = strategy["rollingUpdate"];
  if (type == "RollingUpdate") {
    CheckNotNegative(rolling["partition"], errors);
  } else if (type == "OnDelete") {
    if (!rolling.exists()) return;
    errors->push_back(
        FieldInvalid(rolling.path(), ShowRollingUpdate(rolling), "only allowed for updateStrategy 'RollingUpdate'"));
  } else {
    errors->push_back(
        FieldInvalid(strategy.path(),
                     absl::StrCat("{\"Type\":", GoQuoted(type), ",\"RollingUpdate\":", ShowRollingUpdate(rolling), "}"),
                     "must be 'RollingUpdate' or 'OnDelete'"));
  }
}

void CheckRetention(const FieldValue& policy, FieldErrors* errors) {
  CheckDefaulted(policy["whenDeleted"], kRetentions, errors);
  CheckDefaulted(policy["whenScaled"], kRetentions, errors);
}

void CheckSelector(const FieldValue& selector, FieldErrors* errors) {
  if (!selector.exists()) {
    errors->push_back(FieldRequired(selector.path(), ""));
    return;
  }
  CheckLabelSelector(selector, errors);
  if (selector["matchLabels"].empty() && selector["matchExpressions"].empty()) {
    errors->push_back(FieldInvalid(selector.path(), "{}", "empty selector is invalid for statefulset"));
  }
}

void CheckNumbers(const FieldValue& spec, FieldErrors* errors) {
  CheckNotNegative(spec["replicas"], errors);
  CheckNotNegative(spec["minReadySeconds"], errors);
  CheckNotNegative(spec["ordinals"]["start"], errors);
}

bool MatchesRequirement(const FieldValue& requirement, const FieldValue& labels) {
  const std::string op = requirement["operator"].Text();
  const FieldValue label = labels[requirement["key"].Text()];
  const std::vector<std::string> values = requirement["values"].Texts();
  const bool is_among = label.exists() && std::find(values.begin(), values.end(), label.Text()) != values.end();
  if (op == "In") return is_among;
  if (op == "NotIn") return !is_among;
  return label.exists() == (op == "Exists");
}

bool SelectsTemplate(const FieldValue& selector, const FieldValue& labels) {
  for (const auto& [key, value] : selector["matchLabels"].Entries()) {
    if (!labels[key].exists() || labels[key].Text() != value) return false;
  }
  const std::vector<FieldValue> requirements = selector["matchExpressions"].Items();
  return std::all_of(requirements.begin(), requirements.end(),
                     [&](const FieldValue& requirement) { return MatchesRequirement(requirement, labels); });
}

// The template as the controller will fill it in: names of its own, and the volumes of the claim templates (law 1).
Json FilledTemplate(const FieldValue& spec) {
  Json filled = spec["template"].json();
  if (!filled.is_object()) filled = Json::object();
  Json& pod_spec = filled["spec"];
  if (!pod_spec.is_object()) pod_spec = Json::object();
  pod_spec.erase("hostname");
  pod_spec.erase("subdomain");
  std::map<std::string, Json> claims;
  for (const FieldValue& claim : spec["volumeClaimTemplates"].Items()) {
    const std::string name = claim["metadata"]["name"].Text();
    claims[name] = {{"name", name}, {"persistentVolumeClaim", {{"claimName", name}}}};
  }
  if (claims.empty()) return filled;
  Json volumes = Json::array();
  for (const auto& [name, volume] : claims) volumes.push_back(volume);
  for (const FieldValue& volume : FieldValue(pod_spec, "")["volumes"].Items()) {
    if (claims.count(volume["name"].Text()) == 0) volumes.push_back(volume.json());
  }
  pod_spec["volumes"] = std::move(volumes);
  return filled;
}

void CheckTemplate(const FieldValue& spec, const Scope& scope, FieldErrors* errors) {
  const Json filled = FilledTemplate(spec);
  const FieldValue pod_template(filled, spec["template"].path());
  const FieldValue labels = pod_template["metadata"]["labels"];
  if (!spec["selector"].exists() || !SelectsTemplate(spec["selector"], labels)) {
    errors->push_back(FieldInvalid(labels.path(), ShowField(labels), "`selector` does not match template `labels`"));
  }
  if (scope.pod_template) {
    CheckPodTemplate(pod_template, errors);
  } else {
    CheckLabels(labels.Named(pod_template["labels"].path()), errors);
    CheckAnnotations(pod_template["metadata"]["annotations"].Named(pod_template["annotations"].path()), errors);
  }
}

void CheckPodsOfStatefulSet(const FieldValue& pod_spec, FieldErrors* errors) {
  CheckDefaulted(pod_spec["restartPolicy"], kAlways, errors);
  if (pod_spec["activeDeadlineSeconds"].exists()) {
    errors->push_back(FieldForbidden(pod_spec["activeDeadlineSeconds"].path(),
                                     "activeDeadlineSeconds in StatefulSet is not Supported"));
  }
}

void CheckSpec(const FieldValue& spec, const Scope& scope, FieldErrors* errors) {
  CheckPodManagement(spec["podManagementPolicy"], errors);
  CheckUpdateStrategy(spec["updateStrategy"], errors);
  CheckRetention(spec["persistentVolumeClaimRetentionPolicy"], errors);
  if (scope.claim_templates) {
    for (const FieldValue& claim : spec["volumeClaimTemplates"].Items()) CheckClaimSpec(claim["spec"], errors);
  }
  CheckNumbers(spec, errors);
  if (scope.service_name) CheckText(spec["serviceName"], Dns1123LabelErrors, errors);
  CheckSelector(spec["selector"], errors);
  CheckTemplate(spec, scope, errors);
  CheckPodsOfStatefulSet(spec["template"]["spec"], errors);
}

bool IsChangeable(absl::string_view field) {
  return std::any_of(std::begin(kChangeable), std::end(kChangeable),
                     [field](const char* changeable) { return field == changeable; });
}

bool HasFaults(const FieldValue& spec, const Scope& scope) {
  FieldErrors faults;
  CheckSpec(spec, scope, &faults);
  return !faults.empty();
}

// The immutable parts of a spec, in the form in which they are compared.
Json Unchangeable(const Json& statefulset) {
  const Json& whole = FieldValue(statefulset, "")["spec"].json();
  if (!whole.is_object()) return whole;
  Json spec = Json::object();
  for (auto it = whole.begin(); it != whole.end(); ++it) {
    if (!IsChangeable(it.key())) spec[it.key()] = *it;
  }
  if (!spec.contains("podManagementPolicy")) spec["podManagementPolicy"] = "OrderedReady";
  for (Json& claim : spec["volumeClaimTemplates"]) {
    if (!claim.is_object()) continue;
    for (const char* field : {"apiVersion", "kind", "status"}) claim.erase(field);
    Json& claim_spec = claim["spec"];
    if (claim_spec.is_object() && !claim_spec.contains("volumeMode")) claim_spec["volumeMode"] = "Filesystem";
  }
  return spec;
}

}  // namespace

FieldErrors ValidateStatefulSet(const Json& statefulset) {
  FieldErrors errors = ValidateMetadata(statefulset, Dns1123LabelErrors);
  CheckSpec(FieldValue(statefulset, "")["spec"], {}, &errors);
  return WithoutRepeatedFieldErrors(std::move(errors));
}

FieldErrors ValidateStatefulSetUpdate(const Json& before, const Json& statefulset) {
  FieldErrors errors = ValidateMetadata(statefulset, PathSegmentErrors);
  Scope scope{false, false, true};
  FieldErrors faults;
  CheckSpec(FieldValue(statefulset, "")["spec"], scope, &faults);
  // A spec without faults has none in a narrower scope either: the stored one need not be looked at.
  if (!faults.empty() && HasFaults(FieldValue(before, "")["spec"], scope)) {  // law 3
    faults.clear();
    scope.pod_template = false;
    CheckSpec(FieldValue(statefulset, "")["spec"], scope, &faults);
  }
  errors.insert(errors.end(), faults.begin(), faults.end());
  if (Unchangeable(before) != Unchangeable(statefulset)) errors.push_back(FieldForbidden("spec", kUnchangeable));
  return WithoutRepeatedFieldErrors(std::move(errors));
}

}  // namespace lws::internal
