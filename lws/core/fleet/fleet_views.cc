#include "lws/core/fleet/fleet_views.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"
#include "lws/api/spec_counts.h"
#include "lws/core/fleet/failing_groups.h"
#include "lws/core/fleet/group_owners.h"
#include "lws/core/fleet/object_packing.h"
#include "lws/core/fleet/packed_group.h"

namespace lws::internal {
namespace {

template <typename T>
void SortByName(std::vector<const T*>* objects) {
  std::sort(objects->begin(), objects->end(), [](const T* a, const T* b) { return a->meta.name < b->meta.name; });
}

}  // namespace

const std::vector<const ObservedRevision*>& FleetViews::RevisionsOf(FleetSet* set) {
  const FleetNamespace& space = *set->space;
  if (set->revisions.version == space.revisions_version) return set->revisions.list;
  set->revisions.version = space.revisions_version;
  set->revisions.list.clear();
  for (const auto& [name, revision] : space.revisions) {
    if (RevisionConcernsSet(revision, set->name)) set->revisions.list.push_back(&revision);
  }
  return set->revisions.list;
}

const ObservedPod* FleetViews::UnpackPod(const Slot& slot, ScratchObjects* scratch) {
  ObservedPod* pod = scratch->pods.Next();
  const PackingNames names = index_.NamesOf(slot.set);
  if (slot.worker == 0) {
    UnpackLeader(slot.set->groups.Find(slot.group)->leader, slot.group, names, pod);
    return pod;
  }
  const PackedWorker& worker = *slot.set->groups.FindWorker(slot.group, slot.worker);
  UnpackWorker(worker, OwnerOfPackedGroup(*slot.set, slot.group, worker), slot.group, slot.worker, names, pod);
  return pod;
}

FleetViews::FoundPod FleetViews::FindPod(FleetNamespace* space, absl::string_view name, ScratchObjects* scratch) {
  if (const ObservedPod* whole = FindByFleetName(space->pods, name); whole != nullptr) return {whole, Slot()};
  const Slot slot = index_.FindPackedPod(space, name);
  if (slot.set == nullptr) return {};
  return {UnpackPod(slot, scratch), slot};
}

const ObservedStatefulSet* FleetViews::FindStatefulSet(FleetNamespace* space, absl::string_view name,
                                                       ScratchObjects* scratch) {
  if (const ObservedStatefulSet* whole = FindByFleetName(space->statefulsets, name); whole != nullptr) return whole;
  const Slot slot = index_.FindPackedStatefulSet(space, name);
  if (slot.set == nullptr) return nullptr;
  ObservedStatefulSet* statefulset = scratch->statefulsets.Next();
  UnpackStatefulSet(*slot.set->groups.Find(slot.group), slot.group, index_.NamesOf(slot.set), statefulset);
  return statefulset;
}

std::vector<const ObservedPod*> FleetViews::ListMembers(FleetSet* set, const std::optional<std::string>& group_index,
                                                        absl::Span<const FoundPod> found) {
  std::vector<const ObservedPod*> members;
  if (const auto whole = set->whole_pods.find(group_index); whole != set->whole_pods.end()) members = whole->second;
  const int32_t index = ParseIndex(group_index.value_or(""));
  const PackedGroup* group = index < 0 ? nullptr : set->groups.Find(index);
  const int32_t workers = group == nullptr ? -1 : set->groups.workers(index);
  for (int32_t i = 0; i <= workers; ++i) {
    const bool is_packed =
        i == 0 ? group->leader.exists && !group->leader.is_whole : set->groups.FindWorker(index, i)->exists;
    if (!is_packed) continue;
    const auto known = std::find_if(found.begin(), found.end(), [&](const FoundPod& pod) {
      return pod.slot.set == set && pod.slot.group == index && pod.slot.worker == i;
    });
    members.push_back(known != found.end() ? known->pod : UnpackPod({set, index, i}, &pod_scratch_));
  }
  SortByName(&members);
  return members;
}

void FleetViews::ListGroups(FleetSet* set, SetObservation* observation) {
  FleetNamespace& space = *set->space;
  const PackingNames names = index_.NamesOf(set);
  set->groups.ForEach([&](int32_t index, const PackedGroup& group, absl::Span<const PackedWorker>) {
    if (group.leader.exists && !group.leader.is_whole) {
      ObservedPod* pod = set_scratch_.pods.Next();
      UnpackLeader(group.leader, index, names, pod);
      observation->leader_pods.push_back(pod);
    }
    if (group.workers.exists && !group.workers.is_whole) {
      ObservedStatefulSet* statefulset = set_scratch_.statefulsets.Next();
      UnpackStatefulSet(group, index, names, statefulset);
      observation->worker_statefulsets.push_back(statefulset);
    }
  });
  absl::flat_hash_map<absl::string_view, const ObservedPod*> leaders;
  for (const auto& [index, pods] : set->whole_pods) {
    for (const ObservedPod* pod : pods) {
      if (!pod->is_leader()) continue;
      observation->leader_pods.push_back(pod);
      leaders[pod->meta.name] = pod;
    }
  }
  for (const auto& [name, statefulset] : space.statefulsets) {
    const bool labelled = statefulset->meta.set_name == set->name && statefulset->meta.group_index.has_value();
    const Slot slot = labelled ? Slot() : index_.FindPackedPod(&space, name);
    const bool passes_for_workers = slot.set == set && slot.worker == 0;
    if (labelled || passes_for_workers || leaders.contains(name)) {
      observation->worker_statefulsets.push_back(statefulset.get());
    }
  }
  // Packed StatefulSets of other sets may be named like a leader of this one.
  for (const auto& [name, leader] : leaders) {
    const Slot slot = index_.FindPackedStatefulSet(&space, name);
    if (slot.set == nullptr || slot.set == set) continue;
    observation->worker_statefulsets.push_back(FindStatefulSet(&space, name, &set_scratch_));
  }
  SortByName(&observation->leader_pods);
  SortByName(&observation->worker_statefulsets);
}

// Whether a packed member of the group fails, and the group that it restarts. That is its own group, unless the leader
// of this name has other labels.
FleetViews::Failure FleetViews::FailureOf(FleetSet* set, int32_t group) {
  Failure failure;
  for (int32_t i = 0; i <= set->groups.workers(group); ++i) {
    const bool fails = i == 0 ? set->groups.Find(group)->leader.fails : set->groups.FindWorker(group, i)->fails;
    if (!fails) continue;
    failure.fails = true;
    if (!DecideRestart(RestartFactsOf({set, group, i})).restart) continue;
    const PackedLeader& leader = set->groups.Find(group)->leader;
    const bool is_own = leader.exists && !leader.is_whole;
    failure.restarted =
        is_own ? group : GroupOwedRestart(ObservePod(set->namespace_name, FleetMemberName(*set, group, i)));
    if (failure.restarted.has_value()) break;
  }
  return failure;
}

std::vector<int32_t> FleetViews::GroupsToRestart(FleetSet* set) {
  std::vector<int32_t> owed;
  // Where other objects may stand in for members, changes outside of the group matter too, so all groups are checked.
  const bool is_plain = set->irregular == 0 && set->parent == nullptr && set->namesakes.empty();
  if (!is_plain) ListAllFailingInFleet(set);
  const auto is_over = [this, set, is_plain, &owed](int32_t group) {
    PackedLeader& leader = set->groups.At(group).leader;
    // If the leader is gone or already terminating, a failing member restarts nothing.
    const bool has_leader = leader.exists ? !leader.terminating || leader.is_whole : !set->space->pods.empty();
    const Failure failure = is_plain && !has_leader ? Failure{true, std::nullopt} : FailureOf(set, group);
    if (failure.restarted.has_value()) owed.push_back(*failure.restarted);
    leader.has_failing = failure.fails;
    leader.is_listed = failure.restarted.has_value();
    return !leader.is_listed;
  };
  set->failing.erase(std::remove_if(set->failing.begin(), set->failing.end(), is_over), set->failing.end());
  for (const auto& [index, pods] : set->whole_pods) {
    for (const ObservedPod* pod : pods) {
      if (!TriggersRestart(pod->phase, pod->restarted, pod->meta.terminating)) continue;
      const std::optional<int32_t> group = GroupOwedRestart(ObservePod(set->namespace_name, pod->meta.name));
      if (group.has_value()) owed.push_back(*group);
    }
  }
  std::sort(owed.begin(), owed.end());
  owed.erase(std::unique(owed.begin(), owed.end()), owed.end());
  return owed;
}

// Observes everything except the groups.
SetObservation FleetViews::ObserveAround(FleetSet* set) {
  set_scratch_.Clear();
  FleetNamespace& space = *set->space;
  SetObservation observation;
  observation.set = &set->set;
  observation.digest = &set->digest;
  observation.leader_statefulset = FindStatefulSet(&space, set->name, &set_scratch_);
  observation.service = FindByFleetName(space.services, set->name);
  observation.revisions = RevisionsOf(set);
  observation.groups_to_restart = GroupsToRestart(set);
  return observation;
}

SetObservation FleetViews::ObserveSet(FleetSet* set) {
  if (set == nullptr || !set->exists) return SetObservation();
  SetObservation observation = ObserveAround(set);
  if (set->irregular > 0) {
    ListGroups(set, &observation);
    return observation;
  }
  choice_ = ChooseRevision(OwnedRevisions(set->set, observation.revisions), set->set,
                           {set->digest.revision_data, set->digest.revision_key}, observation.leader_statefulset);
  observation.revision = &choice_;
  observation.groups = &set->FactsFor(choice_.key);
  observed_set_ = set;
  observation.leaders = this;
  return observation;
}

const ObservedPod* FleetViews::FindLeader(int32_t group) {
  return FindPod(observed_set_->space, LeaderPodName(observed_set_->name, group), &set_scratch_).pod;
}

bool FleetViews::IsStarted(const FleetSet& set, int32_t group) {
  const PackedGroup& packed = *set.groups.Find(group);
  const auto is_pending = [](uint16_t phase) { return phase == static_cast<uint16_t>(PodPhase::kPending); };
  int64_t members = packed.leader.exists;
  if (packed.leader.exists && is_pending(packed.leader.phase)) return false;
  for (int32_t i = 1; i <= set.groups.workers(group); ++i) {
    const PackedWorker& worker = *set.groups.FindWorker(group, i);
    members += worker.exists;
    if (worker.exists && is_pending(worker.phase)) return false;
  }
  return members == SpecSize(set.set.spec());
}

std::optional<RestartFacts> FleetViews::PackedRestartFacts(const FleetSet& set, int32_t group, int32_t worker) {
  const PackedGroup& packed = *set.groups.Find(group);
  const FleetNamespace& space = *set.space;
  // An object that is not packed may still exist whole: a pod in any namespace with whole pods, a StatefulSet in a set
  // with irregular objects.
  const bool knows_leader = packed.leader.exists ? !packed.leader.is_whole : space.pods.empty();
  const bool knows_workers = packed.workers.exists ? !packed.workers.is_whole : set.irregular == 0;
  const bool shares_names = set.parent != nullptr || !set.namesakes.empty();
  if (!knows_leader || !knows_workers || shares_names) return std::nullopt;
  const PackedWorker* pod = set.groups.FindWorker(group, worker);
  RestartFacts facts = set.restart_facts;
  if (facts.waits_for_start && !set.whole_pods.empty()) return std::nullopt;
  if (worker > 0 && (pod == nullptr || !pod->exists)) return std::nullopt;  // the pod is kept whole
  facts.is_leader = worker == 0;
  facts.triggered = facts.is_leader ? packed.leader.fails : pod->fails;
  facts.leader_exists = packed.leader.exists;
  facts.group_started = !facts.waits_for_start || IsStarted(set, group);
  if (!facts.leader_exists) return facts;
  facts.same_revision = facts.is_leader || pod->revision == packed.leader.revision;
  facts.belongs_to_leader =
      facts.is_leader || (!pod->has_other_owner && packed.workers.exists && packed.workers.is_owned_by_leader);
  facts.leader_terminating = packed.leader.terminating;
  return facts;
}

std::optional<LeaderFacts> FleetViews::PackedLeaderFacts(FleetSet* set, int32_t group) {
  const PackedGroup& packed = *set->groups.Find(group);
  const bool knows_workers = packed.workers.exists || set->irregular == 0;
  if (packed.leader.is_whole || !knows_workers) return std::nullopt;
  LeaderFacts facts = set->leader_facts;
  facts.terminating = packed.leader.terminating;
  facts.waits_for_ready = facts.waits_for_ready && !packed.leader.has_ready_condition;
  facts.has_revision =
      OwnedRevisions(set->set, RevisionsOf(set)).Find(set->revision_names.Text(packed.leader.revision)) != nullptr;
  facts.waits_for_schedule = facts.waits_for_schedule && packed.leader.node == 0;
  facts.has_workers = packed.workers.exists;
  return facts;
}

PodObservation FleetViews::ObservePod(absl::string_view namespace_name, absl::string_view name) {
  pod_scratch_.Clear();
  PodObservation observation;
  FleetNamespace* space = index_.FindNamespace(namespace_name);
  if (space == nullptr) return observation;
  FoundPod found[] = {FindPod(space, name, &pod_scratch_), {}};
  observation.pod = found[0].pod;
  if (observation.pod == nullptr) return observation;
  const ObservedPod& pod = *observation.pod;
  FleetSet* set = nullptr;
  if (const auto found = space->sets.find(pod.meta.set_name); found != space->sets.end()) set = found->second;
  if (set != nullptr && set->exists) {
    observation.set = &set->set;
    observation.digest = &set->digest;
  }
  if (const std::optional<PodName> parsed = ParsePodName(name); parsed.has_value()) {
    found[1] = FindPod(space, parsed->parent, &pod_scratch_);
    observation.leader = found[1].pod;
  }
  if (pod.meta.controller.has_value()) {
    observation.controller = FindStatefulSet(space, pod.meta.controller->name, &pod_scratch_);
  }
  if (set != nullptr) {
    observation.group_pods = ListMembers(set, pod.meta.group_index, found);
    observation.revisions = RevisionsOf(set);
  }
  observation.worker_statefulset = FindStatefulSet(space, name, &pod_scratch_);
  observation.service = FindByFleetName(space->services, name);
  observation.pod_group = FindByFleetName(space->pod_groups, pod.pod_group_name);
  const auto node = index_.nodes().find(pod.node_name);
  observation.node = node == index_.nodes().end() ? nullptr : &node->second;
  return observation;
}

SetObservation FleetViews::ObserveWholeSet(FleetSet* set) {
  if (set == nullptr || !set->exists) return SetObservation();
  SetObservation observation = ObserveAround(set);
  ListGroups(set, &observation);
  return observation;
}

RestartFacts FleetViews::RestartFactsOf(const Slot& member) {
  const FleetSet& set = *member.set;
  const std::optional<RestartFacts> facts = PackedRestartFacts(set, member.group, member.worker);
  if (facts.has_value()) return *facts;
  return ReadRestartFacts(ObservePod(set.namespace_name, FleetMemberName(set, member.group, member.worker)));
}

LeaderFacts FleetViews::LeaderFactsOf(const Slot& member) {
  const std::optional<LeaderFacts> facts = PackedLeaderFacts(member.set, member.group);
  if (facts.has_value()) return *facts;
  return ReadLeaderFacts(ObservePod(member.set->namespace_name, FleetMemberName(*member.set, member.group, 0)));
}

}  // namespace lws::internal
