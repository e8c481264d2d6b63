// Converts observed objects to protocol buffers and back.
//
//   lws::ObservedPodProto saved = lws::internal::ObservedToProto(pod);
//   lws::ObservedPod again = lws::internal::ObservedFromProto(saved);
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

ObservedMetaProto ObservedToProto(const ObservedMeta& meta);
ObservedPodProto ObservedToProto(const ObservedPod& pod);
ObservedStatefulSetProto ObservedToProto(const ObservedStatefulSet& statefulset);
ObservedRevisionProto ObservedToProto(const ObservedRevision& revision);
ObservedNodeProto ObservedToProto(const ObservedNode& node);

ObservedMeta ObservedFromProto(const ObservedMetaProto& proto);
ObservedPod ObservedFromProto(const ObservedPodProto& proto);
// Errors: InvalidArgument for applied fields that are not JSON.
absl::StatusOr<ObservedStatefulSet> ObservedFromProto(const ObservedStatefulSetProto& proto);
ObservedRevision ObservedFromProto(const ObservedRevisionProto& proto);
ObservedNode ObservedFromProto(const ObservedNodeProto& proto);

}  // namespace lws::internal

#endif  // LWS_CORE_SNAPSHOT_OBSERVED_SERIALIZATION_H_
