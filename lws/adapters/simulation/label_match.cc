#include "lws/adapters/simulation/label_match.h"

#include <algorithm>
#include <optional>
#include <string>

#include "lws/api/go_integer.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

bool Compares(const std::string& operation, const Json& label, const Json& values) {
  if (!label.is_string() || values.size() != 1) return false;
  const std::optional<int64_t> left = ParseGoInteger(label.get<std::string>());
  const std::optional<int64_t> right = ParseGoInteger(values[0].get<std::string>());
  if (!left.has_value() || !right.has_value()) return false;
  return operation == "Gt" ? *left > *right : *left < *right;
}

bool All(const Json& requirements, const Json& labels) {
  return std::all_of(requirements.begin(), requirements.end(),
                     [&](const Json& requirement) { return RequirementMatches(requirement, labels); });
}

// A term without any requirement matches nothing.
bool TermMatches(const Json& term, const Json& node) {
  const Json expressions = term.value("matchExpressions", Json::array());
  const Json fields = term.value("matchFields", Json::array());
  if (expressions.empty() && fields.empty()) return false;
  const Json names = {{"metadata.name", node["metadata"].value("name", "")}};
  return All(expressions, node["metadata"].value("labels", Json::object())) && All(fields, names);
}

bool Tolerates(const Json& toleration, const Json& taint) {
  const std::string effect = toleration.value("effect", "");
  if (!effect.empty() && effect != taint.value("effect", "")) return false;
  const std::string key = toleration.value("key", "");
  const bool exists = toleration.value("operator", "Equal") == "Exists";
  if (key.empty()) return exists;
  return key == taint.value("key", "") && (exists || toleration.value("value", "") == taint.value("value", ""));
}

}  // namespace

bool RequirementMatches(const Json& requirement, const Json& labels) {
  const std::string operation = requirement.value("operator", "");
  const Json values = requirement.value("values", Json::array());
  const Json label = labels.value(requirement.value("key", ""), Json());
  const bool listed = std::find(values.begin(), values.end(), label) != values.end();
  if (operation == "In") return !label.is_null() && listed;
  if (operation == "NotIn") return label.is_null() || !listed;
  if (operation == "Exists") return !label.is_null();
  if (operation == "DoesNotExist") return label.is_null();
  return Compares(operation, label, values);
}

bool SelectorMatches(const Json& selector, const Json& labels) {
  if (!selector.is_object()) return false;
  const Json wanted = selector.value("matchLabels", Json::object());
  for (auto it = wanted.begin(); it != wanted.end(); ++it) {
    if (labels.value(it.key(), Json()) != *it) return false;
  }
  return All(selector.value("matchExpressions", Json::array()), labels);
}

bool NodeMatches(const Json& pod_spec, const Json& node) {
  if (!SelectorMatches({{"matchLabels", pod_spec.value("nodeSelector", Json::object())}},
                       node["metadata"].value("labels", Json::object()))) {
    return false;
  }
  const Json terms = pod_spec.value(
      "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms"_json_pointer, Json());
  if (!terms.is_array()) return true;
  return std::any_of(terms.begin(), terms.end(), [&](const Json& term) { return TermMatches(term, node); });
}

bool TaintsTolerated(const Json& pod_spec, const Json& node) {
  const Json taints = node.value("/spec/taints"_json_pointer, Json::array());
  const Json tolerations = pod_spec.value("tolerations", Json::array());
  return std::all_of(taints.begin(), taints.end(), [&](const Json& taint) {
    return taint.value("effect", "") == "PreferNoSchedule" ||
           std::any_of(tolerations.begin(), tolerations.end(),
                       [&](const Json& toleration) { return Tolerates(toleration, taint); });
  });
}

}  // namespace lws
