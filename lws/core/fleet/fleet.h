// Many sets, kept ready to decide: what a watch tells changes a few counters, and a decision reads them.
//
//   lws::Fleet fleet;
//   absl::Status status = fleet.Add(manifest);            // as for ClusterSnapshot
//   for (const lws::FleetName& name : fleet.TakeDueSets()) {
//     lws::Plan plan = lws::ReconcileSet(fleet.ObserveSet(name.namespace_name, name.name), now);
//   }
//
// Where a ClusterSnapshot lists every pod and StatefulSet of a set at each look, a Fleet keeps two bits a group and the
// counts of the status up to date, so that one event costs what it changes, whatever the size of the set. A pod takes
// some 25 bytes (packed_group.h); one that is not as LeaderWorkerSet makes it is kept whole. Objects that are not named
// after their labels, which nothing but tampering makes, send their set the long way: it is slow, and decided alike.
//
// Laws:
//   1. Plans on the observations of a Fleet equal those on the observations of a ClusterSnapshot that was told the
//   same. One exception: where, by tampering, a worker passes for the leader of another set's pod, its deletion may
//   carry its UID alone.
//   2. The order of what is told of different objects does not matter; of one object the last counts.
//   3. An observation that changes nothing that a decision reads makes nothing due.
//   4. A set whose plan changed, other than by time, is due.
//   5. A pod whose own change gives it a plan is due.
//   6. Telling facts is telling the objects that they stand for.
//   7. The facts of a member are those that its observation is reduced to.
//   8. After EndRelist the fleet holds of the kind what was told since BeginRelist, and nothing else.
//   9. Nothing is left of a set that was removed, with all its objects, once everything that was due has been taken,
//   unless a host holds its number.
//
// Thread-safety: none; parts of a fleet can be kept by different threads, a Fleet each.
#ifndef LWS_CORE_FLEET_FLEET_H_
#define LWS_CORE_FLEET_FLEET_H_

#include <memory>
#include <string>
#include <vector>

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

class LeaderWorkerSet;
class LeaderWorkerSetStatus;

class Fleet {
 public:
  Fleet();
  ~Fleet();
  Fleet(Fleet&&) noexcept;

  // The object is there, as told. Kinds that no decision reads are passed over. Errors: InvalidArgument naming the
  // object and the field that does not read; nothing is changed then.
  absl::Status Add(const Json& object);

  // The same for a host with typed objects. Complexity: O(1) for pods and StatefulSets, O(templates) for sets whose
  // spec changed.
  void Add(ObservedObject object);
  void AddSet(LeaderWorkerSet set);
  void AddPod(ObservedPod pod);
  void AddStatefulSet(ObservedStatefulSet statefulset);

  // The object is gone; nothing happens when it was not there.
  void Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name);

  // A list of the kind begins, before it is asked for, and ends, after its last object was told. EndRelist removes the
  // objects of the kind that were not told in between, by the list or otherwise, and returns them in the order of
  // namespace and name; nothing without BeginRelist. Complexity: O(objects of the kind).
  void BeginRelist(absl::string_view kind);
  std::vector<FleetName> EndRelist(absl::string_view kind);
  // The list has the object, in a state older than the one that the fleet holds: EndRelist leaves it. Nothing happens
  // for an object that is not there. Complexity: O(1).
  void KeepListed(absl::string_view kind, absl::string_view namespace_name, absl::string_view name);

  // Numbers for facts; a new one for what was not heard of before. The number of a set is held until ForgetSetNumber,
  // whether the set exists or not. TakeDueSets and TakeDuePods also give numbers that are not held: they are good until
  // something else is added. Errors: ResourceExhausted for the 65,535th revision of a set.
  uint32_t SetNumber(absl::string_view namespace_name, absl::string_view name);
  void ForgetSetNumber(uint32_t set);
  absl::StatusOr<RevisionId> RevisionNumber(uint32_t set, absl::string_view revision_key);
  absl::StatusOr<NodeId> NodeNumber(absl::string_view node);

  // Tells the facts in their order. Errors: InvalidArgument for a set, revision or node that has no such number, and
  // for a group or worker out of range, which are [0, 2^24) and the workers of the set's size, at most 4,095 (objects
  // of later workers are told with AddPod); nothing is changed then. Complexity: O(facts), without an allocation for
  // members that were there.
  absl::Status TellPods(absl::Span<const PodFacts> pods);
  absl::Status TellWorkers(absl::Span<const WorkersFacts> statefulsets);

  // The sets, and the pods, that something changed for since the last call, in the order in which that happened, each
  // once. Workers are due when they may restart their group.
  std::vector<FleetName> TakeDueSets();
  std::vector<FleetName> TakeDuePods();
  // The same as numbers, behind what is there; pods that have none, not being named after their labels, and workers
  // that are kept whole go to `others`.
  void TakeDueSets(std::vector<uint32_t>* sets);
  void TakeDuePods(std::vector<Member>* members, std::vector<FleetName>* others);

  // The status of a set that was told, as it was written. REQUIRES: SetNumber gave the number.
  void TellStatus(uint32_t set, const LeaderWorkerSetStatus& status);

  // What decisions on a pod read, without an observation. REQUIRES: the pod and its set are there. Complexity: O(1),
  // and O(size of the group) for sets that ask whether it has started.
  RestartFacts RestartFactsOf(const Member& member);
  // REQUIRES: worker 0.
  LeaderFacts LeaderFactsOf(const Member& member);

  // Reads every object. Complexity: one pass over memory.
  FleetCounts Count() const;

  // Borrow from this fleet until it is changed, or asked for the next observation. Of a set without tampered objects
  // the lists of pods and worker StatefulSets are left empty, and `groups` is there instead. Complexity: O(revisions +
  // members of failing groups); O(groups) once when an update begins, or the set's partition, replicas or size changed.
  SetObservation ObserveSet(absl::string_view namespace_name, absl::string_view name);
  SetObservation ObserveSet(uint32_t set);
  // With the lists and without `groups`, as a ClusterSnapshot has it. Complexity: O(objects of the namespace).
  SetObservation ObserveWholeSet(absl::string_view namespace_name, absl::string_view name);
  // Complexity: O(size of the group + revisions).
  PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name);

 private:
  struct State;
  struct Adder;
  std::unique_ptr<State> state_;
};

}  // namespace lws

#endif  // LWS_CORE_FLEET_FLEET_H_
