#include "lws/placement/capacity.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/capacity_question.h"
#include "examples/lwsctl/capacity_roles.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/placed_slice.h"
#include "examples/lwsctl/refused_manifest.h"
#include "examples/lwsctl/shown_names.h"
#include "examples/lwsctl/slice_requests.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/field_status.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/printable_text.h"
#include "lws/placement/assign_together.h"
#include "lws/placement/assignment.h"
#include "lws/placement/completed_headroom.h"
#include "lws/placement/group_request.h"
#include "lws/placement/headroom.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/reassign_group.h"
#include "lws/placement/set_request.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kUsage[] =
    "usage: lwsctl capacity FILE --nodes NODES --levels KEY,KEY,... [--pods PODS] [--without DOMAIN,...]\n"
    "                       [--add [N=]NODE] [--groups N|surge] [the flags of place for closeness and profile]\n"
    "                       [-o table|json|yaml]\n"
    "Counts how many more groups of each LeaderWorkerSet of FILE fit, in total and by domain, and says why the next\n"
    "one does not. For a DisaggregatedSet it counts slices. With --pods, room is kept for the missing pods of groups\n"
    "and slices that run in part.\n"
    "\n"
    "  --without DOMAINS  count as if these domains (b1/r3) or nodes were gone with their pods; may be repeated\n"
    "  --add N=NODE       count as if there were N more nodes like this one, with the pods of its DaemonSets; may be\n"
    "                     repeated\n"
    "  --groups N         ask whether N more groups fit; with --add NODE, print the fewest such nodes to add; surge: "
    "as\n"
    "                     many as a rollout of the set makes at most, and its groups that do not run yet; for a\n"
    "                     DisaggregatedSet those of all roles, in "
    "the\n"
    "                     domain of each slice beside its pods, those that do not run yet included\n"
    "  --strict           unknown fields of FILE are errors, as for kubectl apply\n";

// The most groups that are placed one after another where sums do not decide.
constexpr int64_t kMostGroups = 100000;
constexpr size_t kMostLines = 20;

// A group that runs in part.
struct PartlyRunning {
  std::string name;
  lws::GroupRequest request;
  std::vector<std::string> nodes;  // by rank; "" for a pod that does not run
};

// A set of the file, and the room for it.
struct SetHeadroom {
  std::shared_ptr<const lws::LeaderWorkerSet> object;
  std::string shown;  // the name in tables
  PlaceInFile place;
  lws::GroupRequest request;
  std::optional<int> wanted;  // groups, if the user asked whether they fit
  int missing = 0;            // of these, groups of the set that do not run yet
  std::vector<PartlyRunning> partly;
  lws::Headroom headroom;
  std::vector<std::string> without_place;  // why groups that run in part cannot be completed
  bool is_certain = true;                  // that they cannot
  bool is_rollout = false;                 // the groups that run in part are wanted, too
  FewestAdded added;
  bool is_left_out = false;  // because the command was stopped

  Enough enough() const {
    const Enough by_count = EnoughFor(headroom.groups, headroom.at_most, wanted);
    if (without_place.empty() || !is_rollout) return by_count;
    // The count is that without their missing pods.
    return is_certain || by_count == Enough::kNo ? Enough::kNo : Enough::kUnknown;
  }
  // The groups whose missing pods keep their room.
  size_t completed() const { return partly.size() - without_place.size(); }
};

