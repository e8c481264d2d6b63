#include "lws/adapters/testing/scenario/usual_nodes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lws/adapters/testing/scenario/scenario_size.h"
#include "lws/api/json.h"
#include "lws/api/json_reader.h"
#include "lws/api/printable_text.h"
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

std::map<std::string, std::string> UsualAllocatable(const std::vector<const Json*>& leader_worker_templates) {
  std::map<std::string, std::string> allocatable = {{"cpu", "192"}, {"memory", "2Ti"}, {"pods", "110"}};
  // Accelerators are on the nodes of those sets alone that ask for them.
  const std::map<std::string, std::string> accelerators = {{"nvidia.com/gpu", "8"}, {"google.com/tpu", "4"}};
  for (const Json* groups : leader_worker_templates) {
    JsonReader reader(*groups);
    for (const char* key : {"leaderTemplate", "workerTemplate"}) {
      const Json* pod_spec = reader.Find({key, "spec"});
      if (pod_spec == nullptr) continue;
      const absl::StatusOr<ResourceList> requests = PodRequests(*pod_spec, AbsentRequest::kIsLimit);
      if (!requests.ok()) continue;
      for (const auto& [resource, amount] : *requests) {
        const auto accelerator = accelerators.find(resource);
        if (accelerator != accelerators.end()) allocatable.insert(*accelerator);
        const absl::StatusOr<Quantity> usual = Quantity::Parse(allocatable[resource]);
        if (!usual.ok() || usual->Compare(amount) < 0) allocatable[resource] = amount.ToString();
      }
    }
  }
  return allocatable;
}

// The pod that a node is for.
struct NodeOwner {
  size_t number = 0;  // of the template
  bool is_leader = false;
  std::string domain;  // of the group
};

class UsualLabels {
 public:
  explicit UsualLabels(const std::vector<const Json*>& leader_worker_templates);

  std::map<std::string, std::string> Of(const NodeOwner& owner, const std::string& name) const;

 private:
  using Labels = std::map<std::string, std::string>;

  void Read(const Json& pod_spec, Labels* labels);

  std::vector<std::pair<Labels, Labels>> of_pods_;  // of leaders and workers, by template
  Labels all_;                                      // of all pods, the first ones counting
  std::set<std::string> together_;                  // topologies of pod affinity
  std::set<std::string> apart_;                     // topologies of pod anti-affinity
};

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

std::map<std::string, std::string> UsualLabels::Of(const NodeOwner& owner, const std::string& name) const {
  Labels labels;
  if (owner.number < of_pods_.size()) {
    labels = owner.is_leader ? of_pods_[owner.number].first : of_pods_[owner.number].second;
  }
  labels.insert(all_.begin(), all_.end());
  for (const std::string& topology : together_) labels.emplace(topology, owner.domain);
  for (const std::string& topology : apart_) labels.emplace(topology, name);
  return labels;
}

// A rollout may surge, and a group may move: twice the groups and one more have room.
int64_t GroupsWithRoom(int32_t replicas) { return int64_t{replicas} * 2 + 1; }

// What versions of groups ask for: at first, after the last edit, and between. Each once. `groups` are where a
// leaderWorkerTemplate is; null where there is none.
std::vector<const Json*> TemplatesOf(const std::vector<const Json*>& groups) {
  std::vector<const Json*> templates;
  for (const Json* its : groups) {
    const Json* read = its == nullptr ? nullptr : JsonReader(*its).Find({"spec", "leaderWorkerTemplate"});
    const bool is_new = read != nullptr && std::none_of(templates.begin(), templates.end(),
                                                        [read](const Json* known) { return *known == *read; });
    if (is_new) templates.insert(templates.size() < 2 ? templates.end() : templates.begin() + 1, read);
  }
  return templates;
}

// The number of the template that the group's nodes are for, of `templates`: the second half is for the last edit.
size_t TemplateOfGroup(const std::vector<const Json*>& templates, int64_t group, int64_t groups) {
  return templates.size() > 1 && group > groups / 2 ? 1 : 0;
}

