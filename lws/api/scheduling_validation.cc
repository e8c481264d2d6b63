#include "lws/api/scheduling_validation.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lws/api/field_checks.h"
#include "lws/api/name_rules.h"

namespace lws::internal {
namespace {

constexpr const char* kOperators[] = {"Equal", "Exists", nullptr};
constexpr const char* kAllOperators[] = {"Equal", "Exists", "Lt", "Gt", nullptr};
constexpr const char* kEffects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute", nullptr};
constexpr const char* kUnsatisfiable[] = {"DoNotSchedule", "ScheduleAnyway", nullptr};
constexpr const char* kNodePolicies[] = {"Honor", "Ignore", nullptr};

void CheckNodeOperator(const FieldValue& requirement, FieldErrors* errors) {
  const std::string op = requirement["operator"].Text();
  const FieldValue values = requirement["values"];
  if (op != "Gt" && op != "Lt") return CheckSelectorValues(requirement, errors);
  if (values.size() != 1) {
    errors->push_back(FieldRequired(values.path(), "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  }
}

void CheckNodeField(const FieldValue& requirement, FieldErrors* errors) {
  const std::string op = requirement["operator"].Text();
  const FieldValue values = requirement["values"];
  if (op != "In" && op != "NotIn") {
    errors->push_back(FieldInvalidText(requirement["operator"].path(), op, "not a valid selector operator"));
  } else if (values.size() != 1) {
    errors->push_back(FieldRequired(
        values.path(), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  }
  const FieldValue key = requirement["key"];
  if (key.Text() != "metadata.name") {
    errors->push_back(FieldInvalidText(key.path(), key.Text(), "not a valid field selector key"));
    return;
  }
  for (const FieldValue& value : values.Items()) CheckAnyText(value, SubdomainErrors, errors);
}

enum class NodeTerm { kRequired, kPreferred };

// Label values are checked only where nodes must match, not where they are preferred.
void CheckNodeTerm(const FieldValue& term, NodeTerm kind, FieldErrors* errors) {
  for (const FieldValue& requirement : term["matchExpressions"].Items()) {
    CheckNodeOperator(requirement, errors);
    CheckAnyText(requirement["key"], LabelKeyErrors, errors);
    if (kind == NodeTerm::kPreferred) continue;
    for (const FieldValue& value : requirement["values"].Items()) CheckText(value, LabelValueErrors, errors);
  }
  for (const FieldValue& requirement : term["matchFields"].Items()) CheckNodeField(requirement, errors);
}

void CheckWeight(const FieldValue& weight, FieldErrors* errors) {
  const int64_t number = weight.Number().value_or(0);
  if (number >= 1 && number <= 100) return;
  errors->push_back(FieldInvalid(weight.path(), absl::StrCat(number), "must be in the range 1-100"));
}

void CheckNodeAffinity(const FieldValue& affinity, FieldErrors* errors) {
  const FieldValue required = affinity["requiredDuringSchedulingIgnoredDuringExecution"];
  const FieldValue terms = required["nodeSelectorTerms"];
  if (required.exists() && terms.empty()) {
    errors->push_back(FieldRequired(terms.path(), "must have at least one node selector term"));
  }
  for (const FieldValue& term : terms.Items()) CheckNodeTerm(term, NodeTerm::kRequired, errors);
  for (const FieldValue& term : affinity["preferredDuringSchedulingIgnoredDuringExecution"].Items()) {
    CheckWeight(term["weight"], errors);
    CheckNodeTerm(term["preference"], NodeTerm::kPreferred, errors);
  }
}

void CheckKeys(const FieldValue& keys, const FieldValue& selector, FieldErrors* errors) {
  if (keys.empty()) return;
  if (!selector.exists()) {
    errors->push_back(FieldForbidden(keys.path(), "must not be specified when labelSelector is not set"));
    return;
  }
  for (const FieldValue& key : keys.Items()) CheckAnyText(key, LabelKeyErrors, errors);
}

// Reports keys of matchLabelKeys that the selector names already.
void CheckKeysAgainstSelector(const FieldValue& owner, FieldErrors* errors) {
  const FieldValue selector = owner["labelSelector"];
  const std::vector<std::string> keys = owner["matchLabelKeys"].Texts();
  const std::vector<std::string> labels = selector["matchLabels"].Keys();
  std::set<std::string> named(labels.begin(), labels.end());
  for (const FieldValue& requirement : selector["matchExpressions"].Items()) {
    const std::string key = requirement["key"].Text();
    const auto found = std::find(keys.rbegin(), keys.rend(), key);
    if (found != keys.rend() && named.count(key) > 0) {
      const auto index = keys.rend() - found - 1;
      errors->push_back(FieldInvalidText(absl::StrCat(owner.path(), "[", index, "]"), key,
                                         "exists in both matchLabelKeys and labelSelector"));
    }
    named.insert(key);
  }
}

void CheckKeysAgainstEachOther(const FieldValue& owner, FieldErrors* errors) {
  const std::vector<std::string> other = owner["mismatchLabelKeys"].Texts();
  for (const FieldValue& key : owner["matchLabelKeys"].Items()) {
    if (std::find(other.begin(), other.end(), key.Text()) == other.end()) continue;
    errors->push_back(FieldValueInvalid(key, "exists in both matchLabelKeys and mismatchLabelKeys"));
  }
}

void CheckMatchLabelKeys(const FieldValue& owner, FieldErrors* errors) {
  CheckKeys(owner["matchLabelKeys"], owner["labelSelector"], errors);
  CheckKeys(owner["mismatchLabelKeys"], owner["labelSelector"], errors);
  CheckKeysAgainstSelector(owner, errors);
  CheckKeysAgainstEachOther(owner, errors);
}

void CheckPodTerm(const FieldValue& term, FieldErrors* errors) {
  CheckLabelSelector(term["labelSelector"], errors);
  CheckLabelSelector(term["namespaceSelector"], errors);
  for (const FieldValue& name : term["namespaces"].Items()) {
    CheckAnyText(name.Named(term["namespace"].path()), Dns1123LabelErrors, errors);
  }
  CheckMatchLabelKeys(term, errors);
  const FieldValue key = term["topologyKey"];
  if (key.Text().empty()) errors->push_back(FieldRequired(key.path(), "can not be empty"));
  CheckAnyText(key, LabelKeyErrors, errors);
}

void CheckPodAffinity(const FieldValue& affinity, FieldErrors* errors) {
  for (const FieldValue& term : affinity["requiredDuringSchedulingIgnoredDuringExecution"].Items()) {
    CheckPodTerm(term, errors);
  }
  for (const FieldValue& term : affinity["preferredDuringSchedulingIgnoredDuringExecution"].Items()) {
    CheckWeight(term["weight"], errors);
    CheckPodTerm(term["podAffinityTerm"], errors);
  }
}

void CheckOperatorAndValue(const FieldValue& toleration, FieldErrors* errors) {
  const FieldValue op = toleration["operator"];
  const std::string text = op.Text();
  const std::string value = toleration["value"].Text();
  if (text.empty() || text == "Equal") {
    const std::vector<std::string> details = LabelValueErrors(value);
    if (!details.empty()) errors->push_back(FieldInvalidText(op.path(), value, absl::StrJoin(details, ";")));
  } else if (text == "Exists") {
    if (!value.empty()) {
      errors->push_back(FieldInvalidText(op.path(), value, "value must be empty when `operator` is 'Exists'"));
    }
  } else if (text == "Lt" || text == "Gt") {
    errors->push_back(FieldNotSupported(op.path(), GoQuoted(text), kAllOperators));
  } else {
    errors->push_back(FieldNotSupported(op.path(), GoQuoted(text), kOperators));
  }
}

void CheckToleration(const FieldValue& toleration, FieldErrors* errors) {
  CheckText(toleration["key"], LabelKeyErrors, errors);
  const FieldValue op = toleration["operator"];
  if (toleration["key"].Text().empty() && op.Text() != "Exists") {
    errors->push_back(
        FieldInvalidText(op.path(), op.Text(),
                         "operator must be Exists when `key` is empty, which means \"match all values and all keys\""));
  }
  const FieldValue effect = toleration["effect"];
  if (toleration["tolerationSeconds"].exists() && effect.Text() != "NoExecute") {
    errors->push_back(
        FieldInvalidText(effect.path(), effect.Text(), "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  CheckOperatorAndValue(toleration, errors);
  if (!effect.Text().empty()) CheckOneOf(effect, kEffects, errors);
}

void CheckMinDomains(const FieldValue& constraint, FieldErrors* errors) {
  const FieldValue domains = constraint["minDomains"];
  if (!domains.exists()) return;
  if (domains.Number().value_or(1) <= 0) errors->push_back(FieldValueInvalid(domains, "must be greater than zero"));
  const std::string when = constraint["whenUnsatisfiable"].Text();
  if (when != "DoNotSchedule") {
    errors->push_back(FieldValueInvalid(
        domains, absl::StrCat("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ", when)));
  }
}

std::string SpreadKind(const FieldValue& constraint) {
  return absl::StrCat("{", constraint["topologyKey"].Text(), ", ", constraint["whenUnsatisfiable"].Text(), "}");
}

void CheckSpread(const FieldValue& constraint, bool comes_again, FieldErrors* errors) {
  const FieldValue skew = constraint["maxSkew"];
  const int64_t number = skew.Number().value_or(0);
  if (number <= 0) errors->push_back(FieldInvalid(skew.path(), absl::StrCat(number), "must be greater than zero"));
  const FieldValue key = constraint["topologyKey"];
  if (key.Text().empty()) errors->push_back(FieldRequired(key.path(), "can not be empty"));
  const FieldValue when = constraint["whenUnsatisfiable"];
  if (!when.exists()) {
    errors->push_back(FieldNotSupported(when.path(), GoQuoted(""), kUnsatisfiable));
  } else {
    CheckOneOf(when, kUnsatisfiable, errors);
  }
  if (comes_again) {
    errors->push_back(
        FieldDuplicate(constraint["{topologyKey, whenUnsatisfiable}"].path(), GoQuoted(SpreadKind(constraint))));
  }
  CheckMinDomains(constraint, errors);
  CheckOneOf(constraint["nodeAffinityPolicy"], kNodePolicies, errors);
  CheckOneOf(constraint["nodeTaintsPolicy"], kNodePolicies, errors);
  CheckMatchLabelKeys(constraint, errors);
  CheckLabelSelector(constraint["labelSelector"], errors);
}

}  // namespace

void CheckAffinity(const FieldValue& affinity, FieldErrors* errors) {
  CheckNodeAffinity(affinity["nodeAffinity"], errors);
  CheckPodAffinity(affinity["podAffinity"], errors);
  CheckPodAffinity(affinity["podAntiAffinity"], errors);
}

void CheckTolerations(const FieldValue& tolerations, FieldErrors* errors) {
  for (const FieldValue& toleration : tolerations.Items()) CheckToleration(toleration, errors);
}

void CheckSpreadConstraints(const FieldValue& constraints, FieldErrors* errors) {
  const std::vector<FieldValue> items = constraints.Items();
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string kind = SpreadKind(items[i]);
    const bool comes_again = std::any_of(items.begin() + static_cast<std::ptrdiff_t>(i) + 1, items.end(),
                                         [&](const FieldValue& later) { return SpreadKind(later) == kind; });
    CheckSpread(items[i], comes_again, errors);
  }
}

void CheckSchedulingGates(const FieldValue& gates, FieldErrors* errors) {
  std::set<std::string> names;
  for (const FieldValue& gate : gates.Items()) {
    const FieldValue name = gate["name"].Named(gate.path());
    CheckAnyText(name, LabelKeyErrors, errors);
    CheckUnique(name, &names, errors);
  }
}

void CheckReadinessGates(const FieldValue& gates, FieldErrors* errors) {
  for (const FieldValue& gate : gates.Items()) CheckAnyText(gate["conditionType"], LabelKeyErrors, errors);
}

}  // namespace lws::internal
