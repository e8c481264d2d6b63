#include "lws/core/fleet.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"
#include "lws/api/well_known.h"
#include "lws/core/fleet_set.h"
#include "lws/core/group_state.h"
#include "lws/core/leader_decision.h"
#include "lws/core/name_table.h"
#include "lws/core/object_packing.h"
#include "lws/core/observed_object.h"
#include "lws/core/packed_group.h"
#include "lws/core/prepared_set.h"
#include "lws/core/restart.h"
#include "lws/core/revisions.h"

namespace lws {

template <typename T>
using ByName = absl::flat_hash_map<std::string, std::unique_ptr<T>>;

struct FleetNamespace {
  absl::flat_hash_map<std::string, std::unique_ptr<FleetSet>> sets;
  ByName<ObservedStatefulSet> statefulsets;  // those kept whole
  ByName<ObservedPod> pods;                  // those kept whole
  std::map<std::string, ObservedRevision> revisions;
  ByName<ObservedService> services;
  ByName<ObservedPodGroup> pod_groups;
  int64_t revisions_version = 0;
};

namespace {

// A group number beyond this is a broken label, and costs no memory.
constexpr int32_t kMaxGroups = 1 << 24;
constexpr uint32_t kMaxNodes = 1 << 30;
// How far ahead memory is asked for while facts are told.
constexpr size_t kPrefetchDistance = 12;

template <typename T>
const T* Find(const ByName<T>& objects, absl::string_view name) {
  const auto found = objects.find(name);
  return found == objects.end() ? nullptr : found->second.get();
}

bool IsNamedGroup(const ObservedMeta& meta) { return meta.named_group >= 0 && meta.named_group < kMaxGroups; }

bool SameMeta(const ObservedMeta& a, const ObservedMeta& b) {
  const auto same_controller = [](const auto& x, const auto& y) {
    if (x.has_value() != y.has_value()) return false;
    return !x.has_value() || (x->kind == y->kind && x->name == y->name && x->uid == y->uid);
  };
  return a.uid == b.uid && a.terminating == b.terminating && a.set_name == b.set_name &&
         a.revision_key == b.revision_key && a.group_index == b.group_index &&
         same_controller(a.controller, b.controller);
}

// In all that a decision on the pod reads. Its version is not read, but handed on.
bool SamePod(const ObservedPod& a, const ObservedPod& b) {
  const bool same =
      SameMeta(a.meta, b.meta) && a.worker_index == b.worker_index && a.phase == b.phase && a.restarted == b.restarted;
  if (!same || (a.worker_index.has_value() && !a.is_leader())) return same;
  return a.group_key == b.group_key && a.leader_name == b.leader_name && a.pod_group_name == b.pod_group_name &&
         a.has_ready_condition == b.has_ready_condition && a.requests_tpus == b.requests_tpus &&
         a.node_name == b.node_name;
}

bool SameStatefulSet(const ObservedStatefulSet& a, const ObservedStatefulSet& b) {
  const bool same_applied = a.applied == b.applied || (a.applied != nullptr && b.applied != nullptr &&
                                                       !a.applied_core.empty() && a.applied_core == b.applied_core);
  const bool same_revisions = (a.current_revision == a.update_revision) == (b.current_revision == b.update_revision);
  return SameMeta(a.meta, b.meta) && a.replicas == b.replicas && a.partition == b.partition &&
         a.replicas_annotation == b.replicas_annotation && a.status_replicas == b.status_replicas &&
         a.available_replicas == b.available_replicas && same_revisions && same_applied;
}

// Whatever their versions, and whether or not they are due.
bool SameLeader(const PackedLeader& a, const PackedLeader& b) {
  return ((a.exists ^ b.exists) | (a.node ^ b.node) | (a.revision ^ b.revision) | (a.phase ^ b.phase) |
          (a.has_ready_condition ^ b.has_ready_condition) | (a.restarted ^ b.restarted) |
          (a.terminating ^ b.terminating) | (a.requests_tpus ^ b.requests_tpus) | (a.has_group_key ^ b.has_group_key) |
          (a.has_pod_group ^ b.has_pod_group) | (a.is_whole ^ b.is_whole)) == 0 &&
         a.uid == b.uid;
}

bool SameWorkers(const PackedStatefulSet& a, const PackedStatefulSet& b) {
  return a.exists == b.exists && a.uid == b.uid && a.replicas == b.replicas &&
         a.available_replicas == b.available_replicas && a.status_replicas == b.status_replicas &&
         a.revision == b.revision && a.terminating == b.terminating && a.one_revision == b.one_revision &&
         a.is_owned_by_leader == b.is_owned_by_leader && a.is_whole == b.is_whole;
}

// Whether or not it is due.
bool SameWorker(const PackedWorker& a, const PackedWorker& b) {
  return ((a.exists ^ b.exists) | (a.revision ^ b.revision) | (a.phase ^ b.phase) | (a.restarted ^ b.restarted) |
          (a.terminating ^ b.terminating) | (a.has_other_owner ^ b.has_other_owner)) == 0 &&
         a.uid == b.uid;
}

PackedLeader LeaderOf(const PodFacts& facts) {
  PackedLeader leader = {};
  leader.uid = facts.uid;
  leader.resource_version = facts.resource_version;
  leader.node = facts.node;
  leader.revision = facts.revision;
  leader.exists = 1;
  leader.phase = static_cast<uint16_t>(facts.phase) & 7;
  leader.has_ready_condition = facts.has_ready_condition;
  leader.restarted = facts.restarted;
  leader.terminating = facts.terminating;
  leader.fails = TriggersRestart(facts.phase, facts.restarted, facts.terminating);
  leader.has_group_key = 1;
  return leader;
}

PackedWorker WorkerOf(const PodFacts& facts) {
  PackedWorker worker = {};
  worker.uid = facts.uid;
  worker.revision = facts.revision;
  worker.exists = 1;
  worker.phase = static_cast<uint16_t>(facts.phase) & 7;
  worker.restarted = facts.restarted;
  worker.terminating = facts.terminating;
  worker.fails = TriggersRestart(facts.phase, facts.restarted, facts.terminating);
  return worker;
}

PackedStatefulSet WorkersOf(const WorkersFacts& facts) {
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

// Objects made for an observation; their texts keep their memory from one to the next.
template <typename T>
class Scratch {
 public:
  void Clear() { used_ = 0; }
  T* Next() {
    if (used_ == objects_.size()) objects_.emplace_back();
    return &objects_[used_++];
  }

 private:
  std::deque<T> objects_;  // stay where they are
  size_t used_ = 0;
};

struct ScratchObjects {
  Scratch<ObservedPod> pods;
  Scratch<ObservedStatefulSet> statefulsets;

  void Clear() {
    pods.Clear();
    statefulsets.Clear();
  }
};

// Where a member of a group has its place; without a set it has none.
struct Place {
  FleetSet* set = nullptr;
  int32_t group = 0;
  int32_t worker = 0;

  friend bool operator==(const Place& a, const Place& b) {
    return a.set == b.set && a.group == b.group && a.worker == b.worker;
  }
};

template <typename T>
void SortByName(std::vector<const T*>* objects) {
  std::sort(objects->begin(), objects->end(), [](const T* a, const T* b) { return a->meta.name < b->meta.name; });
}

std::string MemberName(const FleetSet& set, int32_t group, int32_t worker) {
  return worker == 0 ? absl::StrCat(set.name, "-", group) : absl::StrCat(set.name, "-", group, "-", worker);
}

// What the worker names as its controller.
PackedUid OwnerOf(const FleetSet& set, int32_t group, const PackedWorker& worker) {
  if (worker.exists && worker.has_other_owner) return set.other_owners.find(group)->second;
  return set.groups.Find(group)->workers.uid;
}

}  // namespace

// Objects come in as observed or as facts, are packed into the groups of their set where they fit, and leave as
// observations. A name is never in two places.
class Fleet::State {
 public:
  FleetNamespace& In(absl::string_view name) {
    std::unique_ptr<FleetNamespace>& found = namespaces_[name];
    if (found == nullptr) found = std::make_unique<FleetNamespace>();
    return *found;
  }
  FleetNamespace* FindNamespace(absl::string_view name) {
    const auto found = namespaces_.find(name);
    return found == namespaces_.end() ? nullptr : found->second.get();
  }
  FleetSet& SetOf(absl::string_view namespace_name, absl::string_view name);
  FleetSet* FindSet(absl::string_view namespace_name, absl::string_view name);

