// Keeps many sets ready to decide: an event from a watch changes a few counters, and a decision reads them.
//
//   lws::Fleet fleet;
//   absl::Status status = fleet.Add(manifest);            // as for ClusterSnapshot
//   for (const lws::FleetName& name : fleet.TakeDueSets()) {
//     lws::Plan plan = lws::ReconcileSet(fleet.ObserveSet(name.namespace_name, name.name), now);
//   }
//
// A ClusterSnapshot lists every pod and StatefulSet of a set at each look. A Fleet keeps a few bits for each group and
// the counts of the status up to date instead, so that one event costs only what it changes, whatever the size of the
// set. A pod takes about 25 bytes (packed_group.h). A pod that differs from what LeaderWorkerSet makes is kept whole.
// Memory goes with the objects that were told and not with the numbers in them: 64 neighbouring groups take at most
// 25 KB, and 5 KB more for each pod that one of them has. Only TellPods makes room for every worker below the told one.
// Objects whose names disagree with their labels, which only tampering produces, make decisions on their set slow, but
// equal.
//
// Laws:
//   1. Plans on the observations of a Fleet equal those on the observations of a ClusterSnapshot with the same
//      objects, under every rollout policy, controls and restart policy.
//   2. The order of events about different objects does not matter. For one object, the last event counts.
//   3. An observation that changes nothing that a decision reads makes nothing due.
//   4. A set whose plan changed, other than by time or by the resource version of a pod to delete, is due.
//   5. A pod that gets a plan by its own change is due.
//   6. Telling facts has the same effect as telling the objects that they stand for.
//   7. RestartFactsOf and LeaderFactsOf return the facts to which the member's observation is reduced.
//   8. After FleetRelist::End, the fleet holds only those objects of the kind that were told since Begin.
//   9. Once a set and all its objects are removed and everything due has been taken, the fleet keeps nothing of the
//      set, unless a host holds its number.
//  10. Another fleet that is told what ForEachObject visits observes the same.
//
// Thread-safety: none. Several threads can each use a Fleet of their own, for different sets.
#ifndef LWS_CORE_FLEET_FLEET_H_
#define LWS_CORE_FLEET_FLEET_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"
#include "lws/api/observed_object.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/observation.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/restart.h"

namespace lws {

inline namespace v1 {
class LeaderWorkerSet;
class LeaderWorkerSetStatus;
}  // namespace v1

namespace internal {
class FleetIndex;
class FleetObjects;
}  // namespace internal

// The numbers that facts have for names of sets, revisions and nodes. An unknown name gets a new number.
class FleetNumbers {
 public:
  explicit FleetNumbers(internal::FleetIndex* index) : index_(*index) {}

  // The number is held until ForgetSet, whether the set exists or not. TakeDueSets and TakeDuePods also return numbers
  // that are not held; those are valid until something else is added.
  uint32_t OfSet(absl::string_view namespace_name, absl::string_view name);
  void ForgetSet(uint32_t set);

  // Errors: InvalidArgument for a set whose number does not exist, ResourceExhausted for its 65,535th revision.
  absl::StatusOr<RevisionId> OfRevision(uint32_t set, absl::string_view revision_key);
  absl::StatusOr<NodeId> OfNode(absl::string_view node);

 private:
  internal::FleetIndex& index_;
};

// Lists of a kind, which tell objects and also which objects are gone.
class FleetRelist {
 public:
  FleetRelist(internal::FleetIndex* index, internal::FleetObjects* objects) : index_(*index), objects_(*objects) {}

  // Begin marks the time before a list of the kind is requested, and End comes after the list's last object was added.
  // End removes the objects of the kind that were not told in between, by the list or otherwise, and returns them
  // sorted by namespace and name. Without a Begin it does nothing. Complexity: O(objects of the kind).
  void Begin(absl::string_view kind);
  std::vector<FleetName> End(absl::string_view kind);

