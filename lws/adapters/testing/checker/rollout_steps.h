// What can happen next in the small world of a rollout, and which law it breaks.
//
//   lws::internal::EmitRolloutSteps(options, state, [](const lws::internal::WorldStep& step) {
//     lws::internal::RolloutStepText(step);    // "group 2 becomes ready"
//   });
//
// rollout_world.h says what the world is.
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

// The numbers that a WorldStep has for the laws and the steps of this world.
struct RolloutTerms {
  enum Law : uint8_t {
    kBudget = 1,      // never fewer groups ready than promised
    kSurgeCap,        // replicas of the leader StatefulSet <= replicas + maxSurge, or what it had
    kPartitionFalls,  // the partition does not rise, but for a new template, and to that of the set
    kPartitionKept,   // no group below the set's partition is released or replaced by a step
    kPolicyError,     // the policy refuses
  };

  enum Kind : uint8_t {
    kStart,
    kPass,     // subject: how many of the named groups were deleted before the controller crashed
    kCreated,  // subjects: the group
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

// Calls `emit` with every step out of the state, in an order that depends on the state alone.
void EmitRolloutSteps(const RolloutWorldOptions& options, const PackedState& state,
                      absl::FunctionRef<void(const WorldStep&)> emit);

// What happened, for people.
std::string RolloutStepText(const WorldStep& step);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_ROLLOUT_STEPS_H_
