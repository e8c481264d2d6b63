// The options of the small world of one group: the decisions, the policy, and what may happen from outside.
//
//   lws::internal::GroupWorldOptions options;
//   options.faults = 1;
//   options.decisions.leader = Mutated;    // a test's own decision instead of the library's
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

// The decisions of the controller of a group.
struct GroupDecisions {
  RestartDecision (*restart)(const RestartFacts&) = DecideRestart;
  DecisionReason (*leader)(const LeaderFacts&) = DecideLeader;
  bool (*workers_ready)(const ObservedStatefulSet&) = AreGroupWorkersReady;
  // Chooses, from the leader's and the set's revision, the one that gives new workers their template or their size.
  int32_t (*template_of)(int32_t leader, int32_t set) = [](int32_t leader, int32_t) { return leader; };
  int32_t (*size_of)(int32_t leader, int32_t set) = [](int32_t leader, int32_t) { return leader; };
  // Whether existing workers are changed.
  bool patches_workers = false;
};

struct GroupWorldOptions {
  GroupDecisions decisions;
  // Borrowed. Null: the reference's restarts. The policy must have no limits, backoff and rules: it would wait or give
  // up.
  const RestartPolicy* policy = nullptr;
  int32_t faults = 0;  // at most 3
  bool template_changes = false;
  bool partition_holds = false;   // the group is below the partition, so it keeps its revision
  bool waits_for_leader = false;  // startup policy LeaderReady
  bool deletes_workers = true;    // whether workers are deleted among the faults
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_GROUP_WORLD_OPTIONS_H_
