// Looks for the groups of lower priority whose leaving makes room for what is wanted: one group, or several together.
//
//   std::vector<lws::RunningPods> groups(1);
//   groups[0].pods.push_back({0, request.worker});
//   capacity.Use(0, request.worker);
//   const auto has_place = [&](const lws::Capacity& left, const lws::TopologyDomain&) {
//     return left.Free(0)[0] == topology.Allocatable(0)[0];    // no pod is on the first node
//   };
//   lws::internal::Victims victims = lws::internal::FindVictims(capacity, {has_place}, /*priority=*/5, groups, 1000);
//   victims.groups.size();    // 1
//
// It first finds the lowest priority up to which groups must go, then puts back the groups that can stay, those of the
// highest priority first, and then tries all smaller sets. Laws 1 to 5 of preempt_groups.h are kept here.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_VICTIM_SEARCH_H_
#define LWS_PLACEMENT_SEARCH_VICTIM_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/running_pods.h"
#include "lws/placement/topology.h"
#include "lws/placement/topology_domain.h"

namespace lws::internal {

struct VictimQuestion {
  // Whether what is wanted has a place in the scope beside what `left` has.
  absl::FunctionRef<bool(const Capacity& left, const TopologyDomain& scope)> has_place;
  // The part of the cluster in which a place is wanted.
  TopologyDomain scope;
  // One domain of this level holds all pods, so that only groups in it, and those that hold it, matter.
  // Topology::kRoot when there is no such level, or when pods elsewhere matter, too.
  int binding_level = Topology::kRoot;
  // The widest level of which what is wanted must have a domain for itself; else the binding level.
  int widest_exclusive_level = Topology::kRoot;
  // Whether the leaving of a group never takes a place away.
  bool is_monotone = true;
};

// Sets the levels for these requests, all pods of which must be in one domain of `level` if that is not the root.
// The question's scope is set already.
void BindLevelsOfVictims(const Capacity& capacity, absl::Span<const GroupRequest* const> requests, int level,
                         VictimQuestion* question);

struct Victims {
  // Whether there is a place when they are gone. If not, they are all groups of lower priority.
  bool make_room = false;
  // In order.
  std::vector<size_t> groups;
  bool exact = true;
  int64_t tries = 0;
};

// `capacity` contains the pods of `groups`, and what they hold. Complexity: O(priorities) calls of has_place for the
// whole scope, then one for each domain of the binding level and each try.
Victims FindVictims(const Capacity& capacity, const VictimQuestion& question, int64_t priority,
                    absl::Span<const RunningPods> groups, int64_t tries);

// What law 3 of preempt_groups.h compares first: the highest priority, the groups and the pods.
std::tuple<int64_t, size_t, size_t> CostOfVictims(absl::Span<const RunningPods> groups,
                                                  const std::vector<size_t>& victims);

// The capacity without these groups.
Capacity CapacityWithoutVictims(const Capacity& capacity, absl::Span<const RunningPods> groups,
                                const std::vector<size_t>& victims);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_VICTIM_SEARCH_H_