  void AddSet(LeaderWorkerSet set);
  void AddPod(ObservedPod pod);
  void AddStatefulSet(ObservedStatefulSet statefulset);
  void AddRevision(ObservedRevision revision);
  void Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name);

  bool UpdatePod(const PodFacts& facts);
  void TellPod(const PodFacts& facts);
  void TellWorkers(const WorkersFacts& facts);

  void MakeSetDue(FleetSet* set) {
    if (set->is_due) return;
    set->is_due = true;
    due_sets_.push_back(set);
  }

  SetObservation ObserveSet(FleetSet* set);
  // With them; of a set that is null or does not exist there is none.
  SetObservation ObserveGroups(FleetSet* set);
  // As the observation is reduced, where all that they ask of is packed.
  static std::optional<RestartFacts> PackedRestartFacts(const FleetSet& set, int32_t group, int32_t worker);
  std::optional<LeaderFacts> PackedLeaderFacts(FleetSet* set, int32_t group);
  // Every object that belongs to the set, however it is named.
  void ListGroups(const FleetSet& set, SetObservation* observation);
  PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name);

  // A member that is due, or, without a set, the name at the place `group` of due_names_.
  using DuePod = Place;

  absl::flat_hash_map<std::string, std::unique_ptr<FleetNamespace>> namespaces_;
  std::vector<FleetSet*> sets_;  // by number
  absl::flat_hash_map<std::string, ObservedNode> nodes_;
  NameTable node_names_{kMaxNodes};
  std::vector<FleetSet*> due_sets_;
  std::vector<DuePod> due_pods_;
  std::vector<FleetName> due_names_;

 private:
  PackingNames NamesOf(FleetSet* set) { return {set->namespace_name, set->name, &set->revision_names, &node_names_}; }
  static FleetNamespace& SpaceOf(const FleetSet& set) { return *set.space; }

  // A leader, or a packed worker.
  void MakeMemberDue(FleetSet* set, int32_t group, int32_t worker);
  void MakeNameDue(absl::string_view namespace_name, absl::string_view name) {
    due_pods_.push_back({nullptr, static_cast<int32_t>(due_names_.size()), 0});
    due_names_.push_back({std::string(namespace_name), std::string(name)});
  }
  void MakeNamesakesDue(FleetNamespace* space, absl::string_view namespace_name, absl::string_view name);

  Place PlaceOf(const ObservedPod& pod);
  Place FindPackedPod(FleetNamespace* space, absl::string_view name);
  Place FindPackedStatefulSet(FleetNamespace* space, absl::string_view name);

  bool AddPackedWorker(const Place& place, PackedWorker worker, const PackedUid& owner);
  bool AddNamedLeader(const Place& place, ObservedPod* pod);
  bool AddNamedStatefulSet(FleetSet* set, ObservedStatefulSet* statefulset);
  void PutLeader(FleetSet* set, int32_t group, const PackedLeader& leader);
  void PutWorkers(FleetSet* set, int32_t group, const PackedStatefulSet& workers, const PackedUid& leader_uid);
  void PutWorker(const Place& place, const PackedWorker& worker);
  static bool IsStarted(const FleetSet& set, int32_t group);
  static bool HasWorkerOf(const Place& place, bool other_owner);
  static std::optional<bool> TakeOwner(const Place& place, const PackedUid& owner);
  void SwitchOwner(FleetSet* set, int32_t group, const PackedUid& uid);

  void RemovePod(FleetNamespace* space, absl::string_view name);
  void RemoveStatefulSet(FleetNamespace* space, absl::string_view namespace_name, absl::string_view name);
  // As far as another set's packed object has the member's name, or a whole one.
  void MakeRoom(const Place& place);

  void LinkWholePod(const ObservedPod& pod, bool add);
  void LinkWholeStatefulSet(const ObservedStatefulSet& statefulset, bool add);
  void KeepWholePod(std::unique_ptr<ObservedPod> pod);
  void EraseWholePod(FleetNamespace* space, absl::string_view name);
  void EraseWholeStatefulSet(FleetNamespace* space, absl::string_view name);
  // What does not fit any more, because another object of the group has another UID now: the StatefulSet; the workers
  // of the other owner.
  void UnpackWorkers(FleetSet* set, int32_t group);
  void UnpackMembers(FleetSet* set, int32_t group);

  const std::vector<const ObservedRevision*>& RevisionsOf(FleetSet* set);
  const ObservedPod* FindPod(FleetNamespace* space, absl::string_view name, ScratchObjects* scratch);
  const ObservedStatefulSet* FindStatefulSet(FleetNamespace* space, absl::string_view name, ScratchObjects* scratch);
  void ListMembers(FleetSet* set, const std::optional<std::string>& group_index,
                   std::vector<const ObservedPod*>* members);

  ScratchObjects set_scratch_;
  ScratchObjects pod_scratch_;
};

FleetSet& Fleet::State::SetOf(absl::string_view namespace_name, absl::string_view name) {
  FleetNamespace& space = In(namespace_name);
  if (const auto found = space.sets.find(name); found != space.sets.end()) return *found->second;
  FleetSet* set = space.sets.emplace(name, std::make_unique<FleetSet>(std::string(namespace_name), std::string(name)))
                      .first->second.get();
  set->number = static_cast<uint32_t>(sets_.size());
  set->space = &space;
  sets_.push_back(set);
  if (const std::optional<PodName> parsed = ParsePodName(name); parsed.has_value()) {
    set->parent = &SetOf(namespace_name, parsed->parent);
    set->parent_group = parsed->ordinal;
    set->parent->namesakes.insert(parsed->ordinal);
  }
  return *set;
}

FleetSet* Fleet::State::FindSet(absl::string_view namespace_name, absl::string_view name) {
  FleetNamespace* space = FindNamespace(namespace_name);
  if (space == nullptr) return nullptr;
  const auto found = space->sets.find(name);
  return found == space->sets.end() || !found->second->exists ? nullptr : found->second.get();
}

void Fleet::State::MakeMemberDue(FleetSet* set, int32_t group, int32_t worker) {
  if (worker == 0) {
    PackedLeader& leader = set->groups.At(group).leader;
    if (leader.is_due) return;
    leader.is_due = 1;
  } else {
    PackedWorker& packed = *set->groups.FindWorker(group, worker);
    if (packed.is_due) return;
    packed.is_due = 1;
  }
  due_pods_.push_back({set, group, worker});
}

