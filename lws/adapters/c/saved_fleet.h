// A whole fleet as bytes.
//
//   absl::StatusOr<std::string> saved = lws::internal::SaveCallerFleet(fleet);
//   absl::Status status = lws::internal::LoadCallerFleet(*saved, &another);
//
// Thread-safety: may be called concurrently for distinct fleets.
#ifndef LWS_ADAPTERS_C_SAVED_FLEET_H_
#define LWS_ADAPTERS_C_SAVED_FLEET_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/c/fleet_handle.h"

namespace lws::internal {

// A FleetStateProto. Errors: ResourceExhausted for a fleet that takes more than 2 GiB, which no message holds.
absl::StatusOr<std::string> SaveCallerFleet(const lws_fleet& fleet);

// Puts what the bytes hold in the place of everything in the fleet. Errors: InvalidArgument for bytes that are no
// FleetStateProto, or have a field that does not parse; nothing is then changed.
absl::Status LoadCallerFleet(absl::string_view bytes, lws_fleet* fleet);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_C_SAVED_FLEET_H_
