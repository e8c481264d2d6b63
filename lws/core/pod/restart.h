// Whether a pod's failure restarts its group.
//
//   lws::RestartFacts facts;                                     // a pod that does not fail
//   lws::RestartDecision decision = lws::DecideRestart(facts);
//   decision.restart;    // false; if true, a host deletes the leader in the foreground
//
// The decision is a first-match table over a few facts, to which the observation is reduced first.
//
// Laws:
//   1. Only kRestartGroup deletes anything.
//   2. A pod that is neither terminating nor restarted while Running or Pending never restarts its group.
//   3. A worker restarts its group only through the leader to which it belongs, by UID and by revision. The leader has
//      the labels of a leader of the worker's set: another pod with a leader's name is never deleted.
//   4. A leader that is already terminating is left alone.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_POD_RESTART_H_
#define LWS_CORE_POD_RESTART_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "lws/api/observed.h"
#include "lws/core/observation.h"
#include "lws/core/plan/decision.h"

namespace lws {

inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1

// Whether the pod's state calls for a restart of its group: it is terminating, or one of its containers has restarted
// while it is Running or Pending.
bool TriggersRestart(PodPhase phase, bool restarted, bool terminating);

struct RestartFacts {
  bool policy_restarts = false;  // RecreateGroupOnPodRestart or RecreateGroupAfterStart
  bool triggered = false;        // terminating, or restarted while Running or Pending
  bool waits_for_start = false;  // RecreateGroupAfterStart, or the experimental annotation
  bool group_started = false;    // the group has all its pods, none Pending
  bool is_leader = false;
  bool leader_exists = false;      // with the labels of the set's leaders; a leader is its own leader
  bool same_revision = false;      // as its leader
  bool belongs_to_leader = false;  // the chain of controller owners ends at the leader's UID
  bool leader_terminating = false;
};

// The facts that depend only on the set: policy_restarts and waits_for_start.
RestartFacts RestartFactsOfSet(const LeaderWorkerSet& set);

// Reduces the observation to facts. REQUIRES: observation.pod and observation.set are not null.
RestartFacts ReadRestartFacts(const PodObservation& observation);

// What a decision means for the rest of the pass.
struct RestartDecision {
  DecisionReason reason = DecisionReason::kNoTrigger;
  bool restart = false;  // delete the leader
  bool stop = false;     // the group is restarting already, so the pass ends
};

RestartDecision DecideRestart(const RestartFacts& facts);

// The group that the pod should restart, by the label of its leader; nullopt when it restarts no group of its set.
// REQUIRES: as for ReadRestartFacts.
std::optional<int32_t> GroupOwedRestart(const PodObservation& observation);

}  // namespace lws

#endif  // LWS_CORE_POD_RESTART_H_