absl::StatusOr<std::vector<SetHeadroom>> ReadRequests(const std::vector<SetOfEitherKind>& sets,
                                                      const lws::SetPlacement& placement, const Question& question) {
  const ShownNames shown(sets);
  std::vector<SetHeadroom> requests;
  for (const SetOfEitherKind& set_of_file : sets) {
    const auto& manifest = std::get<SetManifest>(set_of_file);
    const lws::SetAdmission admission = lws::AdmitSet(*manifest.object);
    if (!admission.errors.empty()) {
      return manifest.place.Locate(absl::InvalidArgumentError(lws::JoinFieldErrors(admission.errors)));
    }
    // A group that is not there yet.
    absl::StatusOr<lws::GroupRequest> request =
        lws::GroupRequestFromSet(*admission.set, placement, admission.set->spec().replicas());
    if (!request.ok()) return manifest.place.Locate(request.status());
    SetHeadroom set;
    set.object = admission.set;
    set.shown = shown.Of(request->namespace_name, admission.set->metadata().name());
    set.place = manifest.place;
    set.request = *std::move(request);
    set.wanted = question.groups;
    if (question.asks_for_surge) {
      const absl::StatusOr<int> surge = SurgeOf(*admission.set);
      if (!surge.ok()) return manifest.place.Locate(surge.status());
      set.wanted = *surge;
      set.is_rollout = true;
    }
    requests.push_back(std::move(set));
  }
  return requests;
}

// Finds the groups of the set that run in part, because room is to be kept for their missing pods. A rollout also needs
// room for those that do not run yet.
absl::Status AddRunningInPart(const lws::SetPlacement& placement, const ClusterInput& cluster, SetHeadroom* set) {
  const std::string& name = set->object->metadata().name();
  for (int index = 0; index < set->object->spec().replicas(); ++index) {
    const lws::GroupId id{set->request.namespace_name, name, index};
    const std::vector<std::optional<int32_t>> running = RunningNodes(cluster, id, set->request);
    const auto runs = [](const std::optional<int32_t>& node) { return node.has_value(); };
    if (running.empty() && set->is_rollout) ++set->missing;
    if (std::all_of(running.begin(), running.end(), runs)) continue;
    absl::StatusOr<lws::GroupRequest> request = lws::GroupRequestFromSet(*set->object, placement, index);
    if (!request.ok()) return request.status();
    PartlyRunning group{absl::StrCat(set->shown, "-", index), *std::move(request), {}};
    for (const std::optional<int32_t>& node : running) {
      group.nodes.push_back(node.has_value() ? cluster.capacity->topology().Node(*node).facts.name : "");
    }
    set->partly.push_back(std::move(group));
  }
  if (set->is_rollout) set->wanted = *set->wanted + set->missing;
  return absl::OkStatus();
}

// The groups that run in part, on the nodes of this topology.
std::vector<lws::PartlyPlacedGroup> PartlyPlaced(const SetHeadroom& set, const lws::Topology& topology) {
  std::vector<lws::PartlyPlacedGroup> groups;
  for (const PartlyRunning& group : set.partly) {
    groups.push_back({&group.request, {}, nullptr});
    for (const std::string& name : group.nodes) groups.back().nodes.push_back(topology.FindNode(name));
  }
  return groups;
}

std::string WhyNotCompleted(const std::string& name, const lws::TogetherResult& result) {
  return absl::StrCat(name, ": ", lws::DescribeNoFit(result.no_fit), CertaintyText(result));
}

// Those of the groups that can be completed one after another. The set gets the reasons why the others cannot.
absl::StatusOr<std::vector<lws::PartlyPlacedGroup>> Completable(const lws::Capacity& capacity,
                                                                const std::vector<lws::PartlyPlacedGroup>& groups,
                                                                SetHeadroom* set) {
  std::vector<lws::PartlyPlacedGroup> completable;
  lws::Capacity left = capacity;
  for (size_t i = 0; i < groups.size(); ++i) {
    const absl::StatusOr<lws::TogetherResult> result = lws::CompleteTogether(left, {&groups[i], 1}, "");
    if (!result.ok()) return result.status();
    if (result->assignments.empty()) {
      set->without_place.push_back(WhyNotCompleted(set->partly[i].name, *result));
      continue;
    }
    lws::UseMissingRanks(*groups[i].request, result->assignments.front(), groups[i].nodes, &left);
    completable.push_back(groups[i]);
  }
  return completable;
}

