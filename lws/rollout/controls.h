// Controls of a rollout, for any policy: pause, a time that groups have to be ready, canary steps, a deadline.
//
//   lws::RolloutControls controls;
//   controls.steps = {{lws::IntOrPercent::Int(2), absl::Minutes(10)},                  // 2 groups, then 10 minutes
//                     {lws::IntOrPercent::Text("50%"), absl::ZeroDuration(), true}};   // half of them, then approval
//   lws::RolloutInput input;
//   input.replicas = 4;
//   lws::RolloutProgress progress;
//   absl::StatusOr<lws::ControlledStep> step =
//       lws::PlanControlledRollout(lws::KeepBudget, input, "6c5b8f7d9", controls, progress, now);
//   progress = step->progress;    // the host keeps it for the next look
//   step->step.replicas;          // 4: no controls hold the first creation
//
// What the controls need to know of the past is a value that comes out of one look and goes into the next. A step holds
// the rollout by a higher partition; the policy below it keeps its own laws. Without controls the policy's step comes
// out as it is.
//
// Laws:
//   1. Paused, a step releases and names nothing, takes nothing away, and adds replicas only up to the set's.
//   2. A group that is ready counts as ready for the policy once it was seen so for min_ready, without a break; until
//      then it is settling.
//   3. In step n of the canary no group below replicas - steps[n].groups is released; the next step begins when all
//      groups from there up are ready and updated, and were for its wait, and it is approved where it has to be. Behind
//      the last step come all groups.
//   4. progress.deadline_exceeded holds when there is something to roll out, it is not paused, waits for no canary
//   step,
//      and for so long no group more was done.
//   5. A new revision begins anew, with the first step of the canary; the first creation of a set has none. Without the
//      progress of a rollout that is on its way, it begins with the first step too.
//   6. A pure function: equal arguments, equal answer.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ROLLOUT_CONTROLS_H_
#define LWS_ROLLOUT_CONTROLS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/api/int_or_percent.h"
#include "lws/rollout/planner.h"

namespace lws {

struct CanaryStep {
  IntOrPercent groups;  // of the set's replicas, rounded up
  absl::Duration wait;  // after they are done
  bool needs_approval = false;
};

struct RolloutControls {
  bool paused = false;
  absl::Duration min_ready;  // 0: at once
  std::vector<CanaryStep> steps;
  int32_t approved_steps = 0;  // the first so many steps are approved
  // Exceeded, the set's condition Progressing is False, and an event tells.
  std::optional<absl::Duration> progress_deadline;
  // What is exceeded is taken back: the set gets its former template (Plan::revert_to). A template that came back this
  // way is not taken back again.
  bool reverts = false;
};

// What is to be kept between two looks. The initial value knows nothing.
struct RolloutProgress {
  std::string revision_key;
  int32_t step = 0;                                         // of the canary
  absl::Time step_done = absl::InfiniteFuture();            // since when all its groups are done
  std::vector<std::pair<int32_t, absl::Time>> ready_since;  // by group, of those that wait for min_ready
  std::vector<int32_t> were_ready;                          // by group, of those that did, and still are ready
  int32_t most_done = -1;                                   // groups that were ready and updated
  absl::Time last_progress = absl::InfinitePast();
  bool deadline_exceeded = false;

  friend bool operator==(const RolloutProgress& a, const RolloutProgress& b);
};

enum class RolloutHold { kNone, kPaused, kCanaryGroups, kCanaryWait, kCanaryApproval };

struct ControlledStep {
  RolloutStep step;
  RolloutProgress progress;
  RolloutHold hold = RolloutHold::kNone;
  // Nothing need change for the next look to differ after this time; nullopt: look when something changes.
  std::optional<absl::Duration> look_again_in;
};

// Errors: those of the policy; InvalidArgument for steps that are no percentages. Complexity: O(groups).
absl::StatusOr<ControlledStep> PlanControlledRollout(RolloutPolicy policy, const RolloutInput& input,
                                                     absl::string_view revision_key, const RolloutControls& controls,
                                                     const RolloutProgress& progress, absl::Time now);

}  // namespace lws

#endif  // LWS_ROLLOUT_CONTROLS_H_
