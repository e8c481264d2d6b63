#include "lws/core/plan/decision.h"

#include "absl/strings/str_cat.h"

namespace lws {

namespace {

constexpr struct {
  DecisionReason reason;
  const char* text;
} kTexts[] = {
    {DecisionReason::kSetTerminating, "the set is being deleted"},
    {DecisionReason::kLeaderStatefulSetTerminating, "the leader StatefulSet is being deleted: look again"},
    {DecisionReason::kRevisionFound, "the revision of the leader StatefulSet exists"},
    {DecisionReason::kRevisionMissing, "the revision is missing: create it"},
    {DecisionReason::kTemplateChanged, "the template differs from the current revision: an update begins"},
    {DecisionReason::kCreateLeaderStatefulSet, "there is no leader StatefulSet: create it"},
    {DecisionReason::kUpdateBegins, "the update begins behind a partition over all groups"},
    {DecisionReason::kAtRest, "nothing to roll out"},
    {DecisionReason::kScaleUpFirst, "missing groups are created before any update"},
    {DecisionReason::kReplicasChanged, "replicas changed during the update"},
    {DecisionReason::kRolling, "one rolling step"},
    {DecisionReason::kHeldByBudget, "held: no ready group may be deleted now"},
    {DecisionReason::kReplacing, "one step: the groups that may go are deleted"},
    {DecisionReason::kPaused, "paused"},
    {DecisionReason::kCanaryHolds, "the rollout waits in a canary step"},
    {DecisionReason::kDeadlineExceeded, "no further group was done within the deadline"},
    {DecisionReason::kLeaderStatefulSetUnchanged, "applying it would change nothing"},
    {DecisionReason::kServiceMissing, "the headless Service is missing: create it"},
    {DecisionReason::kStatusChanged, "the status changed"},
    {DecisionReason::kUpdateDone, "the update is done: former revisions are deleted"},
    {DecisionReason::kNoTrigger, "neither terminating nor restarted"},
    {DecisionReason::kRestartPolicyNone, "the restart policy is None"},
    {DecisionReason::kGroupStillStarting, "the group has not started as a whole: wait"},
    {DecisionReason::kLeaderAbsent, "its leader is gone"},
    {DecisionReason::kOtherRevision, "its leader has another revision"},
    {DecisionReason::kFormerLeader, "it belongs to a former leader"},
    {DecisionReason::kAlreadyRestarting, "the leader is already being deleted"},
    {DecisionReason::kRestartGroup, "restart the group: delete the leader"},
    {DecisionReason::kFailureIgnored, "a rule ignores the failure"},
    {DecisionReason::kBackingOff, "the next restart has to wait"},
    {DecisionReason::kGaveUp, "no more restarts: the pods stay for inspection"},
    {DecisionReason::kWorkerIsFine, "a worker has no objects of its own"},
    {DecisionReason::kMistakenLeader, "a leader must not carry the leader-name annotation"},
    {DecisionReason::kLeaderTerminating, "the leader is being deleted: nothing is created for it"},
    {DecisionReason::kSingleMember, "a group of one has no workers"},
    {DecisionReason::kWaitingForLeaderReady, "workers wait until the leader is ready"},
    {DecisionReason::kWaitingForRevision, "the leader's revision does not exist yet: look again"},
    {DecisionReason::kWaitingForSchedule, "workers wait until the leader is on a node"},
    {DecisionReason::kWorkersMissing, "the worker StatefulSet is missing: create it"},
    {DecisionReason::kWorkersExist, "the worker StatefulSet exists and is never changed in place"},
    {DecisionReason::kFormerPodGroup, "the PodGroup of a former leader still exists: look again"},
    {DecisionReason::kPodGroupMissing, "the PodGroup is missing: create it"},
    {DecisionReason::kRolesHaveNoStep, "the roles have no step to take"},
    {DecisionReason::kRolesWaitForReady, "the roles wait for a new group to become ready"},
    {DecisionReason::kRolesHaveTooMuchOld, "an old role has more groups than when the rollout began: they are deleted"},
    {DecisionReason::kRolesAreThere, "all new groups exist: the old ones are deleted"},
    {DecisionReason::kRolesAdd, "the next new groups are added"},
    {DecisionReason::kRolesAddAhead, "new groups are added to roles that have room ahead of the others"},
    {DecisionReason::kRolesDrain, "the next old groups are deleted"},
    {DecisionReason::kRolesForce, "neither adding nor deleting alone fits the budgets: both happen in one step"},
    {DecisionReason::kRolesAreHeld, "held: every old group is needed until more groups are ready"},
};

}  // namespace

absl::string_view DecisionReasonText(DecisionReason reason) {
  for (const auto& row : kTexts) {
    if (row.reason == reason) return row.text;
  }
  return "";
}

absl::string_view DecisionSubjectText(DecisionSubject subject) {
  switch (subject) {
    case DecisionSubject::kSet:
      return "LeaderWorkerSet";
    case DecisionSubject::kLeaderStatefulSet:
      return "leader StatefulSet";
    case DecisionSubject::kService:
      return "Service";
    case DecisionSubject::kLeaderPod:
      return "leader pod";
    case DecisionSubject::kWorkerPod:
      return "worker pod";
    case DecisionSubject::kDisaggregatedSet:
      return "DisaggregatedSet";
    case DecisionSubject::kSlice:
      return "slice";
  }
  return "";
}

std::string DecisionDetailText(const Decision& decision) {
  if (decision.partition < 0) return decision.detail;
  return absl::StrCat("partition ", decision.partition, ", replicas ", decision.replicas);
}

std::string ToString(const Decision& decision) {
  const std::string detail = DecisionDetailText(decision);
  return absl::StrCat(DecisionSubjectText(decision.subject), ": ", DecisionReasonText(decision.reason),
                      detail.empty() ? "" : ": ", detail);
}

}  // namespace lws
