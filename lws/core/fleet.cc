#include "lws/core/fleet.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "google/protobuf/util/message_differencer.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"
#include "lws/api/well_known.h"
#include "lws/core/group_state.h"
#include "lws/core/observed_object.h"
#include "lws/core/prepared_set.h"
#include "lws/core/revisions.h"

namespace lws {
namespace {

// A group number beyond this is a broken label, and costs no memory.
constexpr int32_t kMaxGroups = 1 << 24;

template <typename T>
using ByName = absl::flat_hash_map<std::string, std::unique_ptr<T>>;

template <typename T>
const T* Find(const ByName<T>& objects, absl::string_view name) {
  const auto found = objects.find(name);
  return found == objects.end() ? nullptr : found->second.get();
}

bool IsNamedGroup(const ObservedMeta& meta) { return meta.named_group >= 0 && meta.named_group < kMaxGroups; }

// Neither the versions of objects nor what a pod is made of are read by decisions on sets.
bool SameForSet(const ObservedPod& a, const ObservedPod& b) {
  return a.ready() == b.ready() && a.meta.revision_key == b.meta.revision_key &&
         a.meta.group_index == b.meta.group_index && a.meta.set_name == b.meta.set_name &&
         a.worker_index == b.worker_index;
}

bool SameMeta(const ObservedMeta& a, const ObservedMeta& b) {
  const auto same_controller = [](const auto& x, const auto& y) {
    if (x.has_value() != y.has_value()) return false;
    return !x.has_value() || (x->kind == y->kind && x->name == y->name && x->uid == y->uid);
  };
  return a.uid == b.uid && a.terminating == b.terminating && a.set_name == b.set_name &&
         a.revision_key == b.revision_key && a.group_index == b.group_index &&
         same_controller(a.controller, b.controller);
}

bool SamePod(const ObservedPod& a, const ObservedPod& b) {
  return SameMeta(a.meta, b.meta) && a.worker_index == b.worker_index && a.group_key == b.group_key &&
         a.leader_name == b.leader_name && a.pod_group_name == b.pod_group_name && a.phase == b.phase &&
         a.has_ready_condition == b.has_ready_condition && a.restarted == b.restarted &&
         a.requests_tpus == b.requests_tpus && a.node_name == b.node_name;
}

bool SameStatefulSet(const ObservedStatefulSet& a, const ObservedStatefulSet& b) {
  const bool same_applied = a.applied == b.applied || (a.applied != nullptr && b.applied != nullptr &&
                                                       !a.applied_core.empty() && a.applied_core == b.applied_core);
  return SameMeta(a.meta, b.meta) && a.replicas == b.replicas && a.partition == b.partition &&
         a.replicas_annotation == b.replicas_annotation && a.status_replicas == b.status_replicas &&
         a.available_replicas == b.available_replicas && a.current_revision == b.current_revision &&
         a.update_revision == b.update_revision && same_applied;
}

// Whether the pod, of one name, is found under the same labels as before.
bool StaysLinked(const ObservedPod& before, const ObservedPod& after) {
  return before.meta.set_name == after.meta.set_name && !after.meta.set_name.empty() &&
         before.meta.group_index == after.meta.group_index && before.is_leader() == after.is_leader();
}

struct Group {
  const ObservedPod* leader = nullptr;
  const ObservedStatefulSet* workers = nullptr;
  GroupVerdict verdict;  // as it stands in the counts
};

struct Namespace;

// A set, or what belongs to one that was not told yet.
struct SetEntry {
  FleetName name;
  Namespace* space = nullptr;  // where it is
  bool exists = false;
  LeaderWorkerSet set;
  PreparedSet prepared;

  std::vector<Group> groups;
  // What belongs to the set, or is named as if it did, and is not named after its labels.
  int64_t irregular = 0;
  // By the group index label, in the order of their names.
  absl::flat_hash_map<std::optional<std::string>, std::vector<const ObservedPod*>> pods_by_group;

  // Of this frame; unknown without one.
  std::string revision_key;
  std::optional<GroupFrame> frame;  // borrows the key
  GroupFacts facts;

