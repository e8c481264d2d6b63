#include "lws/core/snapshot/cluster_snapshot.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed_object.h"
#include "lws/api/pod_name.h"
#include "lws/api/well_known.h"
#include "lws/core/desired/set_digest.h"
#include "lws/core/pod/restart.h"
#include "lws/core/revision/revisions.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "lws/core/snapshot/observed_serialization.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::DigestOfDesiredSet;
using internal::ObservedFromProto;
using internal::ObservedToProto;
using internal::RevisionConcernsSets;
using internal::RevisionNamePrefix;
using internal::SetDigest;

namespace {

using Key = std::pair<std::string, std::string>;  // namespace, name

template <typename T>
using ByKey = std::map<Key, T>;

template <typename T>
const T* Find(const ByKey<T>& objects, absl::string_view namespace_name, absl::string_view name) {
  const auto found = objects.find({std::string(namespace_name), std::string(name)});
  return found == objects.end() ? nullptr : &found->second;
}

template <typename T>
void Put(T observed, ByKey<T>* objects) {
  const Key key(observed.meta.namespace_name, observed.meta.name);
  (*objects)[key] = std::move(observed);
}

using Names = std::set<std::string>;

// Objects of one kind, with indexes by their labels: the names of each set's objects, and of each group's.
template <typename T>
class Labelled {
 public:
  const ByKey<T>& all() const { return objects_; }

  void Put(T observed) {
    const Key key(observed.meta.namespace_name, observed.meta.name);
    Erase(key);
    of_set_[SetOf(observed.meta)].insert(key.second);
    of_group_[GroupOf(observed.meta)].insert(key.second);
    objects_[key] = std::move(observed);
  }

  void Erase(const Key& key) {
    const auto found = objects_.find(key);
    if (found == objects_.end()) return;
    EraseName(SetOf(found->second.meta), key.second, &of_set_);
    EraseName(GroupOf(found->second.meta), key.second, &of_group_);
    objects_.erase(found);
  }

  const T* Find(absl::string_view namespace_name, absl::string_view name) const {
    return lws::Find(objects_, namespace_name, name);
  }

  const Names& NamesOfSet(absl::string_view namespace_name, absl::string_view set_name) const {
    return NamesAt({std::string(namespace_name), std::string(set_name)}, of_set_);
  }
  const Names& NamesOfGroup(const ObservedMeta& meta) const { return NamesAt(GroupOf(meta), of_group_); }

  // The objects of these names, in the order of the names.
  std::vector<const T*> Named(absl::string_view namespace_name, const Names& names) const {
    std::vector<const T*> found;
    found.reserve(names.size());
    for (const std::string& name : names) found.push_back(Find(namespace_name, name));
    return found;
  }

 private:
  using Group = std::pair<Key, std::optional<std::string>>;  // the set, and the group's label

  static Key SetOf(const ObservedMeta& meta) { return {meta.namespace_name, meta.set_name}; }
  static Group GroupOf(const ObservedMeta& meta) { return {SetOf(meta), meta.group_index}; }

  template <typename Place>
  static const Names& NamesAt(const Place& place, const std::map<Place, Names>& names) {
    static const Names& none = *new Names();
    const auto found = names.find(place);
    return found == names.end() ? none : found->second;
  }

  template <typename Place>
  static void EraseName(const Place& place, const std::string& name, std::map<Place, Names>* names) {
    const auto found = names->find(place);
    found->second.erase(name);
    if (found->second.empty()) names->erase(found);
  }

  ByKey<T> objects_;
  std::map<Key, Names> of_set_;
  std::map<Group, Names> of_group_;
};

// Those that concern sets, and beside them the others, of which every worker StatefulSet has some.
class Revisions {
 public:
  void Put(ObservedRevision revision) {
    const Key key(revision.meta.namespace_name, revision.meta.name);
    Erase(key);
    if (RevisionConcernsSets(revision)) {
      of_sets_.Put(std::move(revision));
    } else {
      others_[key] = std::move(revision);
    }
  }

  void Erase(const Key& key) {
    of_sets_.Erase(key);
    others_.erase(key);
  }

  // Those with the set's label, and those whose name begins as the set's revisions do.
  std::vector<const ObservedRevision*> Of(absl::string_view namespace_name, absl::string_view set_name) const {
    Names names = of_sets_.NamesOfSet(namespace_name, set_name);
    const std::string first(namespace_name);
    const absl::string_view prefix = RevisionNamePrefix(set_name);
    for (auto it = of_sets_.all().lower_bound({first, std::string(prefix)});
         it != of_sets_.all().end() && it->first.first == first && absl::StartsWith(it->first.second, prefix); ++it) {
      names.insert(it->first.second);
    }
    return of_sets_.Named(namespace_name, names);
  }

  void Save(ClusterStateProto* state) const {
    for (const auto& [key, revision] : of_sets_.all()) *state->add_revisions() = ObservedToProto(revision);
    for (const auto& [key, revision] : others_) *state->add_revisions() = ObservedToProto(revision);
  }

