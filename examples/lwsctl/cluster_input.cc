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
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/object_shape.h"
#include "lws/api/field_status.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/near_word.h"
#include "lws/api/object_kind.h"
#include "lws/api/observed.h"
#include "lws/api/printable_text.h"
#include "lws/api/well_known.h"
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
    if (lws::ObjectKindOf(document) != kind) continue;
    absl::Status status = CheckObjectShape(document);
    // The topology tells of a node that comes twice.
    if (status.ok() && kind != lws::ObjectKind::kNode) status = known.Add(WithNamespace(document));
    if (!status.ok()) return file.Locate(object, status);
    found.push_back(std::make_shared<const lws::Json>(std::move(document)));
  }
  if (found.empty() && !file.objects.empty()) {
    return absl::NotFoundError(absl::StrCat(file.name, ": holds no ", name));
  }
  if (found.empty()) std::cerr << file.name << ": warning: holds no " << name << "\n";
  return found;
}

// InvalidArgument for a level that no node has: it is misspelt, and a topology without it would be another one. It is
// only warned of nodes without any label, and of host names, which every kubelet sets and nodes written by hand often
// lack.
absl::Status CheckLabelsOfLevels(const std::string& file, const std::vector<lws::TopologyNode>& nodes,
                                 const std::vector<std::string>& levels) {
  std::set<std::string> labels;
  for (const lws::TopologyNode& node : nodes) {
    for (const auto& [label, value] : node.facts.labels) labels.insert(label);
  }
  for (const std::string& level : levels) {
    if (labels.count(level) > 0 || nodes.empty()) continue;
    const std::string text = absl::StrCat("no node has the label \"", lws::PrintableText(level), "\" of --levels");
    if (!labels.empty() && level != lws::kHostnameLabel) {
      return absl::InvalidArgumentError(
          absl::StrCat(file, ": ", text, lws::internal::DidYouMean(level, {labels.begin(), labels.end()})));
    }
    std::cerr << file << ": warning: " << text << "\n";
  }
  return absl::OkStatus();
}

void WarnOfPods(const std::string& file, const std::vector<std::string>& pods, const std::string& what) {
  if (pods.empty()) return;
  std::cerr << file << ": warning: " << pods.size() << (pods.size() == 1 ? " pod " : " pods ") << what << ": "
            << lws::PrintableText(pods.front()) << (pods.size() > 1 ? ", ..." : "") << "\n";
}

// "nodes.yaml, more.yaml"
template <typename File>
std::string NamesOfFiles(const std::vector<File>& files) {
  return absl::StrJoin(files, ", ", [](std::string* out, const File& file) { absl::StrAppend(out, file.name); });
}

// The status with the line of the object that it is about: in the first file that has such an object.
absl::Status LocateInFiles(const std::vector<InputFile>& files, const absl::Status& status) {
  for (const InputFile& file : files) {
    if (file.ObjectOf(status) != nullptr) return file.Locate(status);
  }
  return lws::StatusWithPrefix(NamesOfFiles(files), status);
}

// The nodes of the files of --nodes.
struct NodeFiles {
  struct File {
    std::string name;
    std::string text;
  };
  std::vector<File> files;
  // In the topology, without those that are gone.
  std::vector<lws::TopologyNode> nodes;
  std::set<std::string> gone;

  // As LocateInFiles. Only then are the objects of the files parsed.
  absl::Status Locate(const absl::Status& status) const {
    std::vector<InputFile> parsed;
    for (const File& file : files) {
      absl::StatusOr<InputFile> objects = ParseObjects(file.name, file.text);
      if (!objects.ok()) return objects.status();
      parsed.push_back(*std::move(objects));
    }
    return LocateInFiles(parsed, status);
  }
};

// The pods of the files of --pods, in the order of the files.
struct PodFiles {
  std::vector<InputFile> files;
  std::vector<lws::SharedJson> pods;
};

