// The whole state that a caller of the C interface passes.
//
//   absl::StatusOr<lws::internal::CallerState> state = lws::internal::ReadCallerState(bytes, LWS_JSON);
//   state->snapshot->ObserveSet("default", "vllm");
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_C_STATE_H_
#define LWS_ADAPTERS_C_STATE_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/c/lws.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/snapshot/cluster_snapshot.h"

namespace lws::internal {

struct CallerState {
  std::unique_ptr<ClusterSnapshot> snapshot;
  // The same objects as documents, if the state came as JSON. Only they have what a restart policy reads.
  std::vector<SharedJson> objects;
  lws_format format = 0;
};

// Errors: InvalidArgument for an object without apiVersion or kind. Decisions ignore kinds that they do not know, so
// such an object would be lost in silence. Clients in Go leave both fields out of typed objects.
absl::Status CheckCallerObjectSaysKind(const Json& object);

// The objects of a list, or of {"items": [...]}. Errors: InvalidArgument for another document; those of
// CheckCallerObjectSaysKind.
absl::StatusOr<std::vector<SharedJson>> ReadCallerObjects(const Json& document);

// Errors: InvalidArgument naming the object and the field that does not parse.
absl::StatusOr<CallerState> ReadCallerState(absl::string_view bytes, lws_format format);

// The members of the pod's group. Errors: InvalidArgument for a state that came as protocol buffers, which do not say
// how containers ended; those of ReadMembersForRestart.
absl::StatusOr<GroupMembers> CallerGroupMembers(const CallerState& state, const ObservedPod& pod);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_C_STATE_H_
