#include "lws/core/fleet/object_packing.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lws/api/pod_name.h"
#include "lws/core/pod/restart.h"
#include "lws/placement/providers/pod_group.h"

namespace lws::internal {
namespace {

// Parses a resource version in the form that Kubernetes writes.
std::optional<uint64_t> ParseVersion(const std::string& text) {
  uint64_t version = 0;
  if (text.empty()) return 0;
  if (!absl::SimpleAtoi(text, &version) || version == 0 || text != absl::StrCat(version)) return std::nullopt;
  return version;
}

std::optional<PackedUid> OwnerUid(const ObservedMeta& meta, absl::string_view kind, absl::string_view name) {
  if (!meta.controller.has_value() || meta.controller->kind != kind || meta.controller->name != name) {
    return std::nullopt;
  }
  return ParsePackedUid(meta.controller->uid);
}

// Packs the fields that a leader and a worker share. The pod exists.
template <typename Packed>
void PackLife(PodPhase phase, bool restarted, bool terminating, Packed* pod) {
  pod->exists = 1;
  pod->phase = static_cast<uint16_t>(phase) & 7;
  pod->restarted = restarted;
  pod->terminating = terminating;
  pod->fails = TriggersRestart(phase, restarted, terminating);
}

void UnpackMeta(const PackedUid& uid, RevisionId revision, bool terminating, int32_t group, const PackingNames& names,
                ObservedMeta* meta) {
  meta->namespace_name = names.namespace_name;
  meta->name = LeaderPodName(names.set_name, group);
  meta->uid = PackedUidText(uid);
  meta->resource_version.clear();
  meta->terminating = terminating;
  meta->set_name = names.set_name;
  meta->revision_key = names.revisions->Text(revision);
  meta->group_index = absl::StrCat(group);
  meta->group_in_name = group;
}

// Writes into the texts of the controller that was there before, which have memory.
void UnpackController(absl::string_view kind, absl::string_view name, const PackedUid& uid, ObservedMeta* meta) {
  if (!meta->controller.has_value()) meta->controller.emplace();
  meta->controller->kind.assign(kind.data(), kind.size());
  meta->controller->name.assign(name.data(), name.size());
  meta->controller->uid = PackedUidText(uid);
}

}  // namespace

Packing PackLeader(const ObservedPod& pod, const PackingNames& names, PackedLeader* leader) {
  const std::optional<uint32_t> revision = names.revisions->Intern(pod.meta.revision_key);
  if (!revision.has_value()) return Packing::kNone;
  leader->revision = static_cast<RevisionId>(*revision);
  PackLife(pod.phase, pod.restarted, pod.meta.terminating, leader);
  leader->has_ready_condition = pod.has_ready_condition;
  leader->requests_tpus = pod.requests_tpus;
  const std::optional<PackedUid> uid = ParsePackedUid(pod.meta.uid);
  const std::optional<uint64_t> version = ParseVersion(pod.meta.resource_version);
  const std::optional<uint32_t> node = names.nodes->Intern(pod.node_name);
  leader->has_group_key = !pod.group_key.empty();
  leader->has_pod_group = !pod.pod_group_name.empty();
  const bool fits =
      uid.has_value() && version.has_value() && node.has_value() && !pod.leader_name.has_value() &&
      (pod.group_key.empty() || pod.group_key == GroupKey(pod.meta.namespace_name, pod.meta.name)) &&
      (pod.pod_group_name.empty() || pod.pod_group_name == PodGroupName(pod.meta.name, pod.meta.revision_key));
  if (!fits) return Packing::kFactsOnly;
  leader->uid = *uid;
  leader->resource_version = *version;
  leader->node = *node;
  return Packing::kFits;
}

Packing PackStatefulSet(const ObservedStatefulSet& statefulset, const PackingNames& names, PackedStatefulSet* workers,
                        PackedUid* owner) {
  const std::optional<uint32_t> revision = names.revisions->Intern(statefulset.meta.revision_key);
  if (!revision.has_value()) return Packing::kNone;
  workers->revision = static_cast<RevisionId>(*revision);
  workers->exists = 1;
  workers->replicas = statefulset.replicas;
  workers->available_replicas = statefulset.available_replicas;
  workers->status_replicas = statefulset.status_replicas;
  workers->terminating = statefulset.meta.terminating;
  workers->one_revision = statefulset.current_revision == statefulset.update_revision;
  const std::optional<PackedUid> uid = ParsePackedUid(statefulset.meta.uid);
  const std::optional<PackedUid> leader = OwnerUid(statefulset.meta, "Pod", statefulset.meta.name);
  const bool fits = uid.has_value() && leader.has_value() && statefulset.partition == 0 && !statefulset.on_delete &&
                    !statefulset.replicas_annotation.has_value() && statefulset.applied == nullptr &&
                    statefulset.applied_core.empty();
  if (!fits) return Packing::kFactsOnly;
  workers->uid = *uid;
  workers->is_owned_by_leader = 1;
  *owner = *leader;
  return Packing::kFits;
}

Packing PackWorker(const ObservedPod& pod, const PackingNames& names, PackedWorker* worker, PackedUid* owner) {
  const std::optional<uint32_t> revision = names.revisions->Intern(pod.meta.revision_key);
  if (!revision.has_value()) return Packing::kNone;
  worker->revision = static_cast<RevisionId>(*revision);
  PackLife(pod.phase, pod.restarted, pod.meta.terminating, worker);
  const std::optional<PackedUid> uid = ParsePackedUid(pod.meta.uid);
  const std::optional<PackedUid> controller =
      OwnerUid(pod.meta, "StatefulSet", absl::StrCat(names.set_name, "-", pod.meta.group_index.value_or("")));
  if (!uid.has_value() || !controller.has_value()) return Packing::kFactsOnly;
  worker->uid = *uid;
  *owner = *controller;
  return Packing::kFits;
}

PackedLeader PackLeader(const PodFacts& facts) {
  PackedLeader leader = {};
  leader.uid = facts.uid;
  leader.resource_version = facts.resource_version;
  leader.node = facts.node;
  leader.revision = facts.revision;
  PackLife(facts.phase, facts.restarted, facts.terminating, &leader);
  leader.has_ready_condition = facts.has_ready_condition;
  leader.has_group_key = 1;
  return leader;
}

PackedStatefulSet PackStatefulSet(const WorkersFacts& facts) {
  PackedStatefulSet workers = {};
  workers.uid = facts.uid;
  workers.replicas = facts.replicas;
  workers.available_replicas = facts.available_replicas;
  workers.status_replicas = facts.status_replicas;
  workers.revision = facts.revision;
  workers.exists = 1;
  workers.terminating = facts.terminating;
  workers.one_revision = facts.one_revision;
  workers.is_owned_by_leader = 1;
  return workers;
}

PackedWorker PackWorker(const PodFacts& facts) {
  PackedWorker worker = {};
  worker.uid = facts.uid;
  worker.revision = facts.revision;
  PackLife(facts.phase, facts.restarted, facts.terminating, &worker);
  return worker;
}

void UnpackLeader(const PackedLeader& leader, int32_t group, const PackingNames& names, ObservedPod* pod) {
  UnpackMeta(leader.uid, leader.revision, leader.terminating, group, names, &pod->meta);
  pod->meta.controller.reset();
  if (leader.resource_version != 0) pod->meta.resource_version = absl::StrCat(leader.resource_version);
  pod->worker_index = "0";
  pod->group_key = leader.has_group_key ? GroupKey(names.namespace_name, pod->meta.name) : "";
  pod->leader_name.reset();
  pod->pod_group_name = leader.has_pod_group ? PodGroupName(pod->meta.name, pod->meta.revision_key) : "";
  pod->phase = static_cast<PodPhase>(leader.phase);
  pod->has_ready_condition = leader.has_ready_condition;
  pod->restarted = leader.restarted;
  pod->requests_tpus = leader.requests_tpus;
  pod->node_name = names.nodes->Text(leader.node);
}

void UnpackStatefulSet(const PackedGroup& packed, int32_t group, const PackingNames& names,
                       ObservedStatefulSet* statefulset) {
  const PackedStatefulSet& workers = packed.workers;
  UnpackMeta(workers.uid, workers.revision, workers.terminating, group, names, &statefulset->meta);
  if (workers.is_owned_by_leader) {
    UnpackController("Pod", statefulset->meta.name, packed.leader.uid, &statefulset->meta);
  } else {
    statefulset->meta.controller.reset();
  }
  statefulset->replicas = workers.replicas;
  statefulset->partition = 0;
  statefulset->on_delete = false;
  statefulset->replicas_annotation.reset();
  statefulset->status_replicas = workers.status_replicas;
  statefulset->available_replicas = workers.available_replicas;
  statefulset->current_revision.clear();
  statefulset->update_revision = workers.one_revision ? "" : "next";
  statefulset->applied = nullptr;
  statefulset->applied_core.clear();
}

void UnpackWorker(const PackedWorker& packed, const PackedUid& owner, int32_t group, int32_t worker,
                  const PackingNames& names, ObservedPod* pod) {
  UnpackMeta(packed.uid, packed.revision, packed.terminating, group, names, &pod->meta);
  UnpackController("StatefulSet", pod->meta.name, owner, &pod->meta);
  absl::StrAppend(&pod->meta.name, "-", worker);
  pod->meta.group_in_name = -1;
  pod->worker_index = absl::StrCat(worker);
  pod->group_key.clear();
  pod->leader_name.reset();
  pod->pod_group_name.clear();
  pod->phase = static_cast<PodPhase>(packed.phase);
  pod->has_ready_condition = false;
  pod->restarted = packed.restarted;
  pod->requests_tpus = false;
  pod->node_name.clear();
}

}  // namespace lws::internal
