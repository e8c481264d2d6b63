// The counts of a set's spec, also of a document that admission has not given its defaults.
//
//   lws::internal::SpecReplicas(set.spec());    // 4; 1 without the field
//   lws::internal::SpecSize(set.spec());        // 2; 1 without the field
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_SPEC_COUNTS_H_
#define LWS_API_SPEC_COUNTS_H_

#include <cstdint>

namespace lws {

inline namespace v1 {
class LeaderWorkerSetSpec;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// The number of groups.
int32_t SpecReplicas(const LeaderWorkerSetSpec& spec);

// The number of pods of a group.
int32_t SpecSize(const LeaderWorkerSetSpec& spec);

}  // namespace lws::internal

#endif  // LWS_API_SPEC_COUNTS_H_
