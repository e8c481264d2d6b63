// The checks of the LeaderWorkerSet admission webhook, with its texts and in its order.
//
//   lws::JoinFieldErrors(lws::internal::ValidateLeaderWorkerSet(set));
//   // spec.leaderWorkerTemplate.size: Invalid value: 0: size must be equal or greater than 1
//
// The schema's rules (required fields, enums, bounds) are in schema_validation.h, the general rules of metadata in
// object_meta_validation.h. admit_set.h applies them all.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_VALIDATION_H_
#define LWS_API_VALIDATION_H_

#include "lws/api/field_error.h"

namespace lws {
inline namespace v1 {
class LeaderWorkerSet;
class ObjectMeta;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// The name. For an object that has only generateName, a name that the API server could generate; "" without both.
std::string NameOrGenerated(const ObjectMeta& metadata);

// REQUIRES: nothing; absent fields count as their defaults. Complexity: O(1) in the size of the templates.
FieldErrors ValidateLeaderWorkerSet(const LeaderWorkerSet& set);

// The checks of `set`, and those of the change from `old_set` to it.
FieldErrors ValidateLeaderWorkerSetUpdate(const LeaderWorkerSet& old_set, const LeaderWorkerSet& set);

}  // namespace lws::internal

#endif  // LWS_API_VALIDATION_H_
