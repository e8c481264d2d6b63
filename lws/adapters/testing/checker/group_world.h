// One group, from its leader to its workers, as a small world to be explored: who deletes what when something fails,
// and of which revision what is made is.
//
//   lws::internal::GroupWorldOptions options;
//   options.faults = 1;
//   lws::internal::GroupWorld world(options);
//   lws::internal::Exploration all = lws::internal::Explore(world, {world.Beginning()}, {});
//   all.broken_law;    // kStuck: the reference misses a worker that was made anew before it looked
//
// A leader, its StatefulSet of workers, and one worker stand for a group of any size. In any order: the controller
// looks at a pod; the leader StatefulSet makes the leader, and replaces it when the template changed; the workers'
// StatefulSet makes its worker; the garbage collector takes what has lost its owner; deletions in the foreground wait
// for dependents. From outside: containers restart, pods are deleted, with time to see it and without, and the template
// changes. The decisions are the library's; a test can put others in their place.
//
// With a restart policy the controller remembers the members, and may crash after either of its two writes: keeping
// the memory and deleting the leader, in any order. A failure is then owed only of a member that was seen.
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
#include "lws/adapters/testing/checker/state_table.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/restart.h"
#include "lws/core/pod/restart_policy.h"

namespace lws::internal {

// What the controller of a group goes by.
struct GroupDecisions {
  RestartDecision (*restart)(const RestartFacts&) = DecideRestart;
  DecisionReason (*leader)(const LeaderFacts&) = DecideLeader;
  bool (*workers_ready)(const ObservedStatefulSet&) = WorkersReady;
  // Of the two revisions, the leader's and the set's: the one that new workers get their template, or their size, from.
  int32_t (*template_of)(int32_t leader, int32_t set) = [](int32_t leader, int32_t) { return leader; };
  int32_t (*size_of)(int32_t leader, int32_t set) = [](int32_t leader, int32_t) { return leader; };
  // Whether workers that exist are written anew.
  bool patches_workers = false;
};

struct GroupWorldOptions {
  GroupDecisions decisions;
  // Borrowed; null: the reference's way. Without limits, backoff and rules, which make it wait or give up.
  const RestartPolicy* policy = nullptr;
  int32_t faults = 0;  // at most 3
  bool template_changes = false;
  bool partition_holds = false;   // the group is below the partition: it keeps its revision
  bool waits_for_leader = false;  // startup policy LeaderReady
  bool deletes_workers = true;    // among the faults
};

class GroupWorld {
 public:
  using State = PackedState;

  enum Law : uint8_t {
    kRestartWithoutFailure = 1,  // the leader is deleted, and no member of its life had failed
    kMixedRevisions,             // a group serves, and its parts are of two revisions
    kNotReady,                   // a group counts as ready, and its worker is not
    kStartedTooEarly,            // workers are made before their leader is ready
  };

  enum Kind : uint8_t {
    kStart,
    kLeaderCreated,
    kLeaderReady,
    kLeaderReplaced,
    kLeaderGone,
    kWorkersCreated,  // their StatefulSet
    kWorkersWritten,
    kWorkersStopping,
    kWorkersGone,
    kWorkerCreated,
    kWorkerReady,
    kWorkerStopping,
    kWorkerGone,
    kRestarted,
    kRemembered,
    kLeaderFails,  // faults
    kWorkerFails,
    kLeaderDeleted,
    kWorkerDeleted,
    kWorkerLost,
    kTemplateChanged,
  };

  explicit GroupWorld(const GroupWorldOptions& options) : options_(options) {}

  // The leader has yet to be made.
  State Beginning() const;

  void Steps(const State& state, absl::FunctionRef<void(const WorldStep&)> emit) const;
  // All is there, of the revision it should be, and no failure is left without its restart.
  bool IsSettled(const State& state) const;

  // A line a step.
  std::string Draw(const std::vector<WorldStep>& steps) const;

  static absl::string_view LawText(uint8_t law);

 private:
  GroupWorldOptions options_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_GROUP_WORLD_H_
