// Kubernetes' StatefulSet controller.
//
//   lws::simulation::StatefulSetController controller(&server, {.max_unavailable = true});
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
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"

namespace lws::simulation {

// An event for people.
struct ControllerEvent {
  ObjectKey regarding;
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

class StatefulSetController {
 public:
  // Borrows `server`, and subscribes to it.
  StatefulSetController(ApiServer* server, StatefulSetControllerOptions options);

  // Looks at one StatefulSet that changed, or whose pods did; returns false when there is none.
  bool Step();

 private:
  // One pass over one StatefulSet.
  struct Pass;
  // The fields of a pod that passes read.
  struct SeenPod;
  using SeenPods = std::map<int64_t, std::shared_ptr<const SeenPod>>;  // by ordinal

  void OnChange(const Change& change);
  void OnPodChange(const Change& change);
  void Sync(const ObjectKey& key);

  void ReadPods(Pass* pass) const;
  void FindRevisions(Pass* pass);
  std::string RevisionFor(const Pass& pass, int64_t ordinal) const;
  // The steps of a pass, in order. Each returns whether the pass continues.
  bool ReplaceFailed(Pass* pass);
  bool Create(Pass* pass);
  bool ScaleDown(Pass* pass);
  void RollingUpdate(Pass* pass);
  void UpdateStatus(const Pass& pass);
  void TruncateRevisions(const Pass& pass);
  absl::Status CreatePod(const Pass& pass, int64_t ordinal);
  absl::Status CreateClaims(const Pass& pass, const std::string& pod_name);
  void TellFailure(const Pass& pass, const std::string& tried, const absl::Status& status);

  ApiServer* server_;
  StatefulSetControllerOptions options_;
  std::set<ObjectKey> due_;
  std::map<std::string, SeenPods> pods_;  // by the UID of the StatefulSet that controls them
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_STATEFULSET_CONTROLLER_H_