// Whatever its labels, a StatefulSet is the leader StatefulSet of a set of its name, and passes for the workers of a
// leader pod of its name.
void Fleet::State::MakeNamesakesDue(FleetNamespace* space, absl::string_view namespace_name, absl::string_view name) {
  if (const auto found = space->sets.find(name); found != space->sets.end()) MakeSetDue(found->second.get());
  const ObservedPod* pod = Find(space->pods, name);
  if (pod != nullptr && !pod->meta.set_name.empty()) MakeSetDue(&SetOf(namespace_name, pod->meta.set_name));
}

// By the labels, as far as the name agrees.
Place Fleet::State::PlaceOf(const ObservedPod& pod) {
  const ObservedMeta& meta = pod.meta;
  if (meta.set_name.empty()) return Place();
  if (pod.is_leader()) {
    if (!IsNamedGroup(meta)) return Place();
    return {&SetOf(meta.namespace_name, meta.set_name), meta.named_group, 0};
  }
  const int32_t group = ParseIndex(meta.group_index.value_or(""));
  const int32_t worker = ParseIndex(pod.worker_index.value_or(""));
  if (group < 0 || group >= kMaxGroups || worker < 1) return Place();
  FleetSet& set = SetOf(meta.namespace_name, meta.set_name);
  if (worker > set.groups.workers() || meta.name != MemberName(set, group, worker)) return Place();
  return {&set, group, worker};
}

Place Fleet::State::FindPackedPod(FleetNamespace* space, absl::string_view name) {
  const std::optional<PodName> parsed = ParsePodName(name);
  if (!parsed.has_value() || parsed->ordinal >= kMaxGroups) return Place();
  if (const auto found = space->sets.find(parsed->parent); found != space->sets.end()) {
    FleetSet* set = found->second.get();
    const PackedGroup* group = set->groups.Find(parsed->ordinal);
    const bool is_leader = group != nullptr && group->leader.exists && !group->leader.is_whole;
    if (is_leader && MemberName(*set, parsed->ordinal, 0) == name) return {set, parsed->ordinal, 0};
  }
  const std::optional<PodName> parent = ParsePodName(parsed->parent);
  if (!parent.has_value() || parent->ordinal >= kMaxGroups) return Place();
  const auto found = space->sets.find(parent->parent);
  if (found == space->sets.end()) return Place();
  FleetSet* set = found->second.get();
  const PackedWorker* worker = set->groups.FindWorker(parent->ordinal, parsed->ordinal);
  const bool is_worker = worker != nullptr && worker->exists;
  if (!is_worker || MemberName(*set, parent->ordinal, parsed->ordinal) != name) return Place();
  return {set, parent->ordinal, parsed->ordinal};
}

Place Fleet::State::FindPackedStatefulSet(FleetNamespace* space, absl::string_view name) {
  const std::optional<PodName> parsed = ParsePodName(name);
  if (!parsed.has_value() || parsed->ordinal >= kMaxGroups) return Place();
  const auto found = space->sets.find(parsed->parent);
  if (found == space->sets.end()) return Place();
  FleetSet* set = found->second.get();
  const PackedGroup* group = set->groups.Find(parsed->ordinal);
  const bool is_there = group != nullptr && group->workers.exists && !group->workers.is_whole;
  if (!is_there || MemberName(*set, parsed->ordinal, 0) != name) return Place();
  return {set, parsed->ordinal, 0};
}

void Fleet::State::LinkWholePod(const ObservedPod& pod, bool add) {
  if (pod.meta.set_name.empty()) return;
  FleetSet& set = SetOf(pod.meta.namespace_name, pod.meta.set_name);
  std::vector<const ObservedPod*>& group = set.whole_pods[pod.meta.group_index];
  if (add) {
    group.push_back(&pod);
  } else {
    group.erase(std::remove(group.begin(), group.end(), &pod), group.end());
    if (group.empty()) set.whole_pods.erase(pod.meta.group_index);
  }
  const PackedGroup* packed = IsNamedGroup(pod.meta) ? set.groups.Find(pod.meta.named_group) : nullptr;
  if (!pod.is_leader() || (packed != nullptr && packed->leader.is_whole)) return;
  set.irregular += add ? 1 : -1;
  MakeSetDue(&set);
}

void Fleet::State::LinkWholeStatefulSet(const ObservedStatefulSet& statefulset, bool add) {
  const ObservedMeta& meta = statefulset.meta;
  if (IsNamedGroup(meta)) {
    const PackedGroup* packed = SetOf(meta.namespace_name, meta.set_name).groups.Find(meta.named_group);
    if (packed != nullptr && packed->workers.is_whole) return;
  }
  std::vector<FleetSet*> sets;
  if (!meta.set_name.empty() && meta.group_index.has_value())
    sets.push_back(&SetOf(meta.namespace_name, meta.set_name));
  // It may be named like a leader pod of another set, whose workers it then passes for.
  if (const std::optional<PodName> parsed = ParsePodName(meta.name); parsed.has_value()) {
    sets.push_back(&SetOf(meta.namespace_name, parsed->parent));
  }
  for (FleetSet* set : sets) {
    set->irregular += add ? 1 : -1;
    MakeSetDue(set);
  }
}

void Fleet::State::KeepWholePod(std::unique_ptr<ObservedPod> pod) {
  std::unique_ptr<ObservedPod>& slot = In(pod->meta.namespace_name).pods[pod->meta.name];
  slot = std::move(pod);
  LinkWholePod(*slot, true);
}

void Fleet::State::EraseWholePod(FleetNamespace* space, absl::string_view name) {
  const auto found = space->pods.find(name);
  if (found == space->pods.end()) return;
  LinkWholePod(*found->second, false);
  space->pods.erase(found);
}

void Fleet::State::EraseWholeStatefulSet(FleetNamespace* space, absl::string_view name) {
  const auto found = space->statefulsets.find(name);
  if (found == space->statefulsets.end()) return;
  LinkWholeStatefulSet(*found->second, false);
  space->statefulsets.erase(found);
}

void Fleet::State::UnpackWorkers(FleetSet* set, int32_t group) {
  PackedGroup& packed = set->groups.At(group);
  if (!packed.workers.exists || packed.workers.is_whole) return;
  auto whole = std::make_unique<ObservedStatefulSet>();
  UnpackStatefulSet(packed, group, NamesOf(set), whole.get());
  packed.workers.is_whole = 1;
  packed.workers.is_owned_by_leader = 0;
  std::unique_ptr<ObservedStatefulSet>& slot = SpaceOf(*set).statefulsets[whole->meta.name];
  slot = std::move(whole);
  LinkWholeStatefulSet(*slot, true);
}

void Fleet::State::UnpackMembers(FleetSet* set, int32_t group) {
  for (int32_t i = 1; i <= set->groups.workers(); ++i) {
    PackedWorker* packed = set->groups.FindWorker(group, i);
    if (packed == nullptr || !packed->exists || !packed->has_other_owner) continue;
    auto whole = std::make_unique<ObservedPod>();
    UnpackWorker(*packed, OwnerOf(*set, group, *packed), group, i, NamesOf(set), whole.get());
    const bool is_due = packed->is_due;
    *packed = {};
    packed->is_due = is_due;
    KeepWholePod(std::move(whole));
  }
}

// The leader in its place, or, as one that does not exist, away from it.
void Fleet::State::PutLeader(FleetSet* set, int32_t group, const PackedLeader& leader) {
  PackedGroup& packed = set->groups.At(group);
  PackedLeader next = leader;
  next.is_due = packed.leader.is_due;
  const bool may_be_owner = !next.exists || (!next.is_whole && next.uid == packed.leader.uid);
  if (packed.workers.is_owned_by_leader && !may_be_owner) UnpackWorkers(set, group);
  if (!next.exists) next.uid = packed.leader.uid;  // of an owner that went
  const bool same = SameLeader(packed.leader, next);
  if (same) {
    packed.leader = next;
    if (!next.is_whole) return;
  }
  if (set->Change(group, [&next](PackedGroup* changed) { changed->leader = next; })) MakeSetDue(set);
  if (next.exists) MakeMemberDue(set, group, 0);
}

