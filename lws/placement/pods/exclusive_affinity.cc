#include "lws/placement/pods/exclusive_affinity.h"

#include <string>

#include "absl/status/statusor.h"
#include "lws/placement/affinity_terms.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

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
  const absl::StatusOr<Json> together = RequiredAffinityTerms(*pod_spec, AffinityKind::kTogether);
  if (!together.ok()) return together.status();
  const absl::StatusOr<Json> apart = RequiredAffinityTerms(*pod_spec, AffinityKind::kApart);
  if (!apart.ok()) return apart.status();
  if (HasTopology(*together, topology) && HasTopology(*apart, topology)) return absl::OkStatus();
  const Json values = Json::array({std::string(value)});
  const Json in = AffinitySelectorExpression(key, "In", values);
  const Json not_in = AffinitySelectorExpression(key, "NotIn", values);
  const Json exists = AffinitySelectorExpression(key, "Exists", Json::array());
  return AppendAffinity(Json::array({AffinityTerm(Json::array({in}), topology)}),
                        Json::array({AffinityTerm(Json::array({exists, not_in}), topology)}), pod_spec);
}

}  // namespace lws::internal
