#include "examples/lwsctl/cluster_input.h"

#include <algorithm>
#include <iostream>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/object_shape.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/object_kind.h"
#include "lws/api/observed.h"
#include "lws/api/printable_text.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/node_list.h"
#include "lws/rollout/budget.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

// The objects of one kind in a file, which are what the file is for. A file without any objects is one of an empty
// cluster.
absl::StatusOr<std::vector<lws::SharedJson>> OnlyOfKind(const InputFile& file, lws::ObjectKind kind, const char* name) {
  std::vector<lws::SharedJson> found;
  KnownObjects known;
  for (const lws::ManifestObject& object : file.objects) {
    lws::Json document = object.object.Unpack();
    if (lws::KindOf(document) != kind) continue;
    absl::Status status = CheckObjectShape(document);
    // The topology tells of a node that comes twice.
    if (status.ok() && kind != lws::ObjectKind::kNode) status = known.Add(WithNamespace(document));
    if (!status.ok()) return file.Locate(object, status);
    found.push_back(std::make_shared<const lws::Json>(std::move(document)));
  }
  if (found.empty() && !file.objects.empty()) {
    return absl::NotFoundError(absl::StrCat(file.name, ": holds no ", name));
  }
  return found;
}

// Warns of levels that are misspelt, or whose label the nodes lack.
void WarnOfLevels(const std::string& file, const std::vector<lws::TopologyNode>& nodes,
                  const std::vector<std::string>& levels) {
  for (const std::string& level : levels) {
    const bool is_any = std::any_of(nodes.begin(), nodes.end(), [&level](const lws::TopologyNode& node) {
      return node.facts.labels.count(level) > 0;
    });
    if (is_any || nodes.empty()) continue;
    std::cerr << file << ": warning: no node has the label \"" << lws::PrintableText(level) << "\" of --levels\n";
  }
}

void WarnOfPods(const InputFile& file, const std::vector<std::string>& pods, const std::string& what) {
  if (pods.empty()) return;
  std::cerr << file.name << ": warning: " << pods.size() << (pods.size() == 1 ? " pod " : " pods ") << what << ": "
            << lws::PrintableText(pods.front()) << (pods.size() > 1 ? ", ..." : "") << "\n";
}

// The nodes of a file.
struct NodeFile {
  std::string name;
  std::string text;
  // In the topology, without those that are gone.
  std::vector<lws::TopologyNode> nodes;
  std::set<std::string> gone;

  // The status with the line of the object that it is about.
  absl::Status Locate(const absl::Status& status) const {
    const absl::StatusOr<InputFile> file = ParseObjects(name, text);
    return file.ok() ? file->Locate(status) : file.status();
  }
};

// Warns of pods whose room is another than it seems: those on nodes that are not given, and those that end.
void WarnOfUnusualPods(const NodeFile& node_file, const lws::Topology& topology, const InputFile& pod_file,
                       const std::vector<lws::SharedJson>& pods) {
  std::vector<std::string> elsewhere;
  std::vector<std::string> ending;
  for (const lws::SharedJson& pod : pods) {
    lws::internal::JsonReader reader(*pod);
    const std::string name = reader.Text({"metadata", "name"});
    const std::string node = reader.Text({"spec", "nodeName"});
    const bool is_finished = lws::IsFinished(lws::ReadPodPhase(reader.Text({"status", "phase"})));
    if (node.empty() || is_finished) continue;
    const bool is_known = topology.FindNode(node).has_value() || node_file.gone.count(node) > 0;
    if (!is_known) elsewhere.push_back(absl::StrCat(name, " on ", node));
    if (reader.Find({"metadata", "deletionTimestamp"}) != nullptr) ending.push_back(absl::StrCat(name, " on ", node));
  }
  WarnOfPods(pod_file, elsewhere, absl::StrCat("on nodes that ", node_file.name, " does not hold"));
  WarnOfPods(pod_file, ending, "being deleted, whose room counts as taken");
}

// Whether the word names the node, or a domain that it is in.
bool IsNamed(const lws::NodeFacts& node, const std::vector<std::string>& levels, const std::string& word) {
  if (node.name == word) return true;
  std::string path;
  for (const std::string& level : levels) {
    const auto found = node.labels.find(level);
    if (found == node.labels.end()) continue;
    absl::StrAppend(&path, path.empty() ? "" : "/", found->second);
    if (path == word) return true;
  }
  return false;
}

