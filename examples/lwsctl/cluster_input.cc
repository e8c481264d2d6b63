#include "examples/lwsctl/cluster_input.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lws/api/json_reader.h"
#include "lws/api/object_kind.h"
#include "lws/api/observed.h"
#include "lws/api/printable_text.h"
#include "lws/api/well_known.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

// The objects of one kind in a file.
std::vector<lws::SharedJson> OfKind(const InputFile& file, lws::ObjectKind kind) {
  std::vector<lws::SharedJson> found;
  for (const lws::ManifestObject& object : file.objects) {
    lws::Json document = object.object.Unpack();
    if (lws::KindOf(document) == kind) found.push_back(std::make_shared<const lws::Json>(std::move(document)));
  }
  return found;
}

// The same, where objects of the kind are what the file is for. A file without any objects is one of an empty cluster.
absl::StatusOr<std::vector<lws::SharedJson>> OnlyOfKind(const InputFile& file, lws::ObjectKind kind, const char* name) {
  std::vector<lws::SharedJson> found = OfKind(file, kind);
  if (found.empty() && !file.objects.empty()) {
    return absl::NotFoundError(absl::StrCat(file.name, ": holds no ", name));
  }
  return found;
}

// Warns of levels that are misspelt, or whose label the nodes lack.
void WarnOfLevels(const InputFile& file, const std::vector<lws::TopologyNode>& nodes,
                  const std::vector<std::string>& levels) {
  for (const std::string& level : levels) {
    const bool is_any = std::any_of(nodes.begin(), nodes.end(), [&level](const lws::TopologyNode& node) {
      return node.facts.labels.count(level) > 0;
    });
    if (is_any || nodes.empty()) continue;
    std::cerr << file.name << ": warning: no node has the label \"" << lws::PrintableText(level) << "\" of --levels\n";
  }
}

void WarnOfPods(const InputFile& file, const std::vector<std::string>& pods, const std::string& what) {
  if (pods.empty()) return;
  std::cerr << file.name << ": warning: " << pods.size() << (pods.size() == 1 ? " pod " : " pods ") << what << ": "
            << lws::PrintableText(pods.front()) << (pods.size() > 1 ? ", ..." : "") << "\n";
}