  std::vector<const ObservedRevision*> revisions;
  int64_t revisions_version = -1;
  bool is_due = false;
};

struct Namespace {
  absl::flat_hash_map<std::string, std::unique_ptr<SetEntry>> sets;
  ByName<ObservedStatefulSet> statefulsets;
  ByName<ObservedPod> pods;
  std::map<std::string, ObservedRevision> revisions;
  ByName<ObservedService> services;
  ByName<ObservedPodGroup> pod_groups;
  int64_t revisions_version = 0;
};

template <typename T>
void SortByName(std::vector<const T*>* objects) {
  std::sort(objects->begin(), objects->end(), [](const T* a, const T* b) { return a->meta.name < b->meta.name; });
}

}  // namespace

class Fleet::State {
 public:
  Namespace& In(absl::string_view name) {
    std::unique_ptr<Namespace>& found = namespaces_[name];
    if (found == nullptr) found = std::make_unique<Namespace>();
    return *found;
  }
  Namespace* FindNamespace(absl::string_view name) {
    const auto found = namespaces_.find(name);
    return found == namespaces_.end() ? nullptr : found->second.get();
  }

  void AddSet(LeaderWorkerSet set);
  bool UpdatePod(ObservedPod* pod);
  // The pod in place of the one of its name; null takes that away.
  void PutPod(absl::string_view namespace_name, absl::string_view name, std::unique_ptr<ObservedPod> pod);
  bool UpdateStatefulSet(ObservedStatefulSet* statefulset);
  void PutStatefulSet(absl::string_view namespace_name, absl::string_view name,
                      std::unique_ptr<ObservedStatefulSet> statefulset);
  void PutRevision(ObservedRevision revision);
  void Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name);

  SetEntry& EntryOf(absl::string_view namespace_name, absl::string_view name) {
    Namespace& space = In(namespace_name);
    std::unique_ptr<SetEntry>& entry = space.sets[name];
    if (entry == nullptr) {
      entry = std::make_unique<SetEntry>();
      entry->space = &space;
      entry->name = {std::string(namespace_name), std::string(name)};
    }
    return *entry;
  }

  void MakeSetDue(SetEntry* entry) {
    if (entry->is_due) return;
    entry->is_due = true;
    due_sets_.push_back(entry);
  }
  void MakePodDue(absl::string_view namespace_name, absl::string_view name) {
    due_pods_.push_back({std::string(namespace_name), std::string(name)});
  }

  // The facts of all groups for this pass.
  const GroupFacts& FactsFor(const std::string& revision_key, SetEntry* entry);
  const std::vector<const ObservedRevision*>& RevisionsOf(SetEntry* entry);
  SetEntry* FindSet(absl::string_view namespace_name, absl::string_view name);
  SetObservation ObserveSet(SetEntry* entry);
  // Every object that belongs to the set, however it is named.
  void ListGroups(const SetEntry& entry, SetObservation* observation);

  absl::flat_hash_map<std::string, std::unique_ptr<Namespace>> namespaces_;
  absl::flat_hash_map<std::string, ObservedNode> nodes_;
  std::vector<SetEntry*> due_sets_;
  std::vector<FleetName> due_pods_;

 private:
  void MakeNamesakesDue(Namespace* space, absl::string_view namespace_name, absl::string_view name);
  void LinkPod(const ObservedPod& pod, bool add);
  void LinkStatefulSet(const ObservedStatefulSet& statefulset, bool add);
  Group& GroupAt(SetEntry* entry, int32_t index);
  void Judge(SetEntry* entry, int32_t index);
};

Group& Fleet::State::GroupAt(SetEntry* entry, int32_t index) {
  if (static_cast<size_t>(index) >= entry->groups.size()) entry->groups.resize(static_cast<size_t>(index) + 1);
  return entry->groups[index];
}

// Counts the group anew, as far as the others are counted.
void Fleet::State::Judge(SetEntry* entry, int32_t index) {
  if (!entry->frame.has_value()) return;
  Group& group = entry->groups[index];
  AddToCounts(*entry->frame, index, group.verdict, -1, &entry->facts.counts);
  group.verdict = JudgeGroup(*entry->frame, group.leader, group.workers);
  AddToCounts(*entry->frame, index, group.verdict, 1, &entry->facts.counts);
  entry->facts.bits.Grow(index + 1);
  entry->facts.bits.Set(index, group.verdict.ready, group.verdict.updated);
}

