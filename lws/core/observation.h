// All that a decision may look at: the set or the pod, and the objects around it, borrowed.
//
//   lws::ClusterSnapshot cluster;
//   for (const lws::Json& object : objects) cluster.Add(object);
//   lws::Plan plan = lws::ReconcileSet(cluster.ObserveSet("default", "vllm"), now, options);
//
// A host with an index of its own fills the structs itself. Lists are in the order of namespace and name; where two
// objects compete for one place, the last listed wins.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_CORE_OBSERVATION_H_
#define LWS_CORE_OBSERVATION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"

namespace lws {

class ClusterStateProto;
class LeaderWorkerSet;
struct GroupFacts;
struct GroupMembers;
struct PreparedSet;
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
  const PreparedSet* prepared = nullptr;
  // Null to be read from the lists below. REQUIRES: as ReadGroups gives it for the revision of the pass.
  const GroupFacts* groups = nullptr;
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

// The projected objects of a cluster.
class ClusterSnapshot {
 public:
  ClusterSnapshot();
  ~ClusterSnapshot();
  ClusterSnapshot(ClusterSnapshot&&) noexcept;
  ClusterSnapshot& operator=(ClusterSnapshot&&) noexcept;

  // Adds the object, in place of one of the same kind, namespace and name. Kinds that no decision reads are passed
  // over. Errors: InvalidArgument naming the object and the field that does not read; the snapshot is then unchanged.
  absl::Status Add(const Json& object);

  // Takes the object out; nothing happens when it is not there.
  void Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name);

  // The whole snapshot as bytes, and back: what was saved gives the same decisions. Load replaces what is there.
  // Errors: InvalidArgument, and the snapshot is unchanged.
  ClusterStateProto Save() const;
  absl::Status Load(const ClusterStateProto& state);

  // Complexity: O(objects of the namespace). The results borrow from this snapshot.
  SetObservation ObserveSet(absl::string_view namespace_name, absl::string_view name) const;
  PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name) const;

  // {namespace, name} of all sets, and of all pods.
  std::vector<std::pair<std::string, std::string>> SetNames() const;
  std::vector<std::pair<std::string, std::string>> PodNames() const;

 private:
  struct Objects;
  struct Adder;
  std::unique_ptr<Objects> objects_;
};

}  // namespace lws

#endif  // LWS_CORE_OBSERVATION_H_