// Counts the room for the set beside the missing pods of groups that run in part, and stops at `limit`. Where not all
// of these can be completed, it keeps the room of those that can.
absl::Status Count(const lws::Capacity& capacity, int64_t limit, const std::function<bool()>& is_stopped,
                   SetHeadroom* set) {
  const std::vector<lws::PartlyPlacedGroup> groups = PartlyPlaced(*set, capacity.topology());
  absl::StatusOr<lws::CompletedHeadroom> counted =
      lws::CountCompletedHeadroom(capacity, groups, set->request, limit, is_stopped);
  if (!counted.ok()) return counted.status();
  set->without_place.clear();
  set->is_certain = counted->completed.is_certain;
  if (counted->completed.assignments.size() < groups.size()) {
    const absl::StatusOr<std::vector<lws::PartlyPlacedGroup>> completable = Completable(capacity, groups, set);
    if (!completable.ok()) return completable.status();
    if (!completable->empty()) {
      counted = lws::CountCompletedHeadroom(capacity, *completable, set->request, limit, is_stopped);
      if (!counted.ok()) return counted.status();
    }
  }
  set->headroom = std::move(counted->headroom);
  return absl::OkStatus();
}

absl::Status AnswerFor(const Question& question, const ClusterInput& cluster, SetHeadroom* set) {
  const auto judge = [set](const lws::Capacity& capacity, JudgedFor purpose) -> absl::StatusOr<Enough> {
    absl::Status status = purpose == JudgedFor::kSearch ? Count(capacity, *set->wanted, nullptr, set)
                                                        : Count(capacity, kMostGroups, IsInterrupted, set);
    if (!status.ok()) return status;
    return set->enough();
  };
  absl::Status status = JudgeWithAddedNodes(question, cluster, judge, &set->added);
  set->is_left_out = absl::IsCancelled(status);
  return set->is_left_out ? absl::OkStatus() : status;
}

absl::StatusOr<std::vector<SetHeadroom>> Answer(const std::vector<SetOfEitherKind>& given, const Arguments& arguments,
                                                const Question& question) {
  const absl::StatusOr<lws::SetPlacement> placement = ReadSetPlacement(arguments);
  if (!placement.ok()) return placement.status();
  absl::StatusOr<std::vector<SetHeadroom>> sets = ReadRequests(given, *placement, question);
  if (!sets.ok()) return sets.status();
  const absl::StatusOr<ClusterInput> cluster = ReadCluster(arguments, question.cluster);
  if (!cluster.ok()) return cluster.status();
  const EndsInOrder ends_in_order;
  for (const SetHeadroom& set : *sets) {
    absl::Status status = CheckLevelsOfAnnotations(*set.object, set.request, cluster->capacity->topology());
    if (!status.ok()) return set.place.Locate(status);
  }
  for (SetHeadroom& set : *sets) {
    set.is_left_out = IsInterrupted();
    if (set.is_left_out) continue;
    absl::Status status = AddRunningInPart(*placement, *cluster, &set);
    if (status.ok()) status = AnswerFor(question, *cluster, &set);
    if (!status.ok()) return status;
  }
  return sets;
}

