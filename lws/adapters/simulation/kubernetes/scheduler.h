// A scheduler in the manner of Kubernetes': filters by readiness, taints, node selector, required node affinity,
// resources, and required pod affinity and anti-affinity; then the node with the fewest pods, by name.
//
//   lws::simulation::Scheduler scheduler(&server);
//   while (scheduler.Step()) {}
//
// A pod that fits nowhere stays Pending, with the counts of nodes by reason in its PodScheduled condition, and is
// looked at again when a node or a pod changes.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_SCHEDULER_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_SCHEDULER_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/pod_resources.h"

namespace lws::simulation {

// Names the node for a pod that somebody else places: the node's name, or an error that says why there is none; nullopt
// leaves the pod to the scheduler.
using NodeChooser = std::function<std::optional<absl::StatusOr<std::string>>(const Json& pod)>;

class Scheduler {
 public:
  // Borrows `server`, and subscribes to it. `chooser`, which may be empty, is asked first for every pod.
  Scheduler(ApiServer* server, NodeChooser chooser);

  // Looks at one pending pod; false when there is none.
  bool Step();

 private:
  struct NodeState {
    SharedJson node;
    NodeFacts facts;
    ResourceList free;  // allocatable minus what the pods there request
    std::set<ObjectKey> pods;
  };

  void OnChange(const Change& change);
  void OnNode(const Change& change);
  void OnPod(const Change& change);
  void Place(const ObjectKey& key, const Json& pod, bool add);
  // Why the node cannot take the pod; "" when it can.
  std::string Excluded(const Json& pod, const NodeFilter& filter, const ResourceList& requests,
                       const NodeState& state) const;
  std::string ExcludedByPods(const Json& pod, const NodeState& state) const;
  bool TermHolds(const Json& term, const Json& pod, const Json& node) const;
  bool AnyPodMatches(const Json& term, const std::string& namespace_name) const;
  std::string DescribeReasons(const std::map<std::string, int>& reasons) const;

  // Null when no node takes the pod, which is then marked.
  const NodeState* Choose(const Json& pod);
  void MarkUnschedulable(const Json& pod, absl::string_view message);

  ApiServer* server_;
  NodeChooser chooser_;
  std::map<std::string, NodeState> nodes_;
  std::set<std::pair<size_t, std::string>> by_load_;  // the nodes, those with the fewest pods first
  std::map<ObjectKey, std::string> guarded_pods_;     // those with anti-affinity terms of their own, and their nodes
  std::set<ObjectKey> due_;
  std::set<ObjectKey> waiting_;  // fit nowhere when last looked at
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_SCHEDULER_H_
