// Sets under a swarm of faults: what goes wrong, and how often, is drawn from a seed; the laws of a rollout are checked
// after every step; then the faults stop, and all has to come right.
//
//   lws::SwarmResult result = lws::RunSwarmCase(lws::DrawSwarmCase(/*seed=*/17), lws::KeepBudget);
//   result.broken_law;    // empty, or what broke
//   lws::SwarmCase least = lws::Minimize(lws::DrawSwarmCase(17), policy);
//   lws::ToYaml(least);    // a file that shows the same with as little as may be
//
// What is drawn: the set and its budget, the nodes, how long groups have to be ready, edits (also to images that do not
// come), containers that fail, pods that are deleted, nodes that die or go away for a while, and the rates of
// faults.h. The set lives in the simulation in numbers (set_simulation.h), whose controller is ReconcileSet
// on a Fleet.
//
// Laws checked, where `promises` says that the policy keeps the budget:
//   1. Never fewer groups are ready than promised: replicas - maxUnavailable, or as many as there were to count on; one
//      less for each that failed, until it is ready again and seen; what the controller cannot have seen is not held
//      against it (as in rollout_world.h).
// and of every policy:
//   2. The leader StatefulSet has at most replicas + maxSurge replicas, or as many as it had.
//   3. When the faults have stopped, all groups become ready, of the newest revision, and nothing is due any more.
// And of the swarm itself: same case, same policy, same result, on every compiler.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SWARM_SWARM_H_
#define LWS_ADAPTERS_TESTING_SWARM_SWARM_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/adapters/testing/swarm/swarm_case.h"
#include "lws/api/json.h"
#include "lws/rollout/planner.h"

namespace lws {

SwarmCase DrawSwarmCase(uint64_t seed);

struct SwarmResult {
  std::string broken_law;  // empty: none
  absl::Duration when;     // since the beginning, of what broke
  int64_t steps = 0;       // that the cluster took
  uint64_t log = 0;        // of all states there were, in order
};

enum class SwarmChecks { kAll, kWithoutPromise };

SwarmResult RunSwarmCase(const SwarmCase& what, RolloutPolicy policy, SwarmChecks checks = SwarmChecks::kAll);

// A case that breaks the same law with less: no event and no kind of fault can be taken from it, and it has no group or
// worker too many. The seed may be another. REQUIRES: it breaks a law. Complexity: some thousands of runs.
SwarmCase Minimize(const SwarmCase& what, RolloutPolicy policy, SwarmChecks checks = SwarmChecks::kAll);

// A file that ReadSwarmCase reads.
std::string ToYaml(const SwarmCase& what);

// Errors: InvalidArgument naming the field.
absl::StatusOr<SwarmCase> ReadSwarmCase(const Json& document);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SWARM_SWARM_H_