// All nodes of the text: from a list in JSON quickly, else object by object.
absl::StatusOr<std::vector<lws::TopologyNode>> ReadAllNodes(const NodeFile& file) {
  std::optional<std::vector<lws::TopologyNode>> listed = lws::ReadNodeList(file.text);
  if (listed.has_value()) return *std::move(listed);
  const absl::StatusOr<InputFile> input = ParseObjects(file.name, file.text);
  if (!input.ok()) return input.status();
  const absl::StatusOr<std::vector<lws::SharedJson>> documents = OnlyOfKind(*input, lws::ObjectKind::kNode, "Node");
  if (!documents.ok()) return documents.status();
  std::vector<lws::TopologyNode> nodes;
  for (const lws::SharedJson& document : *documents) {
    absl::StatusOr<lws::TopologyNode> node = lws::ReadTopologyNode(*document);
    if (!node.ok()) return input->Locate(node.status());
    nodes.push_back(*std::move(node));
  }
  return nodes;
}

absl::StatusOr<NodeFile> ReadNodes(const std::string& path, const std::vector<std::string>& levels,
                                   const std::vector<std::string>& gone) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  NodeFile file;
  file.name = path == "-" ? "standard input" : path;
  file.text = *std::move(text);
  absl::StatusOr<std::vector<lws::TopologyNode>> nodes = ReadAllNodes(file);
  if (!nodes.ok()) return nodes.status();
  std::vector<bool> names_some(gone.size());
  for (lws::TopologyNode& node : *nodes) {
    bool is_gone = false;
    for (size_t i = 0; i < gone.size(); ++i) {
      if (!IsNamed(node.facts, levels, gone[i])) continue;
      is_gone = true;
      names_some[i] = true;
    }
    if (is_gone) {
      file.gone.insert(node.facts.name);
    } else {
      file.nodes.push_back(std::move(node));
    }
  }
  for (size_t i = 0; i < gone.size(); ++i) {
    if (names_some[i]) continue;
    return absl::InvalidArgumentError(absl::StrCat("\"", gone[i], "\" is neither a node nor a domain of the levels"));
  }
  return file;
}