void Fleet::State::PutWorkers(FleetSet* set, int32_t group, const PackedStatefulSet& workers,
                              const PackedUid& leader_uid) {
  PackedGroup& packed = set->groups.At(group);
  PackedStatefulSet next = workers;
  const bool keeps_uid = !next.exists || next.is_whole;
  if (keeps_uid) next.uid = packed.workers.uid;  // that the workers name
  SwitchOwner(set, group, next.uid);
  const bool same = SameWorkers(packed.workers, next) && (!next.is_owned_by_leader || packed.leader.uid == leader_uid);
  if (same && !next.is_whole) return;
  if (next.is_owned_by_leader) packed.leader.uid = leader_uid;
  if (set->Change(group, [&next](PackedGroup* changed) { changed->workers = next; })) MakeSetDue(set);
  MakeMemberDue(set, group, 0);
  const bool has_namesakes = set->namesakes.contains(group) || !SpaceOf(*set).pods.empty();
  if (has_namesakes) MakeNamesakesDue(&SpaceOf(*set), set->namespace_name, MemberName(*set, group, 0));
}

void Fleet::State::PutWorker(const Place& place, const PackedWorker& worker) {
  PackedWorker& packed = *place.set->groups.FindWorker(place.group, place.worker);
  PackedWorker next = worker;
  next.is_due = packed.is_due;
  if (SameWorker(packed, next)) return;
  const bool leaves_other_owner = packed.exists && packed.has_other_owner && !next.has_other_owner;
  packed = next;
  if (next.fails) MakeMemberDue(place.set, place.group, place.worker);
  if (leaves_other_owner && !HasWorkerOf(place, true)) place.set->other_owners.erase(place.group);
}

// Whether a worker of the group, but for the one in `place`, names that owner.
bool Fleet::State::HasWorkerOf(const Place& place, bool other_owner) {
  for (int32_t i = 1; i <= place.set->groups.workers(); ++i) {
    const PackedWorker& worker = *place.set->groups.FindWorker(place.group, i);
    if (i != place.worker && worker.exists && worker.has_other_owner == other_owner) return true;
  }
  return false;
}

// Makes the owner one of the two that a group has place for, and returns whether it is the other; nullopt when both are
// taken.
std::optional<bool> Fleet::State::TakeOwner(const Place& place, const PackedUid& owner) {
  PackedStatefulSet& workers = place.set->groups.At(place.group).workers;
  if (workers.uid == owner) return false;
  const auto other = place.set->other_owners.find(place.group);
  if (other != place.set->other_owners.end() && other->second == owner) return true;
  const bool is_free = (!workers.exists || workers.is_whole) && !HasWorkerOf(place, false);
  if (is_free) {
    workers.uid = owner;
    return false;
  }
  if (other != place.set->other_owners.end() && HasWorkerOf(place, true)) return std::nullopt;
  place.set->other_owners[place.group] = owner;
  return true;
}

// The StatefulSet has this UID now: the workers of the one before have another owner, if it was not theirs already.
void Fleet::State::SwitchOwner(FleetSet* set, int32_t group, const PackedUid& uid) {
  PackedStatefulSet& workers = set->groups.At(group).workers;
  if (workers.uid == uid) return;
  const Place nobody = {set, group, 0};
  const auto other = set->other_owners.find(group);
  const bool returns = other != set->other_owners.end() && other->second == uid;
  if (!returns && HasWorkerOf(nobody, true)) UnpackMembers(set, group);
  for (int32_t i = 1; i <= set->groups.workers(); ++i) {
    PackedWorker& worker = *set->groups.FindWorker(group, i);
    if (worker.exists) worker.has_other_owner ^= 1;
  }
  if (HasWorkerOf(nobody, true)) {
    set->other_owners[group] = workers.uid;
  } else {
    set->other_owners.erase(group);
  }
  workers.uid = uid;
}

// False when the group's other objects name other owners.
bool Fleet::State::AddPackedWorker(const Place& place, PackedWorker worker, const PackedUid& owner) {
  place.set->groups.At(place.group);
  PackedWorker& packed = *place.set->groups.FindWorker(place.group, place.worker);
  const PackedUid before = OwnerOf(*place.set, place.group, packed);
  const std::optional<bool> is_other = TakeOwner(place, owner);
  if (!is_other.has_value()) return false;
  FleetNamespace& space = SpaceOf(*place.set);
  if (!space.pods.empty()) EraseWholePod(&space, MemberName(*place.set, place.group, place.worker));
  worker.has_other_owner = *is_other;
  if (before != owner) packed.exists = 0;  // so that it is told as new
  PutWorker(place, worker);
  return true;
}

// False when the leader has no place among the groups; it is kept whole then, and what it was in its place is gone.
bool Fleet::State::AddNamedLeader(const Place& place, ObservedPod* pod) {
  PackedLeader leader = {};
  const Packing packing = PackLeader(*pod, NamesOf(place.set), &leader);
  FleetNamespace& space = SpaceOf(*place.set);
  if (packing == Packing::kNone) return false;
  if (packing == Packing::kFits) {
    EraseWholePod(&space, pod->meta.name);
    PutLeader(place.set, place.group, leader);
    return true;
  }
  leader.is_whole = 1;
  EraseWholePod(&space, pod->meta.name);
  PutLeader(place.set, place.group, leader);
  KeepWholePod(std::make_unique<ObservedPod>(std::move(*pod)));
  return true;
}

void Fleet::State::AddPod(ObservedPod pod) {
  pod.meta.named_group = NamedGroup(pod.meta);
  const std::string namespace_name = pod.meta.namespace_name;
  const std::string name = pod.meta.name;
  FleetNamespace& space = In(namespace_name);
  const auto found = space.pods.find(name);
  ObservedPod* whole = found == space.pods.end() ? nullptr : found->second.get();
  if (whole != nullptr && SamePod(*whole, pod)) {
    *whole = std::move(pod);
    return;
  }
  const Place place = PlaceOf(pod);
  const Place known = FindPackedPod(&space, name);
  const Place whole_place = whole == nullptr ? Place() : PlaceOf(*whole);
  const bool moves = (known.set != nullptr && !(known == place)) || (whole != nullptr && !(whole_place == place));
  if (moves) RemovePod(&space, name);
  if (place.set != nullptr && place.worker == 0 && AddNamedLeader(place, &pod)) return;
  PackedWorker worker = {};
  PackedUid owner;
  const bool may_fit = place.set != nullptr && place.worker > 0 &&
                       PackWorker(pod, NamesOf(place.set), &worker, &owner) == Packing::kFits;
  if (may_fit && AddPackedWorker(place, worker, owner)) return;
  RemovePod(&space, name);
  KeepWholePod(std::make_unique<ObservedPod>(std::move(pod)));
  MakeNameDue(namespace_name, name);
}

void Fleet::State::RemovePod(FleetNamespace* space, absl::string_view name) {
  const Place place = FindPackedPod(space, name);
  if (place.set != nullptr && place.worker == 0) PutLeader(place.set, place.group, {});
  if (place.set != nullptr && place.worker > 0) PutWorker(place, {});
  const ObservedPod* whole = Find(space->pods, name);
  if (whole == nullptr) return;
  const Place whole_place = PlaceOf(*whole);
  const bool in_place = whole_place.set != nullptr && whole_place.worker == 0;
  EraseWholePod(space, name);
  if (in_place) PutLeader(whole_place.set, whole_place.group, {});
}