void Fleet::State::LinkPod(const ObservedPod& pod, bool add) {
  if (pod.meta.set_name.empty()) return;
  SetEntry& entry = EntryOf(pod.meta.namespace_name, pod.meta.set_name);
  std::vector<const ObservedPod*>& group = entry.pods_by_group[pod.meta.group_index];
  if (add) {
    group.push_back(&pod);
    SortByName(&group);
  } else {
    group.erase(std::remove(group.begin(), group.end(), &pod), group.end());
    if (group.empty()) entry.pods_by_group.erase(pod.meta.group_index);
  }
  if (!pod.is_leader()) return;
  if (!IsNamedGroup(pod.meta)) {
    entry.irregular += add ? 1 : -1;
    return;
  }
  GroupAt(&entry, pod.meta.named_group).leader = add ? &pod : nullptr;
  Judge(&entry, pod.meta.named_group);
}

void Fleet::State::LinkStatefulSet(const ObservedStatefulSet& statefulset, bool add) {
  const ObservedMeta& meta = statefulset.meta;
  if (IsNamedGroup(meta)) {
    SetEntry& entry = EntryOf(meta.namespace_name, meta.set_name);
    GroupAt(&entry, meta.named_group).workers = add ? &statefulset : nullptr;
    Judge(&entry, meta.named_group);
    return;
  }
  if (!meta.set_name.empty() && meta.group_index.has_value()) {
    EntryOf(meta.namespace_name, meta.set_name).irregular += add ? 1 : -1;
  }
  // It may be named like a leader pod of another set, whose workers it then passes for.
  if (const std::optional<PodName> parsed = ParsePodName(meta.name); parsed.has_value()) {
    EntryOf(meta.namespace_name, parsed->parent).irregular += add ? 1 : -1;
  }
}

// The usual event: a pod that is there already, under the labels that it had. False when it is another case.
bool Fleet::State::UpdatePod(ObservedPod* pod) {
  Namespace* space = FindNamespace(pod->meta.namespace_name);
  if (space == nullptr) return false;
  const auto found = space->pods.find(pod->meta.name);
  if (found == space->pods.end()) return false;
  ObservedPod& known = *found->second;
  if (!StaysLinked(known, *pod)) return false;
  pod->meta.named_group = known.meta.named_group;
  if (SamePod(known, *pod)) {
    known.meta.resource_version = std::move(pod->meta.resource_version);
    return true;
  }
  const bool set_changed = known.is_leader() && !SameForSet(known, *pod);
  known = std::move(*pod);
  MakePodDue(known.meta.namespace_name, known.meta.name);
  if (!set_changed) return true;
  SetEntry& entry = *space->sets.find(known.meta.set_name)->second;
  MakeSetDue(&entry);
  if (IsNamedGroup(known.meta)) Judge(&entry, known.meta.named_group);
  return true;
}

void Fleet::State::PutPod(absl::string_view namespace_name, absl::string_view name, std::unique_ptr<ObservedPod> pod) {
  Namespace& space = In(namespace_name);
  const auto found = space.pods.find(name);
  const ObservedPod* before = found == space.pods.end() ? nullptr : found->second.get();
  if (before == nullptr && pod == nullptr) return;
  for (const ObservedPod* side : {before, static_cast<const ObservedPod*>(pod.get())}) {
    if (side == nullptr || side->meta.set_name.empty()) continue;
    MakePodDue(namespace_name, name);
    if (side->is_leader()) MakeSetDue(&EntryOf(namespace_name, side->meta.set_name));
  }
  if (before != nullptr) LinkPod(*before, false);
  if (pod == nullptr) {
    space.pods.erase(found);
    return;
  }
  std::unique_ptr<ObservedPod>& slot = space.pods[name];
  slot = std::move(pod);
  LinkPod(*slot, true);
}

