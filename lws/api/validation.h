// What the LeaderWorkerSet admission webhook checks, in its words and order.
//
//   lws::Join(lws::internal::ValidateLeaderWorkerSet(set));
//   // spec.leaderWorkerTemplate.size: Invalid value: 0: size must be equal or greater than 1
//
// The schema's own rules (required fields, enums, bounds) are schema_validation.h's, the general ones of metadata
// object_meta_validation.h's; admit_set.h runs them all.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_VALIDATION_H_
#define LWS_API_VALIDATION_H_

#include "lws/api/field_error.h"

namespace lws {
class LeaderWorkerSet;
class ObjectMeta;
}  // namespace lws

namespace lws::internal {

// The name; of an object that has only generateName, one that the API server could make of it; "" without both.
std::string NameOrGenerated(const ObjectMeta& metadata);

// REQUIRES: nothing; absent fields count as their defaults. Complexity: O(1) in the size of the templates.
FieldErrors ValidateLeaderWorkerSet(const LeaderWorkerSet& set);

// The checks of `set`, and those of the step from `old_set` to it.
FieldErrors ValidateLeaderWorkerSetUpdate(const LeaderWorkerSet& old_set, const LeaderWorkerSet& set);

}  // namespace lws::internal

#endif  // LWS_API_VALIDATION_H_