bool Fleet::State::AddNamedStatefulSet(FleetSet* set, ObservedStatefulSet* statefulset) {
  const int32_t group = statefulset->meta.named_group;
  PackedStatefulSet workers = {};
  PackedUid leader_uid;
  Packing packing = PackStatefulSet(*statefulset, NamesOf(set), &workers, &leader_uid);
  if (packing == Packing::kNone) return false;
  const PackedGroup& packed = set->groups.At(group);
  const bool other_leader = packed.leader.exists && (packed.leader.is_whole || packed.leader.uid != leader_uid);
  if (packing == Packing::kFits && other_leader) packing = Packing::kFactsOnly;
  FleetNamespace& space = SpaceOf(*set);
  if (packing == Packing::kFits) {
    EraseWholeStatefulSet(&space, statefulset->meta.name);
    PutWorkers(set, group, workers, leader_uid);
    return true;
  }
  workers.is_whole = 1;
  workers.is_owned_by_leader = 0;
  EraseWholeStatefulSet(&space, statefulset->meta.name);
  PutWorkers(set, group, workers, leader_uid);
  std::unique_ptr<ObservedStatefulSet>& slot = space.statefulsets[statefulset->meta.name];
  slot = std::make_unique<ObservedStatefulSet>(std::move(*statefulset));
  LinkWholeStatefulSet(*slot, true);
  return true;
}

void Fleet::State::AddStatefulSet(ObservedStatefulSet statefulset) {
  statefulset.meta.named_group = NamedGroup(statefulset.meta);
  const std::string namespace_name = statefulset.meta.namespace_name;
  const std::string name = statefulset.meta.name;
  const std::string set_name = statefulset.meta.set_name;
  FleetNamespace& space = In(namespace_name);
  const auto found = space.statefulsets.find(name);
  if (found != space.statefulsets.end() && SameStatefulSet(*found->second, statefulset)) {
    *found->second = std::move(statefulset);
    return;
  }
  if (IsNamedGroup(statefulset.meta) && AddNamedStatefulSet(&SetOf(namespace_name, set_name), &statefulset)) return;
  RemoveStatefulSet(&space, namespace_name, name);
  std::unique_ptr<ObservedStatefulSet>& slot = space.statefulsets[name];
  slot = std::make_unique<ObservedStatefulSet>(std::move(statefulset));
  LinkWholeStatefulSet(*slot, true);
  if (!set_name.empty()) {
    MakeSetDue(&SetOf(namespace_name, set_name));
    if (set_name != name) MakeNameDue(namespace_name, name);
  }
  MakeNamesakesDue(&space, namespace_name, name);
}

void Fleet::State::RemoveStatefulSet(FleetNamespace* space, absl::string_view namespace_name, absl::string_view name) {
  const Place place = FindPackedStatefulSet(space, name);
  if (place.set != nullptr) {
    PutWorkers(place.set, place.group, {}, {});
    return;
  }
  const ObservedStatefulSet* whole = Find(space->statefulsets, name);
  if (whole == nullptr) return;
  const ObservedMeta meta = whole->meta;
  PackedGroup* packed =
      IsNamedGroup(meta) ? SetOf(namespace_name, meta.set_name).groups.Find(meta.named_group) : nullptr;
  const bool in_place = packed != nullptr && packed->workers.is_whole;
  EraseWholeStatefulSet(space, name);
  if (in_place) PutWorkers(&SetOf(namespace_name, meta.set_name), meta.named_group, {}, {});
  if (!meta.set_name.empty()) {
    MakeSetDue(&SetOf(namespace_name, meta.set_name));
    if (meta.set_name != name) MakeNameDue(namespace_name, name);
  }
  MakeNamesakesDue(space, namespace_name, name);
}

void Fleet::State::MakeRoom(const Place& place) {
  FleetNamespace& space = SpaceOf(*place.set);
  FleetSet* parent = place.set->parent;
  const bool is_quiet = space.pods.empty() && place.set->namesakes.empty() && parent == nullptr;
  if (is_quiet) return;
  const std::string name = MemberName(*place.set, place.group, place.worker);
  const Place known = FindPackedPod(&space, name);
  if (known.set != nullptr && !(known == place)) RemovePod(&space, name);
}

// The usual event: a packed pod that is there already. False when it is another case. A name is never in two places, so
// that no other has to be looked at.
inline bool Fleet::State::UpdatePod(const PodFacts& facts) {
  FleetSet* set = sets_[facts.member.set];
  const PackedGroup* group = set->groups.Find(facts.member.group);
  if (group == nullptr || !facts.exists) return false;
  if (facts.member.worker == 0) {
    if (!group->leader.exists || group->leader.is_whole || group->leader.uid != facts.uid) return false;
    PutLeader(set, facts.member.group, LeaderOf(facts));
    return true;
  }
  PackedWorker& worker = *set->groups.FindWorker(facts.member.group, facts.member.worker);
  if (!worker.exists || worker.uid != facts.uid) return false;
  PackedWorker next = WorkerOf(facts);
  next.has_other_owner = worker.has_other_owner;
  next.is_due = worker.is_due;
  if (SameWorker(worker, next)) return true;
  worker = next;
  if (next.fails) MakeMemberDue(set, facts.member.group, facts.member.worker);
  return true;
}

void Fleet::State::TellPod(const PodFacts& facts) {
  const Place place = {sets_[facts.member.set], facts.member.group, facts.member.worker};
  FleetNamespace& space = SpaceOf(*place.set);
  MakeRoom(place);
  place.set->groups.At(place.group);
  if (!facts.exists) {
    if (!space.pods.empty()) EraseWholePod(&space, MemberName(*place.set, place.group, place.worker));
    place.worker == 0 ? PutLeader(place.set, place.group, {}) : PutWorker(place, {});
    return;
  }
  const bool is_whole = !space.pods.empty() && space.pods.contains(MemberName(*place.set, place.group, place.worker));
  ObservedPod whole;
  if (place.worker == 0) {
    const PackedLeader leader = LeaderOf(facts);
    if (!is_whole) return PutLeader(place.set, place.group, leader);
    UnpackLeader(leader, place.group, NamesOf(place.set), &whole);
  } else {
    const PackedWorker worker = WorkerOf(facts);
    if (!is_whole && AddPackedWorker(place, worker, facts.owner_uid)) return;
    UnpackWorker(worker, facts.owner_uid, place.group, place.worker, NamesOf(place.set), &whole);
  }
  AddPod(std::move(whole));
}

void Fleet::State::TellWorkers(const WorkersFacts& facts) {
  FleetSet* set = sets_[facts.set];
  FleetNamespace& space = SpaceOf(*set);
  const PackedGroup& group = set->groups.At(facts.group);
  const bool is_whole =
      group.workers.is_whole || (set->irregular > 0 && space.statefulsets.contains(MemberName(*set, facts.group, 0)));
  if (!facts.exists) {
    if (!is_whole) return PutWorkers(set, facts.group, {}, {});
    return RemoveStatefulSet(&space, set->namespace_name, MemberName(*set, facts.group, 0));
  }
  const bool is_owned = !group.leader.exists || (!group.leader.is_whole && group.leader.uid == facts.leader_uid);
  if (is_owned && !is_whole) {
    PutWorkers(set, facts.group, WorkersOf(facts), facts.leader_uid);
    return;
  }
  ObservedStatefulSet whole;
  PackedGroup packed = {};
  packed.workers = WorkersOf(facts);
  packed.leader.uid = facts.leader_uid;
  UnpackStatefulSet(packed, facts.group, NamesOf(set), &whole);
  AddStatefulSet(std::move(whole));
}

