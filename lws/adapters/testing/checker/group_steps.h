// What can happen next in the small world of one group, and which law it breaks.
//
//   lws::internal::EmitGroupSteps(options, state, [](const lws::internal::WorldStep& step) {
//     lws::internal::GroupStepText(step.kind);    // "the leader is created"
//   });
//
// group_world.h says what the world is.
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

// The numbers that a WorldStep has for the laws and the steps of this world.
struct GroupTerms {
  enum Law : uint8_t {
    kRestartWithoutFailure = 1,  // the leader is deleted, and no member of its life had failed
    kMixedRevisions,             // a group serves, and its parts are of two revisions
    kNotReady,                   // a group counts as ready, and its worker is not
    kStartedTooEarly,            // workers are made before their leader is ready
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

// Calls `emit` with every step out of the state, in an order that depends on the state alone.
void EmitGroupSteps(const GroupWorldOptions& options, const PackedState& state,
                    absl::FunctionRef<void(const WorldStep&)> emit);

// What happened, for people; empty for a number that is none of GroupTerms::Kind.
absl::string_view GroupStepText(uint8_t kind);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_GROUP_STEPS_H_