  // Marks an object as listed when the list has it in an older state than the fleet, so that End keeps it. Does nothing
  // for an object that is not there. Complexity: O(1).
  void Keep(absl::string_view kind, absl::string_view namespace_name, absl::string_view name);

 private:
  internal::FleetIndex& index_;
  internal::FleetObjects& objects_;
};

class Fleet {
 public:
  Fleet();
  ~Fleet();
  Fleet(Fleet&&) noexcept;

  // Adds the object, or replaces its former state. Kinds that no decision reads are ignored. Errors: InvalidArgument
  // naming the object and the field that does not parse; nothing is then changed.
  absl::Status Add(const Json& object);

  // The same for a host with typed objects. Complexity: O(1) for pods and StatefulSets, O(templates) for sets with a
  // changed spec.
  void Add(ObservedObject object);
  void AddSet(LeaderWorkerSet set);
  void AddPod(ObservedPod pod);
  void AddStatefulSet(ObservedStatefulSet statefulset);

  // Removes the object, if it is there.
  void Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name);

  // Compares lists of a kind with what the fleet holds. Valid as long as the fleet is.
  FleetRelist relist();

  // The numbers to use in facts. Valid as long as the fleet is.
  FleetNumbers numbers();

  // Applies the facts in their order. Errors: InvalidArgument for a set, revision or node whose number does not exist,
  // and for a group or worker out of range: groups are in [0, 2^24), workers within the set's size and at most 4,095
  // (tell later workers with AddPod). Nothing is then changed. Complexity: O(facts), without an allocation for known
  // members.
  absl::Status TellPods(absl::Span<const PodFacts> pods);
  absl::Status TellWorkers(absl::Span<const WorkersFacts> statefulsets);

  // The sets, and the pods, that are due since the last call, each once and in the order in which they became due.
  // Workers are due when they may restart their group.
  std::vector<FleetName> TakeDueSets();
  std::vector<FleetName> TakeDuePods();
  // The same as numbers, appended to the vectors. Pods without numbers go to `others`: those whose names disagree with
  // their labels, and workers that are kept whole.
  void TakeDueSets(std::vector<uint32_t>* sets);
  void TakeDuePods(std::vector<Member>* members, std::vector<FleetName>* others);

  // Records the status of a set after it was written. REQUIRES: FleetNumbers::OfSet returned the number.
  void TellStatus(uint32_t set, const LeaderWorkerSetStatus& status);

  // The facts that decisions on a pod read, without building an observation. REQUIRES: the pod and its set exist.
  // Complexity: O(1), and O(size of the group) for sets whose restarts wait until the group has started.
  RestartFacts RestartFactsOf(const Member& member);
  // REQUIRES: worker 0.
  LeaderFacts LeaderFactsOf(const Member& member);

  // Counts by reading every object. Complexity: one pass over memory.
  FleetCounts Count() const;

  // The results borrow from this fleet until it changes or makes another observation. For a set without tampered
  // objects the lists of pods and worker StatefulSets stay empty, and `groups` replaces them. Complexity: O(revisions
  // + members of failing groups), and O(groups) once when an update begins, or when the set's partition, replicas or
  // size changed.
  SetObservation ObserveSet(absl::string_view namespace_name, absl::string_view name);
  SetObservation ObserveSet(uint32_t set);
  // With the lists and without `groups`, like a ClusterSnapshot. Complexity: O(objects of the namespace).
  SetObservation ObserveWholeSet(absl::string_view namespace_name, absl::string_view name);
  // Complexity: O(size of the group + revisions).
  PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name);

  // Visits every existing object, in an order that follows from their kinds and names alone. An object lives as
  // long as its visit. Complexity: O(objects log objects).
  friend void ForEachObject(const Fleet& fleet, absl::FunctionRef<void(const ObservedObject& object)> visit);

 private:
  struct State;
  struct Adder;
  std::unique_ptr<State> state_;
};

void ForEachObject(const Fleet& fleet, absl::FunctionRef<void(const ObservedObject& object)> visit);

}  // namespace lws

#endif  // LWS_CORE_FLEET_FLEET_H_