lws::Json ToJson(const SetHeadroom& set) {
  lws::Json domains = lws::Json::array();
  for (const lws::DomainHeadroom& domain : set.headroom.domains) {
    domains.push_back({{"domain", domain.path}, {"groups", domain.groups}, {"exact", domain.exact}});
  }
  const lws::NoFit& next = set.headroom.next;
  lws::Json json = {{"set", set.object->metadata().name()},
                    {"namespace", set.request.namespace_name},
                    {"groups", set.headroom.groups},
                    {"at_most", set.headroom.at_most},
                    {"exact", set.headroom.exact},
                    {"level", set.headroom.level},
                    {"domains", std::move(domains)},
                    {"next",
                     {{"reason", lws::NoFitReasonText(next.reason)},
                      {"best", {{"domain", next.best_domain}, {"pods", next.best_pods}}},
                      {"excluded", next.excluded.empty() ? lws::Json::object() : lws::Json(next.excluded)}}}};
  if (set.wanted.has_value()) {
    json["wanted"] = *set.wanted;
    AddToJson(set.enough(), &json);
  }
  AddToJson(set.added, &json);
  if (set.missing > 0) json["do_not_run_yet"] = set.missing;
  if (!set.partly.empty()) json["run_in_part"] = set.partly.size();
  if (!set.without_place.empty()) {
    json["cannot_be_completed"] = set.without_place;
    json["cannot_be_completed_is_certain"] = set.is_certain;
  }
  if (set.headroom.is_packed) json["packed"] = true;
  if (set.headroom.is_stopped) json.erase("next");
  if (!set.headroom.not_looked_at.empty()) json["not_looked_at"] = set.headroom.not_looked_at;
  return json;
}

std::string CountText(const lws::Headroom& headroom) {
  if (headroom.exact) return absl::StrCat(headroom.groups);
  return absl::StrCat("at least ", headroom.groups, " and at most ", headroom.at_most);
}

// Prints the domains, those with the most room first.
void PrintDomains(const lws::Headroom& headroom) {
  std::vector<lws::DomainHeadroom> domains = headroom.domains;
  domains.erase(std::remove_if(domains.begin(), domains.end(), [](const auto& domain) { return domain.groups == 0; }),
                domains.end());
  std::stable_sort(domains.begin(), domains.end(), [](const auto& a, const auto& b) { return a.groups > b.groups; });
  for (size_t i = 0; i < domains.size() && i < kMostLines; ++i) {
    std::cout << absl::StreamFormat("  %-40s %s%d\n", lws::PrintableText(absl::StrJoin(domains[i].path, "/")),
                                    domains[i].exact ? "" : "at most ", domains[i].groups);
  }
  if (domains.size() > kMostLines) std::cout << "  and " << domains.size() - kMostLines << " more domains with room\n";
  const size_t without = headroom.domains.size() - domains.size();
  if (without > 0)
    std::cout << "  " << without << " of " << headroom.domains.size()
              << (without == 1 ? " has no room\n" : " have no room\n");
}

std::string CannotBeCompletedText(const SetHeadroom& set) {
  if (set.without_place.empty()) return "";
  const std::string groups = set.without_place.size() == 1
                                 ? "a group that runs in part"
                                 : absl::StrCat(set.without_place.size(), " groups that run in part");
  return absl::StrCat(", but ", set.is_certain ? "" : "perhaps ", groups, " cannot be completed");
}

void PrintNotCompleted(const std::vector<std::string>& without_place) {
  for (size_t i = 0; i < without_place.size() && i < kMostLines; ++i) {
    std::cout << "  the missing pods of a group have no place: " << lws::PrintableText(without_place[i]) << "\n";
  }
  if (without_place.size() > kMostLines) {
    std::cout << "  and those of " << without_place.size() - kMostLines << " more groups\n";
  }
}

void Print(const Question& question, const SetHeadroom& set) {
  const bool is_one = set.headroom.exact && set.headroom.groups == 1;
  std::cout << set.shown << ": " << CountText(set.headroom) << (is_one ? " more group fits" : " more groups fit")
            << BesideText(set.completed(), "group");
  const Enough by_count = EnoughFor(set.headroom.groups, set.headroom.at_most, set.wanted);
  std::cout << EnoughText(question, set.added, WantedText(question, set.wanted, set.missing), by_count)
            << CannotBeCompletedText(set);
  std::cout << "; by " << set.headroom.level << ":\n";
  PrintDomains(set.headroom);
  PrintNotCompleted(set.without_place);
  std::cout << (set.headroom.is_stopped
                    ? "  stopped: more may fit\n"
                    : absl::StrCat("  one more: ", lws::PrintableText(lws::DescribeNoFit(set.headroom.next)), "\n"));
  if (set.headroom.is_packed) {
    std::cout << "  leaders of several groups share nodes; fewer may fit of groups that are placed one after another\n";
  }
  if (set.headroom.not_looked_at.empty()) return;
  std::cout << "  not looked at: " << lws::PrintableText(absl::StrJoin(set.headroom.not_looked_at, ", "))
            << ": there may be less room\n";
}

