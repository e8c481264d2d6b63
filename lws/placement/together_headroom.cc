#include "lws/placement/together_headroom.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "lws/placement/topology.h"

namespace lws {
namespace {

// What all groups ask for, by resource of the topology; nullopt when they ask for a resource that no node offers.
std::optional<std::vector<__int128>> Wanted(const Topology& topology, absl::Span<const GroupRequest> groups) {
  const std::vector<std::string>& resources = topology.resources();
  std::vector<__int128> wanted(resources.size());
  bool is_offered = true;
  const auto add = [&](const PodShape& shape, int64_t pods) {
    wanted[0] += pods;
    for (const auto& [name, amount] : shape.amounts) {
      const auto found = std::find(resources.begin(), resources.end(), name);
      if (amount > 0 && pods > 0 && found == resources.end()) is_offered = false;
      if (found == resources.begin() || found == resources.end()) continue;
      wanted[static_cast<size_t>(found - resources.begin())] += __int128{amount} * pods;
    }
  };
  for (const GroupRequest& group : groups) {
    add(group.worker, group.workers);
    if (group.leader.has_value()) add(*group.leader, 1);
  }
  return is_offered ? std::optional<std::vector<__int128>>(std::move(wanted)) : std::nullopt;
}

// How often what is free in the domain holds what is wanted.
int64_t MostTimes(const Capacity& capacity, const std::vector<__int128>& wanted, int level, int32_t domain) {
  int64_t most = std::numeric_limits<int64_t>::max();
  const IndexRange nodes = capacity.topology().NodesOf(level, domain);
  for (size_t resource = 0; resource < wanted.size(); ++resource) {
    if (wanted[resource] == 0) continue;
    __int128 free = 0;
    for (int32_t node = nodes.begin; node < nodes.end; ++node) {
      free += std::max<int64_t>(0, capacity.Free(node)[resource]);
    }
    most = static_cast<int64_t>(std::min<__int128>(most, free / wanted[resource]));
  }
  return most;
}

void AddBounds(const Capacity& capacity, absl::Span<const GroupRequest> groups, int level, TogetherHeadroom* headroom) {
  const Topology& topology = capacity.topology();
  const std::optional<std::vector<__int128>> wanted = Wanted(topology, groups);
  __int128 sum = 0;
  for (int32_t domain = 0; domain < topology.DomainCount(level); ++domain) {
    if (!topology.IsLabelled(level, domain)) continue;
    const int64_t most = wanted.has_value() ? MostTimes(capacity, *wanted, level, domain) : 0;
    sum += most;
    if (level != Topology::kRoot) headroom->domains.push_back({topology.DomainPath(level, domain), most});
  }
  headroom->at_most = static_cast<int64_t>(std::min<__int128>(sum, std::numeric_limits<int64_t>::max()));
}

}  // namespace

absl::StatusOr<TogetherHeadroom> CountTogetherHeadroom(const Capacity& capacity, GroupsOfTime groups_of_time,
                                                       absl::string_view level, int64_t limit) {
  const std::optional<int> index = level.empty() ? Topology::kRoot : capacity.topology().LevelOf(level);
  if (!index.has_value()) return absl::InvalidArgumentError(absl::StrCat("level ", level, " is not in the topology"));
  TogetherHeadroom headroom;
  Capacity left = capacity;
  while (true) {
    const absl::StatusOr<std::vector<GroupRequest>> groups = groups_of_time(headroom.times);
    if (!groups.ok()) return groups.status();
    if (groups->empty()) return absl::InvalidArgumentError("groups: there must be one at least");
    if (headroom.times == 0) AddBounds(capacity, *groups, *index, &headroom);
    std::vector<const GroupRequest*> pointers;
    for (const GroupRequest& group : *groups) pointers.push_back(&group);
    absl::StatusOr<TogetherResult> next = AssignTogether(left, pointers, level);
    if (!next.ok()) return next.status();
    headroom.next = *std::move(next);
    if (headroom.next.assignments.empty() || headroom.times == limit) break;
    for (size_t i = 0; i < groups->size(); ++i) left.Commit((*groups)[i], headroom.next.assignments[i]);
    ++headroom.times;
  }
  headroom.exact = headroom.times == headroom.at_most;
  return headroom;
}

}  // namespace lws
