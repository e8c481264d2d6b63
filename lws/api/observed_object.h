// Any object of a cluster that a decision reads, from its document.
//
//   absl::StatusOr<lws::ObservedObject> observed = lws::ReadObservedObject(pod);
//   observed.ok();    // true: it holds an ObservedPod
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_OBSERVED_OBJECT_H_
#define LWS_API_OBSERVED_OBJECT_H_

#include <variant>

#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"

namespace lws {

// Holds monostate for an object of a kind that no decision reads.
using ObservedObject = std::variant<std::monostate, LeaderWorkerSet, ObservedPod, ObservedStatefulSet, ObservedRevision,
                                    ObservedService, ObservedPodGroup, ObservedNode>;

// Errors: InvalidArgument naming the object and the field that does not parse. Complexity: O(object).
absl::StatusOr<ObservedObject> ReadObservedObject(const Json& object);

}  // namespace lws

#endif  // LWS_API_OBSERVED_OBJECT_H_
