#include "lws/core/decision.h"

#include "absl/strings/str_cat.h"

namespace lws {

absl::string_view DecisionReasonText(DecisionReason reason) {
  switch (reason) {
    case DecisionReason::kSetAbsent: return "the set does not exist";
    case DecisionReason::kSetTerminating: return "the set is being deleted";
    case DecisionReason::kLeaderSetTerminating: return "the leader StatefulSet is being deleted: look again";
    case DecisionReason::kRevisionFound: return "the revision of the leader StatefulSet is there";
    case DecisionReason::kRevisionMissing: return "the revision is missing: create it";
    case DecisionReason::kTemplateChanged: return "the template differs from the current revision: an update begins";
    case DecisionReason::kCreateLeaderSet: return "there is no leader StatefulSet: create it";
    case DecisionReason::kUpdateBegins: return "the update begins behind a partition over all groups";
    case DecisionReason::kAtRest: return "nothing to roll out";
    case DecisionReason::kScaleUpFirst: return "missing groups come before any update";
    case DecisionReason::kReplicasChanged: return "replicas changed during the update";
    case DecisionReason::kRolling: return "one rolling step";
    case DecisionReason::kLeaderSetUnchanged: return "applying it would change nothing";
    case DecisionReason::kServiceMissing: return "the headless Service is missing: create it";
    case DecisionReason::kStatusChanged: return "the status changed";
    case DecisionReason::kUpdateDone: return "the update is done: former revisions go";
    case DecisionReason::kNoTrigger: return "neither terminating nor restarted";
    case DecisionReason::kRestartPolicyNone: return "the restart policy is None";
    case DecisionReason::kGroupStillStarting: return "the group has not started as a whole: wait";
    case DecisionReason::kLeaderAbsent: return "its leader is gone";
    case DecisionReason::kOtherRevision: return "its leader is of another revision";
    case DecisionReason::kFormerLeader: return "it belongs to a former leader";
    case DecisionReason::kAlreadyRestarting: return "the leader is already being deleted";
    case DecisionReason::kRestartGroup: return "restart the group: delete the leader";
    case DecisionReason::kWorkerIsFine: return "a worker needs nothing of its own";
    case DecisionReason::kMistakenLeader: return "a leader must not carry the leader-name annotation";
    case DecisionReason::kLeaderTerminating: return "the leader is being deleted: nothing is created for it";
    case DecisionReason::kSingleMember: return "a group of one has no workers";
    case DecisionReason::kWaitingForLeaderReady: return "workers wait until the leader is ready";
    case DecisionReason::kWaitingForRevision: return "the leader's revision is not there yet: look again";
    case DecisionReason::kWaitingForSchedule: return "workers wait until the leader is on a node";
    case DecisionReason::kWorkersMissing: return "the worker StatefulSet is missing: create it";
    case DecisionReason::kWorkersExist: return "the worker StatefulSet is there, and is never changed in place";
    case DecisionReason::kPodGroupMissing: return "the PodGroup is missing: create it";
  }
  return "";
}

std::string ToString(const Decision& decision) {
  return absl::StrCat(decision.subject, ": ", DecisionReasonText(decision.reason), decision.detail.empty() ? "" : ": ",
                      decision.detail);
}

}  // namespace lws
