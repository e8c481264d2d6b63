// The status of a DisaggregatedSet and of its scalers.
//
//   lws::internal::RoleTally tally;    // one role over all slices and revisions
//   tally.name = "prefill";
//   tally.replicas = tally.ready = tally.updated = tally.wanted = 6;
//   lws::internal::NextDisaggregatedStatus(set, {tally}, now);    // nullopt when the set already has this status
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_ROLE_STATUS_H_
#define LWS_CORE_DISAGGREGATED_ROLE_STATUS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "lws/api/json.h"

namespace lws {
inline namespace v1 {
class DisaggregatedSet;
class DisaggregatedSetRoleScaler;
class DisaggregatedSetStatus;
}  // namespace v1
}  // namespace lws

namespace lws::internal {
// What a role has, and what it should have.
struct RoleTally {
  absl::string_view name;  // borrowed
  int64_t replicas = 0;
  int64_t ready = 0;
  int64_t updated = 0;
  int64_t wanted = 0;         // over all slices
  bool lacks_scaler = false;  // the scaler that should set `wanted` does not exist

  bool is_reached() const { return !lacks_scaler && replicas == wanted && ready == wanted && updated == wanted; }
};

// The status that the set should have: the roles' numbers in their order, and the condition Available when all numbers
// are reached, else Progressing. Returns nullopt when the set has it already. Complexity: O(roles + conditions).
std::optional<DisaggregatedSetStatus> NextDisaggregatedStatus(const DisaggregatedSet& set,
                                                              absl::Span<const RoleTally> roles, absl::Time now);

// Whether NextDisaggregatedStatus returns nullopt. Complexity: O(roles + conditions), without allocation.
bool HasDisaggregatedStatus(const DisaggregatedSet& set, absl::Span<const RoleTally> roles);

// The merge patch that updates the scaler's status, {"status": {...}}; null when nothing differs. `replicas` are the
// groups of the role over all its children.
Json RoleScalerStatusPatch(const DisaggregatedSetRoleScaler& scaler, const std::string& set_name,
                           const std::string& role, int64_t replicas, absl::Time now);

}  // namespace lws::internal

#endif  // LWS_CORE_DISAGGREGATED_ROLE_STATUS_H_
