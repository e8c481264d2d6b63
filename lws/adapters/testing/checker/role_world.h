// The rollout of one slice of a DisaggregatedSet as a small world to explore: its children, and a controller whose
// passes follow a policy for roles.
//
//   lws::RoleWorldOptions options;
//   options.roles = {{"a", 1, 1, {/*surge=*/0, /*unavailable=*/1}}, {"b", 2, 2, {0, 1}}};
//   lws::internal::RoleWorld world(options);
//   auto all = lws::internal::ExploreStates(world, {world.Beginning()}, {});
//   world.Draw(all.counterexample);    // how the reference comes to a state in which nothing serves
//
// These steps happen in any order: the controller makes a pass (role_pass.h), which may end after any of its writes;
// groups become ready. A child loses its newest groups, any of which may be ready ones. From outside, as often as the
// options say, a group stops being ready, a child is deleted, the template changes or changes back, and the target of a
// role moves by one. With `lags` the status of a child shows one of its former states, with any delay, and a pass sees
// only the status. What the controller wrote it sees at once, because the API server's answer contains the object, and
// so it does when a child is deleted. Without `lags` the status always shows the child as it is.
//
// Roles that come and go, several slices and scalers that are missing are not part of this world.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_ROLE_WORLD_H_
#define LWS_ADAPTERS_TESTING_CHECKER_ROLE_WORLD_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "lws/adapters/testing/checker/checked_moment.h"
#include "lws/adapters/testing/checker/checked_roles.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/checker/role_world_options.h"

namespace lws::internal {

class RoleWorld {
 public:
  using State = PackedRoles;
  using Step = WorldStepOf<PackedRoles>;

  // REQUIRES: ValidateCheckedRoles(options).ok() (check_roles.h).
  explicit RoleWorld(const RoleWorldOptions& options) : options_(options) {}

  // All groups are old and ready, and the template just changed.
  State Beginning() const;

  // Every number of old groups up to the initial ones and of new groups up to the larger of initial and target, with
  // every number of ready ones.
  std::vector<State> AllBeginnings() const;

  void Steps(const State& state, absl::FunctionRef<void(const Step&)> emit) const;

  // Whether every role has its target of new groups, all ready, and no old child is left.
  bool IsSettled(const State& state) const;

  // One line per step: what happened, then per role the ready groups of all groups of each old revision and of the new
  // one, and how many are promised.
  std::string Draw(const std::vector<Step>& steps) const;

  // The same as data: a lane per role.
  std::vector<CheckedMoment> Moments(const std::vector<Step>& steps) const;

 private:
  const RoleWorldOptions options_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_ROLE_WORLD_H_
