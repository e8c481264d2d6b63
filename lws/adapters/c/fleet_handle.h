// What a fleet handle of the C interface holds, and the decisions on it.
//
//   lws_fleet fleet;
//   absl::Status status = lws::internal::AddCallerObject(pod_document, &fleet);
//   absl::StatusOr<lws::Plan> plan = lws::internal::DecidePodForCaller(&fleet, "default", "vllm-0", now, policy);
//
// Thread-safety: none; distinct fleets may be used concurrently.
#ifndef LWS_ADAPTERS_C_FLEET_HANDLE_H_
#define LWS_ADAPTERS_C_FLEET_HANDLE_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/c/lws.h"
#include "lws/adapters/host/kept_state.h"
#include "lws/adapters/host/restart_counts.h"
#include "lws/api/json.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/plan/plan.h"

struct lws_fleet {
  std::unique_ptr<lws::Fleet> objects = std::make_unique<lws::Fleet>();
  lws::KeptState kept;
  lws::internal::RestartCounts counts;
  // Pods whose restarts changed since the last lws_fleet_take_due. The objects know only that a pod restarted.
  std::vector<lws::FleetName> restarted_again;
  // Sets that became due since the last lws_fleet_take_due, because their status has to tell what a restart policy
  // remembers.
  std::vector<lws::FleetName> remembering;
  // Read from the caller's arrays; kept so that telling allocates nothing.
  std::vector<lws::PodFacts> pods;
  std::vector<lws::WorkersFacts> workers;
  // The fleet decides, and its observation borrows from it. Functions of the policy must not change the fleet.
  bool is_deciding = false;
  bool is_freed = false;  // by a function of the policy; deleted after the decision
};

namespace lws::internal {

// Errors: InvalidArgument naming the object and the field; nothing is then changed. The second adds all or none.
absl::Status AddCallerObject(const Json& object, lws_fleet* fleet);
absl::Status AddCallerObjects(const std::vector<SharedJson>& objects, lws_fleet* fleet);
void RemoveCallerObject(absl::string_view kind, absl::string_view namespace_name, absl::string_view name,
                        lws_fleet* fleet);

// The due pods, and the due sets, each once.
std::vector<FleetName> TakeDuePodsForCaller(lws_fleet* fleet);
std::vector<FleetName> TakeDueSetsForCaller(lws_fleet* fleet);

// The policy may be null. What the plans want kept is kept.
Plan DecideSetForCaller(lws_fleet* fleet, absl::string_view namespace_name, absl::string_view name, absl::Time now,
                        const lws_policy* policy);
// Errors: FailedPrecondition for a restart policy and a pod of the group that restarted, but whose document was not
// told, or when the policy's restart function fails. Nothing is then kept.
absl::StatusOr<Plan> DecidePodForCaller(lws_fleet* fleet, absl::string_view namespace_name, absl::string_view name,
                                        absl::Time now, const lws_policy* policy);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_C_FLEET_HANDLE_H_
