// Everything that a decision may look at: the set or the pod, and the objects around it, all borrowed.
//
//   lws::SetObservation without_objects;
//   without_objects.set = &set;
//   lws::Plan plan = lws::ReconcileSet(without_objects, now);    // a set without objects: they are all created
//
// A ClusterSnapshot or a Fleet makes them. A host with its own index fills the structs itself. Lists are sorted by
// namespace and name. When two objects compete for one place, the last listed wins.
//
// Thread-safety: values.
#ifndef LWS_CORE_OBSERVATION_H_
#define LWS_CORE_OBSERVATION_H_

#include <cstdint>
#include <vector>

#include "lws/api/observed.h"

namespace lws::internal {
struct GroupFacts;
struct SetDigest;
struct RevisionChoice;
}  // namespace lws::internal

namespace lws {

inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1
struct GroupMembers;
struct RestartMemory;
struct RolloutProgress;

// Finds leader pods of a set, one at a time.
class LeaderPods {
 public:
  virtual ~LeaderPods() = default;

  // The leader of the group; null when it is absent. Valid as long as the observation.
  virtual const ObservedPod* FindLeader(int32_t group) = 0;
};

struct SetObservation {
  // Null when the set does not exist. The other fields are then not read.
  const LeaderWorkerSet* set = nullptr;
  // The digest of `set`. When it is null, the pass computes it, which costs time.
  const internal::SetDigest* digest = nullptr;
  // The choice that ChooseRevision makes from `revisions`. When it is null, the pass chooses.
  const internal::RevisionChoice* revision = nullptr;
  // What ReadGroups reads from the lists below for the revision of the pass. When it is null, the pass reads them.
  const internal::GroupFacts* groups = nullptr;
  // Groups that a failure is about to restart, each once, in ascending order. A policy that keeps a budget does not
  // count on them. GroupOwedRestart finds them, or RestartMemory::owes_restart under a host's restart policy.
  std::vector<int32_t> groups_to_restart;
  // Groups that failed and are not restarted yet, or not at all, as a host's restart policy remembers (kept_state.h).
  // Each once, in ascending order. Only the status reads them.
  std::vector<int32_t> groups_backing_off;
  std::vector<int32_t> groups_given_up;
  // Finds the leaders of single groups when `groups` stands for the lists below. When it is null, the lists are read.
  LeaderPods* leaders = nullptr;
  // The StatefulSet with the set's name; null when absent.
  const ObservedStatefulSet* leader_statefulset = nullptr;
  // Pods of the set with worker index 0.
  std::vector<const ObservedPod*> leader_pods;
  // StatefulSets of the set with a group index, and those named like one of leader_pods.
  std::vector<const ObservedStatefulSet*> worker_statefulsets;
  // Revisions of the namespace that carry the set's label, or a name that begins with the set's.
  std::vector<const ObservedRevision*> revisions;
  // The Service with the set's name; null when absent.
  const ObservedService* service = nullptr;
  // The progress that the last plan told the host to keep, for controls. Null means that nothing is kept yet.
  const RolloutProgress* rollout_progress = nullptr;
};

struct PodObservation {
  const ObservedPod* pod = nullptr;  // null when the pod does not exist
  const LeaderWorkerSet* set = nullptr;
  // The digest of `set`, or null. With it, a revision that equals the set is known without a look at its data.
  const internal::SetDigest* digest = nullptr;
  // The pod whose name is the pod's name without its ordinal; null when absent. Decisions on a leader do not read it.
  const ObservedPod* leader = nullptr;
  // The StatefulSet that the pod's controller reference names; null when absent.
  const ObservedStatefulSet* controller = nullptr;
  // The pods of the pod's group.
  std::vector<const ObservedPod*> group_pods;
  // The StatefulSet and the Service that are named like the pod; null when absent.
  const ObservedStatefulSet* worker_statefulset = nullptr;
  const ObservedService* service = nullptr;
  // The PodGroup that the pod's annotation names; null when absent.
  const ObservedPodGroup* pod_group = nullptr;
  // The node that the pod is on; null when absent.
  const ObservedNode* node = nullptr;
  std::vector<const ObservedRevision*> revisions;
  // For a restart policy, which needs both: the members of the pod's group, and the group's memory, which may be null
  // at first. Without a restart policy both stay null, and restarts are decided as in the reference.
  const GroupMembers* members = nullptr;
  const RestartMemory* restart_memory = nullptr;
};

}  // namespace lws

#endif  // LWS_CORE_OBSERVATION_H_