// Warns of pods whose room is another than it seems: those on nodes that are not given, and those that end.
void WarnOfUnusualPods(const NodeFiles& node_files, const lws::Topology& topology, const PodFiles& pod_files) {
  std::vector<std::string> elsewhere;
  std::vector<std::string> ending;
  for (const lws::SharedJson& pod : pod_files.pods) {
    lws::internal::JsonReader reader(*pod);
    const std::string name = reader.Text({"metadata", "name"});
    const std::string node = reader.Text({"spec", "nodeName"});
    const bool is_finished = lws::IsFinishedPhase(lws::ReadPodPhase(reader.Text({"status", "phase"})));
    if (node.empty() || is_finished) continue;
    const bool is_known = topology.FindNode(node).has_value() || node_files.gone.count(node) > 0;
    if (!is_known) elsewhere.push_back(absl::StrCat(name, " on ", node));
    if (reader.Find({"metadata", "deletionTimestamp"}) != nullptr) ending.push_back(absl::StrCat(name, " on ", node));
  }
  const char* const verb = node_files.files.size() == 1 ? " does not hold" : " do not hold";
  WarnOfPods(NamesOfFiles(pod_files.files), elsewhere,
             absl::StrCat("on nodes that ", NamesOfFiles(node_files.files), verb));
  WarnOfPods(NamesOfFiles(pod_files.files), ending, "being deleted, whose room counts as taken");
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
absl::StatusOr<std::vector<lws::TopologyNode>> ReadAllNodes(const NodeFiles::File& file) {
  std::optional<std::vector<lws::TopologyNode>> listed = lws::ReadNodeList(file.text);
  if (listed.has_value()) {
    if (listed->empty()) std::cerr << file.name << ": warning: holds no Node\n";
    return *std::move(listed);
  }
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

// Sorts a file's nodes into those of the topology and those that are gone. Marks the words of `gone` that name some.
void AddNodes(std::vector<lws::TopologyNode> nodes, const std::vector<std::string>& levels,
              const std::vector<std::string>& gone, std::vector<bool>* names_some, NodeFiles* files) {
  if (files->nodes.empty() && gone.empty()) {
    files->nodes = std::move(nodes);
    return;
  }
  for (lws::TopologyNode& node : nodes) {
    bool is_gone = false;
    for (size_t i = 0; i < gone.size(); ++i) {
      if (!IsNamed(node.facts, levels, gone[i])) continue;
      is_gone = true;
      (*names_some)[i] = true;
    }
    if (is_gone) {
      files->gone.insert(node.facts.name);
    } else {
      files->nodes.push_back(std::move(node));
    }
  }
}

absl::StatusOr<NodeFiles> ReadNodes(const std::vector<std::string>& paths, const std::vector<std::string>& levels,
                                    const ClusterQuestion& question) {
  NodeFiles files;
  std::vector<bool> names_some(question.gone.size());
  for (const std::string& path : paths) {
    absl::StatusOr<std::string> text = ReadFile(path);
    if (!text.ok()) return text.status();
    files.files.push_back({path == "-" ? "standard input" : path, *std::move(text)});
    absl::StatusOr<std::vector<lws::TopologyNode>> nodes = ReadAllNodes(files.files.back());
    if (!nodes.ok()) return nodes.status();
    AddNodes(*std::move(nodes), levels, question.gone, &names_some, &files);
  }
  for (size_t i = 0; i < question.gone.size(); ++i) {
    if (names_some[i]) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("\"", question.gone[i], "\" is neither a node nor a domain of the levels"));
  }
  for (const std::string& like : question.like) {
    if (files.gone.count(like) == 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--add: ", like, " is one of the nodes that --without takes away; name another one like it"));
  }
  return files;
}

absl::StatusOr<PodFiles> ReadPods(const std::vector<std::string>& paths) {
  PodFiles files;
  for (const std::string& path : paths) {
    absl::StatusOr<InputFile> file = ReadObjects(path);
    if (!file.ok()) return file.status();
    absl::StatusOr<std::vector<lws::SharedJson>> pods = OnlyOfKind(*file, lws::ObjectKind::kPod, "Pod");
    if (!pods.ok()) return pods.status();
    files.pods.insert(files.pods.end(), pods->begin(), pods->end());
    files.files.push_back(*std::move(file));
  }
  return files;
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

std::vector<std::string> LevelsOf(const Arguments& arguments) {
  return absl::StrSplit(arguments.Flag("--levels", ""), ',', absl::SkipEmpty());
}

absl::Status CheckLevel(absl::string_view flag, const std::string& level, const std::vector<std::string>& levels) {
  if (std::find(levels.begin(), levels.end(), level) != levels.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": \"", level, "\" is not one of --levels ", absl::StrJoin(levels, ",")));
}

// Checks that the levels which flags name are among those of --levels.
absl::Status CheckLevels(const Arguments& arguments) {
  const std::vector<std::string> levels = LevelsOf(arguments);
  const auto place_of = [&](const char* flag) {
    return std::find(levels.begin(), levels.end(), arguments.Flag(flag, ""));
  };
  for (const char* flag :
       {"--required", "--preferred", "--subgroup", "--exclusive", "--spread", "--together", "--empty"}) {
    const std::string level = arguments.Flag(flag, "");
    absl::Status status = level.empty() ? absl::OkStatus() : CheckLevel(flag, level, levels);
    if (!status.ok()) return status;
  }
  const bool has_both = !arguments.Flag("--required", "").empty() && !arguments.Flag("--preferred", "").empty();
  if (!has_both || place_of("--required") <= place_of("--preferred")) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--preferred: \"", arguments.Flag("--preferred", ""),
                                                 "\" is wider than \"", arguments.Flag("--required", ""),
                                                 "\" of --required, so all pods are in one domain of it already"));
}

