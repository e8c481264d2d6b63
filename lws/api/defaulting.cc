#include "lws/api/defaulting.h"

#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"

namespace lws::internal {

void ApplyAdmissionDefaults(LeaderWorkerSet* set) {
  LeaderWorkerSetSpec& spec = *set->mutable_spec();
  LeaderWorkerTemplate& group = *spec.mutable_leader_worker_template();
  if (!spec.has_replicas()) spec.set_replicas(1);
  if (!group.has_size()) group.set_size(1);
  if (group.restart_policy().empty()) group.set_restart_policy(kRecreateGroupOnPodRestart);
  if (group.restart_policy() == kRestartPolicyDefault) group.set_restart_policy(kRestartPolicyNone);
  if (spec.rollout_strategy().type().empty()) spec.mutable_rollout_strategy()->set_type(kRollingUpdate);
  if (!spec.rollout_strategy().has_rolling_update_configuration()) {
    RollingUpdateConfiguration& update = *spec.mutable_rollout_strategy()->mutable_rolling_update_configuration();
    update.set_partition(0);
    update.mutable_max_unavailable()->set_number(1);
    update.mutable_max_surge()->set_number(0);
  }
  if (!spec.network_config().has_subdomain_policy()) {
    spec.mutable_network_config()->set_subdomain_policy(kSubdomainShared);
  }
}

}  // namespace lws::internal