// "SIZE=KEY,SIZE=KEY", the widest layer first.
absl::StatusOr<std::vector<lws::SubgroupLayer>> ReadLayers(const std::string& text) {
  std::vector<lws::SubgroupLayer> layers;
  for (const std::string& part : std::vector<std::string>(absl::StrSplit(text, ','))) {
    lws::SubgroupLayer layer;
    const size_t equals = part.find('=');
    if (equals == std::string::npos || !absl::SimpleAtoi(part.substr(0, equals), &layer.size)) {
      return absl::InvalidArgumentError(absl::StrCat("--subgroups: \"", part, "\" is not SIZE=KEY"));
    }
    layer.level = part.substr(equals + 1);
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace

const char kClusterHelp[] =
    "  --nodes NODES      the nodes, as kubectl get nodes -o yaml writes them\n"
    "  --levels KEYS      the node labels of the topology, widest level first; a node that lacks one takes only pods\n"
    "                     without a constraint at that level\n"
    "  --pods PODS        the pods of the cluster: those that have a node and are not finished use it; the set's own\n"
    "                     pods stay where they are\n"
    "  --required KEY     all pods of a group in one domain of this level\n"
    "  --preferred KEY    the same if there is room, else in one domain of the next wider level, and so on; with\n"
    "                     --required up to that level\n"
    "  --subgroup KEY     each subgroup of the set's subGroupPolicy in one domain of this level\n"
    "  --subgroups LAYERS SIZE=KEY,...: in place of the set's subgroups, up to three layers, the widest first\n"
    "  --exclusive KEY    each group in a domain of this level that no other exclusive group of the namespace uses;\n"
    "                     the set's exclusive-topology annotation means the same\n"
    "  --profile P        best-fit: the fewest domains, the tightest last; least-free: the smallest that suffice;\n"
    "                     balanced: the fewest domains, evenly\n"
    "Without --required, --preferred and --subgroup, Kueue's topology annotations of the pod templates are followed.\n"
    "Required affinity to pods, spread constraints and host ports are respected. Constraints that were not checked,\n"
    "such as resource claims, are named; the place is then not certain.\n";

absl::StatusOr<lws::SetPlacement> ReadSetPlacement(const Arguments& arguments) {
  lws::SetPlacement placement;
  const std::string required = arguments.Flag("--required", "");
  const std::string preferred = arguments.Flag("--preferred", "");
  if (!required.empty() || !preferred.empty()) {
    placement.closeness = required.empty() ? lws::Closeness::kPreferred : lws::Closeness::kRequired;
    placement.level = required.empty() ? preferred : required;
    if (!required.empty()) placement.preferred_within = preferred;
  }
  if (arguments.flags.count("--subgroups") > 0) {
    absl::StatusOr<std::vector<lws::SubgroupLayer>> layers = ReadLayers(arguments.Flag("--subgroups", ""));
    if (!layers.ok()) return layers.status();
    if (arguments.flags.count("--subgroup") > 0) {
      return absl::InvalidArgumentError("--subgroup and --subgroups exclude each other");
    }
    placement.layers = *std::move(layers);
  }
  if (arguments.flags.count("--subgroup") > 0) placement.subgroup_level = arguments.Flag("--subgroup", "");
  if (arguments.flags.count("--exclusive") > 0) placement.exclusive_level = arguments.Flag("--exclusive", "");
  const std::map<std::string, lws::PlacementProfile> profiles = {
      {"best-fit", lws::PlacementProfile::kBestFit},
      {"least-free", lws::PlacementProfile::kLeastFree},
      {"balanced", lws::PlacementProfile::kBalanced},
  };
  const auto profile = profiles.find(arguments.Flag("--profile", "best-fit"));
  if (profile == profiles.end()) {
    return absl::InvalidArgumentError(absl::StrCat("--profile: \"", arguments.Flag("--profile", ""), "\" is unknown"));
  }
  placement.profile = profile->second;
  placement.keeps_empty = arguments.flags.count("--keep-empty") > 0;
  return placement;
}

absl::StatusOr<int> ReadCount(const Arguments& arguments, const std::string& flag) {
  int count = 0;
  if (!absl::SimpleAtoi(arguments.Flag(flag, ""), &count) || count < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": \"", arguments.Flag(flag, ""), "\" is not a number of groups"));
  }
  return count;
}

absl::StatusOr<int> SurgeOf(const lws::LeaderWorkerSet& set) {
  const lws::RollingUpdateConfiguration& update = set.spec().rollout_strategy().rolling_update_configuration();
  const absl::StatusOr<lws::RolloutBudget> budget = lws::ScaleBudget(
      set.spec().replicas(), lws::ToIntOrPercent(update.max_surge()), lws::ToIntOrPercent(update.max_unavailable()));
  if (!budget.ok()) return budget.status();
  return budget->surge;
}

absl::StatusOr<int> GroupsOf(const lws::LeaderWorkerSet& set, const Arguments& arguments) {
  const int replicas = set.spec().replicas();
  if (arguments.flags.count("--more") == 0) return replicas;
  const bool is_surge = arguments.Flag("--more", "") == "surge";
  const absl::StatusOr<int> more = is_surge ? SurgeOf(set) : ReadCount(arguments, "--more");
  if (!more.ok()) return more.status();
  if (*more > std::numeric_limits<int>::max() - replicas) {
    return absl::InvalidArgumentError(
        absl::StrCat("--more: ", *more, " groups more than ", replicas, " are more than can be counted"));
  }
  return replicas + *more;
}

std::vector<std::optional<int32_t>> RunningNodes(const ClusterInput& cluster, const lws::GroupId& id,
                                                 const lws::GroupRequest& request) {
  const auto group = cluster.running.find(id);
  if (group == cluster.running.end()) return {};
  std::vector<std::optional<int32_t>> nodes(request.Pods());
  for (const auto& [rank, name] : group->second) {
    if (rank < 0 || rank >= static_cast<int64_t>(nodes.size())) continue;
    nodes[static_cast<size_t>(rank)] = cluster.capacity->topology().FindNode(name);
  }
  const bool any_runs = std::any_of(nodes.begin(), nodes.end(), [](const auto& node) { return node.has_value(); });
  return any_runs ? nodes : std::vector<std::optional<int32_t>>();
}