void Fleet::State::AddSet(LeaderWorkerSet next) {
  FleetSet& set = SetOf(next.metadata().namespace_(), next.metadata().name());
  const bool same = set.exists && google::protobuf::util::MessageDifferencer::Equals(set.set, next);
  if (same) return;
  const bool same_spec = set.exists &&
                         google::protobuf::util::MessageDifferencer::Equals(set.set.spec(), next.spec()) &&
                         google::protobuf::util::MessageDifferencer::Equals(set.set.metadata(), next.metadata());
  if (!same_spec) set.prepared = Prepare(next);
  set.set = std::move(next);
  set.restart_facts = RestartFactsOfSet(set.set);
  set.leader_facts = LeaderFactsOfSet(set.set);
  set.exists = true;
  MakeSetDue(&set);
  const int32_t workers = set.set.spec().leader_worker_template().size() - 1;
  if (workers <= set.groups.workers()) return;
  set.groups.SetWorkers(workers);
  // Workers that came before there was a place for them.
  std::vector<ObservedPod> waiting;
  for (const auto& [index, pods] : set.whole_pods) {
    for (const ObservedPod* pod : pods) {
      if (!pod->is_leader()) waiting.push_back(*pod);
    }
  }
  for (ObservedPod& pod : waiting) AddPod(std::move(pod));
}

void Fleet::State::AddRevision(ObservedRevision revision) {
  FleetNamespace& space = In(revision.meta.namespace_name);
  ++space.revisions_version;
  if (!revision.meta.set_name.empty()) MakeSetDue(&SetOf(revision.meta.namespace_name, revision.meta.set_name));
  const std::string name = revision.meta.name;
  space.revisions[name] = std::move(revision);
}

void Fleet::State::Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
  if (kind == "Node") {
    nodes_.erase(name);
    return;
  }
  FleetNamespace* space = FindNamespace(namespace_name);
  if (space == nullptr) return;
  if (kind == "Pod") RemovePod(space, name);
  if (kind == "StatefulSet") RemoveStatefulSet(space, namespace_name, name);
  if (kind == "Service" && space->services.erase(name) > 0 && space->sets.contains(name)) {
    MakeSetDue(&SetOf(namespace_name, name));
  }
  if (kind == kPodGroupKind) space->pod_groups.erase(name);
  if (kind == "ControllerRevision") {
    const auto found = space->revisions.find(std::string(name));
    if (found == space->revisions.end()) return;
    ++space->revisions_version;
    if (!found->second.meta.set_name.empty()) MakeSetDue(&SetOf(namespace_name, found->second.meta.set_name));
    space->revisions.erase(found);
  }
  if (kind == kKind && space->sets.contains(name)) {
    FleetSet& set = SetOf(namespace_name, name);
    if (set.exists) MakeSetDue(&set);
    set.exists = false;
  }
}

const std::vector<const ObservedRevision*>& Fleet::State::RevisionsOf(FleetSet* set) {
  const FleetNamespace& space = SpaceOf(*set);
  if (set->revisions_version == space.revisions_version) return set->revisions;
  set->revisions_version = space.revisions_version;
  set->revisions.clear();
  for (const auto& [name, revision] : space.revisions) {
    if (ConcernsSet(revision, set->name)) set->revisions.push_back(&revision);
  }
  return set->revisions;
}

const ObservedPod* Fleet::State::FindPod(FleetNamespace* space, absl::string_view name, ScratchObjects* scratch) {
  if (const ObservedPod* whole = Find(space->pods, name); whole != nullptr) return whole;
  const Place place = FindPackedPod(space, name);
  if (place.set == nullptr) return nullptr;
  ObservedPod* pod = scratch->pods.Next();
  const PackedGroup& group = *place.set->groups.Find(place.group);
  if (place.worker == 0) {
    UnpackLeader(group.leader, place.group, NamesOf(place.set), pod);
  } else {
    const PackedWorker& worker = *place.set->groups.FindWorker(place.group, place.worker);
    UnpackWorker(worker, OwnerOf(*place.set, place.group, worker), place.group, place.worker, NamesOf(place.set), pod);
  }
  return pod;
}

const ObservedStatefulSet* Fleet::State::FindStatefulSet(FleetNamespace* space, absl::string_view name,
                                                         ScratchObjects* scratch) {
  if (const ObservedStatefulSet* whole = Find(space->statefulsets, name); whole != nullptr) return whole;
  const Place place = FindPackedStatefulSet(space, name);
  if (place.set == nullptr) return nullptr;
  ObservedStatefulSet* statefulset = scratch->statefulsets.Next();
  UnpackStatefulSet(*place.set->groups.Find(place.group), place.group, NamesOf(place.set), statefulset);
  return statefulset;
}

void Fleet::State::ListMembers(FleetSet* set, const std::optional<std::string>& group_index,
                               std::vector<const ObservedPod*>* members) {
  if (const auto found = set->whole_pods.find(group_index); found != set->whole_pods.end()) *members = found->second;
  const int32_t index = ParseIndex(group_index.value_or(""));
  const PackedGroup* group = index < 0 ? nullptr : set->groups.Find(index);
  if (group != nullptr && group->leader.exists && !group->leader.is_whole) {
    ObservedPod* pod = pod_scratch_.pods.Next();
    UnpackLeader(group->leader, index, NamesOf(set), pod);
    members->push_back(pod);
  }
  for (int32_t i = 1; group != nullptr && i <= set->groups.workers(); ++i) {
    const PackedWorker& worker = *set->groups.FindWorker(index, i);
    if (!worker.exists) continue;
    ObservedPod* pod = pod_scratch_.pods.Next();
    UnpackWorker(worker, OwnerOf(*set, index, worker), index, i, NamesOf(set), pod);
    members->push_back(pod);
  }
  SortByName(members);
}

