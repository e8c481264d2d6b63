#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/named_values.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/place_cuboid.h"
#include "examples/lwsctl/place_new.h"
#include "examples/lwsctl/place_roles.h"
#include "examples/lwsctl/placed_group.h"
#include "examples/lwsctl/pod_count.h"
#include "examples/lwsctl/refused_manifest.h"
#include "examples/lwsctl/shown_names.h"
#include "examples/lwsctl/slice_requests.h"
#include "examples/lwsctl/topology_page.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/field_status.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/printable_text.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/no_fit_json.h"
#include "lws/placement/reassign_group.h"
#include "lws/placement/set_request.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kUsage[] =
    "usage: lwsctl place FILE --nodes NODES --levels KEY,KEY,... [--pods PODS] [--more N|surge] [--lost NODE,...]\n"
    "                    [--together KEY | --spread KEY [--most-in-domain N]] [--priority N]\n"
    "                    [--size N] [--report PAGE] [--keep-empty]\n"
    "                    [--cuboid NxNxN --grid NxNxN --coordinates KEY,KEY,KEY [--wrap AXES] [--turn]]\n"
    "                    [--required KEY | --preferred KEY] [--subgroup KEY] [--exclusive KEY]\n"
    "                    [--profile best-fit|least-free|balanced] [--strict] [-o table|json|yaml]\n"
    "Names a node for every pod of every group of the LeaderWorkerSets of FILE, one group after another. With --pods,\n"
    "running groups stay where they are, and only their missing pods are placed. All groups of all roles of a slice of "
    "a\n"
    "DisaggregatedSet are one request: all of them get nodes in one domain of its placement policy, or none does.\n"
    "\n"
    "  --more N           place N groups more than the replicas of each set; surge: as many as its maxSurge; for a\n"
    "                     DisaggregatedSet N slices more, or the surge of each role in each slice\n"
    "  --lost NODES       place the pods of these nodes elsewhere, as if the nodes were gone; may be repeated\n"
    "  --together KEY     all groups of all sets of FILE in one domain of this level, or none of them\n"
    "  --size N           as if the groups had N pods: growing groups keep their places, and shrinking ones give up "
    "the\n"
    "                     room of their highest ranks; NAME=N,... for the groups of this set or role\n"
    "  --keep-empty       of equally tight domains, take one that is in use, so that empty domains stay empty\n"
    "  --report PAGE      write a page that draws the topology before and after\n"
    "  --strict           unknown fields of FILE are errors, as for kubectl apply\n";

bool AsksOfOthers(const lws::GroupRequest& request) {
  return request.worker.rules->asks() || request.leader->rules->asks();
}

// Holds the domains of a running group, even if only the command line makes it exclusive.
void HoldDomains(const PlacedGroup& group, lws::Capacity* capacity) {
  const lws::Topology& topology = capacity->topology();
  for (const std::string& key : group.request->exclusive_levels) {
    const int level = *topology.LevelOf(key);
    std::set<int32_t> domains;
    for (const std::optional<int32_t>& node : group.running) {
      if (node.has_value()) domains.insert(topology.DomainOf(level, *node));
    }
    for (const int32_t domain : domains) {
      capacity->Hold(lws::Holder::kGroup, group.request->namespace_name, level, domain);
    }
  }
}

