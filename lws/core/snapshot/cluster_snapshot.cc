#include "lws/core/snapshot/cluster_snapshot.h"

#include <optional>
#include <set>
#include <variant>

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

using internal::ConcernsSet;
using internal::DigestOf;
using internal::FromProto;
using internal::SetDigest;
using internal::ToProto;

namespace {

using Key = std::pair<std::string, std::string>;  // namespace, name

template <typename T>
using ByKey = std::map<Key, T>;

template <typename T>
const T* Find(const ByKey<T>& objects, absl::string_view namespace_name, absl::string_view name) {
  const auto found = objects.find({std::string(namespace_name), std::string(name)});
  return found == objects.end() ? nullptr : &found->second;
}

// The objects of one namespace that `wanted` takes, in order.
template <typename T, typename Wanted>
std::vector<const T*> Select(const ByKey<T>& objects, absl::string_view namespace_name, const Wanted& wanted) {
  std::vector<const T*> selected;
  const std::string first(namespace_name);
  for (auto it = objects.lower_bound({first, ""}); it != objects.end() && it->first.first == first; ++it) {
    if (wanted(it->second)) selected.push_back(&it->second);
  }
  return selected;
}

template <typename T>
void Put(T observed, ByKey<T>* objects) {
  const Key key(observed.meta.namespace_name, observed.meta.name);
  (*objects)[key] = std::move(observed);
}

std::vector<const ObservedRevision*> RevisionsOf(const ByKey<ObservedRevision>& revisions,
                                                 const std::string& namespace_name, const std::string& set_name) {
  return Select(revisions, namespace_name,
                [&](const ObservedRevision& revision) { return ConcernsSet(revision, set_name); });
}

}  // namespace

struct StoredSet {
  LeaderWorkerSet set;
  SetDigest digest;
};

struct ClusterSnapshot::Objects {
  ByKey<StoredSet> sets;
  ByKey<ObservedStatefulSet> statefulsets;
  ByKey<ObservedPod> pods;
  ByKey<ObservedRevision> revisions;
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
    SetDigest digest = DigestOf(set);
    const Key key(set.metadata().namespace_(), set.metadata().name());
    objects->sets[key] = {std::move(set), std::move(digest)};
  }
  void operator()(ObservedPod& pod) { Put(std::move(pod), &objects->pods); }
  void operator()(ObservedStatefulSet& statefulset) { Put(std::move(statefulset), &objects->statefulsets); }
  void operator()(ObservedRevision& revision) { Put(std::move(revision), &objects->revisions); }
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
  if (kind == "Pod") objects_->pods.erase(key);
  if (kind == "StatefulSet") objects_->statefulsets.erase(key);
  if (kind == "ControllerRevision") objects_->revisions.erase(key);
  if (kind == "Service") objects_->services.erase(key);
  if (kind == kPodGroupKind) objects_->pod_groups.erase(key);
  if (kind == kKind) objects_->sets.erase(key);
  if (kind == "Node") objects_->nodes.erase(key.second);
}

ClusterStateProto ClusterSnapshot::Save() const {
  ClusterStateProto state;
  for (const auto& [key, set] : objects_->sets) *state.add_sets() = set.set;
  for (const auto& [key, statefulset] : objects_->statefulsets) *state.add_statefulsets() = ToProto(statefulset);
  for (const auto& [key, pod] : objects_->pods) *state.add_pods() = ToProto(pod);
  for (const auto& [key, revision] : objects_->revisions) *state.add_revisions() = ToProto(revision);
  for (const auto& [key, service] : objects_->services) *state.add_services() = ToProto(service.meta);
  for (const auto& [key, pod_group] : objects_->pod_groups) *state.add_pod_groups() = ToProto(pod_group.meta);
  for (const auto& [name, node] : objects_->nodes) *state.add_nodes() = ToProto(node);
  return state;
}

absl::Status ClusterSnapshot::Load(const ClusterStateProto& state) {
  auto objects = std::make_unique<Objects>();
  for (const LeaderWorkerSet& set : state.sets()) {
    objects->sets[{set.metadata().namespace_(), set.metadata().name()}] = {set, DigestOf(set)};
  }
  for (const ObservedStatefulSetProto& proto : state.statefulsets()) {
    absl::StatusOr<ObservedStatefulSet> statefulset = FromProto(proto);
    if (!statefulset.ok()) return statefulset.status();
    Put(*std::move(statefulset), &objects->statefulsets);
  }
  for (const ObservedPodProto& pod : state.pods()) Put(FromProto(pod), &objects->pods);
  for (const ObservedRevisionProto& revision : state.revisions()) {
    Put(FromProto(revision), &objects->revisions);
  }
  for (const ObservedMetaProto& meta : state.services()) {
    Put(ObservedService{FromProto(meta)}, &objects->services);
  }
  for (const ObservedMetaProto& meta : state.pod_groups()) {
    Put(ObservedPodGroup{FromProto(meta)}, &objects->pod_groups);
  }
  for (const ObservedNodeProto& node : state.nodes()) objects->nodes[node.name()] = FromProto(node);
  objects_ = std::move(objects);
  return absl::OkStatus();
}

