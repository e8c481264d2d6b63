// One group, from its leader to its workers, as a small world to explore: who deletes what when something fails, and
// which revision new objects get.
//
//   lws::internal::GroupWorldOptions options;
//   options.faults = 1;
//   lws::internal::GroupWorld world(options);
//   lws::internal::Exploration all = lws::internal::ExploreStates(world, {world.Beginning()}, {});
//   all.broken_law;    // kStuck: the reference misses a worker that was recreated before it looked
//
// A leader, its StatefulSet of workers, and one worker stand for a group of any size. These steps happen in any order:
// the controller looks at a pod; the leader StatefulSet creates the leader, and replaces it when the template changed;
// the workers' StatefulSet creates its worker; the garbage collector removes what has lost its owner; deletions in the
// foreground wait for dependents. From outside, containers restart, pods are deleted (with and without time to see
// it), and the template changes. The decisions are the library's; a test can replace them.
//
// With a restart policy the controller remembers the members. It may crash after either of its two writes, which are
// keeping the memory and deleting the leader, in any order. A failure then must lead to a restart only if its member
// had been seen.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_GROUP_WORLD_H_
#define LWS_ADAPTERS_TESTING_CHECKER_GROUP_WORLD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/checker/group_steps.h"
#include "lws/adapters/testing/checker/group_world_options.h"
#include "lws/adapters/testing/checker/state_table.h"

namespace lws::internal {

class GroupWorld : public GroupTerms {
 public:
  using State = PackedState;

  explicit GroupWorld(const GroupWorldOptions& options) : options_(options) {}

  // The first state: the leader does not exist yet.
  State Beginning() const;

  void Steps(const State& state, absl::FunctionRef<void(const WorldStep&)> emit) const;
  // Whether everything exists in the right revision, and every failure had its restart.
  bool IsSettled(const State& state) const;

  // One line per step.
  std::string Draw(const std::vector<WorldStep>& steps) const;

  static absl::string_view LawText(uint8_t law);

 private:
  GroupWorldOptions options_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_GROUP_WORLD_H_