// Warns of pods whose room is another than it seems: those on nodes that are not given, and those that end.
void WarnOfUnusualPods(const InputFile& node_file, const InputFile& pod_file,
                       const std::vector<lws::SharedJson>& pods) {
  std::set<std::string> nodes;
  for (const lws::SharedJson& node : OfKind(node_file, lws::ObjectKind::kNode)) {
    nodes.insert(lws::internal::JsonReader(*node).Text({"metadata", "name"}));
  }
  std::vector<std::string> elsewhere;
  std::vector<std::string> ending;
  for (const lws::SharedJson& pod : pods) {
    lws::internal::JsonReader reader(*pod);
    const std::string name = reader.Text({"metadata", "name"});
    const std::string node = reader.Text({"spec", "nodeName"});
    const bool is_finished = lws::IsFinished(lws::ReadPodPhase(reader.Text({"status", "phase"})));
    if (node.empty() || is_finished) continue;
    if (nodes.count(node) == 0) elsewhere.push_back(absl::StrCat(name, " on ", node));
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

std::string AddedName(const ClusterChanges& changes, int number) { return absl::StrCat(changes.like, "+", number); }

absl::Status AddNodes(const ClusterChanges& changes, std::vector<lws::TopologyNode>* nodes) {
  if (changes.added == 0) return absl::OkStatus();
  const auto found = std::find_if(nodes->begin(), nodes->end(),
                                  [&](const lws::TopologyNode& node) { return node.facts.name == changes.like; });
  if (found == nodes->end()) return absl::InvalidArgumentError(absl::StrCat("\"", changes.like, "\" is not a node"));
  const lws::TopologyNode like = *found;
  for (int number = 1; number <= changes.added; ++number) {
    nodes->push_back(like);
    nodes->back().facts.name = AddedName(changes, number);
    const auto hostname = nodes->back().facts.labels.find(lws::kHostnameLabel);
    if (hostname != nodes->back().facts.labels.end()) hostname->second = AddedName(changes, number);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<lws::TopologyNode>> ReadNodes(const InputFile& file, const std::vector<std::string>& levels,
                                                         const ClusterChanges& changes) {
  std::vector<lws::TopologyNode> nodes;
  std::vector<bool> names_some(changes.gone.size());
  const absl::StatusOr<std::vector<lws::SharedJson>> documents = OnlyOfKind(file, lws::ObjectKind::kNode, "Node");
  if (!documents.ok()) return documents.status();
  for (const lws::SharedJson& document : *documents) {
    absl::StatusOr<lws::TopologyNode> node = lws::ReadTopologyNode(*document);
    if (!node.ok()) return file.Locate(node.status());
    bool is_gone = false;
    for (size_t i = 0; i < changes.gone.size(); ++i) {
      if (!IsNamed(node->facts, levels, changes.gone[i])) continue;
      is_gone = true;
      names_some[i] = true;
    }
    if (!is_gone) nodes.push_back(*std::move(node));
  }
  for (size_t i = 0; i < changes.gone.size(); ++i) {
    if (names_some[i]) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("\"", changes.gone[i], "\" is neither a node nor a domain of the levels"));
  }
  absl::Status status = AddNodes(changes, &nodes);
  if (!status.ok()) return status;
  return nodes;
}

bool IsOfDaemonSet(lws::internal::JsonReader& pod) {
  for (const lws::Json& owner : pod.List({"metadata", "ownerReferences"})) {
    if (owner.is_object() && owner.value("kind", lws::Json()) == "DaemonSet") return true;
  }
  return false;
}

// Copies the DaemonSet pods for the nodes that are added.
void AddDaemonPods(const ClusterChanges& changes, std::vector<lws::SharedJson>* pods) {
  std::vector<lws::SharedJson> copies;
  for (const lws::SharedJson& document : *pods) {
    lws::internal::JsonReader pod(*document);
    if (changes.added == 0 || pod.Text({"spec", "nodeName"}) != changes.like || !IsOfDaemonSet(pod)) continue;
    for (int number = 1; number <= changes.added; ++number) {
      lws::Json copy = *document;
      copy["spec"]["nodeName"] = AddedName(changes, number);
      copies.push_back(std::make_shared<const lws::Json>(std::move(copy)));
    }
  }
  pods->insert(pods->end(), copies.begin(), copies.end());
}

}  // namespace

const std::vector<std::string> kClusterFlags = {"--nodes",    "--levels",    "--pods",    "--required", "--preferred",
                                                "--subgroup", "--exclusive", "--profile", "-o"};

const char kClusterHelp[] =
    "  --nodes NODES      the nodes, as kubectl get nodes -o yaml writes them\n"
    "  --levels KEYS      the node labels of the topology, widest level first; a node that lacks one takes only pods\n"
    "                     without a constraint at that level\n"
    "  --pods PODS        the pods of the cluster: those that have a node and are not finished use it; the set's own\n"
    "                     pods stay where they are\n"
    "  --required KEY     all pods of a group in one domain of this level\n"
    "  --preferred KEY    the same if there is room, else in one domain of the next wider level, and so on\n"
    "  --subgroup KEY     each subgroup of the set's subGroupPolicy in one domain of this level\n"
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
  if (!required.empty() && !preferred.empty()) {
    return absl::InvalidArgumentError("--required and --preferred exclude each other");
  }
  if (!required.empty() || !preferred.empty()) {
    placement.closeness = required.empty() ? lws::Closeness::kPreferred : lws::Closeness::kRequired;
    placement.level = required.empty() ? preferred : required;
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

absl::StatusOr<ClusterInput> ReadCluster(const Arguments& arguments, const ClusterChanges& changes) {
  const std::vector<std::string> levels = absl::StrSplit(arguments.Flag("--levels", ""), ',', absl::SkipEmpty());
  const absl::StatusOr<InputFile> node_file = ReadObjects(arguments.Flag("--nodes", ""));
  if (!node_file.ok()) return node_file.status();
  absl::StatusOr<std::vector<lws::TopologyNode>> nodes = ReadNodes(*node_file, levels, changes);
  if (!nodes.ok()) return nodes.status();
  WarnOfLevels(*node_file, *nodes, levels);
  const absl::StatusOr<std::shared_ptr<const lws::Topology>> topology =
      lws::Topology::Create(*std::move(nodes), levels);
  if (!topology.ok()) return node_file->Locate(topology.status());
  ClusterInput cluster;
  cluster.capacity = std::make_unique<lws::Capacity>(*topology);
  if (arguments.flags.count("--pods") == 0) return cluster;
  const absl::StatusOr<InputFile> pod_file = ReadObjects(arguments.Flag("--pods", ""));
  if (!pod_file.ok()) return pod_file.status();
  absl::StatusOr<std::vector<lws::SharedJson>> given = OnlyOfKind(*pod_file, lws::ObjectKind::kPod, "Pod");
  if (!given.ok()) return given.status();
  std::vector<lws::SharedJson> pods = *std::move(given);
  absl::StatusOr<std::map<lws::GroupId, lws::RunningGroup>> running = lws::RunningGroups(pods);
  if (!running.ok()) return pod_file->Locate(running.status());
  cluster.running = *std::move(running);
  WarnOfUnusualPods(*node_file, *pod_file, pods);
  AddDaemonPods(changes, &pods);
  absl::Status status = lws::UseRunningPods(pods, cluster.capacity.get());
  if (!status.ok()) return pod_file->Locate(status);
  return cluster;
}

}  // namespace lwsctl