SetObservation ClusterSnapshot::ObserveSet(absl::string_view namespace_name, absl::string_view name) const {
  SetObservation observation;
  const StoredSet* stored = Find(objects_->sets, namespace_name, name);
  if (stored == nullptr) return observation;
  observation.set = &stored->set;
  observation.digest = &stored->digest;
  observation.leader_statefulset = Find(objects_->statefulsets, namespace_name, name);
  observation.service = Find(objects_->services, namespace_name, name);
  observation.leader_pods = Select(objects_->pods, namespace_name, [&](const ObservedPod& pod) {
    return pod.meta.set_name == name && pod.is_leader();
  });
  std::set<absl::string_view> leader_names;
  for (const ObservedPod* leader : observation.leader_pods) leader_names.insert(leader->meta.name);
  observation.worker_statefulsets =
      Select(objects_->statefulsets, namespace_name, [&](const ObservedStatefulSet& statefulset) {
        return (statefulset.meta.set_name == name && statefulset.meta.group_index.has_value()) ||
               leader_names.count(statefulset.meta.name) > 0;
      });
  observation.revisions = RevisionsOf(objects_->revisions, std::string(namespace_name), std::string(name));
  observation.groups_to_restart = GroupsToRestart(namespace_name, name);
  return observation;
}

std::vector<int32_t> ClusterSnapshot::GroupsToRestart(absl::string_view namespace_name, absl::string_view name) const {
  std::set<int32_t> owed;
  const auto fails = [name](const ObservedPod& pod) {
    return pod.meta.set_name == name && TriggersRestart(pod.phase, pod.restarted, pod.meta.terminating);
  };
  for (const ObservedPod* pod : Select(objects_->pods, namespace_name, fails)) {
    const std::optional<int32_t> group = GroupOwedRestart(ObservePod(namespace_name, pod->meta.name));
    if (group.has_value()) owed.insert(*group);
  }
  return {owed.begin(), owed.end()};
}

PodObservation ClusterSnapshot::ObservePod(absl::string_view namespace_name, absl::string_view name) const {
  PodObservation observation;
  observation.pod = Find(objects_->pods, namespace_name, name);
  if (observation.pod == nullptr) return observation;
  const ObservedPod& pod = *observation.pod;
  const std::string& set_name = pod.meta.set_name;
  const StoredSet* stored = Find(objects_->sets, namespace_name, set_name);
  observation.set = stored == nullptr ? nullptr : &stored->set;
  if (const std::optional<PodName> parsed = ParsePodName(name); parsed.has_value()) {
    observation.leader = Find(objects_->pods, namespace_name, parsed->parent);
  }
  if (pod.meta.controller.has_value()) {
    observation.controller = Find(objects_->statefulsets, namespace_name, pod.meta.controller->name);
  }
  observation.group_pods = Select(objects_->pods, namespace_name, [&](const ObservedPod& other) {
    return other.meta.set_name == set_name && other.meta.group_index == pod.meta.group_index;
  });
  observation.worker_statefulset = Find(objects_->statefulsets, namespace_name, name);
  observation.service = Find(objects_->services, namespace_name, name);
  observation.pod_group = Find(objects_->pod_groups, namespace_name, pod.pod_group_name);
  const auto node = objects_->nodes.find(pod.node_name);
  observation.node = node == objects_->nodes.end() ? nullptr : &node->second;
  observation.revisions = RevisionsOf(objects_->revisions, std::string(namespace_name), set_name);
  return observation;
}

std::vector<Key> ClusterSnapshot::SetNames() const {
  std::vector<Key> names;
  for (const auto& [key, set] : objects_->sets) names.push_back(key);
  return names;
}

std::vector<Key> ClusterSnapshot::PodNames() const {
  std::vector<Key> names;
  for (const auto& [key, pod] : objects_->pods) names.push_back(key);
  return names;
}

}  // namespace lws
