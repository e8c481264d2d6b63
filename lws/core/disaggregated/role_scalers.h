// The scalers of a DisaggregatedSet: which ones to delete or create, what their status should be, and how many groups
// a role wants.
//
//   RoleScalers scalers(observation, &plan);
//   scalers.Reconcile(&objects);
//   scalers.Wanted(role, child);    // the scaler's replicas, or the spec's
//
// Thread-safety: distinct objects are independent.
#ifndef LWS_CORE_DISAGGREGATED_ROLE_SCALERS_H_
#define LWS_CORE_DISAGGREGATED_ROLE_SCALERS_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/core/disaggregated/disaggregated_objects.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/plan/plan_builder.h"

namespace lws {
inline namespace v1 {
class DisaggregatedRole;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

class RoleScalers {
 public:
  // Both are borrowed. REQUIRES: observation.set != nullptr.
  RoleScalers(const DisaggregatedObservation& observation, PlanBuilder* plan)
      : observation_(observation), set_(*observation.set), plan_(*plan) {}

  // Deletes the scalers of roles that are no longer External, then creates the missing ones with the replicas that
  // `objects` has for the role.
  void Reconcile(DisaggregatedObjects* objects);

  // Writes into the status of every scaler how many groups its role has, including scalers created in this pass.
  void WriteStatus(DisaggregatedObjects* objects, absl::Time now);

  // Returns null when the role is not External, or has no scaler in this pass.
  const DisaggregatedSetRoleScaler* Find(const std::string& role) const;

  // How many groups the role should have in one slice: the number of its scaler if the role is External, else that of
  // its spec. If the scaler is missing, it is what `child` has, or 0 when that is null.
  int32_t Wanted(const DisaggregatedRole& role, const DisaggregatedChild* child) const;

 private:
  void DeleteLeftOver();
  void CreateMissing(const DisaggregatedRole& role, DisaggregatedObjects* objects);
  int32_t Seed(const std::string& role, DisaggregatedObjects* objects) const;

  const DisaggregatedObservation& observation_;
  const DisaggregatedSet& set_;
  PlanBuilder& plan_;
  std::map<std::string, const DisaggregatedSetRoleScaler*> scalers_;  // by role
  std::deque<DisaggregatedSetRoleScaler> created_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_DISAGGREGATED_ROLE_SCALERS_H_
