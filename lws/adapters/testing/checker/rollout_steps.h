// The possible next steps in the small world of a rollout, and the laws that they break.
//
//   lws::internal::EmitRolloutSteps(options, state, [](const lws::internal::WorldStep& step) {
//     lws::internal::RolloutStepText(step);    // such as "group 2 becomes ready"
//   });
//
// rollout_world.h explains the world.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_ROLLOUT_STEPS_H_
#define LWS_ADAPTERS_TESTING_CHECKER_ROLLOUT_STEPS_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/checker/rollout_world_options.h"
#include "lws/adapters/testing/checker/state_table.h"

namespace lws::internal {

// The numbers that this world uses in a WorldStep for laws and kinds of steps.
struct RolloutTerms {
  enum Law : uint8_t {
    kBudget = 1,      // never fewer groups ready than promised
    kSurgeCap,        // the leader StatefulSet has at most replicas + maxSurge replicas, or what it had
    kPartitionFalls,  // the partition rises only for a new template, and to the set's partition
    kPartitionKept,   // no group below the set's partition is released or replaced by a step
    kPolicyError,     // the policy refuses
  };

  enum Kind : uint8_t {
    kStart,
    kPass,     // subject: how many named groups were deleted before the controller crashed
    kCreated,  // here and below the subject is the group
    kBecameReady,
    kStopping,
    kReplaced,
    kStoppedServing,
    kGone,
    kNotReady,  // a fault
    kDeleted,   // a fault
    kSeen,
    kScaledUp,  // edits
    kScaledDown,
    kNewTemplate,
    kReverted,
    kPartitionUp,
    kPartitionDown,
  };
};

// Calls `emit` with every step from the state, in an order that depends only on the state.
void EmitRolloutSteps(const RolloutWorldOptions& options, const PackedState& state,
                      absl::FunctionRef<void(const WorldStep&)> emit);

// A text for the step.
std::string RolloutStepText(const WorldStep& step);

// Whether the step is a failure or an edit.
bool IsRolloutStepFromOutside(const WorldStep& step);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_ROLLOUT_STEPS_H_
