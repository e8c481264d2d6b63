// Reads controls of a rollout and restart policies from files.
//
//   absl::StatusOr<lws::RolloutControls> controls = lws::ReadRolloutControls(document["controls"]);
//
// | key of a file | example |
// |---|---|
// | controls | {minReady: 30s, steps: [{groups: 2, wait: 10m}, {groups: 50%, approval: true}], progressDeadline: 10m} |
// | restarts | {atMost: 3, firstBackoff: 10s, rules: [{exitCodes: [42], action: ignore}]} |
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_HOST_POLICY_DOCUMENTS_H_
#define LWS_ADAPTERS_HOST_POLICY_DOCUMENTS_H_

#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "lws/api/strict_reader.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/rollout/controls.h"

namespace lws {

// Keys: paused, minReady, steps (groups, wait, approval), approvedSteps, progressDeadline, reverts. Errors of both
// functions: InvalidArgument naming a key that is unknown or has a value of another type.
absl::StatusOr<RolloutControls> ReadRolloutControls(const Json& document);
// The same for a map within a file. Errors go to the reader's problem.
RolloutControls ReadRolloutControls(StrictReader* reader);

// Keys: atMost, firstBackoff, mostBackoff, stableAfter, rules (exitCodes, reason, action: ignore, restartGroup or
// failSet).
absl::StatusOr<RestartPolicy> ReadRestartPolicy(const Json& document);
RestartPolicy ReadRestartPolicy(StrictReader* reader);

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_POLICY_DOCUMENTS_H_
