#include "lws/placement/together_headroom.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "lws/placement/search/resource_totals.h"
#include "lws/placement/topology.h"

namespace lws {

using internal::FreeInDomain;
using internal::ResourcesWantedBy;
using internal::WantedAmounts;

namespace {

// How often what is free in the domain holds what is wanted.
int64_t MostTimes(const Capacity& capacity, const std::vector<__int128>& wanted, int level, int32_t domain) {
  const std::vector<__int128> free = FreeInDomain(capacity, level, domain);
  __int128 most = std::numeric_limits<int64_t>::max();
  for (size_t resource = 0; resource < wanted.size(); ++resource) {
    if (wanted[resource] > 0) most = std::min(most, free[resource] / wanted[resource]);
  }
  return static_cast<int64_t>(most);
}

// Domains of one level that groups or subgroups of a namespace hold, each its own.
using Held = std::tuple<Holder, std::string, int>;

// How many such domains the groups hold.
std::map<Held, int64_t> DomainsHeldBy(const Topology& topology, absl::Span<const GroupRequest* const> groups) {
  std::map<Held, int64_t> held;
  for (const GroupRequest* group : groups) {
    const std::set<std::string> keys(group->exclusive_levels.begin(), group->exclusive_levels.end());
    for (const std::string& key : keys) {
      const std::optional<int> level = topology.LevelOf(key);
      if (level.has_value()) ++held[{Holder::kGroup, group->namespace_name, *level}];
    }
    for (const SubgroupLayer& layer : group->subgroups) {
      const std::optional<int> level = topology.LevelOf(layer.level);
      if (!layer.exclusive || !level.has_value() || layer.size < 1) continue;
      const bool counts_leader = group->leader.has_value() && group->subgroup_leader == SubgroupLeader::kMember;
      held[{Holder::kSubgroup, group->namespace_name, *level}] += (group->workers + counts_leader) / layer.size;
    }
  }
  return held;
}

// How often the domain has enough domains that nobody holds.
int64_t MostTimesAlone(const Capacity& capacity, const std::map<Held, int64_t>& held, int level, int32_t domain) {
  const Topology& topology = capacity.topology();
  int64_t most = std::numeric_limits<int64_t>::max();
  for (const auto& [kind, count] : held) {
    const auto& [holder, namespace_name, at] = kind;
    if (count == 0) continue;
    const int32_t around = at <= level ? topology.DomainOf(at, topology.NodesOf(level, domain).begin) : 0;
    const IndexRange within = at <= level ? IndexRange{around, around + 1} : topology.DomainsWithin(level, domain, at);
    int64_t free = 0;
    for (int32_t i = within.begin; i < within.end; ++i) {
      free += topology.IsLabelled(at, i) && capacity.Holds(holder, namespace_name, at, i) == 0;
    }
    most = std::min(most, free / count);
  }
  return most;
}

void AddBounds(const Capacity& capacity, absl::Span<const GroupRequest* const> groups, int level,
               TogetherHeadroom* headroom) {
  const Topology& topology = capacity.topology();
  const WantedAmounts wanted = ResourcesWantedBy(topology, groups);
  const std::map<Held, int64_t> held = DomainsHeldBy(topology, groups);
  __int128 sum = 0;
  for (int32_t domain = 0; domain < topology.DomainCount(level); ++domain) {
    if (!topology.IsLabelled(level, domain)) continue;
    const int64_t by_room = wanted.is_offered ? MostTimes(capacity, wanted.amounts, level, domain) : 0;
    const int64_t most = std::min(by_room, MostTimesAlone(capacity, held, level, domain));
    sum += most;
    if (level != Topology::kRoot) headroom->domains.push_back({topology.DomainPath(level, domain), most});
  }
  headroom->at_most = static_cast<int64_t>(std::min<__int128>(sum, std::numeric_limits<int64_t>::max()));
}

}  // namespace

absl::StatusOr<TogetherHeadroom> CountTogetherHeadroom(const Capacity& capacity, GroupsOfTime groups_of_time,
                                                       absl::string_view level, int64_t limit,
                                                       const std::function<bool()>& is_stopped) {
  const std::optional<int> index = level.empty() ? Topology::kRoot : capacity.topology().LevelOf(level);
  if (!index.has_value()) return absl::InvalidArgumentError(absl::StrCat("level ", level, " is not in the topology"));
  TogetherHeadroom headroom;
  Capacity left = capacity;
  while (true) {
    const absl::StatusOr<std::vector<GroupRequest>> groups = groups_of_time(headroom.times);
    if (!groups.ok()) return groups.status();
    if (groups->empty()) return absl::InvalidArgumentError("groups: there must be one at least");
    std::vector<const GroupRequest*> pointers;
    for (const GroupRequest& group : *groups) pointers.push_back(&group);
    if (headroom.times == 0) AddBounds(capacity, pointers, *index, &headroom);
    headroom.is_stopped = is_stopped != nullptr && is_stopped();
    if (headroom.is_stopped) break;
    absl::StatusOr<TogetherResult> next = AssignTogether(left, pointers, level);
    if (!next.ok()) return next.status();
    headroom.next = *std::move(next);
    if (headroom.next.assignments.empty() || headroom.times == limit) break;
    for (size_t i = 0; i < groups->size(); ++i) left.Commit((*groups)[i], headroom.next.assignments[i]);
    ++headroom.times;
  }
  const bool have_none =
      limit > 0 && headroom.times == 0 && headroom.next.assignments.empty() && headroom.next.is_certain;
  if (have_none) {
    headroom.at_most = 0;
    for (DomainHeadroom& domain : headroom.domains) domain.groups = 0;
  }
  headroom.exact = headroom.times == headroom.at_most;
  return headroom;
}

}  // namespace lws
