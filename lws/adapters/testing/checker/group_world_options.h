// What the small world of one group is made of: the decisions, the policy, and what may happen from outside.
//
//   lws::internal::GroupWorldOptions options;
//   options.faults = 1;
//   options.decisions.leader = Mutated;    // a decision of the test's own in the place of the library's
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_GROUP_WORLD_OPTIONS_H_
#define LWS_ADAPTERS_TESTING_CHECKER_GROUP_WORLD_OPTIONS_H_

#include <cstdint>

#include "lws/api/observed.h"
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

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_GROUP_WORLD_OPTIONS_H_
