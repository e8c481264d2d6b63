// The status of a set: counts, conditions, and whether the update is done.
//
//   const lws::internal::GroupFacts groups = lws::internal::ReadGroups(observation, "6c5b8f7d9");
//   lws::internal::SetStatus status = lws::internal::NextSetStatus(observation, groups.counts, now);
//   status.changed;    // true: the host writes *status.status
//
// Laws:
//   1. NextSetStatus is idempotent: with its own result in the set, nothing changes.
//   2. At most one of Available and Progressing is True, and at most one of Available and UpdateInProgress.
//   3. A condition is created only when it is True, except by law 4. Every condition's observedGeneration follows that
//      of the set.
//   4. A stalled rollout is not Progressing, with a Deployment's reason ProgressDeadlineExceeded, until it moves
//      again.
//   5. While controls hold the rollout, RolloutHeld is True with the hold as its reason; it is created only then. No
//      event is recorded for it.
//   6. While a restart policy holds back the restart of groups, RestartsHeld is True and names them; while it has given
//      groups up, GroupsGivenUp is True and names them. Each is created only when it is True. No event is recorded for
//      them.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_GROUPS_STATUS_H_
#define LWS_CORE_GROUPS_STATUS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/observation.h"
#include "lws/rollout/controls.h"

namespace lws {
inline namespace v1 {
class LeaderWorkerSet;
class LeaderWorkerSetStatus;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// Whether the rollout has made progress within its deadline, if it has one (lws/rollout/controls.h).
enum class RolloutProgressing { kOnTime, kStalled };

// What policies say about a rollout, beside the reference's status.
struct PolicyState {
  RolloutProgressing progressing = RolloutProgressing::kOnTime;
  RolloutHold hold = RolloutHold::kNone;
};

struct SetStatus {
  bool changed = false;
  std::shared_ptr<const LeaderWorkerSetStatus> status;
  // The event to record: the reason and note of the first condition that changed.
  std::optional<std::string> event_reason;
  std::string event_note;
};

// Whether NextSetStatus would change nothing and record no event. It finds this out without building a status.
// Complexity: O(conditions).
bool IsSetStatusCurrent(const SetObservation& observation, const StatusCounts& counts, const PolicyState& policy = {});

// Whether all groups of [0, replicas) are ready and updated, with a partition of 0. Former revisions are then not
// needed.
bool IsSetUpdateDone(const LeaderWorkerSet& set, const StatusCounts& counts);

SetStatus NextSetStatus(const SetObservation& observation, const StatusCounts& counts, absl::Time now,
                        const PolicyState& policy = {});

}  // namespace lws::internal

#endif  // LWS_CORE_GROUPS_STATUS_H_
