// Checks whether a rollout policy keeps its promise whatever happens, for one set or for all small ones.
//
//   lws::RolloutWorldOptions options;    // what to check: budget, policy, faults, edits, lag
//   options.replicas = 3;
//   options.policy = lws::KeepBudget;
//   lws::RolloutCheck check = lws::CheckRollout(options, lws::CheckFrom::kEveryState, {});
//   check.broken_law.empty();    // true; otherwise check.trace shows the shortest way to break it
//
// Laws: those of explore.h and rollout_world.h.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_CHECK_ROLLOUT_H_
#define LWS_ADAPTERS_TESTING_CHECKER_CHECK_ROLLOUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lws/adapters/testing/checker/checked_moment.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/checker/rollout_world.h"

namespace lws {

enum class CheckFrom {
  kTemplateChange,  // all groups are old and ready, and the template just changed
  kEveryState,      // groups, partition and replicas in any state
};

struct RolloutCheck {
  RolloutWorldOptions options;
  int64_t states = 0;
  int64_t transitions = 0;
  bool complete = true;    // false when the limits ended the check
  std::string broken_law;  // in words; empty when all are kept
  std::string trace;       // one line per step, up to the one that breaks the law; empty when the limits cut it off
  std::vector<CheckedMoment> moments;  // the same steps as data
};

// Errors: InvalidArgument when numbers are negative or the set and its surge have more groups than the world has room
// for.
absl::Status ValidateCheckedWorld(const RolloutWorldOptions& options);

// REQUIRES: ValidateCheckedWorld(options).ok().
RolloutCheck CheckRollout(const RolloutWorldOptions& options, CheckFrom from, const internal::ExploreLimits& limits);

// Copies of `like` with every budget of at most `groups` groups: replicas from 1, maxSurge up to replicas,
// maxUnavailable up to replicas (not 0 together with a maxSurge of 0), and every partition. The order is fixed.
std::vector<RolloutWorldOptions> AllCheckedBudgets(int32_t groups, const RolloutWorldOptions& like);

// "replicas 4, maxSurge 3, maxUnavailable 2, partition 0".
std::string CheckedBudgetText(const RolloutWorldOptions& options);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_CHECKER_CHECK_ROLLOUT_H_
