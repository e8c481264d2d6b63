#include "examples/lwsctl/place_new.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/interruption.h"
#include "lws/placement/assign_cuboid.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/assign_together.h"
#include "lws/placement/preempt_groups.h"
#include "lws/placement/preempt_together.h"
#include "lws/placement/reassign_group.h"
#include "lws/placement/running_pods.h"
#include "lws/placement/spread_cuboid.h"
#include "lws/placement/spread_groups.h"
#include "lws/placement/topology.h"

namespace lwsctl {
namespace {

// How many groups are placed before the command looks whether it was stopped, and how long a part may take for the next
// ones to be larger.
constexpr size_t kFirstPart = 16;
constexpr std::chrono::milliseconds kLongPart(100);

absl::StatusOr<int64_t> ReadInteger(const Arguments& arguments, const std::string& flag) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(arguments.Flag(flag, ""), &number)) {
    return absl::InvalidArgumentError(absl::StrCat(flag, ": \"", arguments.Flag(flag, ""), "\" is not an integer"));
  }
  return number;
}

// Errors: InvalidArgument also for a number that no pod can have as its priority, which has 32 bits.
absl::StatusOr<int32_t> ReadPriority(const Arguments& arguments) {
  constexpr int64_t kLeast = std::numeric_limits<int32_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  const absl::StatusOr<int64_t> number = ReadInteger(arguments, "--priority");
  if (!number.ok()) return number.status();
  if (*number < kLeast || *number > kMost) {
    return absl::InvalidArgumentError(
        absl::StrCat("--priority: \"", *number, "\" is not an integer from ", kLeast, " to ", kMost));
  }
  return static_cast<int32_t>(*number);
}

// The groups without a running pod.
std::vector<PlacedGroup*> NewOnes(std::vector<PlacedGroup>* groups) {
  std::vector<PlacedGroup*> added;
  for (PlacedGroup& group : *groups) {
    if (group.RunningPods() == 0) added.push_back(&group);
  }
  return added;
}

// Calls place(part) for one part of the groups after the other, as long as the command is not stopped. The groups
// behind are left out. Parts grow as long as they take a short time, because each of them counts the nodes again.
template <typename Place>
absl::Status ForEachPart(const std::vector<PlacedGroup*>& groups, const Place& place) {
  size_t size = kFirstPart;
  for (size_t begin = 0; begin < groups.size();) {
    const auto start = std::chrono::steady_clock::now();
    const size_t end = begin + std::min(size, groups.size() - begin);
    if (IsInterrupted()) {
      for (size_t i = begin; i < groups.size(); ++i) groups[i]->is_left_out = true;
      break;
    }
    absl::Status status =
        place({groups.begin() + static_cast<std::ptrdiff_t>(begin), groups.begin() + static_cast<std::ptrdiff_t>(end)});
    if (!status.ok()) return status;
    begin = end;
    if (std::chrono::steady_clock::now() - start < kLongPart) size *= 2;
  }
  return absl::OkStatus();
}

absl::Status PlaceClose(const std::vector<PlacedGroup*>& added, lws::Capacity* capacity) {
  return ForEachPart(added, [capacity](const std::vector<PlacedGroup*>& part) -> absl::Status {
    std::vector<const lws::GroupRequest*> batch;
    for (const PlacedGroup* group : part) batch.push_back(group->request.get());
    absl::StatusOr<std::vector<lws::PlacementResult>> results = lws::AssignGroups(batch, capacity);
    if (!results.ok()) return results.status();
    for (size_t i = 0; i < part.size(); ++i) part[i]->result = std::move((*results)[i]);
    return absl::OkStatus();
  });
}

// The spread of a group's set beside those of its groups that have a place.
lws::GroupSpread SpreadOf(const NewGroupOptions& options, const PlacedGroup& group,
                          const std::vector<PlacedGroup>& groups) {
  lws::GroupSpread spread;
  spread.level = options.spread_level;
  spread.most_in_domain = options.most_in_domain;
  for (const PlacedGroup& other : groups) {
    const bool is_same_set = other.set == group.set && other.request->namespace_name == group.request->namespace_name;
    if (is_same_set && other.result.assignment.has_value()) spread.running.push_back(*other.result.assignment);
  }
  return spread;
}

