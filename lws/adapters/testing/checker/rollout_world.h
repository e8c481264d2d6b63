// A set during a rollout as a small world to explore: its groups, its leader StatefulSet, and a controller that
// follows a rollout policy.
//
//   lws::RolloutWorldOptions options;
//   options.replicas = 4; options.max_surge = 3; options.max_unavailable = 2;
//   lws::internal::RolloutWorld world(options);
//   lws::internal::Exploration all = lws::internal::ExploreStates(world, {world.Beginning()}, {});
//   all.broken_law;                        // RolloutWorld::kBudget: the reference takes too many groups
//   world.Draw(all.counterexample);        // the steps that lead there
//
// A group is absent, coming up, ready, or being deleted (at first still seen as ready), and has one of three
// revisions. These steps happen in any order: the controller looks at the set and writes; the leader StatefulSet
// creates missing groups, stops those it should not have, and replaces what its partition releases; groups become
// ready and deletions end. From outside, as often as the options say, a group stops being ready or is deleted, and the
// set is edited. With `lags` the controller sees groups in former states, each with any delay. What it wrote itself it
// sees at once, because the API server's answer contains the object.
//
// The promise is replicas - maxUnavailable groups, or as many as GuaranteedReady (guarantee.h) gives at the beginning
// and after an edit if these are fewer. A fault that hits a ready group lowers it by one until the controller has seen
// the group recover. A failure that the controller has not seen yet does not count against it.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_ROLLOUT_WORLD_H_
#define LWS_ADAPTERS_TESTING_CHECKER_ROLLOUT_WORLD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/testing/checker/checked_moment.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/checker/rollout_steps.h"
#include "lws/adapters/testing/checker/rollout_world_options.h"
#include "lws/adapters/testing/checker/state_table.h"

namespace lws::internal {

class RolloutWorld : public RolloutTerms {
 public:
  using State = PackedState;

  explicit RolloutWorld(const RolloutWorldOptions& options) : options_(options) {}

  // The first state: all groups are old and ready, and the set has just got a new template.
  State Beginning() const;

  // All states of groups, partition and replicas while a template change rolls out.
  std::vector<State> AllBeginnings() const;

  // Reads a state in the notation of scenarios: "o-", "o+", "N-", "N+", "." for a missing group, "x" for one that is
  // being deleted, in order, for all replicas of the leader StatefulSet. REQUIRES: the world has room for it.
  State Parse(absl::string_view groups, int32_t partition) const;

  void Steps(const State& state, absl::FunctionRef<void(const WorldStep&)> emit) const;
  bool IsSettled(const State& state) const;

  // One line per step: what happened, the groups, partition, replicas, ready and promised groups.
  std::string Draw(const std::vector<WorldStep>& steps) const;

  // The same as data: one lane for all groups.
  std::vector<CheckedMoment> Moments(const std::vector<WorldStep>& steps) const;

  static absl::string_view LawText(uint8_t law);

 private:
  RolloutWorldOptions options_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_ROLLOUT_WORLD_H_
