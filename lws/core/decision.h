// Why a plan is as it is: one reason per decision, with what it was about.
//
//   lws::ToString({lws::DecisionReason::kRolling, "leader StatefulSet vllm", "partition 3 -> 2"});
//   // leader StatefulSet vllm: one rolling step: partition 3 -> 2
//
// Thread-safety: values.
#ifndef LWS_CORE_DECISION_H_
#define LWS_CORE_DECISION_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lws {

enum class DecisionReason {
  // Sets.
  kSetAbsent,
  kSetTerminating,
  kLeaderSetTerminating,
  kRevisionFound,
  kRevisionMissing,
  kTemplateChanged,
  kCreateLeaderSet,
  kUpdateBegins,
  kAtRest,
  kScaleUpFirst,
  kReplicasChanged,
  kRolling,
  kLeaderSetUnchanged,
  kServiceMissing,
  kStatusChanged,
  kUpdateDone,
  // Pods.
  kNoTrigger,
  kRestartPolicyNone,
  kGroupStillStarting,
  kLeaderAbsent,
  kOtherRevision,
  kFormerLeader,
  kAlreadyRestarting,
  kRestartGroup,
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
};

// A few words, for people.
absl::string_view DecisionReasonText(DecisionReason reason);

struct Decision {
  DecisionReason reason = DecisionReason::kSetAbsent;
  std::string subject;  // "worker pod vllm-0-1"
  std::string detail;   // may be empty
};

std::string ToString(const Decision& decision);

}  // namespace lws

#endif  // LWS_CORE_DECISION_H_
