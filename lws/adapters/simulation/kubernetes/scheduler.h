// A scheduler like Kubernetes'. It filters nodes by readiness, taints, node selector, required node affinity,
// resources, and required pod affinity and anti-affinity. Among the rest it takes the node with the fewest pods, then
// by name.
//
//   lws::simulation::Scheduler scheduler(&server, /*chooser=*/nullptr);
//   while (scheduler.Step()) {}
//
// A pod that fits on no node stays Pending, with the numbers of nodes by reason in its PodScheduled condition. It is
// looked at again when a node changes, when a pod leaves its node, and, if it asks for the company of other pods, when
// one of them gets a node.
//
// Laws:
//   1. For a pod that fits, nodes are looked at in the order of their load, among those that the pod's node selector or
//      affinity names, until one fits. So the work does not grow with the number of groups. Only the first pod of a
//      group in an exclusive topology looks at nodes of other groups' domains, where these are as free.
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
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/pod_affinities.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/pod_resources.h"

namespace lws::simulation {

// Names the node for a pod that somebody else places: the node's name, or an error that explains why there is none.
// nullopt leaves the pod to the scheduler.
using NodeChooser = std::function<std::optional<absl::StatusOr<std::string>>(const StoredObject& pod)>;

class Scheduler {
 public:
  // Borrows `server`, and subscribes to it. `chooser`, which may be empty, is asked first for every pod.
  Scheduler(ApiServer* server, NodeChooser chooser);

  // Looks at one pending pod; false when there is none.
  bool Step();

 private:
  struct NodeState {
    SharedObject node;
    NodeFacts facts;
    ResourceList free;  // allocatable without the requests of the pods on the node
    std::set<ObjectRef> pods;
  };
  // What a node can give to pods, and whether all of it reads.
  struct Allocatable {
    SharedObject node;
    bool is_readable = false;
    ResourceList amounts;
  };
  // Nodes by load and name: those with the fewest pods first.
  using Order = std::set<std::pair<size_t, std::string>>;

  void OnChange(const ObjectChange& change);
  void OnNode(const ObjectChange& change);
  const Allocatable& ReadAllocatable(const SharedObject& node);
  void OnPod(const ObjectChange& change);
  void Place(const ObjectRef& key, const SharedObject& pod, bool add);
  void LookAgain(bool only_with_affinity);
  // Moves a node in the orders: `load` is null where it is not there.
  void Reorder(const NodeState& state, const size_t* before, const size_t* after);
  const Order& WithLabel(const std::string& label, const std::string& value);
  // The fewest nodes that can take the pod, as far as labels tell.
  const Order& Candidates(const StoredObject& pod, const PodTerms& terms);
  // Why the node cannot take the pod; "" when it can.
  std::vector<std::string> Excluded(const NodeFilter& filter, const ResourceList& requests,
                                    const NodeState& state) const;
  std::string DescribeReasons(const std::map<std::string, int>& reasons) const;

  // Returns null, and marks the pod as unschedulable, when no node takes it.
  const NodeState* Choose(const SharedObject& pod);
  // The first of the nodes that takes the pod; null when none does. Counts the reasons of the others.
  const NodeState* FirstFit(const StoredObject& pod, const PodTerms& terms, const Order& nodes,
                            std::map<std::string, int>* reasons);
  void MarkUnschedulable(const StoredObject& pod, absl::string_view message);

  ApiServer* server_;
  NodeChooser chooser_;
  std::map<std::string, NodeState> nodes_;
  Allocatable allocatable_;  // of the last node that was read; most have the same
  Order by_load_;
  // The nodes with a label, by its value. A label is indexed once a pod asked for it.
  std::map<std::string, std::map<std::string, Order>> by_label_;
  PodAffinities affinities_;
  std::set<ObjectRef> due_;
  // Pods that fitted on no node at the last look, and whether they ask for the company of other pods.
  std::map<ObjectRef, bool> waiting_;
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_SCHEDULER_H_
