#include "lws/placement/search/placement_problem.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace lws::internal {
namespace {

absl::StatusOr<int> ReadLevel(const Topology& topology, const char* field, const std::string& key) {
  const std::optional<int> level = topology.LevelOf(key);
  if (level.has_value()) return *level;
  return absl::InvalidArgumentError(absl::StrCat(field, ": \"", key, "\" is no level of the topology"));
}

// The exclusion of the node by the filter, or by a missing label of one of the `levels`.
NodeExclusion Exclusion(const Topology& topology, const NodeFilter& filter, const std::vector<int>& levels,
                        int32_t node) {
  const NodeExclusion exclusion = filter.Check(topology.Node(node).facts);
  if (exclusion != NodeExclusion::kNone) return exclusion;
  const bool has_labels = std::all_of(levels.begin(), levels.end(), [&](int level) {
    return topology.IsLabelled(level, topology.DomainOf(level, node));
  });
  return has_labels ? NodeExclusion::kNone : NodeExclusion::kMissingLabel;
}

// `levels` are those to which the request's constraints refer.
absl::StatusOr<ShapeOnTopology> ReadShape(const Topology& topology, const char* field, const PodShape& pod,
                                          const std::vector<int>& levels) {
  ShapeOnTopology shape;
  const std::vector<std::string>& resources = topology.resources();
  shape.takes.emplace_back(0, 1);
  for (const auto& [name, amount] : pod.amounts) {
    if (amount < 0) {
      return absl::InvalidArgumentError(absl::StrCat(field, ".amounts: ", name, ": ", amount, " is negative"));
    }
    const auto found = std::find(resources.begin(), resources.end(), name);
    if (amount == 0 || found == resources.begin()) continue;
    if (found == resources.end() || amount == kBeyondAmounts) {
      shape.never_offered.push_back(name);
    } else {
      shape.takes.emplace_back(static_cast<int32_t>(found - resources.begin()), amount);
    }
  }
  shape.by_class = topology.IsDecidedByClass(pod.filter);
  if (!shape.by_class) {
    for (int32_t node = 0; node < topology.NodeCount(); ++node) {
      shape.exclusions.push_back(Exclusion(topology, pod.filter, levels, node));
    }
    return shape;
  }
  shape.exclusions.resize(topology.ClassCount());
  for (int32_t cls = 0; cls < topology.ClassCount(); ++cls) {
    shape.exclusions[cls] = Exclusion(topology, pod.filter, levels, topology.FirstOfClass(cls));
  }
  return shape;
}

// Sorts the layers for the search: smaller subgroups within larger ones, and for equal sizes the narrower level within
// the wider.
absl::StatusOr<std::vector<LayerOnTopology>> SortedLayers(const GroupRequest& request, const Topology& topology) {
  std::vector<LayerOnTopology> layers;
  for (const SubgroupLayer& layer : request.subgroups) {
    const absl::StatusOr<int> level = ReadLevel(topology, "subgroups.level", layer.level);
    if (!level.ok()) return level.status();
    layers.push_back({*level, layer.size, layer.size, 0, layer.exclusive});
  }
  std::stable_sort(layers.begin(), layers.end(), [](const LayerOnTopology& a, const LayerOnTopology& b) {
    return std::make_pair(-a.size, a.level) < std::make_pair(-b.size, b.level);
  });
  return layers;
}

// What a layer's size should divide but does not: the size of the layer around it, or for the widest layer the pods of
// the group.
std::string Undivided(const GroupRequest& request, bool is_widest, int64_t pods) {
  if (!is_widest || !request.leader.has_value()) return absl::StrCat(pods);
  switch (request.subgroup_leader) {
    case SubgroupLeader::kMember:
      break;
    case SubgroupLeader::kExtra:
      return absl::StrCat("the ", pods + 1, " pods of the group, nor the ", pods, " besides the leader");
    case SubgroupLeader::kOutside:
      return absl::StrCat("the ", pods, " pods besides the leader");
  }
  return absl::StrCat(pods);
}

absl::Status ReadLayers(const GroupRequest& request, const Topology& topology, PlacementProblem* problem) {
  if (request.subgroups.size() > kMaxSubgroupLayers) {
    return absl::InvalidArgumentError(absl::StrCat("subgroups: more than ", kMaxSubgroupLayers, " layers"));
  }
  absl::StatusOr<std::vector<LayerOnTopology>> layers = SortedLayers(request, topology);
  if (!layers.ok()) return layers.status();
  const bool counts_leader = request.leader.has_value() && request.subgroup_leader == SubgroupLeader::kMember;
  const int64_t members = request.workers + counts_leader;
  if (members == 0) return absl::OkStatus();
  int64_t wider_size = members;
  int wider_level = 0;
  for (LayerOnTopology& layer : *layers) {
    if (layer.level < wider_level) return absl::InvalidArgumentError("subgroups.level: wider than the layer around it");
    if (layer.size < 1 || wider_size % layer.size != 0) {
      return absl::InvalidArgumentError(absl::StrCat("subgroups.size: ", layer.size, " does not divide ",
                                                     Undivided(request, problem->layers.empty(), wider_size)));
    }
    layer.units = members / layer.size;
    if (!problem->layers.empty()) problem->layers.front().ratio = wider_size / layer.size;
    problem->layers.insert(problem->layers.begin(), layer);
    wider_size = layer.size;
    wider_level = layer.level;
  }
  return absl::OkStatus();
}

// Reads the shapes of both kinds of pods. Levels and layers must be known already.
absl::Status ReadShapes(const GroupRequest& request, PlacementProblem* problem) {
  std::vector<int> levels = problem->exclusive_levels;
  if (request.closeness == Closeness::kRequired) levels.push_back(problem->level);
  std::vector<int> subgroup_levels = levels;
  for (const LayerOnTopology& layer : problem->layers) subgroup_levels.push_back(layer.level);
  absl::StatusOr<ShapeOnTopology> worker = ReadShape(*problem->topology, "worker", request.worker, subgroup_levels);
  if (!worker.ok()) return worker.status();
  problem->worker = *std::move(worker);
  if (!problem->has_leader) return absl::OkStatus();
  const bool is_outside = request.subgroup_leader == SubgroupLeader::kOutside;
  absl::StatusOr<ShapeOnTopology> leader =
      ReadShape(*problem->topology, "leader", *request.leader, is_outside ? levels : subgroup_levels);
  if (!leader.ok()) return leader.status();
  problem->leader = *std::move(leader);
  return absl::OkStatus();
}

absl::Status ReadCloseness(const GroupRequest& request, const Topology& topology, PlacementProblem* problem) {
  if (request.closeness != Closeness::kUnconstrained) {
    const absl::StatusOr<int> level = ReadLevel(topology, "level", request.level);
    if (!level.ok()) return level.status();
    problem->level = *level;
    problem->preferred_level = *level;
  }
  if (!request.preferred_within.empty()) {
    const absl::StatusOr<int> level = ReadLevel(topology, "preferred_within", request.preferred_within);
    if (!level.ok()) return level.status();
    if (request.closeness != Closeness::kRequired || *level < problem->level) {
      return absl::InvalidArgumentError("preferred_within: needs a required level that is not narrower");
    }
    problem->preferred_level = *level;
  }
  for (const std::string& key : request.exclusive_levels) {
    const absl::StatusOr<int> level = ReadLevel(topology, "exclusive_levels", key);
    if (!level.ok()) return level.status();
    problem->exclusive_levels.push_back(*level);
    problem->exclusive_level = std::max(problem->exclusive_level, *level);
  }
  return absl::OkStatus();
}

void ReadPreferences(const GroupRequest& request, PlacementProblem* problem) {
  const NodeFilter& filter = request.workers > 0 ? request.worker.filter : request.leader->filter;
  if (!filter.HasPreferences()) return;
  for (int32_t node = 0; node < problem->topology->NodeCount(); ++node) {
    problem->preferences.push_back(filter.Preference(problem->topology->Node(node).facts));
  }
}

void JoinTakes(PlacementProblem* problem) {
  std::map<int32_t, Take> by_resource;
  for (const auto& [resource, amount] : problem->worker.takes) by_resource[resource].worker = amount;
  for (const auto& [resource, amount] : problem->leader.takes) by_resource[resource].leader = amount;
  for (auto& [resource, take] : by_resource) {
    take.resource = resource;
    problem->takes.push_back(take);
    if (take.worker > 0) problem->worker_takes.push_back(take);
    if (take.leader > 0) problem->leader_takes.push_back(take);
  }
  std::stable_partition(problem->worker_takes.begin(), problem->worker_takes.end(),
                        [](const Take& take) { return take.worker == 1; });
}

}  // namespace