absl::StatusOr<SliceQuestion> ReadSliceQuestion(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments,
                                                const Question& question) {
  absl::StatusOr<lws::SetPlacement> placement = ReadSetPlacement(arguments);
  if (!placement.ok()) return placement.status();
  absl::StatusOr<ClusterInput> cluster = ReadCluster(arguments, question.cluster);
  if (!cluster.ok()) return cluster.status();
  return SliceQuestion{question, *std::move(placement), *std::move(cluster), ShownNames(sets)};
}

int ShowSlices(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments, const Question& question) {
  const absl::StatusOr<SliceQuestion> asked = ReadSliceQuestion(sets, arguments, question);
  if (!asked.ok()) return Fail(asked.status());
  const absl::StatusOr<SliceAnswer> answer = AnswerForSlices(sets, *asked);
  if (!answer.ok()) return Fail(answer.status());
  if (const OutputFormat format = OutputFormatOf(arguments); format != OutputFormat::kTable) {
    std::cout << DocumentText(answer->document, format);
  } else {
    std::cout << answer->table;
  }
  return answer->all_enough ? kAsWished : kFinding;
}

}  // namespace

int RunCapacity(const std::vector<std::string>& words) {
  const std::string help = absl::StrCat(
      kUsage, kClusterHelp, "Exit 1 when --groups asks for more than fit, or for more than is certain to fit.\n");
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, help);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << help;
    return 0;
  }
  if (arguments->files.size() != 1) return Fail(absl::InvalidArgumentError("capacity needs one FILE"));
  for (const char* flag : {"--nodes", "--levels"}) {
    if (!arguments->Flag(flag, "").empty()) continue;
    return Fail(absl::InvalidArgumentError(absl::StrCat("capacity needs ", flag)));
  }
  const OutputFormat format = OutputFormatOf(*arguments);
  const absl::StatusOr<Question> question = ReadQuestion(*arguments);
  if (!question.ok()) return Fail(question.status());
  const absl::StatusOr<std::vector<SetOfEitherKind>> given =
      ReadSetsOfBothKinds(arguments->files[0], UnknownFieldsOf(*arguments));
  if (!given.ok()) return Fail(given.status(), OutputFormatOf(*arguments));
  const bool has_roles = std::any_of(given->begin(), given->end(), [](const SetOfEitherKind& set) {
    return std::holds_alternative<DisaggregatedManifest>(set);
  });
  if (has_roles) return ShowSlices(*given, *arguments, *question);
  const absl::StatusOr<std::vector<SetHeadroom>> sets = Answer(*given, *arguments, *question);
  if (!sets.ok()) return Fail(sets.status(), OutputFormatOf(*arguments));
  lws::Json report = {{"sets", lws::Json::array()}};
  for (const SetHeadroom& set : *sets) {
    if (set.is_left_out) continue;
    if (format != OutputFormat::kTable) {
      report["sets"].push_back(ToJson(set));
    } else {
      Print(*question, set);
    }
  }
  if (IsInterrupted()) report["stopped"] = true;
  if (format != OutputFormat::kTable) std::cout << DocumentText(report, format);
  const bool all_enough =
      std::all_of(sets->begin(), sets->end(), [](const SetHeadroom& set) { return set.enough() == Enough::kYes; });
  return all_enough ? kAsWished : kFinding;
}

}  // namespace lwsctl
