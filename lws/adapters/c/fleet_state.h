// Loads a whole state in protocol buffers into a fleet.
//
//   lws::Fleet fleet;
//   absl::Status status = lws::internal::LoadCallerFleetProto(bytes, &fleet);
//
// Thread-safety: may be called concurrently for distinct fleets.
#ifndef LWS_ADAPTERS_C_FLEET_STATE_H_
#define LWS_ADAPTERS_C_FLEET_STATE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/core/fleet/fleet.h"

namespace lws {
inline namespace v1 {
class ClusterStateProto;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// Errors: InvalidArgument for bytes that are not a ClusterStateProto, or have a field that does not parse. The fleet
// is then unchanged.
absl::Status LoadCallerFleetProto(absl::string_view bytes, Fleet* fleet);

// The same for a fleet that is empty, and is thrown away after an error: it then holds some of the objects. Objects are
// read one after another into one message, which takes less time than a message of all of them.
absl::Status LoadCallerProtoIntoEmptyFleet(absl::string_view bytes, Fleet* fleet);

// As LoadCallerFleetProto, for a message that was read. Its sets are moved out of it.
absl::Status LoadCallerObjects(ClusterStateProto* state, Fleet* fleet);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_C_FLEET_STATE_H_
