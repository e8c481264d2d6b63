#include "lws/placement/pods/exclusive_affinity.h"

#include <string>
#include <utility>

#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr char kRequired[] = "requiredDuringSchedulingIgnoredDuringExecution";

Json Expression(const std::string& key, const char* operation, Json values) {
  Json expression = {{"key", key}, {"operator", operation}};
  if (!values.empty()) expression["values"] = std::move(values);
  return expression;
}

Json Term(Json expressions, const std::string& topology_key) {
  return {{"labelSelector", {{"matchExpressions", std::move(expressions)}}}, {"topologyKey", topology_key}};
}

// affinity.KIND.required..., empty when absent. `affinity` is an object or null.
absl::StatusOr<Json> Terms(const Json& affinity, const char* kind) {
  if (affinity.is_null() || !affinity.contains(kind) || affinity[kind].is_null()) return Json::array();
  if (!affinity[kind].is_object()) return absl::InvalidArgumentError("spec.affinity does not hold objects");
  const Json terms = affinity[kind].value(kRequired, Json());
  if (terms.is_null()) return Json::array();
  if (!terms.is_array()) return absl::InvalidArgumentError("the terms of spec.affinity are not a list");
  return terms;
}

bool HasTopology(const Json& terms, const std::string& topology_key) {
  for (const Json& term : terms) {
    if (term.is_object() && term.value("topologyKey", Json()) == topology_key) return true;
  }
  return false;
}

}  // namespace

absl::Status AddExclusiveAffinity(absl::string_view label, absl::string_view value, absl::string_view topology_key,
                                  Json* pod_spec) {
  const std::string key(label);
  const std::string topology(topology_key);
  Json affinity = pod_spec->value("affinity", Json());
  if (!affinity.is_null() && !affinity.is_object()) {
    return absl::InvalidArgumentError("spec.affinity is not an object");
  }
  absl::StatusOr<Json> together = Terms(affinity, "podAffinity");
  if (!together.ok()) return together.status();
  absl::StatusOr<Json> apart = Terms(affinity, "podAntiAffinity");
  if (!apart.ok()) return apart.status();
  if (HasTopology(*together, topology) && HasTopology(*apart, topology)) return absl::OkStatus();

  const Json values = Json::array({std::string(value)});
  together->push_back(Term(Json::array({Expression(key, "In", values)}), topology));
  apart->push_back(
      Term(Json::array({Expression(key, "Exists", Json::array()), Expression(key, "NotIn", values)}), topology));
  if (affinity.is_null()) affinity = Json::object();
  affinity["podAffinity"][kRequired] = *std::move(together);
  affinity["podAntiAffinity"][kRequired] = *std::move(apart);
  (*pod_spec)["affinity"] = std::move(affinity);
  return absl::OkStatus();
}

}  // namespace lws::internal