bool SameShapeOnTopology(const ShapeOnTopology& a, const ShapeOnTopology& b) {
  return a.takes == b.takes && a.never_offered == b.never_offered && a.by_class == b.by_class &&
         a.exclusions == b.exclusions;
}

absl::StatusOr<PlacementProblem> PlacementProblem::Create(const GroupRequest& request, const Topology& topology) {
  PlacementProblem problem;
  problem.topology = &topology;
  problem.request = &request;
  problem.has_leader = request.leader.has_value();
  problem.workers = request.workers;
  if (request.workers < 0 || request.Pods() > kMaxGroupPods) {
    return absl::InvalidArgumentError(absl::StrCat("workers: ", request.workers, " is out of range"));
  }
  if (request.Pods() == 0) return absl::InvalidArgumentError("workers: a group has pods");
  absl::Status status = ReadCloseness(request, topology, &problem);
  if (status.ok()) status = ReadLayers(request, topology, &problem);
  if (status.ok()) status = ReadShapes(request, &problem);
  if (!status.ok()) return status;
  ReadPreferences(request, &problem);
  problem.same_shape = problem.has_leader && SameShapeOnTopology(problem.leader, problem.worker);
  JoinTakes(&problem);
  return problem;
}

const LayerOnTopology* PlacementProblem::LayerAtOrBelow(int at) const {
  const LayerOnTopology* widest = nullptr;
  for (const LayerOnTopology& layer : layers) {
    if (layer.level >= at) widest = &layer;
  }
  return widest;
}

int64_t PlacementProblem::UnitsAt(int at) const {
  const LayerOnTopology* layer = LayerAtOrBelow(at);
  return layer == nullptr ? workers : layer->units;
}

int64_t PlacementProblem::WorkersIn(int at, int64_t units, bool with_leader) const {
  const LayerOnTopology* layer = LayerAtOrBelow(at);
  if (layer == nullptr) return units;
  const bool leader_is_member = with_leader && request->subgroup_leader == SubgroupLeader::kMember;
  return units * layer->size - leader_is_member;
}

int64_t PlacementProblem::LeastWithLeader(int at) const {
  return has_leader && LayerAtOrBelow(at) != nullptr && request->subgroup_leader != SubgroupLeader::kOutside ? 1 : 0;
}

int PlacementProblem::LayersAbove(int at) const {
  return static_cast<int>(
      std::count_if(layers.begin(), layers.end(), [at](const LayerOnTopology& layer) { return layer.level < at; }));
}

}  // namespace lws::internal
