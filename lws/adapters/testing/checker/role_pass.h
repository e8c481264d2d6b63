// What a pass over one slice writes to its children, in the numbers of a small world.
//
//   lws::RoleWorldOptions world;
//   world.roles = {{"prefill", /*initial=*/0, /*target=*/2}};
//   lws::internal::CheckedRoles roles;
//   roles.targets[0] = 2;
//   lws::internal::PlanCheckedRolePass(world, roles)[0].replicas;    // 2: the pass creates the child
//
// Laws:
//   1. The writes are those of ReconcileDisaggregatedSet to the LeaderWorkerSets of the same slice.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_ROLE_PASS_H_
#define LWS_ADAPTERS_TESTING_CHECKER_ROLE_PASS_H_

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "lws/adapters/testing/checker/checked_roles.h"
#include "lws/adapters/testing/checker/role_world_options.h"

namespace lws::internal {

struct RoleWrite {
  enum class Kind : uint8_t {
    kRemember,  // the annotation with the replicas
    kForget,    // no annotation
    kDelete,
    kCreate,
    kScale,
  };
  Kind kind = Kind::kScale;
  uint8_t revision = 0;
  uint8_t role = 0;
  int32_t replicas = 0;

  friend bool operator==(const RoleWrite& a, const RoleWrite& b) {
    return a.kind == b.kind && a.revision == b.revision && a.role == b.role && a.replicas == b.replicas;
  }
};

using RoleWrites = absl::InlinedVector<RoleWrite, 8>;

// In the order of the pass. It reads the replicas as they are and the status as it is seen.
RoleWrites PlanCheckedRolePass(const RoleWorldOptions& options, const CheckedRoles& roles);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_ROLE_PASS_H_
