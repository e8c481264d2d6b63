#include "lws/adapters/testing/scenario/usual_nodes.h"

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lws/api/json_reader.h"
#include "lws/api/quantity.h"
#include "lws/api/well_known.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/pod_resources.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr char kRequired[] = "requiredDuringSchedulingIgnoredDuringExecution";

// A value that meets the requirement; nullopt when a node without the label does, or when none can be named.
std::optional<std::string> ValueFor(const LabelRequirement& requirement) {
  using Operator = LabelRequirement::Operator;
  if (requirement.op == Operator::kExists) return "true";
  const std::string first = requirement.values.empty() ? "" : requirement.values.front();
  if (requirement.op == Operator::kIn) return first;
  int32_t bound = 0;
  if (!absl::SimpleAtoi(first, &bound)) return std::nullopt;
  if (requirement.op == Operator::kGt) return absl::StrCat(int64_t{bound} + 1);
  if (requirement.op == Operator::kLt) return absl::StrCat(int64_t{bound} - 1);
  return std::nullopt;
}

void AddTopologies(const Json& pod_spec, const char* affinity, std::set<std::string>* topologies) {
  JsonReader spec(pod_spec);
  for (const Json& term : spec.List({"affinity", affinity, kRequired})) {
    if (!term.is_object()) continue;
    const std::string topology = JsonReader(term).Text({"topologyKey"});
    if (!topology.empty() && topology != kHostnameLabel) topologies->insert(topology);
  }
}

}  // namespace

std::map<std::string, std::string> UsualAllocatable(const std::vector<const Json*>& leader_worker_templates) {
  std::map<std::string, std::string> allocatable = {
      {"cpu", "192"}, {"memory", "2Ti"}, {"pods", "110"}, {"nvidia.com/gpu", "8"}, {"google.com/tpu", "4"}};
  for (const Json* groups : leader_worker_templates) {
    JsonReader reader(*groups);
    for (const char* key : {"leaderTemplate", "workerTemplate"}) {
      const Json* pod_spec = reader.Find({key, "spec"});
      if (pod_spec == nullptr) continue;
      const absl::StatusOr<ResourceList> requests = PodRequests(*pod_spec, AbsentRequest::kIsLimit);
      if (!requests.ok()) continue;
      for (const auto& [resource, amount] : *requests) {
        const absl::StatusOr<Quantity> usual = Quantity::Parse(allocatable[resource]);
        if (!usual.ok() || usual->Compare(amount) < 0) allocatable[resource] = amount.ToString();
      }
    }
  }
  return allocatable;
}

UsualLabels::UsualLabels(const std::vector<const Json*>& leader_worker_templates) {
  for (const Json* groups : leader_worker_templates) {
    JsonReader reader(*groups);
    Labels leaders;
    Labels workers;
    const Json* worker_spec = reader.Find({"workerTemplate", "spec"});
    const Json* leader_spec = reader.Find({"leaderTemplate", "spec"});
    if (worker_spec != nullptr) Read(*worker_spec, &workers);
    if (leader_spec != nullptr) Read(*leader_spec, &leaders);
    if (leader_spec == nullptr) leaders = workers;
    all_.insert(workers.begin(), workers.end());
    all_.insert(leaders.begin(), leaders.end());
    of_pods_.emplace_back(std::move(leaders), std::move(workers));
  }
}

void UsualLabels::Read(const Json& pod_spec, Labels* labels) {
  JsonReader spec(pod_spec);
  for (const auto& [label, value] : spec.Object({"nodeSelector"}).items()) {
    if (value.is_string()) (*labels)[label] = value.get<std::string>();
  }
  const Json& terms = spec.List({"affinity", "nodeAffinity", kRequired, "nodeSelectorTerms"});
  if (!terms.empty() && terms.front().is_object()) {
    JsonReader term(terms.front());
    for (const Json& expression : term.List({"matchExpressions"})) {
      const absl::StatusOr<LabelRequirement> requirement = ReadLabelRequirement(expression);
      const std::optional<std::string> value = requirement.ok() ? ValueFor(*requirement) : std::nullopt;
      if (value.has_value()) labels->emplace(requirement->key, *value);
    }
  }
  AddTopologies(pod_spec, "podAffinity", &together_);
  AddTopologies(pod_spec, "podAntiAffinity", &apart_);
}

std::map<std::string, std::string> UsualLabels::Of(const UsualNode& node) const {
  Labels labels;
  if (node.owner < of_pods_.size()) {
    labels = node.is_leader ? of_pods_[node.owner].first : of_pods_[node.owner].second;
  }
  labels.insert(all_.begin(), all_.end());
  for (const std::string& topology : together_) labels.emplace(topology, node.domain);
  for (const std::string& topology : apart_) labels.emplace(topology, node.name);
  return labels;
}

}  // namespace lws::internal
