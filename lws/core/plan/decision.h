// Explains a plan: one reason for each decision, and what it was about.
//
//   lws::ToString({lws::DecisionReason::kRolling, lws::DecisionSubject::kLeaderStatefulSet, "", 3, 5});
//   // "leader StatefulSet: one rolling step: partition 3, replicas 5"
//
// Decisions are small, so that explaining costs almost nothing: texts are made only when they are read.
//
// Thread-safety: values.
#ifndef LWS_CORE_PLAN_DECISION_H_
#define LWS_CORE_PLAN_DECISION_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace lws {

enum class DecisionReason {
  // About sets.
  kSetTerminating,
  kLeaderStatefulSetTerminating,
  kRevisionFound,
  kRevisionMissing,
  kTemplateChanged,
  kCreateLeaderStatefulSet,
  kUpdateBegins,
  kAtRest,
  kScaleUpFirst,
  kReplicasChanged,
  kRolling,
  kHeldByBudget,
  kReplacing,
  kPaused,
  kCanaryHolds,
  kDeadlineExceeded,
  kLeaderStatefulSetUnchanged,
  kServiceMissing,
  kStatusChanged,
  kUpdateDone,
  // About pods.
  kNoTrigger,
  kRestartPolicyNone,
  kGroupStillStarting,
  kLeaderAbsent,
  kOtherRevision,
  kFormerLeader,
  kAlreadyRestarting,
  kRestartGroup,
  kFailureIgnored,
  kBackingOff,
  kGaveUp,
  kWorkerIsFine,
  kMistakenLeader,
  kLeaderTerminating,
  kSingleMember,
  kWaitingForLeaderReady,
  kWaitingForRevision,
  kWaitingForSchedule,
  kWorkersMissing,
  kWorkersExist,
  kPodGroupMissing,
  kFormerPodGroup,
  // About the roles of a slice.
  kRolesHaveNoStep,
  kRolesWaitForReady,
  kRolesHaveTooMuchOld,
  kRolesAreThere,
  kRolesAdd,
  kRolesAddAhead,
  kRolesDrain,
  kRolesForce,
  kRolesAreHeld,
};

// A short text for people.
absl::string_view DecisionReasonText(DecisionReason reason);

// What a decision is about: the set or pod that the pass looks at, or an object that belongs to it.
enum class DecisionSubject { kSet, kLeaderStatefulSet, kService, kLeaderPod, kWorkerPod, kDisaggregatedSet, kSlice };

// "leader StatefulSet".
absl::string_view DecisionSubjectText(DecisionSubject subject);

struct Decision {
  DecisionReason reason = DecisionReason::kAtRest;
  DecisionSubject subject = DecisionSubject::kSet;
  std::string detail;  // a revision key, or which part of the set and how; may be empty
  // For the leader StatefulSet; -1 where they are not decided.
  int32_t partition = -1;
  int32_t replicas = -1;
};

// The detail, or partition and replicas. It may be empty.
std::string DecisionDetailText(const Decision& decision);

std::string ToString(const Decision& decision);

}  // namespace lws

#endif  // LWS_CORE_PLAN_DECISION_H_
