// All that a decision may look at: the set or the pod, and the objects around it, borrowed.
//
//   lws::SetObservation without_objects;
//   without_objects.set = &set;
//   lws::Plan plan = lws::ReconcileSet(without_objects, now);    // a set without objects: they are all created
//
// A ClusterSnapshot and a Fleet give them; a host with an index of its own fills the structs itself. Lists are in the
// order of namespace and name; where two objects compete for one place, the last listed wins.
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

class LeaderWorkerSet;
struct GroupMembers;
struct RestartMemory;
struct RolloutProgress;

// The leader pods of a set, one at a time.
class LeaderPods {
 public:
  virtual ~LeaderPods() = default;

  // The leader of the group; null when it is absent. Good as long as the observation.
  virtual const ObservedPod* FindLeader(int32_t group) = 0;
};

struct SetObservation {
  // Null when the set does not exist; nothing else is then looked at.
  const LeaderWorkerSet* set = nullptr;
  // Of that set; null costs the pass the time to work it out.
  const internal::SetDigest* digest = nullptr;
  // Null to be chosen from the revisions. REQUIRES: as ChooseRevision does.
  const internal::RevisionChoice* revision = nullptr;
  // Null to be read from the lists below. REQUIRES: as ReadGroups gives it for the revision of the pass.
  const internal::GroupFacts* groups = nullptr;
  // Groups that a failure is about to restart: a policy that keeps a budget does not count on them. Each once, in
  // order; those of GroupOwedRestart, or, under a host's restart policy, those whose RestartMemory owes a restart.
  std::vector<int32_t> groups_to_restart;
  // For passes that replace single groups, where `groups` stands for the lists below; null to look there.
  LeaderPods* leaders = nullptr;
  // Of the set's name; null when absent.
  const ObservedStatefulSet* leader_statefulset = nullptr;
  // Pods of the set with worker index 0.
  std::vector<const ObservedPod*> leader_pods;
  // StatefulSets of the set with a group index, and those named like one of leader_pods.
  std::vector<const ObservedStatefulSet*> worker_statefulsets;
  // Revisions of the namespace that carry the set's label, or a name that begins with the set's.
  std::vector<const ObservedRevision*> revisions;
  // Of the set's name; null when absent.
  const ObservedService* service = nullptr;
  // What was to be kept of the rollout, for controls; null: nothing.
  const RolloutProgress* rollout_progress = nullptr;
};

struct PodObservation {
  const ObservedPod* pod = nullptr;  // null when the pod does not exist
  const LeaderWorkerSet* set = nullptr;
  // Of the pod's name without its ordinal; null when absent. For a leader pod not looked at.
  const ObservedPod* leader = nullptr;
  // The StatefulSet that the pod's controller reference names; null when absent.
  const ObservedStatefulSet* controller = nullptr;
  // The pods of the pod's group.
  std::vector<const ObservedPod*> group_pods;
  // Named like the pod; null when absent.
  const ObservedStatefulSet* worker_statefulset = nullptr;
  const ObservedService* service = nullptr;
  // Of the name that the pod's annotation tells; null when absent.
  const ObservedPodGroup* pod_group = nullptr;
  const ObservedNode* node = nullptr;  // that the pod is on
  std::vector<const ObservedRevision*> revisions;
  // For a restart policy with a memory: the members of the pod's group, and what was remembered of it. Null: as the
  // reference decides.
  const GroupMembers* members = nullptr;
  const RestartMemory* restart_memory = nullptr;
};

}  // namespace lws

#endif  // LWS_CORE_OBSERVATION_H_