// Places set by set: the groups of a set are spread, and sets do not look at each other.
absl::Status PlaceSpread(const NewGroupOptions& options, std::vector<PlacedGroup>* groups, lws::Capacity* capacity) {
  std::map<std::pair<std::string, std::string>, std::vector<PlacedGroup*>> added;  // by name and namespace of the set
  for (PlacedGroup* group : NewOnes(groups)) added[{group->set, group->request->namespace_name}].push_back(group);
  for (const auto& [set, added_groups] : added) {
    absl::Status status = ForEachPart(added_groups, [&](const std::vector<PlacedGroup*>& part) -> absl::Status {
      std::vector<const lws::GroupRequest*> batch;
      for (const PlacedGroup* group : part) batch.push_back(group->request.get());
      absl::StatusOr<lws::SpreadResult> results =
          lws::SpreadGroups(batch, SpreadOf(options, *part.front(), *groups), capacity);
      if (!results.ok()) return results.status();
      for (size_t i = 0; i < part.size(); ++i) part[i]->result = std::move(results->groups[i]);
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Places a group, with the cuboid of its set if there is one, and takes its room.
absl::StatusOr<lws::PlacementResult> PlaceOne(const NewGroupOptions& options, const PlacedGroup& group,
                                              const std::vector<PlacedGroup>& groups, lws::Capacity* capacity) {
  const lws::CuboidOfGrid* const cuboid = options.cuboid->Find(group.path());
  const bool is_spread = !options.spread_level.empty();
  if (cuboid == nullptr && is_spread) {
    absl::StatusOr<lws::SpreadResult> spread =
        lws::SpreadGroups({group.request.get()}, SpreadOf(options, group, groups), capacity);
    if (!spread.ok()) return spread.status();
    return std::move(spread->groups.front());
  }
  absl::StatusOr<lws::PlacementResult> result =
      cuboid == nullptr ? lws::AssignGroup(*capacity, *group.request)
      : is_spread       ? lws::SpreadCuboid(*capacity, *group.request, *cuboid, SpreadOf(options, group, groups))
                        : lws::AssignCuboid(*capacity, *group.request, cuboid->grid, cuboid->cuboid);
  if (result.ok() && result->assignment.has_value()) capacity->Commit(*group.request, *result->assignment);
  return result;
}

// Places groups one by one in cuboids of their own, or beside others where a set has no cuboid.
absl::Status PlaceContiguous(const NewGroupOptions& options, std::vector<PlacedGroup>* groups,
                             lws::Capacity* capacity) {
  for (PlacedGroup* group : NewOnes(groups)) {
    group->is_left_out = IsInterrupted();
    if (group->is_left_out) continue;
    absl::StatusOr<lws::PlacementResult> result = PlaceOne(options, *group, *groups, capacity);
    if (!result.ok()) return result.status();
    group->result = *std::move(result);
  }
  return absl::OkStatus();
}

// The narrowest level of which one domain holds all pods of the group; "" for none.
std::string BindingKey(const lws::GroupRequest& request, const lws::Topology& topology) {
  std::vector<std::string> keys = request.exclusive_levels;
  if (request.closeness == lws::Closeness::kRequired) keys.push_back(request.level);
  std::string narrowest;
  for (const std::string& key : keys) {
    if (narrowest.empty() || topology.LevelOf(key) > topology.LevelOf(narrowest)) narrowest = key;
  }
  return narrowest;
}

// Who would have to go for a group that runs in part, or that is to be in a cuboid.
absl::StatusOr<lws::Preemption> PreemptAsOne(const NewGroupOptions& options, const PlacedGroup& group,
                                             const std::vector<PlacedGroup>& groups, const ClusterInput& cluster) {
  lws::PartlyPlacedGroup one{group.request.get(), group.running, nullptr};
  if (options.cuboid.has_value()) one.cuboid = options.cuboid->Find(group.path());
  const std::string level = BindingKey(*group.request, cluster.capacity->topology());
  absl::StatusOr<lws::TogetherPreemption> found =
      options.spread_level.empty() || group.RunningPods() > 0
          ? lws::PreemptTogether(*cluster.capacity, {&one, 1}, level, *options.priority, cluster.groups, kMostTries)
          : lws::PreemptSpreadTogether(*cluster.capacity, {&one, 1}, level, SpreadOf(options, group, groups),
                                       *options.priority, cluster.groups, kMostTries);
  if (!found.ok()) return found.status();
  lws::Preemption preemption;
  if (!found->result.assignments.empty()) preemption.assignment = std::move(found->result.assignments.front());
  preemption.victims = std::move(found->victims);
  preemption.exact = found->exact;
  preemption.tries = found->tries;
  preemption.no_fit = std::move(found->result.no_fit);
  preemption.not_looked_at = std::move(found->result.not_looked_at);
  return preemption;
}

absl::StatusOr<lws::Preemption> PreemptFor(const NewGroupOptions& options, const PlacedGroup& group,
                                           const std::vector<PlacedGroup>& groups, const ClusterInput& cluster) {
  const bool has_cuboid = options.cuboid.has_value() && options.cuboid->Find(group.path()) != nullptr;
  if (has_cuboid || group.RunningPods() > 0) return PreemptAsOne(options, group, groups, cluster);
  const lws::Capacity& capacity = *cluster.capacity;
  const int64_t priority = *options.priority;
  if (options.spread_level.empty()) {
    return lws::PreemptGroups(capacity, *group.request, priority, cluster.groups, kMostTries);
  }
  return lws::PreemptSpreadGroup(capacity, *group.request, priority, cluster.groups, kMostTries,
                                 SpreadOf(options, group, groups));
}

// Asks for each group without a place which groups would have to go; first for those that run in part.
absl::Status Preempt(const NewGroupOptions& options, std::vector<PlacedGroup>* groups, ClusterInput* cluster) {
  std::vector<lws::RunningPods>& running = cluster->groups;
  std::set<lws::GroupId> placed;
  for (const PlacedGroup& group : *groups) placed.insert({group.request->namespace_name, group.set, group.index});
  const auto is_placed = [&](const lws::RunningPods& pods) { return placed.count(pods.id) > 0; };
  running.erase(std::remove_if(running.begin(), running.end(), is_placed), running.end());
  std::vector<PlacedGroup*> waiting;
  for (PlacedGroup& group : *groups) {
    if (!group.result.assignment.has_value() && !group.is_left_out) waiting.push_back(&group);
  }
  std::stable_partition(waiting.begin(), waiting.end(),
                        [](const PlacedGroup* group) { return group->RunningPods() > 0; });
  for (PlacedGroup* group : waiting) {
    if (IsInterrupted()) break;
    absl::StatusOr<lws::Preemption> found = PreemptFor(options, *group, *groups, *cluster);
    if (!found.ok()) return found.status();
    group->result.no_fit = std::move(found->no_fit);
    if (!found->assignment.has_value()) continue;
    group->victims_are_bounded = !found->exact;
    group->victims = TakeVictims(found->victims, cluster);
    group->result.assignment = std::move(found->assignment);
    lws::UseMissingRanks(*group->request, *group->result.assignment, group->running, cluster->capacity.get());
  }
  return absl::OkStatus();
}

}  // namespace

const char kNewGroupHelp[] =
    "  --spread KEY       each new group in a domain of this level that has the fewest groups of its set\n"
    "  --most-in-domain N with --spread: at most N groups of a set in one domain\n"
    "  --priority N       the priority of the pods of FILE: for a group without a place, print which groups of lower\n"
    "                     priority would have to go, as few and as low as possible; with --spread in one domain that\n"
    "                     has fewer groups of the set than it may have; pods that run stay where they are\n";

absl::StatusOr<NewGroupOptions> ReadNewGroupOptions(const std::vector<SetOfEitherKind>& sets,
                                                    const Arguments& arguments) {
  NewGroupOptions options;
  options.spread_level = arguments.Flag("--spread", "");
  if (arguments.flags.count("--most-in-domain") > 0) {
    const absl::StatusOr<int64_t> most = ReadInteger(arguments, "--most-in-domain");
    if (!most.ok()) return most.status();
    if (*most < 0 || options.spread_level.empty()) {
      return absl::InvalidArgumentError("--most-in-domain: needs --spread and a number that is not negative");
    }
    options.most_in_domain = *most;
  }
  if (arguments.flags.count("--priority") > 0) {
    const absl::StatusOr<int32_t> priority = ReadPriority(arguments);
    if (!priority.ok()) return priority.status();
    options.priority = *priority;
  }
  absl::StatusOr<std::optional<CuboidOptions>> cuboid = ReadCuboidOptions(sets, arguments);
  if (!cuboid.ok()) return cuboid.status();
  options.cuboid = *std::move(cuboid);
  return options;
}

absl::Status PlaceNewGroups(const NewGroupOptions& options, ClusterInput* cluster, std::vector<PlacedGroup>* groups) {
  absl::Status status;
  if (options.cuboid.has_value()) {
    status = PlaceContiguous(options, groups, cluster->capacity.get());
  } else if (options.spread_level.empty()) {
    status = PlaceClose(NewOnes(groups), cluster->capacity.get());
  } else {
    status = PlaceSpread(options, groups, cluster->capacity.get());
  }
  if (!status.ok() || !options.priority.has_value()) return status;
  return Preempt(options, groups, cluster);
}

}  // namespace lwsctl
