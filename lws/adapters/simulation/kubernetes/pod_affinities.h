// What required affinity and anti-affinity between pods says of a node: that of the pod that is to be placed, and that
// of the pods on nodes.
//
//   lws::simulation::PodAffinities affinities;
//   affinities.Put(key, pod, node);                              // the pod is on the node
//   const lws::simulation::PodTerms terms = affinities.TermsOf(other);
//   affinities.WhyExcluded(terms, *node);                        // "pod anti-affinity", or "" when the node is allowed
//
// Laws:
//   1. The answers depend only on the pods that were put and not erased, and on their nodes.
//
// Terms look at pods of the pod's own namespace. Pods are indexed by the domains and labels that terms ask for, so
// that exclusive topologies cost each pod about the same, whatever the number of groups.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_POD_AFFINITIES_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_POD_AFFINITIES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/label_match.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/api/json.h"

namespace lws::simulation {

// A required term of a pod.
struct ScheduledPodTerm {
  std::string topology_key;
  LabelSelector selector;
  // The domains with a pod that the term selects; nullopt when the term does not name the labels that it looks for.
  std::optional<std::set<std::string>> domains;
  // No pod is selected, and the term selects its own pod: any node of the topology is allowed.
  bool is_first = false;
};

struct PodTerms {
  std::string namespace_name;
  SharedObject pod;
  std::vector<ScheduledPodTerm> wanted;   // podAffinity
  std::vector<ScheduledPodTerm> avoided;  // podAntiAffinity
};

class PodAffinities {
 public:
  // Records that the pod is on the node. REQUIRES: it is on no other node.
  void Put(const ObjectRef& key, const SharedObject& pod, const SharedObject& node);
  void Erase(const ObjectRef& key);
  // Records that the node's labels may have changed. Complexity: O(pods) at the next question.
  void NodeChanged(const SharedObject& node);

  // Complexity: O(pods with a label that the terms name), or O(pods) for terms that name none.
  PodTerms TermsOf(const SharedObject& pod);

  // Why the node does not take the pod; "" when it does. Complexity: O(pods with terms in the node's domains), and
  // O(pods in the domain) for terms that do not name their labels.
  std::string WhyExcluded(const PodTerms& terms, const StoredObject& node);

  // How many pods, terms and domains were looked at since the beginning.
  int64_t looks() const { return looks_; }

 private:
  struct PlacedPod {
    SharedObject pod;
    SharedObject node;
    std::vector<std::pair<std::string, LabelSelector>> avoided;  // by topology key
  };
  using Keys = std::set<ObjectRef>;

  // The pods of a domain, and those with a label.
  const Keys& DomainOf(const std::string& topology_key, const std::string& domain);
  const Keys& WithLabel(const std::string& label, const std::string& value);
  // The pods whose node, or which themselves, have the label. The first question about a label indexes all pods by it.
  const Keys& Indexed(const std::string& label, const std::string& value, SharedObject PlacedPod::*labelled,
                      std::map<std::string, std::map<std::string, Keys>>* by_label);
  void Index(const ObjectRef& key, const PlacedPod& pod, bool add);
  bool Selects(const ScheduledPodTerm& term, const std::string& namespace_name, const ObjectRef& key);
  bool IsInDomain(const ScheduledPodTerm& term, const PodTerms& terms, const std::string& domain);
  bool IsAvoidedBy(const ObjectRef& key, const std::string& topology_key, const PodTerms& terms);
  ScheduledPodTerm ReadTerm(const Json& term, const std::string& namespace_name);

  std::map<ObjectRef, PlacedPod> pods_;
  // Indexes by topology key and domain, and by label and value. A key is indexed once somebody asked for it.
  std::map<std::string, std::map<std::string, Keys>> by_domain_;
  std::map<std::string, std::map<std::string, Keys>> by_label_;
  // Pods with anti-affinity of their own, by topology key and domain.
  std::map<std::string, std::map<std::string, Keys>> guards_;
  int64_t looks_ = 0;
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_POD_AFFINITIES_H_
