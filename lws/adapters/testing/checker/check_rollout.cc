#include "lws/adapters/testing/checker/check_rollout.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace lws {

using internal::Exploration;
using internal::ExploreLimits;
using internal::ExploreStates;
using internal::PackedState;
using internal::RolloutWorld;

absl::Status ValidateCheckedWorld(const RolloutWorldOptions& options) {
  if (options.replicas < 1 || options.max_surge < 0 || options.max_unavailable < 0 || options.partition < 0) {
    return absl::InvalidArgumentError(absl::StrCat("cannot be checked: ", CheckedBudgetText(options)));
  }
  const int64_t groups = int64_t{options.replicas} + std::min(options.max_surge, options.replicas);
  if (groups > kMostCheckedGroups) {
    return absl::InvalidArgumentError(absl::StrCat("replicas with maxSurge are ", groups, ", more than the ",
                                                   kMostCheckedGroups, " that can be checked"));
  }
  if (options.partition > options.replicas) {
    return absl::InvalidArgumentError(
        absl::StrCat("the partition is above the replicas: ", CheckedBudgetText(options)));
  }
  if (options.faults < 0 || options.faults > 3 || options.edits < 0 || options.edits > 2) {
    return absl::InvalidArgumentError("at most 3 faults and 2 edits can be checked");
  }
  return absl::OkStatus();
}

RolloutCheck CheckRollout(const RolloutWorldOptions& options, CheckFrom from, const ExploreLimits& limits) {
  const RolloutWorld world(options);
  const std::vector<PackedState> starts =
      from == CheckFrom::kEveryState ? world.AllBeginnings() : std::vector<PackedState>{world.Beginning()};
  const Exploration exploration = ExploreStates(world, starts, limits);
  if (exploration.broken_law != 0 && options.merges_symmetric) {
    // Merged states swap groups from step to step, which would confuse people. So find the trace again without
    // merging.
    RolloutWorldOptions unmerged = options;
    unmerged.merges_symmetric = false;
    RolloutCheck found = CheckRollout(unmerged, from, limits);
    if (!found.broken_law.empty()) return found;
    // The limits ended it before the trace was found. The law is known.
    found.options = options;
    found.broken_law = std::string(RolloutWorld::LawText(exploration.broken_law));
    return found;
  }
  RolloutCheck check;
  check.options = options;
  check.states = exploration.states;
  check.transitions = exploration.transitions;
  check.complete = exploration.complete;
  check.broken_law = std::string(RolloutWorld::LawText(exploration.broken_law));
  check.trace = world.Draw(exploration.counterexample);
  check.moments = world.Moments(exploration.counterexample);
  return check;
}

std::vector<RolloutWorldOptions> AllCheckedBudgets(int32_t groups, const RolloutWorldOptions& like) {
  std::vector<RolloutWorldOptions> all;
  RolloutWorldOptions options = like;
  for (options.replicas = 1; options.replicas <= groups; ++options.replicas) {
    const int32_t most_surge = std::min(options.replicas, groups - options.replicas);
    for (options.max_surge = 0; options.max_surge <= most_surge; ++options.max_surge) {
      options.max_unavailable = options.max_surge == 0 ? 1 : 0;
      for (; options.max_unavailable <= options.replicas; ++options.max_unavailable) {
        for (options.partition = 0; options.partition <= options.replicas; ++options.partition) all.push_back(options);
      }
    }
  }
  return all;
}

std::string CheckedBudgetText(const RolloutWorldOptions& options) {
  return absl::StrCat("replicas ", options.replicas, ", maxSurge ", options.max_surge, ", maxUnavailable ",
                      options.max_unavailable, ", partition ", options.partition);
}

}  // namespace lws
