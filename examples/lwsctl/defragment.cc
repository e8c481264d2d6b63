#include <cstddef>
#include <cstdint>
#include <deque>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/named_values.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/refused_manifest.h"
#include "examples/lwsctl/shown_names.h"
#include "examples/lwsctl/slice_requests.h"
#include "examples/lwsctl/topology_page.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/field_status.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/printable_text.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/defragment_groups.h"
#include "lws/placement/group_request.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/running_groups.h"
#include "lws/placement/running_pods.h"
#include "lws/placement/set_request.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kUsage[] =
    "usage: lwsctl defragment FILE --nodes NODES --levels KEY,KEY,... --pods PODS (--empty KEY | --room-for SET)\n"
    "                         [--report PAGE] [the flags of place for closeness and profile] [-o table|json|yaml]\n"
    "Plans moves of the running groups of the LeaderWorkerSets of FILE. Each move is possible when its turn comes, "
    "while\n"
    "the group still runs in its old place.\n"
    "\n"
    "  --empty KEY        empty as many domains of this level as quick moves can; a domain with other pods than those "
    "of\n"
    "                     FILE and of DaemonSets is not empty\n"
    "  --room-for SET     make room for one more group of this set of FILE, with as few moves as possible; SET is "
    "NAME\n"
    "                     or NAMESPACE/NAME\n"
    "  --report PAGE      write a page that draws the topology before and after the moves\n"
    "  --strict           unknown fields of FILE are errors, as for kubectl apply\n";

constexpr int64_t kMostTries = 20000;

// The groups that may be moved, and the one that wants room.
struct Groups {
  std::deque<lws::GroupRequest> requests;  // at addresses that stay
  std::vector<std::string> names;
  std::vector<lws::MovableGroup> movable;
  std::vector<std::string> incomplete;  // groups that run in part, and stay
  std::optional<lws::GroupRequest> wanted;
  std::vector<lws::GroupId> ids;  // of the groups that may be moved
  std::vector<int32_t> in_use;    // the nodes of all other pods, except those of DaemonSets
  std::set<std::string> not_looked_at;
};

// The nodes of the group by rank; nullopt when it does not run completely on nodes that are known.
std::optional<std::vector<int32_t>> NodesOf(const lws::GroupRequest& request, const lws::RunningGroup& running,
                                            const lws::Topology& topology) {
  std::vector<int32_t> nodes;
  for (const auto& [rank, name] : running) {
    const std::optional<int32_t> node = topology.FindNode(name);
    if (rank != static_cast<int64_t>(nodes.size()) || !node.has_value()) return std::nullopt;
    nodes.push_back(*node);
  }
  if (static_cast<int64_t>(nodes.size()) != request.Pods()) return std::nullopt;
  return nodes;
}

// Checks what the groups of a set ask for, whether any runs or not.
absl::Status CheckRequestOf(const lws::LeaderWorkerSet& set, const lws::SetPlacement& placement,
                            const lws::Topology& topology) {
  const absl::StatusOr<lws::GroupRequest> request = lws::GroupRequestFromSet(set, placement);
  if (!request.ok()) return request.status();
  absl::Status status = CheckLevelsOfAnnotations(set, *request, topology);
  return status.ok() ? lws::CheckGroupRequest(*request, topology) : status;
}

