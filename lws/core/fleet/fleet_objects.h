// The objects of a fleet: packed into the groups of their sets where they fit, whole where they do not; and what is
// due.
//
//   lws::internal::FleetObjects objects;
//   objects.AddPod(pod);
//   objects.FindPackedPod(space, "vllm-12-3");    // {set vllm, group 12, worker 3}
//
// Laws:
//   1. A name is never in two places: packed in one, packed in another, or whole.
//   2. The facts of a set are those of all objects that are named after their labels; the others are counted as
//   irregular of every set that they may concern.
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_FLEET_OBJECTS_H_
#define LWS_CORE_FLEET_FLEET_OBJECTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/name_table.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/fleet/object_packing.h"
#include "lws/core/fleet/packed_group.h"

namespace lws::internal {

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

// Null when there is none.
template <typename T>
const T* Find(const ByName<T>& objects, absl::string_view name) {
  const auto found = objects.find(name);
  return found == objects.end() ? nullptr : found->second.get();
}

// Where a member of a group has its place; without a set it has none.
struct Place {
  FleetSet* set = nullptr;
  int32_t group = 0;
  int32_t worker = 0;

  friend bool operator==(const Place& a, const Place& b) {
    return a.set == b.set && a.group == b.group && a.worker == b.worker;
  }
};

// SET-GROUP, or SET-GROUP-WORKER.
std::string MemberName(const FleetSet& set, int32_t group, int32_t worker);

// What the worker names as its controller.
PackedUid OwnerOf(const FleetSet& set, int32_t group, const PackedWorker& worker);

class FleetObjects {
 public:
  // Made when it is not there.
  FleetSet& SetOf(absl::string_view namespace_name, absl::string_view name);
  // Null unless the set exists.
  FleetSet* FindSet(absl::string_view namespace_name, absl::string_view name);
  FleetNamespace* FindNamespace(absl::string_view name);
  const std::vector<FleetSet*>& sets() const { return sets_; }  // by number
  NameTable& node_names() { return node_names_; }
  const absl::flat_hash_map<std::string, ObservedNode>& nodes() const { return nodes_; }

  void AddSet(LeaderWorkerSet set);
  void AddPod(ObservedPod pod);
  void AddStatefulSet(ObservedStatefulSet statefulset);
  void AddRevision(ObservedRevision revision);
  void AddService(ObservedService service);
  void AddPodGroup(ObservedPodGroup pod_group);
  void AddNode(ObservedNode node);
  void Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name);

  // As Fleet has them.
  absl::Status TellPods(absl::Span<const PodFacts> pods);
  absl::Status TellWorkers(absl::Span<const WorkersFacts> statefulsets);
  void TakeDueSets(std::vector<uint32_t>* sets);
  void TakeDuePods(std::vector<Member>* members, std::vector<FleetName>* others);
  std::vector<FleetName> TakeDuePods();
  FleetCounts Count() const;

  void MakeSetDue(FleetSet* set);

  // Puts every group with a member that fails into FleetSet::failing. Complexity: O(groups).
  static void ListAllFailing(FleetSet* set);

  // Without a set when no packed object has the name.
  Place FindPackedPod(FleetNamespace* space, absl::string_view name);
  Place FindPackedStatefulSet(FleetNamespace* space, absl::string_view name);

  // For packing and unpacking objects of the set.
  PackingNames NamesOf(FleetSet* set) { return {set->namespace_name, set->name, &set->revision_names, &node_names_}; }

 private:
  FleetNamespace& In(absl::string_view name);
  static FleetNamespace& SpaceOf(const FleetSet& set) { return *set.space; }

  // One fact; the first is the quick way, for packed pods that were there.
  bool UpdatePod(const PodFacts& facts);
  void TellPod(const PodFacts& facts);
  void TellStatefulSet(const WorkersFacts& facts);

  static void ListFailing(FleetSet* set, int32_t group, bool member_fails);
  static void ListFailingWorker(const Place& place, bool failed, bool fails);
  // A leader, or a packed worker.
  void MakeMemberDue(FleetSet* set, int32_t group, int32_t worker);
  void MakeNameDue(absl::string_view namespace_name, absl::string_view name);
  void MakeNamesakesDue(FleetNamespace* space, absl::string_view namespace_name, absl::string_view name);

  // By its labels, as far as the name agrees.
  Place PlaceOf(const ObservedPod& pod);

  // Into their places, or, as what does not exist, out of them; what a decision reads of them anew becomes due.
  bool AddPackedWorker(const Place& place, PackedWorker worker, const PackedUid& owner);
  bool AddNamedLeader(const Place& place, ObservedPod* pod);
  bool AddNamedStatefulSet(FleetSet* set, ObservedStatefulSet* statefulset);
  void PutLeader(FleetSet* set, int32_t group, const PackedLeader& leader);
  void PutWorkers(FleetSet* set, int32_t group, const PackedStatefulSet& workers, const PackedUid& leader_uid);
  void PutWorker(const Place& place, const PackedWorker& worker);
  // The owners that the workers of a group name: that of its StatefulSet, and one other.
  static bool HasWorkerOf(const Place& place, bool other_owner);
  static std::optional<bool> TakeOwner(const Place& place, const PackedUid& owner);
  void SwitchOwner(FleetSet* set, int32_t group, const PackedUid& uid);

  void RemovePod(FleetNamespace* space, absl::string_view name);
  void RemoveStatefulSet(FleetNamespace* space, absl::string_view namespace_name, absl::string_view name);
  // Another set's packed pod of the member's name goes.
  void MakeRoom(const Place& place);

  // Objects that are kept whole; links are from the sets that they concern.
  void LinkWholePod(const ObservedPod& pod, bool add);
  void LinkWholeStatefulSet(const ObservedStatefulSet& statefulset, bool add);
  void KeepWholePod(std::unique_ptr<ObservedPod> pod);
  void KeepWholeStatefulSet(std::unique_ptr<ObservedStatefulSet> statefulset);
  void EraseWholePod(FleetNamespace* space, absl::string_view name);
  void EraseWholeStatefulSet(FleetNamespace* space, absl::string_view name);
  // What does not fit any more, because another object of the group has another UID now: the StatefulSet; the workers
  // of the other owner.
  void UnpackWorkers(FleetSet* set, int32_t group);
  void UnpackMembers(FleetSet* set, int32_t group);

  absl::flat_hash_map<std::string, std::unique_ptr<FleetNamespace>> namespaces_;
  std::vector<FleetSet*> sets_;
  absl::flat_hash_map<std::string, ObservedNode> nodes_;
  NameTable node_names_{/*limit=*/1 << 30};
  std::vector<FleetSet*> due_sets_;
  std::vector<Place> due_pods_;  // without a set, the name at the place `group` of due_names_
  std::vector<FleetName> due_names_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_FLEET_OBJECTS_H_
