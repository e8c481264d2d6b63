// The possible next steps in the small world of one group, and the laws that they break.
//
//   lws::internal::EmitGroupSteps(options, state, [](const lws::internal::WorldStep& step) {
//     lws::internal::GroupStepText(step.kind);    // "the leader is created"
//   });
//
// group_world.h explains the world.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_GROUP_STEPS_H_
#define LWS_ADAPTERS_TESTING_CHECKER_GROUP_STEPS_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/checker/group_world_options.h"
#include "lws/adapters/testing/checker/state_table.h"

namespace lws::internal {

// The numbers that this world uses in a WorldStep for laws and kinds of steps.
struct GroupTerms {
  enum Law : uint8_t {
    kRestartWithoutFailure = 1,  // the leader is deleted although no member failed in its life
    kMixedRevisions,             // a group serves while its parts have two revisions
    kNotReady,                   // a group counts as ready while its worker is not
    kStartedTooEarly,            // workers are created before their leader is ready
  };

  enum Kind : uint8_t {
    kStart,
    kLeaderCreated,
    kLeaderReady,
    kLeaderReplaced,
    kLeaderGone,
    kWorkersCreated,  // their StatefulSet
    kWorkersWritten,
    kWorkersStopping,
    kWorkersGone,
    kWorkerCreated,
    kWorkerReady,
    kWorkerStopping,
    kWorkerGone,
    kRestarted,
    kRemembered,
    kLeaderFails,  // faults
    kWorkerFails,
    kLeaderDeleted,
    kWorkerDeleted,
    kWorkerLost,
    kTemplateChanged,
  };
};

// Calls `emit` with every step from the state, in an order that depends only on the state.
void EmitGroupSteps(const GroupWorldOptions& options, const PackedState& state,
                    absl::FunctionRef<void(const WorldStep&)> emit);

// A text for the step; empty for a number that is not a GroupTerms::Kind.
absl::string_view GroupStepText(uint8_t kind);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_GROUP_STEPS_H_
