#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/field_status.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/object_kind.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/set_request.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl place FILE --nodes NODES --levels KEY,KEY,... [--pods PODS]\n"
    "                    [--required KEY | --preferred KEY] [--subgroup KEY] [--exclusive KEY]\n"
    "                    [--profile best-fit|least-free|balanced] [--strict] [-o json]\n"
    "Names a node for every pod of every group of the LeaderWorkerSets of FILE, one group after another.\n"
    "\n"
    "  --nodes NODES      the nodes, as kubectl get nodes -o yaml writes them\n"
    "  --levels KEYS      node labels that make the topology, widest first\n"
    "  --pods PODS        pods that use the nodes already: those that have a node and are not finished\n"
    "  --required KEY     all pods of a group in one domain of this level\n"
    "  --preferred KEY    the same if there is room, else in one domain of the next wider level, and so on\n"
    "  --subgroup KEY     each subgroup of the set's subGroupPolicy in one domain of this level\n"
    "  --exclusive KEY    each group in a domain of this level without another exclusive group; the set's\n"
    "                     exclusive-topology annotation says the same\n"
    "  --profile P        best-fit: the fewest domains, the tightest last; least-free: the smallest that serve;\n"
    "                     balanced: the fewest domains, evenly\n"
    "  --strict           unknown fields of FILE are errors, as for kubectl apply\n"
    "Exit 1 when some group has no place, 2 for a request that is malformed.\n";

constexpr int kNoPlace = 1;
constexpr int kMalformed = 2;

int Malformed(const absl::Status& status) {
  Fail(status);
  return kMalformed;
}

// One group of a set, and what was found for it.
struct PlacedGroup {
  std::string set;
  int index = 0;
  lws::PlacementResult result;
};

absl::StatusOr<lws::SetPlacement> ReadPlacement(const Arguments& arguments) {
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

// The objects of one kind in a file.
std::vector<lws::SharedJson> OfKind(const InputFile& file, lws::ObjectKind kind) {
  std::vector<lws::SharedJson> found;
  for (const lws::ManifestObject& object : file.objects) {
    if (lws::KindOf(*object.object) == kind) found.push_back(object.object);
  }
  return found;
}

absl::StatusOr<std::unique_ptr<lws::Capacity>> ReadCapacity(const Arguments& arguments) {
  const std::vector<std::string> levels = absl::StrSplit(arguments.Flag("--levels", ""), ',', absl::SkipEmpty());
  const absl::StatusOr<InputFile> nodes = ReadObjects(arguments.Flag("--nodes", ""));
  if (!nodes.ok()) return nodes.status();
  const absl::StatusOr<std::shared_ptr<const lws::Topology>> topology =
      lws::TopologyFromNodes(OfKind(*nodes, lws::ObjectKind::kNode), levels);
  if (!topology.ok()) return nodes->Locate(topology.status());
  auto capacity = std::make_unique<lws::Capacity>(*topology);
  if (arguments.flags.count("--pods") == 0) return capacity;
  const absl::StatusOr<InputFile> pods = ReadObjects(arguments.Flag("--pods", ""));
  if (!pods.ok()) return pods.status();
  absl::Status status = lws::UsePods(OfKind(*pods, lws::ObjectKind::kPod), capacity.get());
  if (!status.ok()) return pods->Locate(status);
  return capacity;
}

absl::StatusOr<std::vector<PlacedGroup>> PlaceSets(const std::string& file, UnknownFields unknown,
                                                   const lws::SetPlacement& placement, lws::Capacity* capacity) {
  const absl::StatusOr<std::vector<SetManifest>> sets = ReadSets(file, unknown);
  if (!sets.ok()) return sets.status();
  std::vector<lws::GroupRequest> requests;
  std::vector<PlacedGroup> groups;
  std::vector<size_t> request_of_group;
  for (const SetManifest& manifest : *sets) {
    const lws::SetAdmission admission = lws::AdmitSet(*manifest.object);
    if (!admission.errors.empty()) {
      return lws::WithPrefix(manifest.where, absl::InvalidArgumentError(lws::Join(admission.errors)));
    }
    absl::StatusOr<lws::GroupRequest> request = lws::GroupRequestFromSet(*admission.set, placement);
    if (!request.ok()) return lws::WithPrefix(manifest.where, request.status());
    requests.push_back(*std::move(request));
    for (int index = 0; index < admission.set->spec().replicas(); ++index) {
      groups.push_back({admission.set->metadata().name(), index, {}});
      request_of_group.push_back(requests.size() - 1);
    }
  }
  std::vector<const lws::GroupRequest*> batch;
  for (const size_t request : request_of_group) batch.push_back(&requests[request]);
  absl::StatusOr<std::vector<lws::PlacementResult>> results = lws::AssignGroups(batch, capacity);
  if (!results.ok()) return results.status();
  for (size_t i = 0; i < groups.size(); ++i) groups[i].result = std::move((*results)[i]);
  return groups;
}

lws::Json ToJson(const lws::Topology& topology, const PlacedGroup& group) {
  lws::Json json = {{"set", group.set}, {"index", group.index}, {"assignment", nullptr}};
  if (group.result.assignment.has_value()) {
    json["assignment"] = lws::Json::array();
    for (const int32_t node : group.result.assignment->NodesByRank()) {
      json["assignment"].push_back({{"rank", json["assignment"].size()}, {"node", topology.Node(node).facts.name}});
    }
    return json;
  }
  const lws::NoFit& no_fit = group.result.no_fit;
  json["reason"] = lws::NoFitReasonText(no_fit.reason);
  json["level"] = no_fit.level;
  json["best"] = {{"domain", no_fit.best_domain}, {"pods", no_fit.best_pods}};
  json["excluded"] = no_fit.excluded.empty() ? lws::Json::object() : lws::Json(no_fit.excluded);
  return json;
}

// A line for every run of ranks on one node.
void PrintTable(const lws::Topology& topology, const std::vector<PlacedGroup>& groups) {
  std::cout << absl::StreamFormat("%-20s %-12s %-24s %s\n", "GROUP", "RANKS", "NODE", "DOMAIN");
  for (const PlacedGroup& group : groups) {
    const std::string name = absl::StrCat(group.set, "-", group.index);
    if (!group.result.assignment.has_value()) {
      std::cout << absl::StreamFormat("%-20s %s\n", name, lws::DescribeNoFit(group.result.no_fit));
      continue;
    }
    const std::vector<int32_t> nodes = group.result.assignment->NodesByRank();
    for (size_t begin = 0, end = 0; begin < nodes.size(); begin = end) {
      while (end < nodes.size() && nodes[end] == nodes[begin]) ++end;
      const std::string ranks = end - begin == 1 ? absl::StrCat(begin) : absl::StrCat(begin, "-", end - 1);
      std::cout << absl::StreamFormat("%-20s %-12s %-24s %s\n", name, ranks, topology.Node(nodes[begin]).facts.name,
                                      absl::StrJoin(topology.DomainPath(topology.LastLevel(), nodes[begin]), "/"));
    }
  }
}

}  // namespace