void Fleet::State::ListGroups(const FleetSet& set, SetObservation* observation) {
  const FleetNamespace& space = SpaceOf(set);
  const PackingNames names = NamesOf(const_cast<FleetSet*>(&set));
  set.groups.ForEach([&](int32_t index, const PackedGroup& group, const PackedWorker*) {
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
  for (const auto& [index, pods] : set.whole_pods) {
    for (const ObservedPod* pod : pods) {
      if (!pod->is_leader()) continue;
      observation->leader_pods.push_back(pod);
      leaders[pod->meta.name] = pod;
    }
  }
  for (const auto& [name, statefulset] : space.statefulsets) {
    const bool labelled = statefulset->meta.set_name == set.name && statefulset->meta.group_index.has_value();
    const Place place = labelled ? Place() : FindPackedPod(const_cast<FleetNamespace*>(&space), name);
    const bool passes_for_workers = place.set == &set && place.worker == 0;
    if (labelled || passes_for_workers || leaders.contains(name)) {
      observation->worker_statefulsets.push_back(statefulset.get());
    }
  }
  // Packed StatefulSets of other sets that are named like a leader of this one.
  for (const auto& [name, leader] : leaders) {
    const Place place = FindPackedStatefulSet(const_cast<FleetNamespace*>(&space), name);
    if (place.set == nullptr || place.set == &set) continue;
    observation->worker_statefulsets.push_back(
        FindStatefulSet(const_cast<FleetNamespace*>(&space), name, &set_scratch_));
  }
  SortByName(&observation->leader_pods);
  SortByName(&observation->worker_statefulsets);
}

// All but the groups.
SetObservation Fleet::State::ObserveSet(FleetSet* set) {
  set_scratch_.Clear();
  FleetNamespace& space = SpaceOf(*set);
  SetObservation observation;
  observation.set = &set->set;
  observation.prepared = &set->prepared;
  observation.leader_statefulset = FindStatefulSet(&space, set->name, &set_scratch_);
  observation.service = Find(space.services, set->name);
  observation.revisions = RevisionsOf(set);
  return observation;
}

SetObservation Fleet::State::ObserveGroups(FleetSet* set) {
  if (set == nullptr || !set->exists) return SetObservation();
  SetObservation observation = ObserveSet(set);
  if (set->irregular > 0) {
    ListGroups(*set, &observation);
    return observation;
  }
  const RevisionChoice choice = ChooseRevision(OwnedRevisions(set->set, observation.revisions), set->set, set->prepared,
                                               observation.leader_statefulset);
  observation.groups = &set->FactsFor(choice.key);
  return observation;
}

std::optional<RestartFacts> Fleet::State::PackedRestartFacts(const FleetSet& set, int32_t group, int32_t worker) {
  const PackedGroup& packed = *set.groups.Find(group);
  const FleetNamespace& space = SpaceOf(set);
  // Where an object is not packed, one of its name may be whole: a pod anywhere, a StatefulSet where it is irregular.
  const bool knows_leader = packed.leader.exists ? !packed.leader.is_whole : space.pods.empty();
  const bool knows_workers = packed.workers.exists ? !packed.workers.is_whole : set.irregular == 0;
  const bool shares_names = set.parent != nullptr || !set.namesakes.empty();
  if (!knows_leader || !knows_workers || shares_names) return std::nullopt;
  const PackedWorker* pod = set.groups.FindWorker(group, worker);
  RestartFacts facts = set.restart_facts;
  if (facts.waits_for_start && !set.whole_pods.empty()) return std::nullopt;
  if (worker > 0 && !pod->exists) return std::nullopt;  // it is kept whole
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

bool Fleet::State::IsStarted(const FleetSet& set, int32_t group) {
  const PackedGroup& packed = *set.groups.Find(group);
  const auto is_pending = [](uint16_t phase) { return phase == static_cast<uint16_t>(PodPhase::kPending); };
  int64_t members = packed.leader.exists;
  if (packed.leader.exists && is_pending(packed.leader.phase)) return false;
  for (int32_t i = 1; i <= set.groups.workers(); ++i) {
    const PackedWorker& worker = *set.groups.FindWorker(group, i);
    members += worker.exists;
    if (worker.exists && is_pending(worker.phase)) return false;
  }
  const LeaderWorkerTemplate& wanted = set.set.spec().leader_worker_template();
  return members == (wanted.has_size() ? wanted.size() : 1);
}

std::optional<LeaderFacts> Fleet::State::PackedLeaderFacts(FleetSet* set, int32_t group) {
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

PodObservation Fleet::State::ObservePod(absl::string_view namespace_name, absl::string_view name) {
  pod_scratch_.Clear();
  PodObservation observation;
  FleetNamespace* space = FindNamespace(namespace_name);
  if (space == nullptr) return observation;
  observation.pod = FindPod(space, name, &pod_scratch_);
  if (observation.pod == nullptr) return observation;
  const ObservedPod& pod = *observation.pod;
  FleetSet* set = nullptr;
  if (const auto found = space->sets.find(pod.meta.set_name); found != space->sets.end()) set = found->second.get();
  if (set != nullptr && set->exists) observation.set = &set->set;
  if (const std::optional<PodName> parsed = ParsePodName(name); parsed.has_value()) {
    observation.leader = FindPod(space, parsed->parent, &pod_scratch_);
  }
  if (pod.meta.controller.has_value()) {
    observation.controller = FindStatefulSet(space, pod.meta.controller->name, &pod_scratch_);
  }
  if (set != nullptr) {
    ListMembers(set, pod.meta.group_index, &observation.group_pods);
    observation.revisions = RevisionsOf(set);
  }
  observation.worker_statefulset = FindStatefulSet(space, name, &pod_scratch_);
  observation.service = Find(space->services, name);
  observation.pod_group = Find(space->pod_groups, pod.pod_group_name);
  const auto node = nodes_.find(pod.node_name);
  observation.node = node == nodes_.end() ? nullptr : &node->second;
  return observation;
}

Fleet::Fleet() : state_(std::make_unique<State>()) {}
Fleet::~Fleet() = default;
Fleet::Fleet(Fleet&&) noexcept = default;
Fleet& Fleet::operator=(Fleet&&) noexcept = default;

void Fleet::AddSet(LeaderWorkerSet set) { state_->AddSet(std::move(set)); }
void Fleet::AddPod(ObservedPod pod) { state_->AddPod(std::move(pod)); }
void Fleet::AddStatefulSet(ObservedStatefulSet statefulset) { state_->AddStatefulSet(std::move(statefulset)); }
void Fleet::AddRevision(ObservedRevision revision) { state_->AddRevision(std::move(revision)); }

void Fleet::AddService(ObservedService service) {
  const ObservedMeta& meta = service.meta;
  FleetNamespace& space = state_->In(meta.namespace_name);
  const bool is_new = !space.services.contains(meta.name);
  if (is_new && space.sets.contains(meta.name)) state_->MakeSetDue(&state_->SetOf(meta.namespace_name, meta.name));
  space.services[meta.name] = std::make_unique<ObservedService>(service);
}

void Fleet::AddPodGroup(ObservedPodGroup pod_group) {
  FleetNamespace& space = state_->In(pod_group.meta.namespace_name);
  space.pod_groups[pod_group.meta.name] = std::make_unique<ObservedPodGroup>(pod_group);
}

void Fleet::AddNode(ObservedNode node) {
  const std::string name = node.name;
  state_->nodes_[name] = std::move(node);
}

struct Fleet::Adder {
  Fleet* fleet;

  void operator()(std::monostate) {}
  void operator()(LeaderWorkerSet& set) { fleet->AddSet(std::move(set)); }
  void operator()(ObservedPod& pod) { fleet->AddPod(std::move(pod)); }
  void operator()(ObservedStatefulSet& statefulset) { fleet->AddStatefulSet(std::move(statefulset)); }
  void operator()(ObservedRevision& revision) { fleet->AddRevision(std::move(revision)); }
  void operator()(ObservedService& service) { fleet->AddService(std::move(service)); }
  void operator()(ObservedPodGroup& pod_group) { fleet->AddPodGroup(std::move(pod_group)); }
  void operator()(ObservedNode& node) { fleet->AddNode(std::move(node)); }
};

absl::Status Fleet::Add(const Json& object) {
  absl::StatusOr<ObservedObject> observed = ReadObservedObject(object);
  if (!observed.ok()) return observed.status();
  std::visit(Adder{this}, *observed);
  return absl::OkStatus();
}

void Fleet::Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
  state_->Remove(kind, namespace_name, name);
}

uint32_t Fleet::SetNumber(absl::string_view namespace_name, absl::string_view name) {
  return state_->SetOf(namespace_name, name).number;
}

absl::StatusOr<RevisionId> Fleet::RevisionNumber(uint32_t set, absl::string_view revision_key) {
  if (set >= state_->sets_.size()) return absl::InvalidArgumentError(absl::StrCat("no set has the number ", set));
  const std::optional<uint32_t> number = state_->sets_[set]->revision_names.Intern(revision_key);
  if (!number.has_value()) return absl::ResourceExhaustedError("no number is left for a revision of the set");
  return static_cast<RevisionId>(*number);
}

absl::StatusOr<NodeId> Fleet::NodeNumber(absl::string_view node) {
  const std::optional<uint32_t> number = state_->node_names_.Intern(node);
  if (!number.has_value()) return absl::ResourceExhaustedError("no number is left for a node");
  return *number;
}

absl::Status Fleet::TellPods(absl::Span<const PodFacts> pods) {
  const std::vector<FleetSet*>& sets = state_->sets_;
  for (const PodFacts& pod : pods) {
    const Member& member = pod.member;
    const bool is_known = member.set < sets.size() && member.group >= 0 && member.group < kMaxGroups &&
                          member.worker >= 0 && member.worker <= sets[member.set]->groups.workers() &&
                          pod.revision < sets[member.set]->revision_names.end() && pod.node < state_->node_names_.end();
    if (!is_known) {
      return absl::InvalidArgumentError(absl::StrCat("no pod is worker ", member.worker, " of group ", member.group,
                                                     " of set number ", member.set, " with revision number ",
                                                     pod.revision, " and node number ", pod.node));
    }
  }
  for (size_t i = 0; i < std::min(pods.size(), kPrefetchDistance); ++i) {
    sets[pods[i].member.set]->groups.Prefetch(pods[i].member.group, pods[i].member.worker);
  }
  for (size_t i = 0; i < pods.size(); ++i) {
    if (i + 2 * kPrefetchDistance < pods.size()) {
      const Member& far_ahead = pods[i + 2 * kPrefetchDistance].member;
      sets[far_ahead.set]->groups.PrefetchPage(far_ahead.group);
    }
    if (i + kPrefetchDistance < pods.size()) {
      const Member& ahead = pods[i + kPrefetchDistance].member;
      sets[ahead.set]->groups.Prefetch(ahead.group, ahead.worker);
    }
    if (!state_->UpdatePod(pods[i])) state_->TellPod(pods[i]);
  }
  return absl::OkStatus();
}

absl::Status Fleet::TellWorkers(absl::Span<const WorkersFacts> statefulsets) {
  const std::vector<FleetSet*>& sets = state_->sets_;
  for (const WorkersFacts& facts : statefulsets) {
    const bool is_known = facts.set < sets.size() && facts.group >= 0 && facts.group < kMaxGroups &&
                          facts.revision < sets[facts.set]->revision_names.end();
    if (!is_known) {
      return absl::InvalidArgumentError(absl::StrCat("no StatefulSet is of group ", facts.group, " of set number ",
                                                     facts.set, " with revision number ", facts.revision));
    }
  }
  for (const WorkersFacts& facts : statefulsets) state_->TellWorkers(facts);
  return absl::OkStatus();
}

void Fleet::TakeDueSets(std::vector<uint32_t>* sets) {
  for (FleetSet* set : state_->due_sets_) {
    set->is_due = false;
    sets->push_back(set->number);
  }
  state_->due_sets_.clear();
}

std::vector<FleetName> Fleet::TakeDueSets() {
  std::vector<uint32_t> numbers;
  TakeDueSets(&numbers);
  std::vector<FleetName> due;
  due.reserve(numbers.size());
  for (const uint32_t number : numbers) {
    due.push_back({state_->sets_[number]->namespace_name, state_->sets_[number]->name});
  }
  return due;
}

void Fleet::TakeDuePods(std::vector<Member>* members, std::vector<FleetName>* others) {
  for (const State::DuePod& due : state_->due_pods_) {
    if (due.set == nullptr) {
      others->push_back(std::move(state_->due_names_[due.group]));
      continue;
    }
    if (due.worker == 0) {
      due.set->groups.At(due.group).leader.is_due = 0;
    } else {
      due.set->groups.FindWorker(due.group, due.worker)->is_due = 0;
    }
    members->push_back({due.set->number, due.group, due.worker});
  }
  state_->due_pods_.clear();
  state_->due_names_.clear();
}

std::vector<FleetName> Fleet::TakeDuePods() {
  std::vector<FleetName> due;
  due.reserve(state_->due_pods_.size());
  for (const State::DuePod& pod : state_->due_pods_) {
    if (pod.set == nullptr) {
      due.push_back(state_->due_names_[pod.group]);
    } else {
      due.push_back({pod.set->namespace_name, MemberName(*pod.set, pod.group, pod.worker)});
    }
  }
  std::vector<Member> members;
  std::vector<FleetName> others;
  TakeDuePods(&members, &others);
  return due;
}

FleetCounts Fleet::Count() const {
  FleetCounts counts;
  for (const FleetSet* set : state_->sets_) {
    if (!set->exists) continue;
    ++counts.sets;
    const int32_t workers = set->groups.workers();
    set->groups.ForEach([&counts, workers](int32_t, const PackedGroup& group, const PackedWorker* packed) {
      const GroupSummary summary = SummaryOf(group, 0);
      const bool workers_ready = workers == 0 || (summary.has_workers && summary.workers_ready);
      uint32_t pods = summary.has_leader;
      uint32_t failing = group.leader.fails;
      for (int32_t i = 0; i < workers; ++i) {
        pods += packed[i].exists;
        failing += packed[i].fails;
      }
      counts.groups += summary.has_leader;
      counts.ready += summary.has_leader && summary.leader_ready && workers_ready;
      counts.pods += pods;
      counts.failing += failing;
    });
    for (const auto& [index, pods] : set->whole_pods) {
      for (const ObservedPod* pod : pods) {
        if (pod->is_leader() && IsNamedGroup(pod->meta)) continue;  // counted in its group
        ++counts.pods;
        counts.failing += TriggersRestart(pod->phase, pod->restarted, pod->meta.terminating);
      }
    }
  }
  return counts;
}

SetObservation Fleet::ObserveWholeSet(absl::string_view namespace_name, absl::string_view name) {
  FleetSet* set = state_->FindSet(namespace_name, name);
  if (set == nullptr) return SetObservation();
  SetObservation observation = state_->ObserveSet(set);
  state_->ListGroups(*set, &observation);
  return observation;
}

SetObservation Fleet::ObserveSet(uint32_t set) {
  return set < state_->sets_.size() ? state_->ObserveGroups(state_->sets_[set]) : SetObservation();
}

SetObservation Fleet::ObserveSet(absl::string_view namespace_name, absl::string_view name) {
  return state_->ObserveGroups(state_->FindSet(namespace_name, name));
}

void Fleet::TellStatus(uint32_t set, const LeaderWorkerSetStatus& status) {
  *state_->sets_[set]->set.mutable_status() = status;
  state_->MakeSetDue(state_->sets_[set]);
}

RestartFacts Fleet::RestartFactsOf(const Member& member) {
  const FleetSet& set = *state_->sets_[member.set];
  const std::optional<RestartFacts> facts = state_->PackedRestartFacts(set, member.group, member.worker);
  if (facts.has_value()) return *facts;
  return ReadRestartFacts(state_->ObservePod(set.namespace_name, MemberName(set, member.group, member.worker)));
}

LeaderFacts Fleet::LeaderFactsOf(const Member& member) {
  FleetSet& set = *state_->sets_[member.set];
  const std::optional<LeaderFacts> facts = state_->PackedLeaderFacts(&set, member.group);
  if (facts.has_value()) return *facts;
  return ReadLeaderFacts(state_->ObservePod(set.namespace_name, MemberName(set, member.group, 0)));
}

PodObservation Fleet::ObservePod(absl::string_view namespace_name, absl::string_view name) {
  return state_->ObservePod(namespace_name, name);
}

}  // namespace lws