// Adds the running groups of the set. Their pods leave the capacity, and their assignments take the room.
absl::Status AddRunning(const lws::LeaderWorkerSet& set, const std::string& shown, const lws::SetPlacement& placement,
                        ClusterInput* cluster, Groups* groups) {
  absl::Status status = CheckRequestOf(set, placement, cluster->capacity->topology());
  if (!status.ok()) return status;
  const lws::GroupId first{set.metadata().namespace_(), set.metadata().name(), 0};
  const lws::GroupId end{set.metadata().namespace_(), set.metadata().name(), set.spec().replicas()};
  for (auto running = cluster->running.lower_bound(first); running != cluster->running.lower_bound(end); ++running) {
    const int64_t index = running->first.index;
    absl::StatusOr<lws::GroupRequest> request = lws::GroupRequestFromSet(set, placement, index);
    if (!request.ok()) return request.status();
    const std::string name = absl::StrCat(shown, "-", index);
    const std::optional<std::vector<int32_t>> nodes = NodesOf(*request, running->second, cluster->capacity->topology());
    if (!nodes.has_value()) {
      groups->incomplete.push_back(name);
      continue;
    }
    const lws::RunningPods* const pods = FindRunning(running->first, cluster);
    if (pods != nullptr) lws::TakeAwayPods(*pods, cluster->capacity.get());
    groups->not_looked_at.insert(request->not_looked_at.begin(), request->not_looked_at.end());
    groups->ids.push_back(running->first);
    groups->requests.push_back(*std::move(request));
    groups->names.push_back(name);
    groups->movable.push_back(
        {&groups->requests.back(), lws::AssignmentFromRanks(groups->requests.back().leader.has_value(), *nodes)});
    cluster->capacity->Commit(groups->requests.back(), groups->movable.back().assignment);
  }
  return absl::OkStatus();
}

// The path of the set of --room-for; "" without the flag.
absl::StatusOr<std::string> PathOfWanted(const std::vector<SetManifest>& sets, const Arguments& arguments) {
  const std::string wanted = arguments.Flag("--room-for", "");
  if (wanted.empty()) return wanted;
  std::set<std::string> paths;
  for (const SetManifest& set : sets) paths.insert(PathOf(*set.object));
  return PathNamed("--room-for", wanted, paths);
}

// The nodes of the pods that are not moved.
std::vector<int32_t> NodesInUse(const ClusterInput& cluster, const std::vector<lws::GroupId>& movable) {
  const std::set<lws::GroupId> moved(movable.begin(), movable.end());
  std::set<int32_t> nodes;
  for (const lws::PodOnNode& pod : cluster.users) {
    if (!pod.group.has_value() || moved.count(*pod.group) == 0) nodes.insert(pod.node);
  }
  return {nodes.begin(), nodes.end()};
}

absl::StatusOr<Groups> ReadGroups(const Arguments& arguments, ClusterInput* cluster) {
  const absl::StatusOr<lws::SetPlacement> placement = ReadSetPlacement(arguments);
  if (!placement.ok()) return placement.status();
  const absl::StatusOr<std::vector<SetManifest>> sets = ReadSets(arguments.files[0], UnknownFieldsOf(arguments));
  if (!sets.ok()) return sets.status();
  Groups groups;
  const absl::StatusOr<std::string> wanted = PathOfWanted(*sets, arguments);
  if (!wanted.ok()) return wanted.status();
  const ShownNames shown(*sets);
  for (const SetManifest& manifest : *sets) {
    const lws::SetAdmission admission = lws::AdmitSet(*manifest.object);
    if (!admission.errors.empty()) {
      return manifest.place.Locate(absl::InvalidArgumentError(lws::JoinFieldErrors(admission.errors)));
    }
    const std::string shown_name = shown.Of(admission.set->metadata().namespace_(), admission.set->metadata().name());
    absl::Status status = AddRunning(*admission.set, shown_name, *placement, cluster, &groups);
    if (!status.ok()) return manifest.place.Locate(status);
    if (PathOf(*admission.set) != *wanted) continue;
    absl::StatusOr<lws::GroupRequest> next =
        lws::GroupRequestFromSet(*admission.set, *placement, admission.set->spec().replicas());
    if (!next.ok()) return manifest.place.Locate(next.status());
    groups.not_looked_at.insert(next->not_looked_at.begin(), next->not_looked_at.end());
    groups.wanted = *std::move(next);
  }
  groups.in_use = NodesInUse(*cluster, groups.ids);
  return groups;
}

// Names of nodes by rank, with the number of ranks where it is more than one: "n1 (2) n2".
std::string NodesText(const lws::Topology& topology, const lws::Assignment& assignment) {
  std::string text;
  const std::vector<int32_t> nodes = assignment.NodesByRank();
  for (size_t begin = 0, end = 0; begin < nodes.size(); begin = end) {
    while (end < nodes.size() && nodes[end] == nodes[begin]) ++end;
    absl::StrAppend(&text, begin == 0 ? "" : " ", topology.Node(nodes[begin]).facts.name);
    if (end - begin > 1) absl::StrAppend(&text, " (", end - begin, ")");
  }
  return text;
}

