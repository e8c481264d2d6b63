#include "lws/placement/assign_together.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/placement/search/assign_batch.h"
#include "lws/placement/topology.h"

namespace lws {

using internal::AfterNoFit;
using internal::AssignBatch;
using internal::BatchDomain;

namespace {

// The groups in the domain, which is the root for the whole cluster. The capacity stays as it is.
absl::StatusOr<TogetherResult> AssignIn(absl::Span<const GroupRequest* const> groups, const BatchDomain& domain,
                                        Capacity* capacity) {
  const Topology& topology = capacity->topology();
  TogetherResult result;
  if (domain.level != Topology::kRoot) result.domain = topology.DomainPath(domain.level, domain.domain);
  absl::StatusOr<std::vector<PlacementResult>> placed = AssignBatch(groups, domain, AfterNoFit::kStop, capacity);
  if (!placed.ok()) return placed.status();
  std::set<std::string> not_looked_at;
  for (size_t i = 0; i < placed->size(); ++i) {
    PlacementResult& group = (*placed)[i];
    not_looked_at.insert(group.not_looked_at.begin(), group.not_looked_at.end());
    if (!group.assignment.has_value()) {
      result.no_fit = std::move(group.no_fit);
      continue;  // it is the last one
    }
    capacity->Release(*groups[i], *group.assignment);
    result.assignments.push_back(*std::move(group.assignment));
  }
  result.most_groups = result.assignments.size();
  if (result.most_groups < groups.size()) {
    result.assignments.clear();
  } else {
    result.not_looked_at.assign(not_looked_at.begin(), not_looked_at.end());
  }
  return result;
}

// What is free of every resource in the domain; overcommitted nodes have nothing.
std::vector<int64_t> FreeIn(const Capacity& capacity, int level, int32_t domain) {
  const Topology& topology = capacity.topology();
  std::vector<int64_t> free(topology.resources().size());
  const IndexRange nodes = topology.NodesOf(level, domain);
  for (int32_t node = nodes.begin; node < nodes.end; ++node) {
    for (size_t i = 0; i < free.size(); ++i) free[i] += std::max<int64_t>(0, capacity.Free(node)[i]);
  }
  return free;
}

// The resource of which the groups ask for the largest share of what is free in the cluster.
size_t ScarcestResource(const Capacity& capacity, absl::Span<const GroupRequest* const> groups) {
  const std::vector<std::string>& resources = capacity.topology().resources();
  const std::vector<int64_t> free = FreeIn(capacity, Topology::kRoot, 0);
  size_t scarcest = 0;
  double most = -1;
  for (size_t i = 0; i < resources.size(); ++i) {
    double wanted = 0;
    const auto add = [&](const PodShape& shape, int64_t pods) {
      const auto found = shape.amounts.find(resources[i]);
      const int64_t listed = found == shape.amounts.end() ? 0 : found->second;
      const int64_t amount = i == 0 ? 1 : listed;  // every pod takes one of "pods", which comes first
      wanted += static_cast<double>(amount) * static_cast<double>(pods);
    };
    for (const GroupRequest* group : groups) {
      add(group->worker, group->workers);
      if (group->leader.has_value()) add(*group->leader, 1);
    }
    const double share = wanted / static_cast<double>(std::max<int64_t>(1, free[i]));
    if (share > most) {
      most = share;
      scarcest = i;
    }
  }
  return scarcest;
}

// The domains of the level by what is free of the resource, the fullest first.
std::vector<int32_t> FullestFirst(const Capacity& capacity, int level, size_t resource) {
  std::vector<std::pair<int64_t, int32_t>> order;
  for (int32_t domain = 0; domain < capacity.topology().DomainCount(level); ++domain) {
    if (!capacity.topology().IsLabelled(level, domain)) continue;
    const std::vector<int64_t> free = FreeIn(capacity, level, domain);
    order.emplace_back(free.empty() ? 0 : free[resource], domain);
  }
  std::sort(order.begin(), order.end());
  std::vector<int32_t> domains;
  for (const auto& [free, domain] : order) domains.push_back(domain);
  return domains;
}

}  // namespace

absl::StatusOr<TogetherResult> AssignTogether(const Capacity& capacity, absl::Span<const GroupRequest* const> groups,
                                              absl::string_view level) {
  Capacity left = capacity;
  if (level.empty()) return AssignIn(groups, {}, &left);
  const std::optional<int> index = capacity.topology().LevelOf(level);
  if (!index.has_value()) return absl::InvalidArgumentError(absl::StrCat("level ", level, " is not in the topology"));
  std::optional<TogetherResult> best;
  for (const int32_t domain : FullestFirst(capacity, *index, ScarcestResource(capacity, groups))) {
    absl::StatusOr<TogetherResult> result = AssignIn(groups, {*index, domain}, &left);
    if (!result.ok() || result->assignments.size() == groups.size()) return result;
    if (!best.has_value() || result->most_groups > best->most_groups) best = *std::move(result);
  }
  if (best.has_value()) return *std::move(best);
  TogetherResult none;
  none.no_fit.level = std::string(level);
  return none;
}

}  // namespace lws
