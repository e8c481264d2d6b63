#include "examples/lwsctl/cluster_input.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lws/api/object_kind.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

// The objects of one kind in a file.
std::vector<lws::SharedJson> OfKind(const InputFile& file, lws::ObjectKind kind) {
  std::vector<lws::SharedJson> found;
  for (const lws::ManifestObject& object : file.objects) {
    if (lws::KindOf(*object.object) == kind) found.push_back(object.object);
  }
  return found;
}

}  // namespace

const std::vector<std::string> kClusterFlags = {"--nodes",    "--levels",    "--pods",    "--required", "--preferred",
                                                "--subgroup", "--exclusive", "--profile", "-o"};

const char kClusterHelp[] =
    "  --nodes NODES      the nodes, as kubectl get nodes -o yaml writes them\n"
    "  --levels KEYS      node labels that make the topology, widest first; a node that lacks one takes the pods that\n"
    "                     ask for nothing at that level\n"
    "  --pods PODS        pods that use the nodes already: those that have a node and are not finished; the set's own\n"
    "                     pods among them stay where they are\n"
    "  --required KEY     all pods of a group in one domain of this level\n"
    "  --preferred KEY    the same if there is room, else in one domain of the next wider level, and so on\n"
    "  --subgroup KEY     each subgroup of the set's subGroupPolicy in one domain of this level\n"
    "  --exclusive KEY    each group in a domain of this level without another group of the namespace that is "
    "exclusive;\n"
    "                     the set's exclusive-topology annotation says the same\n"
    "  --profile P        best-fit: the fewest domains, the tightest last; least-free: the smallest that serve;\n"
    "                     balanced: the fewest domains, evenly\n"
    "Without --required, --preferred and --subgroup, Kueue's topology annotations of the pod templates are followed.\n"
    "Required affinity to pods, spread constraints and host ports are kept. What binds pods to nodes and was not "
    "looked\n"
    "at, as resource claims, is named; then a place is no promise.\n";

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
    return absl::InvalidArgumentError(absl::StrCat("--profile: \"", arguments.Flag("--profile", ""), "\" is none"));
  }
  placement.profile = profile->second;
  return placement;
}

absl::StatusOr<int> ReadCount(const Arguments& arguments, const std::string& flag) {
  int count = 0;
  if (!absl::SimpleAtoi(arguments.Flag(flag, ""), &count) || count < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": \"", arguments.Flag(flag, ""), "\" is no number of groups"));
  }
  return count;
}

absl::StatusOr<ClusterInput> ReadCluster(const Arguments& arguments, const std::set<std::string>& gone) {
  const std::vector<std::string> levels = absl::StrSplit(arguments.Flag("--levels", ""), ',', absl::SkipEmpty());
  const absl::StatusOr<InputFile> node_file = ReadObjects(arguments.Flag("--nodes", ""));
  if (!node_file.ok()) return node_file.status();
  std::vector<lws::TopologyNode> nodes;
  std::set<std::string> unknown = gone;
  for (const lws::SharedJson& document : OfKind(*node_file, lws::ObjectKind::kNode)) {
    absl::StatusOr<lws::TopologyNode> node = lws::ReadTopologyNode(*document);
    if (!node.ok()) return node_file->Locate(node.status());
    unknown.erase(node->facts.name);
    if (gone.count(node->facts.name) == 0) nodes.push_back(*std::move(node));
  }
  if (!unknown.empty()) return absl::InvalidArgumentError(absl::StrCat("\"", *unknown.begin(), "\" is no node"));
  const absl::StatusOr<std::shared_ptr<const lws::Topology>> topology = lws::Topology::Create(std::move(nodes), levels);
  if (!topology.ok()) return node_file->Locate(topology.status());
  ClusterInput cluster;
  cluster.capacity = std::make_unique<lws::Capacity>(*topology);
  if (arguments.flags.count("--pods") == 0) return cluster;
  const absl::StatusOr<InputFile> pod_file = ReadObjects(arguments.Flag("--pods", ""));
  if (!pod_file.ok()) return pod_file.status();
  const std::vector<lws::SharedJson> pods = OfKind(*pod_file, lws::ObjectKind::kPod);
  absl::Status status = lws::UsePods(pods, cluster.capacity.get());
  if (!status.ok()) return pod_file->Locate(status);
  absl::StatusOr<std::map<lws::GroupId, lws::RunningGroup>> running = lws::RunningGroups(pods);
  if (!running.ok()) return pod_file->Locate(running.status());
  cluster.running = *std::move(running);
  return cluster;
}

}  // namespace lwsctl
