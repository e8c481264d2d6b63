// The checks and warnings of the DisaggregatedSet admission webhook, and the schema's rule across roles, with their
// texts and in their order.
//
//   lws::JoinFieldErrors(lws::internal::ValidateDisaggregatedSet(set));
//   // spec.slices: Forbidden: spec.slices > 1 is not supported while any role has scaling.mode: External (...)
//
// Nothing of a set is immutable: an update is checked as a creation is. admit_disaggregated_set.h runs the checks.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_DISAGGREGATED_VALIDATION_H_
#define LWS_API_DISAGGREGATED_VALIDATION_H_

#include <optional>
#include <string>
#include <vector>

#include "lws/api/field_error.h"
#include "lws/api/json.h"

namespace lws {
inline namespace v1 {
class DisaggregatedSet;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// What the API server says when the rule below is broken.
inline constexpr char kReplicasRuleMessage[] =
    "replicas must be zero for all non-External roles or non-zero for all non-External roles";

// The schema's rule on the spec, a document that the schema's other checks passed: over the roles that are not
// External, all replicas are 0 or none is. Nullopt when it is kept. Complexity: O(roles).
std::optional<FieldError> CheckReplicasRule(const Json& spec);

// The webhook's checks. Complexity: O(templates).
FieldErrors ValidateDisaggregatedSet(const DisaggregatedSet& set);

// Warnings about what is allowed but surprises people: replicas that are ignored.
std::vector<std::string> DisaggregatedSetWarnings(const DisaggregatedSet& set);

}  // namespace lws::internal

#endif  // LWS_API_DISAGGREGATED_VALIDATION_H_