absl::Status AddGroups(const lws::LeaderWorkerSet& set, const PlaceInFile& place, const Arguments& arguments,
                       const lws::SetPlacement& placement, const ClusterInput& cluster, PodCount* pods,
                       std::vector<PlacedGroup>* groups) {
  const absl::StatusOr<int> count = GroupsOf(set, arguments);
  if (!count.ok()) return count.status();
  absl::StatusOr<lws::GroupRequest> first = lws::GroupRequestFromSet(set, placement);
  if (!first.ok()) return place.Locate(first.status());
  // Check the request even when there is no group. A level from the command line is not an error of the file.
  const bool is_told = placement.closeness != lws::Closeness::kUnconstrained || placement.subgroup_level.has_value() ||
                       placement.exclusive_level.has_value();
  absl::Status status = CheckLevelsOfAnnotations(set, *first, cluster.capacity->topology());
  if (!status.ok()) return place.Locate(status);
  status = lws::CheckGroupRequest(*first, cluster.capacity->topology());
  if (!status.ok()) return is_told ? status : place.Locate(status);
  status = pods->Add(set.metadata().name(), *count, first->Pods());
  if (!status.ok()) return place.Locate(status);
  const auto shared = std::make_shared<const lws::GroupRequest>(*std::move(first));
  const bool labels_matter = cluster.capacity->has_guarded_pods() || AsksOfOthers(*shared);
  for (int index = 0; index < *count; ++index) {
    PlacedGroup group;
    group.set = set.metadata().name();
    group.index = index;
    group.request = shared;
    if (labels_matter) {
      absl::StatusOr<lws::GroupRequest> own = lws::GroupRequestFromSet(set, placement, index);
      if (!own.ok()) return own.status();
      group.request = std::make_shared<const lws::GroupRequest>(*std::move(own));
    }
    group.running = RunningNodes(cluster, {shared->namespace_name, group.set, index}, *shared);
    groups->push_back(std::move(group));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<PlacedGroup>> ReadGroups(const std::vector<SetOfEitherKind>& sets,
                                                    const Arguments& arguments, const lws::SetPlacement& placement,
                                                    const ClusterInput& cluster) {
  std::vector<PlacedGroup> groups;
  const absl::StatusOr<NamedValues> sizes = ReadValuesOf(sets, arguments, "--size");
  if (!sizes.ok()) return sizes.status();
  const ShownNames shown(sets);
  PodCount pods;
  for (const SetOfEitherKind& set : sets) {
    const auto& manifest = std::get<SetManifest>(set);
    const lws::SetAdmission admission = lws::AdmitSet(*manifest.object);
    if (!admission.errors.empty()) {
      return manifest.place.Locate(absl::InvalidArgumentError(lws::JoinFieldErrors(admission.errors)));
    }
    const absl::StatusOr<lws::LeaderWorkerSet> resized = WithSize(*admission.set, PathOf(*admission.set), *sizes);
    if (!resized.ok()) return resized.status();
    const size_t before = groups.size();
    absl::Status status = AddGroups(*resized, manifest.place, arguments, placement, cluster, &pods, &groups);
    if (!status.ok()) return status;
    for (size_t i = before; i < groups.size(); ++i) {
      groups[i].shown = shown.Of(groups[i].request->namespace_name, groups[i].set);
    }
  }
  return groups;
}

// The missing pods of a group in a cuboid have no place but in that cuboid, which is placed as a whole.
lws::PlacementResult CuboidRunsInPart(const lws::GroupRequest& request) {
  lws::PlacementResult refused;
  refused.no_fit.reason = lws::NoFitReason::kCuboidRunsInPart;
  refused.no_fit.wanted_pods = request.Pods();
  refused.not_looked_at = request.not_looked_at;
  return refused;
}

// Completes groups with some running pods first: their room is of no use until they are complete.
absl::Status CompleteRunning(const NewGroupOptions& options, std::vector<PlacedGroup>* groups,
                             lws::Capacity* capacity) {
  for (PlacedGroup& group : *groups) HoldDomains(group, capacity);
  for (PlacedGroup& group : *groups) {
    if (group.RunningPods() == 0) continue;
    group.is_left_out = IsInterrupted();
    if (group.is_left_out) continue;
    if (group.RunningPods() == static_cast<int64_t>(group.running.size())) {
      std::vector<int32_t> nodes;
      for (const std::optional<int32_t>& node : group.running) nodes.push_back(*node);
      group.result.assignment = lws::AssignmentFromRanks(group.request->leader.has_value(), nodes);
      continue;
    }
    if (options.cuboid.has_value() && options.cuboid->Find(group.path()) != nullptr) {
      group.result = CuboidRunsInPart(*group.request);
      continue;
    }
    absl::StatusOr<lws::PlacementResult> result = lws::AssignMissingRanks(*capacity, *group.request, group.running);
    if (!result.ok()) return result.status();
    group.result = *std::move(result);
    if (!group.result.assignment.has_value()) continue;
    lws::UseMissingRanks(*group.request, *group.result.assignment, group.running, capacity);
  }
  return absl::OkStatus();
}

lws::Json ToJson(const lws::Topology& topology, const PlacedGroup& group) {
  lws::Json json = {{"set", group.set},
                    {"namespace", group.request->namespace_name},
                    {"index", group.index},
                    {"assignment", nullptr}};
  if (!group.victims.empty()) {
    json["would_have_to_go"] = group.victims;
    json["fewer_may_be_enough"] = group.victims_are_bounded && group.victims.size() > 1;
    json["others_may_be_better"] = group.victims_are_bounded;
  }
  if (!group.result.not_looked_at.empty()) json["not_looked_at"] = group.result.not_looked_at;
  if (group.result.assignment.has_value()) {
    json["assignment"] = lws::Json::array();
    for (const int32_t node : group.result.assignment->NodesByRank()) {
      const size_t rank = json["assignment"].size();
      json["assignment"].push_back({{"rank", rank}, {"node", topology.Node(node).facts.name}});
      if (group.Runs(rank)) json["assignment"].back()["running"] = true;
    }
    return json;
  }
  json.update(lws::internal::NoFitToJson(group.result.no_fit));
  return json;
}

void PrintNotLookedAt(const std::vector<PlacedGroup>& groups) {
  std::set<std::string> lines;
  for (const PlacedGroup& group : groups) {
    if (group.result.not_looked_at.empty()) continue;
    lines.insert(absl::StrCat("not looked at: ", absl::StrJoin(group.result.not_looked_at, ", "), " (", group.shown,
                              "): its pods may find no room where they are placed here"));
  }
  for (const std::string& line : lines) std::cout << lws::PrintableText(line) << "\n";
}

// Prints one line for every run of ranks on one node that are all running, or all not.
void PrintTable(const lws::Topology& topology, const std::vector<PlacedGroup>& groups) {
  std::cout << absl::StreamFormat("%-20s %-12s %-24s %s\n", "GROUP", "RANKS", "NODE", "DOMAIN");
  for (const PlacedGroup& group : groups) {
    const std::string name = group.title();
    if (group.is_left_out) continue;
    if (!group.result.assignment.has_value()) {
      std::cout << absl::StreamFormat("%-20s %s\n", name, lws::PrintableText(lws::DescribeNoFit(group.result.no_fit)));
      continue;
    }
    if (!group.victims.empty()) {
      std::cout << absl::StreamFormat("%-20s %s\n", name,
                                      lws::PrintableText(AfterVictims(group.victims, group.victims_are_bounded)));
    }
    const std::vector<int32_t> nodes = group.result.assignment->NodesByRank();
    for (size_t begin = 0, end = 0; begin < nodes.size(); begin = end) {
      const bool runs = group.Runs(begin);
      while (end < nodes.size() && nodes[end] == nodes[begin] && group.Runs(end) == runs) ++end;
      const std::string ranks = end - begin == 1 ? absl::StrCat(begin) : absl::StrCat(begin, "-", end - 1);
      const std::string node = lws::PrintableText(topology.Node(nodes[begin]).facts.name);
      const std::string domain =
          lws::PrintableText(absl::StrJoin(topology.DomainPath(topology.LastLevel(), nodes[begin]), "/"));
      std::cout << absl::StreamFormat("%-20s %-12s %-24s %s%s\n", name, ranks, node, domain, runs ? " (runs)" : "");
    }
  }
}

// Writes the page of --report, if it is wanted.
absl::Status WriteReport(const Arguments& arguments, const lws::Capacity& before, const lws::Capacity& after,
                         const std::vector<PlacedGroup>& groups) {
  if (arguments.flags.count("--report") == 0) return absl::OkStatus();
  std::vector<TopologyView> views = BeforeAndAfter(before, after);
  for (const PlacedGroup& group : groups) {
    if (!group.result.assignment.has_value()) continue;
    const std::string name = group.title();
    views[1].Add(name, *group.result.assignment);
    if (group.RunningPods() > 0) views[0].Add(name, *group.result.assignment);
  }
  return WriteFile(arguments.Flag("--report", ""), TopologyPage(views));
}

absl::StatusOr<std::vector<PlacedGroup>> PlaceSets(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments,
                                                   ClusterInput* cluster) {
  const absl::StatusOr<lws::SetPlacement> placement = ReadSetPlacement(arguments);
  if (!placement.ok()) return placement.status();
  const absl::StatusOr<NewGroupOptions> options = ReadNewGroupOptions(sets, arguments);
  if (!options.ok()) return options.status();
  ClusterQuestion question;
  absl::StatusOr<std::vector<std::string>> lost = ReadNames(arguments, "--lost");
  if (!lost.ok()) return lost.status();
  question.gone = *std::move(lost);
  absl::StatusOr<ClusterInput> input = ReadCluster(arguments, question);
  if (!input.ok()) return input.status();
  *cluster = *std::move(input);
  absl::StatusOr<std::vector<PlacedGroup>> groups = ReadGroups(sets, arguments, *placement, *cluster);
  if (!groups.ok()) return groups.status();
  const lws::Capacity before = *cluster->capacity;
  for (const PlacedGroup& group : *groups) {
    KeepSize({group.request->namespace_name, group.set, group.index}, *group.request, cluster);
  }
  absl::Status status = CompleteRunning(*options, &*groups, cluster->capacity.get());
  if (status.ok()) status = PlaceNewGroups(*options, cluster, &*groups);
  if (status.ok()) status = WriteReport(arguments, before, *cluster->capacity, *groups);
  if (!status.ok()) return status;
  return groups;
}

}  // namespace

int RunPlace(const std::vector<std::string>& words) {
  const std::string help =
      absl::StrCat(kUsage, kNewGroupHelp, kCuboidHelp, kClusterHelp, "Exit 1 when a group has no place.\n");
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, help);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << help;
    return 0;
  }
  if (arguments->files.size() != 1) return Fail(absl::InvalidArgumentError("place needs one FILE"));
  for (const char* flag : {"--nodes", "--levels"}) {
    if (arguments->Flag(flag, "").empty()) return Fail(absl::InvalidArgumentError(absl::StrCat("place needs ", flag)));
  }
  const OutputFormat format = OutputFormatOf(*arguments);
  const absl::StatusOr<std::vector<SetOfEitherKind>> sets =
      ReadSetsOfBothKinds(arguments->files[0], UnknownFieldsOf(*arguments));
  if (!sets.ok()) return Fail(sets.status(), OutputFormatOf(*arguments));
  const bool has_roles = std::any_of(sets->begin(), sets->end(), [](const SetOfEitherKind& set) {
    return std::holds_alternative<DisaggregatedManifest>(set);
  });
  const EndsInOrder ends_in_order;
  const bool is_together = arguments->flags.count("--together") > 0;
  if (has_roles && is_together) {
    return Fail(absl::InvalidArgumentError("--together: a DisaggregatedSet's placement policy says this"));
  }
  if (is_together && arguments->flags.count("--spread") > 0) {
    return Fail(absl::InvalidArgumentError("--together and --spread exclude each other"));
  }
  if (has_roles || is_together) {
    const absl::StatusOr<bool> all_placed =
        has_roles ? PlaceRoles(*sets, *arguments) : PlaceTogether(*sets, *arguments);
    if (!all_placed.ok()) return Fail(all_placed.status());
    return *all_placed ? 0 : kFinding;
  }
  ClusterInput cluster;
  const absl::StatusOr<std::vector<PlacedGroup>> groups = PlaceSets(*sets, *arguments, &cluster);
  if (!groups.ok()) return Fail(groups.status());
  const lws::Topology& topology = cluster.capacity->topology();
  const auto left_out =
      std::count_if(groups->begin(), groups->end(), [](const PlacedGroup& group) { return group.is_left_out; });
  if (format != OutputFormat::kTable) {
    lws::Json report = {{"groups", lws::Json::array()}};
    for (const PlacedGroup& group : *groups) {
      if (!group.is_left_out) report["groups"].push_back(ToJson(topology, group));
    }
    if (left_out > 0) report["stopped"] = true;
    std::cout << DocumentText(report, format);
  } else {
    PrintTable(topology, *groups);
    PrintNotLookedAt(*groups);
    if (left_out > 0) std::cout << "stopped: " << left_out << " of " << groups->size() << " groups are left out\n";
  }
  const bool all_placed = std::all_of(groups->begin(), groups->end(),
                                      [](const PlacedGroup& group) { return group.result.assignment.has_value(); });
  return all_placed ? 0 : kFinding;
}

}  // namespace lwsctl