// The usual event: the workers of a group, which were there already. False when it is another case.
bool Fleet::State::UpdateStatefulSet(ObservedStatefulSet* statefulset) {
  Namespace* space = FindNamespace(statefulset->meta.namespace_name);
  if (space == nullptr) return false;
  const auto found = space->statefulsets.find(statefulset->meta.name);
  if (found == space->statefulsets.end()) return false;
  ObservedStatefulSet& known = *found->second;
  const bool stays = IsNamedGroup(known.meta) && known.meta.set_name == statefulset->meta.set_name &&
                     known.meta.group_index == statefulset->meta.group_index;
  if (!stays) return false;
  statefulset->meta.named_group = known.meta.named_group;
  const bool changed = !SameStatefulSet(known, *statefulset);
  known = std::move(*statefulset);
  if (!changed) return true;
  SetEntry& entry = *space->sets.find(known.meta.set_name)->second;
  MakeSetDue(&entry);
  MakePodDue(known.meta.namespace_name, known.meta.name);
  MakeNamesakesDue(space, known.meta.namespace_name, known.meta.name);
  Judge(&entry, known.meta.named_group);
  return true;
}

// Whatever its labels, a StatefulSet is the leader StatefulSet of a set of its name, and passes for the workers of a
// leader pod of its name.
void Fleet::State::MakeNamesakesDue(Namespace* space, absl::string_view namespace_name, absl::string_view name) {
  if (const auto found = space->sets.find(name); found != space->sets.end()) MakeSetDue(found->second.get());
  const ObservedPod* pod = Find(space->pods, name);
  if (pod != nullptr && !pod->meta.set_name.empty()) MakeSetDue(&EntryOf(namespace_name, pod->meta.set_name));
}

void Fleet::State::PutStatefulSet(absl::string_view namespace_name, absl::string_view name,
                                  std::unique_ptr<ObservedStatefulSet> statefulset) {
  Namespace& space = In(namespace_name);
  const auto found = space.statefulsets.find(name);
  const ObservedStatefulSet* before = found == space.statefulsets.end() ? nullptr : found->second.get();
  if (before == nullptr && statefulset == nullptr) return;
  if (before == nullptr || statefulset == nullptr || !SameStatefulSet(*before, *statefulset)) {
    for (const ObservedStatefulSet* side : {before, static_cast<const ObservedStatefulSet*>(statefulset.get())}) {
      if (side != nullptr && !side->meta.set_name.empty()) {
        MakeSetDue(&EntryOf(namespace_name, side->meta.set_name));
        if (side->meta.set_name != name) MakePodDue(namespace_name, name);
      }
    }
    MakeNamesakesDue(&space, namespace_name, name);
  }
  if (before != nullptr) LinkStatefulSet(*before, false);
  if (statefulset == nullptr) {
    space.statefulsets.erase(found);
    return;
  }
  std::unique_ptr<ObservedStatefulSet>& slot = space.statefulsets[name];
  slot = std::move(statefulset);
  LinkStatefulSet(*slot, true);
}

void Fleet::State::AddSet(LeaderWorkerSet set) {
  SetEntry& entry = EntryOf(set.metadata().namespace_(), set.metadata().name());
  const bool same = entry.exists && google::protobuf::util::MessageDifferencer::Equals(entry.set, set);
  if (same) return;
  const bool same_spec = entry.exists &&
                         google::protobuf::util::MessageDifferencer::Equals(entry.set.spec(), set.spec()) &&
                         google::protobuf::util::MessageDifferencer::Equals(entry.set.metadata(), set.metadata());
  if (!same_spec) entry.prepared = Prepare(set);
  entry.set = std::move(set);
  entry.exists = true;
  MakeSetDue(&entry);
}

void Fleet::State::PutRevision(ObservedRevision revision) {
  Namespace& space = In(revision.meta.namespace_name);
  ++space.revisions_version;
  if (!revision.meta.set_name.empty()) MakeSetDue(&EntryOf(revision.meta.namespace_name, revision.meta.set_name));
  const std::string name = revision.meta.name;
  space.revisions[name] = std::move(revision);
}