int Place(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(
      words,
      {"--nodes", "--levels", "--pods", "--required", "--preferred", "--subgroup", "--exclusive", "--profile", "-o"},
      {"--help", "--strict"});
  if (!arguments.ok()) return Malformed(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.size() != 1) return Malformed(absl::InvalidArgumentError("place needs one FILE"));
  for (const char* flag : {"--nodes", "--levels"}) {
    if (arguments->Flag(flag, "").empty())
      return Malformed(absl::InvalidArgumentError(absl::StrCat("place needs ", flag)));
  }
  const absl::StatusOr<lws::SetPlacement> placement = ReadPlacement(*arguments);
  if (!placement.ok()) return Malformed(placement.status());
  const absl::StatusOr<std::unique_ptr<lws::Capacity>> capacity = ReadCapacity(*arguments);
  if (!capacity.ok()) return Malformed(capacity.status());
  const absl::StatusOr<std::vector<PlacedGroup>> groups =
      PlaceSets(arguments->files[0], UnknownFieldsOf(*arguments), *placement, capacity->get());
  if (!groups.ok()) return Malformed(groups.status());
  const lws::Topology& topology = (*capacity)->topology();
  if (arguments->Flag("-o", "") == "json") {
    lws::Json report = {{"groups", lws::Json::array()}};
    for (const PlacedGroup& group : *groups) report["groups"].push_back(ToJson(topology, group));
    std::cout << report.dump(2) << "\n";
  } else {
    PrintTable(topology, *groups);
  }
  const bool all_placed = std::all_of(groups->begin(), groups->end(),
                                      [](const PlacedGroup& group) { return group.result.assignment.has_value(); });
  return all_placed ? 0 : kNoPlace;
}

}  // namespace lwsctl
