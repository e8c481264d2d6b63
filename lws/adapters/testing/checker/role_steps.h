// The possible next steps in the small world of a rollout of roles, and the laws that they break.
//
//   lws::RoleWorldOptions world;
//   world.roles = {{"prefill", /*initial=*/0, /*target=*/2}};
//   lws::internal::EmitRoleSteps(world, lws::internal::CheckedRoles(), [&](const auto& step) {
//     lws::internal::RoleStepText(world, step.kind, step.subject);    // such as "the controller writes"
//   });
//
// role_world.h explains the world.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_ROLE_STEPS_H_
#define LWS_ADAPTERS_TESTING_CHECKER_ROLE_STEPS_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "lws/adapters/testing/checker/checked_roles.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/checker/role_pass.h"
#include "lws/adapters/testing/checker/role_world_options.h"

namespace lws::internal {

// The kinds of steps. The subject of a step is the number of its child, or of its role for an edit.
enum class RoleStepKind : uint8_t {
  kStart,
  kPass,         // subject: how many writes were made before the controller crashed; 0 for all
  kBecameReady,  // a group
  kSeen,         // the status of the child shows it as it is
  kNotReady,     // a fault
  kDeleted,      // a fault
  kScaledUp,     // edits
  kScaledDown,
  kNewTemplate,
  kReverted,
};

// Calls `emit` with every step from the state, in an order that depends only on the state.
void EmitRoleSteps(const RoleWorldOptions& options, const CheckedRoles& from,
                   absl::FunctionRef<void(const WorldStepOf<PackedRoles>&)> emit);

// Carries out the write in every way: of the newest groups, which a child loses, any may be ready ones. A status that
// does not lag shows the outcome at once.
void ForEachOutcome(const RoleWrite& write, const CheckedRoles& roles, bool lags,
                    absl::FunctionRef<void(const CheckedRoles&)> outcome);

// The state once a pass has seen which revision the set has. Edits that no pass sees do not count.
CheckedRoles NoticeCheckedRevision(CheckedRoles roles);

// A text for the step.
std::string RoleStepText(const RoleWorldOptions& options, uint8_t kind, uint8_t subject);

// Whether a step of this kind is a failure or an edit.
bool IsRoleStepFromOutside(uint8_t kind);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_ROLE_STEPS_H_
