#include "lws/core/fleet/decision_equality.h"

namespace lws::internal {
namespace {

bool SameMeta(const ObservedMeta& a, const ObservedMeta& b) {
  const auto same_controller = [](const auto& x, const auto& y) {
    if (x.has_value() != y.has_value()) return false;
    return !x.has_value() || (x->kind == y->kind && x->name == y->name && x->uid == y->uid);
  };
  return a.uid == b.uid && a.terminating == b.terminating && a.set_name == b.set_name &&
         a.revision_key == b.revision_key && a.group_index == b.group_index &&
         same_controller(a.controller, b.controller);
}

}  // namespace

// Decisions read fewer fields of a worker than of a leader, so fewer fields of workers are compared.
bool SamePodForFleet(const ObservedPod& a, const ObservedPod& b) {
  const bool same =
      SameMeta(a.meta, b.meta) && a.worker_index == b.worker_index && a.phase == b.phase && a.restarted == b.restarted;
  if (!same || (a.worker_index.has_value() && !a.is_leader())) return same;
  return a.group_key == b.group_key && a.leader_name == b.leader_name && a.pod_group_name == b.pod_group_name &&
         a.has_ready_condition == b.has_ready_condition && a.requests_tpus == b.requests_tpus &&
         a.node_name == b.node_name;
}

bool SameStatefulSetForFleet(const ObservedStatefulSet& a, const ObservedStatefulSet& b) {
  const bool same_applied = a.applied == b.applied || (a.applied != nullptr && b.applied != nullptr &&
                                                       !a.applied_core.empty() && a.applied_core == b.applied_core);
  const bool same_revisions = (a.current_revision == a.update_revision) == (b.current_revision == b.update_revision);
  return SameMeta(a.meta, b.meta) && a.replicas == b.replicas && a.partition == b.partition &&
         a.on_delete == b.on_delete && a.replicas_annotation == b.replicas_annotation &&
         a.status_replicas == b.status_replicas && a.available_replicas == b.available_replicas && same_revisions &&
         same_applied;
}

bool SamePackedWorkers(const PackedStatefulSet& a, const PackedStatefulSet& b) {
  return a.exists == b.exists && a.uid == b.uid && a.replicas == b.replicas &&
         a.available_replicas == b.available_replicas && a.status_replicas == b.status_replicas &&
         a.revision == b.revision && a.terminating == b.terminating && a.one_revision == b.one_revision &&
         a.is_owned_by_leader == b.is_owned_by_leader && a.is_whole == b.is_whole;
}

}  // namespace lws::internal