UsualNodes NodesForGroups(const Scenario& scenario) {
  JsonReader manifest(*scenario.manifest);
  const std::vector<SetVersion> versions = VersionsOfScenarioSet(scenario);
  std::vector<const Json*> sets;
  for (const SetVersion& version : versions) sets.push_back(version.manifest.get());
  const std::vector<const Json*> templates = TemplatesOf(sets);
  std::vector<std::string> topologies;
  for (const char* key : {kExclusiveTopologyAnnotation, kSubGroupExclusiveTopologyAnnotation}) {
    const std::string topology = manifest.Text({"metadata", "annotations", key});
    if (!topology.empty()) topologies.push_back(topology);
  }
  UsualNodes usual = {UsualAllocatable(templates), {}};
  const UsualLabels labels(templates);
  const int64_t groups = GroupsWithRoom(manifest.Count({"spec", "replicas"}, 1));
  const int64_t size = manifest.Count({"spec", "leaderWorkerTemplate", "size"}, 1);
  for (int64_t group = 0; group < groups; ++group) {
    for (int64_t member = 0; member < size; ++member) {
      UsualNode node;
      node.name = absl::StrFormat("node-%03d", group * size + member);
      const std::string domain = absl::StrCat("domain-", group);
      node.labels = labels.Of({TemplateOfGroup(templates, group, groups), member == 0, domain}, node.name);
      for (const std::string& topology : topologies) node.labels.emplace(topology, domain);
      usual.nodes.push_back(std::move(node));
    }
  }
  return usual;
}

// The role of this name in each of the versions; null in those that lack it.
std::vector<const Json*> VersionsOfRole(const std::vector<SetVersion>& versions, const std::string& name) {
  std::vector<const Json*> roles;
  for (const SetVersion& version : versions) {
    JsonReader reader(*version.manifest);
    const Json& list = reader.List({"spec", "roles"});
    const auto found = std::find_if(list.begin(), list.end(), [&name](const Json& role) {
      return role.is_object() && JsonReader(role).Text({"name"}) == name;
    });
    roles.push_back(found == list.end() ? nullptr : &*found);
  }
  return roles;
}

UsualNodes NodesForRoles(const Scenario& scenario) {
  JsonReader manifest(*scenario.manifest);
  const std::vector<SetVersion> versions = VersionsOfScenarioSet(scenario);
  std::vector<const Json*> templates;
  std::vector<NodeOwner> owners;  // of the nodes of a slice
  for (const Json& role : manifest.List({"spec", "roles"})) {
    JsonReader reader(role);
    const std::vector<const Json*> of_role = TemplatesOf(VersionsOfRole(versions, reader.Text({"name"})));
    const int64_t size = reader.Count({"spec", "leaderWorkerTemplate", "size"}, 1);
    const int64_t groups = GroupsWithRoom(reader.Count({"spec", "replicas"}, 1));
    for (int64_t pod = 0; pod < groups * size; ++pod) {
      owners.push_back({templates.size() + TemplateOfGroup(of_role, pod / size, groups), pod % size == 0, ""});
    }
    templates.insert(templates.end(), of_role.begin(), of_role.end());
  }
  UsualNodes usual = {UsualAllocatable(templates), {}};
  const UsualLabels labels(templates);
  const std::string topology = manifest.Text({"spec", "placementPolicy", "topology"});
  const int32_t slices = manifest.Count({"spec", "slices"}, 1);
  for (int32_t slice = 0; slice < slices; ++slice) {
    for (size_t number = 0; number < owners.size(); ++number) {
      UsualNode node;
      node.name = absl::StrFormat("node-%d-%03d", slice, number);
      owners[number].domain = absl::StrCat("domain-", slice);
      node.labels = labels.Of(owners[number], node.name);
      if (!topology.empty()) node.labels.emplace(topology, owners[number].domain);
      usual.nodes.push_back(std::move(node));
    }
  }
  return usual;
}

// "pool=gpu", or "rack with 9 values".
std::string LabelText(const std::string& key, const std::set<std::string>& values) {
  if (values.size() == 1) return absl::StrCat(key, "=", *values.begin());
  return absl::StrCat(key, " with ", values.size(), " values");
}

}  // namespace

UsualNodes UsualNodesFor(const Scenario& scenario) {
  return IsOfDisaggregatedSet(*scenario.manifest) ? NodesForRoles(scenario) : NodesForGroups(scenario);
}

std::string UsualNodesText(const UsualNodes& usual) {
  std::map<std::string, std::set<std::string>> values;
  for (const UsualNode& node : usual.nodes) {
    for (const auto& [key, value] : node.labels) values[key].insert(value);
  }
  std::vector<std::string> labels;
  for (const auto& [key, texts] : values) labels.push_back(LabelText(key, texts));
  const size_t count = usual.nodes.size();
  return PrintableText(absl::StrCat(count, count == 1 ? " node is" : " nodes are",
                                    " made for what the set asks for, because the scenario names none: ",
                                    count == 0 ? "" : absl::StrCat(usual.nodes.front().name, count == 1 ? "" : " to "),
                                    count < 2 ? "" : usual.nodes.back().name, count == 0 ? "" : ", ",
                                    absl::StrJoin(usual.allocatable, ", ", absl::PairFormatter(" ")), " each",
                                    labels.empty()       ? ""
                                    : labels.size() == 1 ? ", with the label "
                                                         : ", with the labels ",
                                    absl::StrJoin(labels, ", ")));
}

}  // namespace lws::internal
