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
// What the controls need to remember is a value: each look returns it, and the next look takes it. A canary step holds
// the rollout by raising the partition, and the policy keeps its own laws. Without controls, the result is the
// policy's step unchanged.
//
// Laws:
//   1. While paused, a step releases, names and removes no group, and adds replicas only up to the set's.
//   2. The policy sees a ready group as ready once it has been ready for min_ready without a break. Until then the
//      group is settling.
//   3. In step n of the canary no group below replicas - steps[n].groups is released. The next step begins when all
//      groups from there up are ready and updated and have been so for the step's wait, and when the step is approved
//      if it needs approval. After the last step all groups may be released.
//   4. progress.deadline_exceeded is true when there is something to roll out, the rollout is neither paused nor
//      waiting for a canary step, and no further group was finished for the whole deadline.
//   5. A new revision starts again with the first step of the canary; the first creation of a set has no canary. If
//      the progress of a running rollout is lost, it starts with the first step, too.
//   6. It is a pure function: equal arguments give an equal answer.
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
  absl::Duration wait;  // after its groups are done
  bool needs_approval = false;
};

struct RolloutControls {
  bool paused = false;
  absl::Duration min_ready;  // 0: a ready group counts at once
  std::vector<CanaryStep> steps;
  int32_t approved_steps = 0;  // the number of approved steps, from the first
  // When it is exceeded, the set's condition Progressing becomes False and an event reports it.
  std::optional<absl::Duration> progress_deadline;
  // Whether an exceeded rollout is taken back: the set then gets its former template (Plan::revert_to). A template
  // that came back in this way is not taken back again.
  bool reverts = false;
};

// What must be kept between two looks. The initial value means that nothing is known.
struct RolloutProgress {
  std::string revision_key;
  int32_t step = 0;                                         // of the canary
  absl::Time step_done = absl::InfiniteFuture();            // since when all groups of the step are done
  std::vector<std::pair<int32_t, absl::Time>> ready_since;  // by group, for groups that wait for min_ready
  std::vector<int32_t> were_ready;                          // groups that have been ready for min_ready and still are
  int32_t most_done = -1;                                   // the most groups that were ready and updated
  absl::Time last_progress = absl::InfinitePast();
  bool deadline_exceeded = false;

  friend bool operator==(const RolloutProgress& a, const RolloutProgress& b);
};

enum class RolloutHold { kNone, kPaused, kCanaryGroups, kCanaryWait, kCanaryApproval };

struct ControlledStep {
  RolloutStep step;
  RolloutProgress progress;
  RolloutHold hold = RolloutHold::kNone;
  // Look again after this time even if nothing changes. Without a value, look when something changes.
  std::optional<absl::Duration> look_again_in;
};

// Errors: those of the policy, and InvalidArgument for steps that are not percentages and for negative replicas.
// Complexity: O(groups).
absl::StatusOr<ControlledStep> PlanControlledRollout(RolloutPolicy policy, const RolloutInput& input,
                                                     absl::string_view revision_key, const RolloutControls& controls,
                                                     const RolloutProgress& progress, absl::Time now);

}  // namespace lws

#endif  // LWS_ROLLOUT_CONTROLS_H_
