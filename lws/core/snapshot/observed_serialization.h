// Converts observed objects to protocol buffers and back.
//
//   lws::ObservedPodProto saved = lws::internal::ToProto(pod);
//   lws::ObservedPod again = lws::internal::FromProto(saved);
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_SNAPSHOT_OBSERVED_SERIALIZATION_H_
#define LWS_CORE_SNAPSHOT_OBSERVED_SERIALIZATION_H_

#include "absl/status/statusor.h"
#include "lws/api/observed.h"

namespace lws {
inline namespace v1 {
class ObservedMetaProto;
class ObservedNodeProto;
class ObservedPodProto;
class ObservedRevisionProto;
class ObservedStatefulSetProto;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

ObservedMetaProto ToProto(const ObservedMeta& meta);
ObservedPodProto ToProto(const ObservedPod& pod);
ObservedStatefulSetProto ToProto(const ObservedStatefulSet& statefulset);
ObservedRevisionProto ToProto(const ObservedRevision& revision);
ObservedNodeProto ToProto(const ObservedNode& node);

ObservedMeta FromProto(const ObservedMetaProto& proto);
ObservedPod FromProto(const ObservedPodProto& proto);
// Errors: InvalidArgument for applied fields that are not JSON.
absl::StatusOr<ObservedStatefulSet> FromProto(const ObservedStatefulSetProto& proto);
ObservedRevision FromProto(const ObservedRevisionProto& proto);
ObservedNode FromProto(const ObservedNodeProto& proto);

}  // namespace lws::internal

#endif  // LWS_CORE_SNAPSHOT_OBSERVED_SERIALIZATION_H_