// Checks the layers of --subgroups here, so that errors name the flag. Whether they divide a group is checked with each
// request.
absl::Status CheckLayers(const std::vector<lws::SubgroupLayer>& layers, const std::vector<std::string>& levels) {
  for (size_t i = 0; i < layers.size(); ++i) {
    absl::Status status = CheckLevel("--subgroups", layers[i].level, levels);
    if (!status.ok()) return status;
    if (layers[i].size < 1 || (i > 0 && layers[i - 1].size % layers[i].size != 0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--subgroups: subgroups of ", layers[i].size, " pods do not divide ",
                       i > 0 ? absl::StrCat("those of ", layers[i - 1].size, " around them") : "a group"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

const char kClusterHelp[] =
    "  --nodes NODES      the nodes, as kubectl get nodes -o yaml writes them; may be repeated\n"
    "  --levels KEYS      the node labels of the topology, widest level first; a node that lacks one takes only pods\n"
    "                     without a constraint at that level\n"
    "  --pods PODS        the pods of the cluster: those that have a node and are not finished use it; the set's own\n"
    "                     pods stay where they are; may be repeated\n"
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
  absl::Status status = CheckLevels(arguments);
  if (!status.ok()) return status;
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
    status = CheckLayers(*layers, LevelsOf(arguments));
    if (!status.ok()) return status;
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

absl::StatusOr<std::vector<std::string>> ReadNames(const Arguments& arguments, const std::string& flag) {
  if (arguments.flags.count(flag) == 0) return std::vector<std::string>();
  std::vector<std::string> names = absl::StrSplit(arguments.Flag(flag, ""), ',');
  if (std::find(names.begin(), names.end(), "") == names.end()) return names;
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": \"", arguments.Flag(flag, ""), "\" has a name that is empty"));
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
    lws::TakeAwayPods(victim, cluster->capacity.get());
    described.push_back(absl::StrCat(victim.id.namespace_name, "/", victim.id.set_name, "-", victim.id.index,
                                     " (priority ", victim.priority, ", ", victim.pods.size(),
                                     victim.pods.size() == 1 ? " pod)" : " pods)"));
  }
  for (size_t i = victims.size(); i-- > 0;) {
    cluster->groups.erase(cluster->groups.begin() + static_cast<std::ptrdiff_t>(victims[i]));
  }
  return described;
}

std::string AfterVictims(const std::vector<std::string>& victims, bool are_bounded) {
  const bool is_one = victims.size() == 1;
  const char* const bound = !are_bounded ? "" : is_one ? ", or a smaller one" : ", or fewer";
  return absl::StrCat(is_one ? "after this one is gone" : "after these are gone", bound, ": ",
                      absl::StrJoin(victims, ", "));
}

void KeepSize(const lws::GroupId& id, const lws::GroupRequest& request, ClusterInput* cluster) {
  lws::RunningPods* const running = FindRunning(id, cluster);
  if (running == nullptr) return;
  lws::KeepRanksOfGroup(request.Pods(), running, cluster->capacity.get());
}

absl::StatusOr<ClusterInput> ReadCluster(const Arguments& arguments, const ClusterQuestion& question) {
  const absl::StatusOr<std::vector<std::string>> levels = ReadNames(arguments, "--levels");
  if (!levels.ok()) return levels.status();
  absl::StatusOr<NodeFiles> nodes = ReadNodes(arguments.All("--nodes"), *levels, question);
  if (!nodes.ok()) return nodes.status();
  absl::Status status = CheckLabelsOfLevels(NamesOfFiles(nodes->files), nodes->nodes, *levels);
  if (!status.ok()) return status;
  const absl::StatusOr<std::shared_ptr<const lws::Topology>> topology =
      lws::Topology::Create(std::move(nodes->nodes), *levels);
  if (!topology.ok()) return nodes->Locate(topology.status());
  ClusterInput cluster;
  cluster.capacity = std::make_unique<lws::Capacity>(*topology);
  if (arguments.flags.count("--pods") == 0) return cluster;
  const absl::StatusOr<PodFiles> pods = ReadPods(arguments.All("--pods"));
  if (!pods.ok()) return pods.status();
  absl::StatusOr<std::map<lws::GroupId, lws::RunningGroup>> running = lws::NodesOfRunningGroups(pods->pods);
  if (!running.ok()) return LocateInFiles(pods->files, running.status());
  cluster.running = *std::move(running);
  WarnOfUnusualPods(*nodes, **topology, *pods);
  absl::StatusOr<std::vector<lws::RunningPods>> groups = lws::UseRunningGroups(pods->pods, cluster.capacity.get());
  if (!groups.ok()) return LocateInFiles(pods->files, groups.status());
  cluster.groups = *std::move(groups);
  for (const std::string& like : question.like) {
    absl::StatusOr<std::vector<lws::PodShape>> daemons = lws::DaemonSetPodsOn(like, pods->pods);
    if (!daemons.ok()) return LocateInFiles(pods->files, daemons.status());
    cluster.daemons[like] = *std::move(daemons);
  }
  if (!question.asks_for_users) return cluster;
  absl::StatusOr<std::vector<lws::PodOnNode>> users = lws::PodsThatUseNodes(**topology, pods->pods);
  if (!users.ok()) return LocateInFiles(pods->files, users.status());
  cluster.users = *std::move(users);
  return cluster;
}

}  // namespace lwsctl