 private:
  Labelled<ObservedRevision> of_sets_;
  ByKey<ObservedRevision> others_;
};

// The templates of a saved set are texts of their own. Errors: InvalidArgument naming the first that is no object.
absl::Status CheckTemplates(const LeaderWorkerSet& set) {
  const LeaderWorkerTemplate& group = set.spec().leader_worker_template();
  std::vector<std::pair<std::string, absl::string_view>> texts;
  if (group.has_leader_template()) texts.emplace_back("leaderTemplate", group.leader_template());
  if (!group.worker_template().empty()) texts.emplace_back("workerTemplate", group.worker_template());
  for (int i = 0; i < group.volume_claim_templates_size(); ++i) {
    texts.emplace_back(absl::StrCat("volumeClaimTemplates[", i, "]"), group.volume_claim_templates(i));
  }
  for (const auto& [field, text] : texts) {
    const absl::StatusOr<Json> object = ParseJson(text, field);
    if (object.ok() && object->is_object()) continue;
    return absl::InvalidArgumentError(absl::StrCat(kKind, " ", set.metadata().namespace_(), "/", set.metadata().name(),
                                                   ": spec.leaderWorkerTemplate.", field, ": not an object"));
  }
  return absl::OkStatus();
}

}  // namespace

struct StoredSet {
  LeaderWorkerSet set;
  SetDigest digest;
};

struct ClusterSnapshot::Objects {
  ByKey<StoredSet> sets;
  Labelled<ObservedStatefulSet> statefulsets;
  Labelled<ObservedPod> pods;
  Revisions revisions;
  ByKey<ObservedService> services;
  ByKey<ObservedPodGroup> pod_groups;
  std::map<std::string, ObservedNode> nodes;
};

ClusterSnapshot::ClusterSnapshot() : objects_(std::make_unique<Objects>()) {}
ClusterSnapshot::~ClusterSnapshot() = default;
ClusterSnapshot::ClusterSnapshot(ClusterSnapshot&&) noexcept = default;
ClusterSnapshot& ClusterSnapshot::operator=(ClusterSnapshot&&) noexcept = default;

struct ClusterSnapshot::Adder {
  Objects* objects;

  void operator()(std::monostate) {}
  void operator()(LeaderWorkerSet& set) {
    SetDigest digest = DigestOfDesiredSet(set);
    const Key key(set.metadata().namespace_(), set.metadata().name());
    objects->sets[key] = {std::move(set), std::move(digest)};
  }
  void operator()(ObservedPod& pod) { objects->pods.Put(std::move(pod)); }
  void operator()(ObservedStatefulSet& statefulset) { objects->statefulsets.Put(std::move(statefulset)); }
  void operator()(ObservedRevision& revision) { objects->revisions.Put(std::move(revision)); }
  void operator()(ObservedService& service) { Put(std::move(service), &objects->services); }
  void operator()(ObservedPodGroup& pod_group) { Put(std::move(pod_group), &objects->pod_groups); }
  void operator()(ObservedNode& node) {
    const std::string name = node.name;
    objects->nodes[name] = std::move(node);
  }
};

absl::Status ClusterSnapshot::Add(const Json& object) {
  absl::StatusOr<ObservedObject> observed = ReadObservedObject(object);
  if (!observed.ok()) return observed.status();
  std::visit(Adder{objects_.get()}, *observed);
  return absl::OkStatus();
}

void ClusterSnapshot::Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
  const Key key{std::string(namespace_name), std::string(name)};
  if (kind == "Pod") objects_->pods.Erase(key);
  if (kind == "StatefulSet") objects_->statefulsets.Erase(key);
  if (kind == "ControllerRevision") objects_->revisions.Erase(key);
  if (kind == "Service") objects_->services.erase(key);
  if (kind == kPodGroupKind) objects_->pod_groups.erase(key);
  if (kind == kKind) objects_->sets.erase(key);
  if (kind == "Node") objects_->nodes.erase(key.second);
}

ClusterStateProto ClusterSnapshot::Save() const {
  ClusterStateProto state;
  for (const auto& [key, set] : objects_->sets) *state.add_sets() = set.set;
  for (const auto& [key, statefulset] : objects_->statefulsets.all())
    *state.add_statefulsets() = ObservedToProto(statefulset);
  for (const auto& [key, pod] : objects_->pods.all()) *state.add_pods() = ObservedToProto(pod);
  objects_->revisions.Save(&state);
  for (const auto& [key, service] : objects_->services) *state.add_services() = ObservedToProto(service.meta);
  for (const auto& [key, pod_group] : objects_->pod_groups) *state.add_pod_groups() = ObservedToProto(pod_group.meta);
  for (const auto& [name, node] : objects_->nodes) *state.add_nodes() = ObservedToProto(node);
  return state;
}

