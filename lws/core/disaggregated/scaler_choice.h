// Which DisaggregatedSetRoleScaler stands for which role of a DisaggregatedSet.
//
//   lws::internal::ScalerOfRole(observation, set.spec().roles(0)) == nullptr;    // true: the role has no scaler
//
// A pass and a report both ask here, so they agree.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_SCALER_CHOICE_H_
#define LWS_CORE_DISAGGREGATED_SCALER_CHOICE_H_

#include "lws/core/disaggregated/role_observation.h"

namespace lws {
inline namespace v1 {
class DisaggregatedRole;
class DisaggregatedSet;
class DisaggregatedSetRoleScaler;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// Whether the set is the scaler's controller, by UID. The first controller reference counts.
bool IsOwnScaler(const DisaggregatedSet& set, const DisaggregatedSetRoleScaler& scaler);

// Whether a pass deletes the scaler: the set owns and labelled it, and the role of its label is no longer External.
bool IsLeftOverScaler(const DisaggregatedSet& set, const DisaggregatedSetRoleScaler& scaler);

// The last own scaler that has the labels of the set and the role, else an own one that has the name of the role's
// scaler and is not left over. Returns null when there is none. REQUIRES: observation.set != nullptr; the role is
// External. Complexity: O(scalers).
const DisaggregatedSetRoleScaler* ScalerOfRole(const DisaggregatedObservation& observation,
                                               const DisaggregatedRole& role);

}  // namespace lws::internal

#endif  // LWS_CORE_DISAGGREGATED_SCALER_CHOICE_H_