lws::RunningPods* FindRunning(const lws::GroupId& id, ClusterInput* cluster) {
  const auto found =
      std::lower_bound(cluster->groups.begin(), cluster->groups.end(), id,
                       [](const lws::RunningPods& group, const lws::GroupId& wanted) { return group.id < wanted; });
  return found == cluster->groups.end() || id < found->id ? nullptr : &*found;
}

std::vector<std::string> NodeNames(const lws::Topology& topology, const lws::Assignment& assignment) {
  std::vector<std::string> names;
  for (const int32_t node : assignment.NodesByRank()) names.push_back(topology.Node(node).facts.name);
  return names;
}

std::vector<std::string> TakeVictims(const std::vector<size_t>& victims, ClusterInput* cluster) {
  std::vector<std::string> described;
  for (const size_t i : victims) {
    const lws::RunningPods& victim = cluster->groups[i];
    lws::TakeAway(victim, cluster->capacity.get());
    described.push_back(absl::StrCat(victim.id.namespace_name, "/", victim.id.set_name, "-", victim.id.index,
                                     " (priority ", victim.priority, ", ", victim.pods.size(),
                                     victim.pods.size() == 1 ? " pod)" : " pods)"));
  }
  for (size_t i = victims.size(); i-- > 0;) {
    cluster->groups.erase(cluster->groups.begin() + static_cast<std::ptrdiff_t>(victims[i]));
  }
  return described;
}

void KeepSize(const lws::GroupId& id, const lws::GroupRequest& request, ClusterInput* cluster) {
  lws::RunningPods* const running = FindRunning(id, cluster);
  if (running == nullptr) return;
  lws::KeepRanks(request.Pods(), running, cluster->capacity.get());
}

absl::StatusOr<ClusterInput> ReadCluster(const Arguments& arguments, const ClusterQuestion& question) {
  const std::vector<std::string> levels = absl::StrSplit(arguments.Flag("--levels", ""), ',', absl::SkipEmpty());
  absl::StatusOr<NodeFile> nodes = ReadNodes(arguments.Flag("--nodes", ""), levels, question.gone);
  if (!nodes.ok()) return nodes.status();
  WarnOfLevels(nodes->name, nodes->nodes, levels);
  const absl::StatusOr<std::shared_ptr<const lws::Topology>> topology =
      lws::Topology::Create(std::move(nodes->nodes), levels);
  if (!topology.ok()) return nodes->Locate(topology.status());
  ClusterInput cluster;
  cluster.capacity = std::make_unique<lws::Capacity>(*topology);
  if (arguments.flags.count("--pods") == 0) return cluster;
  const absl::StatusOr<InputFile> pod_file = ReadObjects(arguments.Flag("--pods", ""));
  if (!pod_file.ok()) return pod_file.status();
  const absl::StatusOr<std::vector<lws::SharedJson>> pods = OnlyOfKind(*pod_file, lws::ObjectKind::kPod, "Pod");
  if (!pods.ok()) return pods.status();
  absl::StatusOr<std::map<lws::GroupId, lws::RunningGroup>> running = lws::NodesOfRunningGroups(*pods);
  if (!running.ok()) return pod_file->Locate(running.status());
  cluster.running = *std::move(running);
  WarnOfUnusualPods(*nodes, **topology, *pod_file, *pods);
  absl::StatusOr<std::vector<lws::RunningPods>> groups = lws::UseRunningGroups(*pods, cluster.capacity.get());
  if (!groups.ok()) return pod_file->Locate(groups.status());
  cluster.groups = *std::move(groups);
  if (question.like.empty()) return cluster;
  absl::StatusOr<std::vector<lws::PodShape>> daemons = lws::DaemonsOn(question.like, *pods);
  if (!daemons.ok()) return pod_file->Locate(daemons.status());
  cluster.daemons = *std::move(daemons);
  return cluster;
}

}  // namespace lwsctl