void Fleet::State::Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
  if (kind == "Node") {
    nodes_.erase(name);
    return;
  }
  Namespace* space = FindNamespace(namespace_name);
  if (space == nullptr) return;
  if (kind == "Pod") PutPod(namespace_name, name, nullptr);
  if (kind == "StatefulSet") PutStatefulSet(namespace_name, name, nullptr);
  if (kind == "Service" && space->services.erase(name) > 0 && space->sets.contains(name)) {
    MakeSetDue(&EntryOf(namespace_name, name));
  }
  if (kind == kPodGroupKind) space->pod_groups.erase(name);
  if (kind == "ControllerRevision") {
    const auto found = space->revisions.find(std::string(name));
    if (found == space->revisions.end()) return;
    ++space->revisions_version;
    if (!found->second.meta.set_name.empty()) MakeSetDue(&EntryOf(namespace_name, found->second.meta.set_name));
    space->revisions.erase(found);
  }
  if (kind == kKind && space->sets.contains(name)) {
    SetEntry& entry = EntryOf(namespace_name, name);
    if (entry.exists) MakeSetDue(&entry);
    entry.exists = false;
  }
}

const GroupFacts& Fleet::State::FactsFor(const std::string& revision_key, SetEntry* entry) {
  GroupFrame wanted = FrameOf(entry->set, revision_key);
  if (entry->frame.has_value() && *entry->frame == wanted) return entry->facts;
  entry->revision_key = revision_key;
  wanted.revision_key = entry->revision_key;
  entry->frame = wanted;
  entry->facts = GroupFacts();
  for (Group& group : entry->groups) group.verdict = GroupVerdict();
  for (size_t i = 0; i < entry->groups.size(); ++i) Judge(entry, static_cast<int32_t>(i));
  return entry->facts;
}

const std::vector<const ObservedRevision*>& Fleet::State::RevisionsOf(SetEntry* entry) {
  const Namespace& space = *entry->space;
  if (entry->revisions_version == space.revisions_version) return entry->revisions;
  entry->revisions_version = space.revisions_version;
  entry->revisions.clear();
  for (const auto& [name, revision] : space.revisions) {
    if (ConcernsSet(revision, entry->name.name)) entry->revisions.push_back(&revision);
  }
  return entry->revisions;
}

void Fleet::State::ListGroups(const SetEntry& entry, SetObservation* observation) {
  const Namespace& space = *entry.space;
  absl::flat_hash_map<absl::string_view, const ObservedPod*> leaders;
  for (const auto& [name, pod] : space.pods) {
    if (pod->meta.set_name != entry.name.name || !pod->is_leader()) continue;
    observation->leader_pods.push_back(pod.get());
    leaders[name] = pod.get();
  }
  for (const auto& [name, statefulset] : space.statefulsets) {
    const bool labelled = statefulset->meta.set_name == entry.name.name && statefulset->meta.group_index.has_value();
    if (labelled || leaders.contains(name)) observation->worker_statefulsets.push_back(statefulset.get());
  }
  SortByName(&observation->leader_pods);
  SortByName(&observation->worker_statefulsets);
}

Fleet::Fleet() : state_(std::make_unique<State>()) {}
Fleet::~Fleet() = default;
Fleet::Fleet(Fleet&&) noexcept = default;
Fleet& Fleet::operator=(Fleet&&) noexcept = default;

void Fleet::AddSet(LeaderWorkerSet set) { state_->AddSet(std::move(set)); }

void Fleet::AddPod(ObservedPod pod) {
  if (state_->UpdatePod(&pod)) return;
  pod.meta.named_group = NamedGroup(pod.meta);
  const std::string namespace_name = pod.meta.namespace_name;
  const std::string name = pod.meta.name;
  state_->PutPod(namespace_name, name, std::make_unique<ObservedPod>(std::move(pod)));
}

void Fleet::AddStatefulSet(ObservedStatefulSet statefulset) {
  if (state_->UpdateStatefulSet(&statefulset)) return;
  statefulset.meta.named_group = NamedGroup(statefulset.meta);
  const std::string namespace_name = statefulset.meta.namespace_name;
  const std::string name = statefulset.meta.name;
  state_->PutStatefulSet(namespace_name, name, std::make_unique<ObservedStatefulSet>(std::move(statefulset)));
}

void Fleet::AddRevision(ObservedRevision revision) { state_->PutRevision(std::move(revision)); }