void PrintMoves(const lws::Topology& topology, const Groups& groups, const std::vector<lws::GroupMove>& moves) {
  size_t number = 0;
  for (const lws::GroupMove& move : moves) {
    std::cout << absl::StreamFormat("%3d. %-20s %s -> %s\n", ++number, groups.names[move.group],
                                    lws::PrintableText(NodesText(topology, groups.movable[move.group].assignment)),
                                    lws::PrintableText(NodesText(topology, move.to)));
  }
}

lws::Json MovesJson(const lws::Topology& topology, const Groups& groups, const std::vector<lws::GroupMove>& moves) {
  lws::Json list = lws::Json::array();
  for (const lws::GroupMove& move : moves) {
    list.push_back({{"group", groups.names[move.group]},
                    {"from", NodeNames(topology, groups.movable[move.group].assignment)},
                    {"to", NodeNames(topology, move.to)}});
  }
  return list;
}

void PrintNotLookedAt(const Groups& groups) {
  if (groups.not_looked_at.empty()) return;
  std::cout << "not looked at: " << lws::PrintableText(absl::StrJoin(groups.not_looked_at, ", "))
            << ": pods may find no room where they are moved here\n";
}

void AddNotLookedAt(const Groups& groups, lws::Json* report) {
  if (!groups.not_looked_at.empty()) (*report)["not_looked_at"] = groups.not_looked_at;
}

std::string Counted(size_t count, const char* noun) { return absl::StrCat(count, " ", noun, count == 1 ? "" : "s"); }

// Writes the page of --report, if it is wanted.
absl::Status WriteReport(const Arguments& arguments, const lws::Capacity& before, const Groups& groups,
                         const std::vector<lws::GroupMove>& moves) {
  if (arguments.flags.count("--report") == 0) return absl::OkStatus();
  lws::Capacity after = before;
  std::vector<TopologyView> views = BeforeAndAfter(before, after);
  for (const lws::GroupMove& move : moves) {
    const lws::MovableGroup& group = groups.movable[move.group];
    after.Release(*group.request, group.assignment);
    after.Commit(*group.request, move.to);
    views[0].Add(groups.names[move.group], group.assignment);
    views[1].Add(groups.names[move.group], move.to);
  }
  return WriteFile(arguments.Flag("--report", ""), TopologyPage(views));
}

absl::StatusOr<int> Empty(const lws::Capacity& capacity, const Groups& groups, const Arguments& arguments,
                          OutputFormat format) {
  const std::string level = arguments.Flag("--empty", "");
  const absl::StatusOr<lws::EmptyingPlan> plan = lws::EmptyDomains(capacity, groups.movable, level, groups.in_use);
  if (!plan.ok()) return plan.status();
  const absl::Status status = WriteReport(arguments, capacity, groups, plan->moves);
  if (!status.ok()) return status;
  if (format != OutputFormat::kTable) {
    lws::Json report = {{"moves", MovesJson(capacity.topology(), groups, plan->moves)},
                        {"level", level},
                        {"emptied", plan->emptied},
                        {"empty_before", plan->empty_before},
                        {"empty_after", plan->empty_after},
                        {"at_most", plan->at_most},
                        {"hold_other_pods", plan->in_use},
                        {"incomplete", groups.incomplete}};
    AddNotLookedAt(groups, &report);
    std::cout << DocumentText(report, format);
    return 0;
  }
  PrintMoves(capacity.topology(), groups, plan->moves);
  std::cout << level << ": " << plan->empty_before << " empty now, " << plan->empty_after << " after "
            << Counted(plan->moves.size(), "move") << "; no plan leaves more than " << plan->at_most << " empty\n";
  for (const std::vector<std::string>& path : plan->emptied) {
    std::cout << "  emptied: " << lws::PrintableText(absl::StrJoin(path, "/")) << "\n";
  }
  if (plan->in_use > 0) std::cout << "  " << plan->in_use << " with other pods, which stay\n";
  PrintNotLookedAt(groups);
  return 0;
}

