#include "lws/core/pod/pod_decision.h"

namespace lws::internal {

PodDecision DecidePod(const RestartDecision& restart, bool is_leader,
                      absl::FunctionRef<DecisionReason()> decide_leader) {
  PodDecision decision;
  decision.restart = restart;
  if (is_leader && !restart.restart && !restart.stop) decision.leader = decide_leader();
  return decision;
}

RestartDecision RestartDecisionOf(RestartReason reason) {
  switch (reason) {
    case RestartReason::kNoLeader:
      return {DecisionReason::kLeaderAbsent, false, false};
    case RestartReason::kAlreadyRestarting:
      return {DecisionReason::kAlreadyRestarting, false, true};
    case RestartReason::kNoFailure:
      return {DecisionReason::kNoTrigger, false, false};
    case RestartReason::kIgnored:
      return {DecisionReason::kFailureIgnored, false, false};
    case RestartReason::kStillStarting:
      return {DecisionReason::kGroupStillStarting, false, false};
    case RestartReason::kGaveUp:
      return {DecisionReason::kGaveUp, false, false};
    case RestartReason::kBackingOff:
      return {DecisionReason::kBackingOff, false, true};
    case RestartReason::kRestart:
      break;
  }
  return {DecisionReason::kRestartGroup, true, true};
}

}  // namespace lws::internal
