// Tests sets under many faults at once. A seed decides what goes wrong and how often, and the laws of a rollout are
// checked after every step. Then the faults stop, and everything must recover.
//
//   lws::SwarmResult result = lws::RunSwarmCase(lws::DrawSwarmCase(/*seed=*/17), lws::KeepBudget);
//   result.broken_law;    // empty, or what broke
//   lws::SwarmCase least = lws::MinimizeSwarmCase(lws::DrawSwarmCase(17), policy);
//   lws::SwarmCaseToYaml(least);    // a minimal file that breaks the same law
//
// The seed decides: the set and its budget, the nodes, how long groups must be ready, edits (also to images that
// cannot be pulled), failing containers, deleted pods, nodes that die or stop for a while, and the rates of faults.h.
// The set lives in the simulation in numbers (set_simulation.h), whose controller is ReconcileSet on a Fleet.
//
//   lws::SwarmCase of_roles = lws::DrawRoleSwarmCase(/*seed=*/17);
//   lws::RunRoleSwarmCase(of_roles, lws::DisaggregatedOptionsFor(*lws::FindRolePolicy("keep-role-budgets")));
//
// A DisaggregatedSet lives in the simulated cluster of objects (disaggregated_simulation.h), with both controllers; the
// seed also decides its roles and slices, reverts, and what autoscalers ask for.
//
// Laws that are checked if the policy keeps the budget:
//   1. Never fewer groups are ready than promised: replicas - maxUnavailable, or as many as could be counted on. Each
//      failed group lowers the promise by one until it is ready again and seen. What the controller cannot have seen
//      does not count against it (as in rollout_world.h).
// Laws for every policy:
//   2. The leader StatefulSet has at most replicas + maxSurge replicas, or as many as it had before.
//   3. After the faults have stopped, all groups become ready in the newest revision, and nothing is due any more.
// Laws for roles. The first three are checked if the policy keeps the budgets of roles:
//   4. Never fewer groups of a role of a slice are ready than promised: min(initial, wanted) - maxUnavailable, or as
//      many as were ready. Failures are excused as in law 1.
//   5. No group is added to a role that then has more than max(initial, wanted) + maxSurge.
//   6. No old revision has groups of some of its roles only, unless a pass was interrupted between its writes.
//   7. After the faults have stopped, every role has the wanted groups, all new and ready, and no old group is left.
// The swarm itself is deterministic: the same case and policy give the same result on every compiler.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SWARM_SWARM_H_
#define LWS_ADAPTERS_TESTING_SWARM_SWARM_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/adapters/testing/swarm/swarm_case.h"
#include "lws/api/json.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/rollout/planner.h"

namespace lws {

SwarmCase DrawSwarmCase(uint64_t seed);
SwarmCase DrawRoleSwarmCase(uint64_t seed);  // of a DisaggregatedSet

struct SwarmResult {
  std::string broken_law;  // empty: none
  absl::Duration when;     // the time of the break, since the beginning
  int64_t steps = 0;       // steps of the cluster
  uint64_t log = 0;        // a hash of all states in order
  // By how many hundredths of its target a role was ahead of another one of its slice, at most.
  int32_t skew_percent = 0;
};

enum class SwarmChecks { kAll, kWithoutPromise };

// REQUIRES: the case is of a LeaderWorkerSet, respectively of a DisaggregatedSet.
SwarmResult RunSwarmCase(const SwarmCase& what, RolloutPolicy policy, SwarmChecks checks = SwarmChecks::kAll);
SwarmResult RunRoleSwarmCase(const SwarmCase& what, const DisaggregatedOptions& roles,
                             SwarmChecks checks = SwarmChecks::kAll);

// A smaller case that breaks the same law: no event, kind of fault, group or worker can be removed from it. Its seed
// may differ. When `is_stopped`, which is asked before every run if it is set, returns true, the smallest case found so
// far is returned. REQUIRES: the case breaks a law. Complexity: some thousands of runs.
SwarmCase MinimizeSwarmCase(const SwarmCase& what, RolloutPolicy policy, SwarmChecks checks = SwarmChecks::kAll,
                            const std::function<bool()>& is_stopped = nullptr);
SwarmCase MinimizeRoleSwarmCase(const SwarmCase& what, const DisaggregatedOptions& roles,
                                SwarmChecks checks = SwarmChecks::kAll,
                                const std::function<bool()>& is_stopped = nullptr);

// A file that ReadSwarmCase reads.
std::string SwarmCaseToYaml(const SwarmCase& what);

// Errors: InvalidArgument naming the field.
absl::StatusOr<SwarmCase> ReadSwarmCase(const Json& document);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SWARM_SWARM_H_
