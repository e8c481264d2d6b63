// Admission of sets to a simulated cluster.
//
//   absl::StatusOr<lws::LeaderWorkerSet> set = lws::AdmitSimulatedSet(manifest);
//   absl::StatusOr<lws::LeaderWorkerSet> next = lws::AdmitSimulatedEdit(*set, {{"spec", {{"replicas", 5}}}});
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_SIMULATION_SET_ADMISSION_H_
#define LWS_ADAPTERS_SIMULATION_SET_ADMISSION_H_

#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.pb.h"

namespace lws {

// Errors: InvalidArgument with admission's errors.
absl::StatusOr<LeaderWorkerSet> AdmitSimulatedSet(const Json& manifest);

// The set with a JSON merge patch applied. Its generation stays. Errors: InvalidArgument with admission's errors.
absl::StatusOr<LeaderWorkerSet> AdmitSimulatedEdit(const LeaderWorkerSet& set, const Json& patch);

}  // namespace lws

#endif  // LWS_ADAPTERS_SIMULATION_SET_ADMISSION_H_
