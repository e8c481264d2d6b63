// One look at a pod as a sequence of decisions: whether its group restarts, then what a leader lacks.
//
//   lws::RestartDecision restart = lws::DecideRestart(facts);
//   lws::internal::PodDecision decision =
//       lws::internal::DecidePod(restart, facts.is_leader, [&] { return lws::DecideLeader(leader_facts); });
//   *decision.leader;    // lws::DecisionReason::kWorkersMissing: create their StatefulSet
//
// Everybody who decides on a pod uses this sequence: ReconcilePod on observations, the simulation in numbers on facts,
// and the checker on its states.
//
// Laws:
//   1. A look that restarts the group, or finds that the group is restarting already, does nothing else.
//   2. Only a leader can lack something. Its table is read at most once, and only if law 1 lets the look continue.
//   3. A decision of a restart policy ends the look when the leader is to be deleted, is being deleted, or has to
//      wait for its backoff.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_POD_POD_DECISION_H_
#define LWS_CORE_POD_POD_DECISION_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "lws/core/plan/decision.h"
#include "lws/core/pod/restart.h"
#include "lws/core/pod/restart_policy.h"

namespace lws::internal {

struct PodDecision {
  RestartDecision restart;
  // What the leader needs next; nullopt for a worker, and when the restart ends the look.
  std::optional<DecisionReason> leader;
};

PodDecision DecidePod(const RestartDecision& restart, bool is_leader,
                      absl::FunctionRef<DecisionReason()> decide_leader);

// What the decision of a restart policy on the group means for the rest of the look.
RestartDecision RestartDecisionOf(GroupRestartReason reason);

}  // namespace lws::internal

#endif  // LWS_CORE_POD_POD_DECISION_H_