// What is known when there is no plan.
std::string WhyNoPlan(const lws::RoomPlan& plan) {
  if (plan.level.empty()) return "no moves looked for, because neither --required nor --exclusive binds the pods";
  if (plan.exact) return absl::StrCat("no moves out of one ", plan.level, " make room");
  if (plan.met_bound) return absl::StrCat("no plan found in ", kMostTries, " tries, and one may exist");
  return "no plan found with the largest groups first, and one may exist for another order";
}

absl::StatusOr<int> Room(const lws::Capacity& capacity, const Groups& groups, const Arguments& arguments,
                         OutputFormat format) {
  const lws::Topology& topology = capacity.topology();
  const absl::StatusOr<lws::RoomPlan> plan =
      lws::MakeRoomForGroup(capacity, *groups.wanted, groups.movable, kMostTries);
  if (!plan.ok()) return plan.status();
  const absl::Status status = WriteReport(arguments, capacity, groups, plan->moves);
  if (!status.ok()) return status;
  const bool found = plan->assignment.has_value();
  if (format != OutputFormat::kTable) {
    lws::Json report = {{"moves", MovesJson(topology, groups, plan->moves)},
                        {"fewer_may_be_enough", found && !plan->exact},
                        {"exact", plan->exact},
                        {"assignment", nullptr},
                        {"incomplete", groups.incomplete}};
    if (found) report["assignment"] = NodeNames(topology, *plan->assignment);
    if (!found) report["reason"] = lws::DescribeNoFit(plan->no_fit);
    AddNotLookedAt(groups, &report);
    std::cout << DocumentText(report, format);
    return found ? 0 : kFinding;
  }
  PrintMoves(topology, groups, plan->moves);
  if (!found) {
    std::cout << WhyNoPlan(*plan) << ": " << lws::PrintableText(lws::DescribeNoFit(plan->no_fit)) << "\n";
    PrintNotLookedAt(groups);
    return kFinding;
  }
  std::cout << "room after " << Counted(plan->moves.size(), "move")
            << (plan->exact ? ": " : ", and fewer may be enough: ")
            << lws::PrintableText(NodesText(topology, *plan->assignment)) << "\n";
  PrintNotLookedAt(groups);
  return 0;
}

absl::Status CheckFlags(const Arguments& arguments) {
  if (arguments.files.size() != 1) return absl::InvalidArgumentError("defragment needs one FILE");
  for (const char* flag : {"--nodes", "--levels", "--pods"}) {
    if (!arguments.Flag(flag, "").empty()) continue;
    return absl::InvalidArgumentError(absl::StrCat("defragment needs ", flag));
  }
  if (arguments.Flag("--empty", "").empty() == arguments.Flag("--room-for", "").empty()) {
    return absl::InvalidArgumentError("defragment needs either --empty or --room-for");
  }
  return absl::OkStatus();
}

}  // namespace

int RunDefragment(const std::vector<std::string>& words) {
  const std::string help = absl::StrCat(kUsage, kClusterHelp, "Exit 1 when no plan makes room.\n");
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, help);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << help;
    return 0;
  }
  const absl::Status status = CheckFlags(*arguments);
  if (!status.ok()) return Fail(status);
  ClusterQuestion question;
  question.asks_for_users = true;
  absl::StatusOr<ClusterInput> cluster = ReadCluster(*arguments, question);
  if (!cluster.ok()) return Fail(cluster.status());
  const absl::StatusOr<Groups> groups = ReadGroups(*arguments, &*cluster);
  if (!groups.ok()) return Fail(groups.status(), OutputFormatOf(*arguments));
  const OutputFormat format = OutputFormatOf(*arguments);
  if (!groups->incomplete.empty() && format == OutputFormat::kTable) {
    std::cout << "not moved, because they run in part: " << absl::StrJoin(groups->incomplete, ", ") << "\n";
  }
  const absl::StatusOr<int> code = groups->wanted.has_value() ? Room(*cluster->capacity, *groups, *arguments, format)
                                                              : Empty(*cluster->capacity, *groups, *arguments, format);
  return code.ok() ? *code : Fail(code.status());
}

}  // namespace lwsctl
