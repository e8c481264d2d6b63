// Kubernetes' StatefulSet controller.
//
//   lws::simulation::StatefulSetControllerOptions options;
//   options.max_unavailable = true;
//   lws::simulation::StatefulSetController controller(&server, options);
//   while (controller.Step()) {}
//
// It creates pods in order or in parallel, with ordinals.start, and updates them down to the partition, one pod at a
// time or, with the feature MaxUnavailableStatefulSet, as many as may be unavailable. It supports OnDelete, keeps its
// own revisions, replaces failed pods, makes the claims of volumeClaimTemplates, and fills the status like Kubernetes.
// Its behavior was learnt from Kubernetes 1.36: tests/traces.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_STATEFULSET_CONTROLLER_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_STATEFULSET_CONTROLLER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/statefulset_pods.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"

namespace lws::simulation {

// An event for people.
struct ControllerEvent {
  ObjectRef regarding;
  bool is_warning = false;
  std::string reason;
  std::string note;
};

struct StatefulSetControllerOptions {
  // The feature MaxUnavailableStatefulSet. Without it, spec.updateStrategy.rollingUpdate.maxUnavailable counts as 1.
  bool max_unavailable = false;
  // Called for each event, if set. A refused pod is tried again only after something changes, because it would be
  // refused again. Kubernetes tries again with growing delays, and counts the attempts.
  std::function<void(const ControllerEvent&)> on_event;
};

// What a StatefulSet wants of its pods.
struct WantedPods {
  SharedObject read_of;  // the StatefulSet as it was when this was read; null before
  int64_t start = 0;
  int64_t replicas = 0;
  int64_t partition = 0;
  int64_t max_unavailable = 1;
  bool ordered = false;
  bool rolling = false;
  std::string revision;  // the name of its template's

  int64_t end() const { return start + replicas; }
};

// A pod's place in the StatefulSet that controls it.
struct PlaceOfPod {
  const std::string* uid = nullptr;  // the StatefulSet's UID; borrowed from the pod
  ObjectRef statefulset;
  int64_t ordinal = 0;
};

class StatefulSetController {
 public:
  // Borrows `server`, and subscribes to it.
  StatefulSetController(ApiServer* server, StatefulSetControllerOptions options);

  // Looks at one StatefulSet that changed, or whose pods did; returns false when there is none.
  bool Step();

 private:
  // One pass over one StatefulSet.
  struct Pass;

  void OnChange(const ObjectChange& change);
  void OnPodChange(const ObjectChange& change);
  bool Selects(const PlaceOfPod& place, const StoredObject& pod, bool has_same_labels) const;
  void OnRevisionChange(const ObjectChange& change);
  void Forget(const std::string& uid);
  void Sync(const ObjectRef& key);

  // What a pass reads of a StatefulSet, read again when its generation is another.
  const WantedPods& WantedOf(const SharedObject& set);
  void FindRevisions(Pass* pass);
  std::string RevisionFor(const Pass& pass, int64_t ordinal) const;
  // The steps of a pass, in order. Each returns whether the pass continues.
  bool ReplaceFailed(Pass* pass);
  bool Create(Pass* pass);
  bool CreateNext(Pass* pass);
  bool ScaleDown(const Pass& pass);
  void DeleteSurplus(const Pass& pass, const SeenPod& pod);
  void RollingUpdate(const Pass& pass);
  void UpdateStatus(const Pass& pass);
  void TruncateRevisions(const Pass& pass);
  absl::Status CreatePod(const Pass& pass, int64_t ordinal);
  absl::Status CreateClaims(const Pass& pass, const std::string& pod_name);
  void RecordFailure(const Pass& pass, const std::string& tried, const absl::Status& status);

  ApiServer* server_;
  StatefulSetControllerOptions options_;
  std::set<ObjectRef> due_;
  // By the UID of the StatefulSet that controls them.
  std::map<std::string, StatefulSetPods> pods_;
  std::map<std::string, WantedPods> wanted_;
  std::map<std::string, std::map<std::string, SharedObject>> revisions_;  // by the UID and their names
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_STATEFULSET_CONTROLLER_H_
