#include "lws/core/pod/pod_decision.h"

namespace lws::internal {

PodDecision DecidePod(const RestartDecision& restart, bool is_leader,
                      absl::FunctionRef<DecisionReason()> decide_leader) {
  PodDecision decision;
  decision.restart = restart;
  if (is_leader && !restart.restart && !restart.stop) decision.leader = decide_leader();
  return decision;
}

RestartDecision RestartDecisionOf(GroupRestartReason reason) {
  switch (reason) {
    case GroupRestartReason::kNoLeader:
      return {DecisionReason::kLeaderAbsent, false, false};
    case GroupRestartReason::kAlreadyRestarting:
      return {DecisionReason::kAlreadyRestarting, false, true};
    case GroupRestartReason::kNoFailure:
      return {DecisionReason::kNoTrigger, false, false};
    case GroupRestartReason::kIgnored:
      return {DecisionReason::kFailureIgnored, false, false};
    case GroupRestartReason::kStillStarting:
      return {DecisionReason::kGroupStillStarting, false, false};
    case GroupRestartReason::kGaveUp:
      return {DecisionReason::kGaveUp, false, false};
    case GroupRestartReason::kBackingOff:
      return {DecisionReason::kBackingOff, false, true};
    case GroupRestartReason::kRestart:
      break;
  }
  return {DecisionReason::kRestartGroup, true, true};
}

}  // namespace lws::internal
