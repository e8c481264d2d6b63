#include "lws/placement/affinity_terms.h"

#include <utility>

#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr char kRequired[] = "requiredDuringSchedulingIgnoredDuringExecution";

const char* NameOf(AffinityKind kind) { return kind == AffinityKind::kTogether ? "podAffinity" : "podAntiAffinity"; }

}  // namespace

Json AffinitySelectorExpression(const std::string& key, const char* operation, Json values) {
  Json expression = {{"key", key}, {"operator", operation}};
  if (!values.empty()) expression["values"] = std::move(values);
  return expression;
}

Json AffinityTerm(Json expressions, const std::string& topology_key) {
  return {{"labelSelector", {{"matchExpressions", std::move(expressions)}}}, {"topologyKey", topology_key}};
}

absl::StatusOr<Json> RequiredAffinityTerms(const Json& pod_spec, AffinityKind kind) {
  const Json affinity = pod_spec.value("affinity", Json());
  if (affinity.is_null()) return Json::array();
  if (!affinity.is_object()) return absl::InvalidArgumentError("spec.affinity is not an object");
  const Json of_kind = affinity.value(NameOf(kind), Json());
  if (of_kind.is_null()) return Json::array();
  if (!of_kind.is_object()) return absl::InvalidArgumentError("spec.affinity does not hold objects");
  Json terms = of_kind.value(kRequired, Json());
  if (terms.is_null()) return Json::array();
  if (!terms.is_array()) return absl::InvalidArgumentError("the terms of spec.affinity are not a list");
  return terms;
}

absl::Status AppendAffinity(const Json& together, const Json& apart, Json* pod_spec) {
  const Json* const added[] = {&together, &apart};
  Json terms[2];
  for (const AffinityKind kind : {AffinityKind::kTogether, AffinityKind::kApart}) {
    const auto index = static_cast<size_t>(kind);
    absl::StatusOr<Json> there = RequiredAffinityTerms(*pod_spec, kind);
    if (!there.ok()) return there.status();
    terms[index] = *std::move(there);
    terms[index].insert(terms[index].end(), added[index]->begin(), added[index]->end());
  }
  Json& affinity = (*pod_spec)["affinity"];
  affinity[NameOf(AffinityKind::kTogether)][kRequired] = std::move(terms[0]);
  affinity[NameOf(AffinityKind::kApart)][kRequired] = std::move(terms[1]);
  return absl::OkStatus();
}

}  // namespace lws::internal