absl::Status ClusterSnapshot::Load(const ClusterStateProto& state) {
  auto objects = std::make_unique<Objects>();
  for (const LeaderWorkerSet& set : state.sets()) {
    if (absl::Status status = CheckTemplates(set); !status.ok()) return status;
    objects->sets[{set.metadata().namespace_(), set.metadata().name()}] = {set, DigestOfDesiredSet(set)};
  }
  for (const ObservedStatefulSetProto& proto : state.statefulsets()) {
    absl::StatusOr<ObservedStatefulSet> statefulset = ObservedFromProto(proto);
    if (!statefulset.ok()) return statefulset.status();
    objects->statefulsets.Put(*std::move(statefulset));
  }
  for (const ObservedPodProto& pod : state.pods()) objects->pods.Put(ObservedFromProto(pod));
  for (const ObservedRevisionProto& revision : state.revisions()) {
    objects->revisions.Put(ObservedFromProto(revision));
  }
  for (const ObservedMetaProto& meta : state.services()) {
    Put(ObservedService{ObservedFromProto(meta)}, &objects->services);
  }
  for (const ObservedMetaProto& meta : state.pod_groups()) {
    Put(ObservedPodGroup{ObservedFromProto(meta)}, &objects->pod_groups);
  }
  for (const ObservedNodeProto& node : state.nodes()) objects->nodes[node.name()] = ObservedFromProto(node);
  objects_ = std::move(objects);
  return absl::OkStatus();
}

SetObservation ClusterSnapshot::ObserveSet(absl::string_view namespace_name, absl::string_view name) const {
  SetObservation observation;
  const StoredSet* stored = Find(objects_->sets, namespace_name, name);
  if (stored == nullptr) return observation;
  observation.set = &stored->set;
  observation.digest = &stored->digest;
  observation.leader_statefulset = objects_->statefulsets.Find(namespace_name, name);
  observation.service = Find(objects_->services, namespace_name, name);
  Names statefulsets;
  for (const std::string& labelled : objects_->statefulsets.NamesOfSet(namespace_name, name)) {
    const ObservedStatefulSet* statefulset = objects_->statefulsets.Find(namespace_name, labelled);
    if (statefulset->meta.group_index.has_value()) statefulsets.insert(labelled);
  }
  for (const ObservedPod* pod : objects_->pods.Named(namespace_name, objects_->pods.NamesOfSet(namespace_name, name))) {
    if (!pod->is_leader()) continue;
    observation.leader_pods.push_back(pod);
    if (objects_->statefulsets.Find(namespace_name, pod->meta.name) != nullptr) statefulsets.insert(pod->meta.name);
  }
  observation.worker_statefulsets = objects_->statefulsets.Named(namespace_name, statefulsets);
  observation.revisions = objects_->revisions.Of(namespace_name, name);
  observation.groups_to_restart = GroupsToRestart(namespace_name, name);
  return observation;
}

std::vector<int32_t> ClusterSnapshot::GroupsToRestart(absl::string_view namespace_name, absl::string_view name) const {
  std::set<int32_t> owed;
  for (const ObservedPod* pod : objects_->pods.Named(namespace_name, objects_->pods.NamesOfSet(namespace_name, name))) {
    if (!TriggersRestart(pod->phase, pod->restarted, pod->meta.terminating)) continue;
    const std::optional<int32_t> group = GroupOwedRestart(ObservePod(namespace_name, pod->meta.name));
    if (group.has_value()) owed.insert(*group);
  }
  return {owed.begin(), owed.end()};
}

PodObservation ClusterSnapshot::ObservePod(absl::string_view namespace_name, absl::string_view name) const {
  PodObservation observation;
  observation.pod = objects_->pods.Find(namespace_name, name);
  // A pod that belongs to no set needs no other objects.
  if (observation.pod == nullptr || observation.pod->meta.set_name.empty()) return observation;
  const ObservedPod& pod = *observation.pod;
  const std::string& set_name = pod.meta.set_name;
  const StoredSet* stored = Find(objects_->sets, namespace_name, set_name);
  observation.set = stored == nullptr ? nullptr : &stored->set;
  if (const std::optional<PodName> parsed = ParsePodName(name); parsed.has_value()) {
    observation.leader = objects_->pods.Find(namespace_name, parsed->parent);
  }
  if (pod.meta.controller.has_value()) {
    observation.controller = objects_->statefulsets.Find(namespace_name, pod.meta.controller->name);
  }
  observation.group_pods = objects_->pods.Named(namespace_name, objects_->pods.NamesOfGroup(pod.meta));
  observation.worker_statefulset = objects_->statefulsets.Find(namespace_name, name);
  observation.service = Find(objects_->services, namespace_name, name);
  observation.pod_group = Find(objects_->pod_groups, namespace_name, pod.pod_group_name);
  const auto node = objects_->nodes.find(pod.node_name);
  observation.node = node == objects_->nodes.end() ? nullptr : &node->second;
  observation.revisions = objects_->revisions.Of(namespace_name, set_name);
  return observation;
}

std::vector<Key> ClusterSnapshot::SetNames() const {
  std::vector<Key> names;
  for (const auto& [key, set] : objects_->sets) names.push_back(key);
  return names;
}

std::vector<Key> ClusterSnapshot::PodNames() const {
  std::vector<Key> names;
  for (const auto& [key, pod] : objects_->pods.all()) names.push_back(key);
  return names;
}

}  // namespace lws