void Fleet::AddService(ObservedService service) {
  const ObservedMeta& meta = service.meta;
  Namespace& space = state_->In(meta.namespace_name);
  const bool is_new = !space.services.contains(meta.name);
  if (is_new && space.sets.contains(meta.name)) state_->MakeSetDue(&state_->EntryOf(meta.namespace_name, meta.name));
  space.services[meta.name] = std::make_unique<ObservedService>(service);
}

void Fleet::AddPodGroup(ObservedPodGroup pod_group) {
  Namespace& space = state_->In(pod_group.meta.namespace_name);
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

std::vector<FleetName> Fleet::TakeDueSets() {
  std::vector<FleetName> due;
  due.reserve(state_->due_sets_.size());
  for (SetEntry* entry : state_->due_sets_) {
    entry->is_due = false;
    due.push_back(entry->name);
  }
  state_->due_sets_.clear();
  return due;
}

std::vector<FleetName> Fleet::TakeDuePods() { return std::exchange(state_->due_pods_, {}); }

SetEntry* Fleet::State::FindSet(absl::string_view namespace_name, absl::string_view name) {
  Namespace* space = FindNamespace(namespace_name);
  if (space == nullptr) return nullptr;
  const auto found = space->sets.find(name);
  return found == space->sets.end() || !found->second->exists ? nullptr : found->second.get();
}

// All but the groups.
SetObservation Fleet::State::ObserveSet(SetEntry* entry) {
  const Namespace& space = *entry->space;
  SetObservation observation;
  observation.set = &entry->set;
  observation.prepared = &entry->prepared;
  observation.leader_statefulset = Find(space.statefulsets, entry->name.name);
  observation.service = Find(space.services, entry->name.name);
  observation.revisions = RevisionsOf(entry);
  return observation;
}

SetObservation Fleet::ObserveWholeSet(absl::string_view namespace_name, absl::string_view name) {
  SetEntry* entry = state_->FindSet(namespace_name, name);
  if (entry == nullptr) return SetObservation();
  SetObservation observation = state_->ObserveSet(entry);
  state_->ListGroups(*entry, &observation);
  return observation;
}

SetObservation Fleet::ObserveSet(absl::string_view namespace_name, absl::string_view name) {
  SetEntry* entry = state_->FindSet(namespace_name, name);
  if (entry == nullptr) return SetObservation();
  SetObservation observation = state_->ObserveSet(entry);
  if (entry->irregular > 0) {
    state_->ListGroups(*entry, &observation);
    return observation;
  }
  const RevisionChoice choice = ChooseRevision(OwnedRevisions(entry->set, observation.revisions), entry->set,
                                               entry->prepared, observation.leader_statefulset);
  observation.groups = &state_->FactsFor(choice.key, entry);
  return observation;
}

PodObservation Fleet::ObservePod(absl::string_view namespace_name, absl::string_view name) const {
  PodObservation observation;
  Namespace* space = state_->FindNamespace(namespace_name);
  if (space == nullptr) return observation;
  observation.pod = Find(space->pods, name);
  if (observation.pod == nullptr) return observation;
  const ObservedPod& pod = *observation.pod;
  SetEntry* entry = nullptr;
  if (const auto found = space->sets.find(pod.meta.set_name); found != space->sets.end()) entry = found->second.get();
  if (entry != nullptr && entry->exists) observation.set = &entry->set;
  if (const std::optional<PodName> parsed = ParsePodName(name); parsed.has_value()) {
    observation.leader = Find(space->pods, parsed->parent);
  }
  if (pod.meta.controller.has_value()) {
    observation.controller = Find(space->statefulsets, pod.meta.controller->name);
  }
  if (entry != nullptr) {
    const auto group = entry->pods_by_group.find(pod.meta.group_index);
    if (group != entry->pods_by_group.end()) observation.group_pods = group->second;
    observation.revisions = state_->RevisionsOf(entry);
  }
  observation.worker_statefulset = Find(space->statefulsets, name);
  observation.service = Find(space->services, name);
  observation.pod_group = Find(space->pod_groups, pod.pod_group_name);
  const auto node = state_->nodes_.find(pod.node_name);
  observation.node = node == state_->nodes_.end() ? nullptr : &node->second;
  return observation;
}

}  // namespace lws
