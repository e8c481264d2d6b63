// What a pod asks of the pods around it, in the sense of the scheduler's filters: ports of its node, pods to be near
// or apart from, and constraints on an even spread.
//
//   lws::PodRules rules = *lws::ReadPodRules("default", {{"app", "cache"}}, pod["spec"]);
//   rules.asks();    // false: any pod may be on its node
//
// Only requirements are read: preferences and ScheduleAnyway exclude no node.
// Source: Kubernetes' inter-pod affinity, topology spread constraints and host ports.
//
// Thread-safety: values; all functions here may be called concurrently.
#ifndef LWS_PLACEMENT_POD_RULES_H_
#define LWS_PLACEMENT_POD_RULES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "lws/placement/node_filter.h"

namespace lws {

struct PodRules;

struct HostPort {
  std::string protocol = "TCP";
  std::string ip;  // empty for all addresses of the node
  int64_t port = 0;

  bool ConflictsWith(const HostPort& other) const;
};

// All requirements must hold. A selector without requirements matches every pod.
struct PodSelector {
  bool matches_none = false;  // when the selector is absent
  std::vector<LabelRequirement> requirements;

  bool Matches(const std::map<std::string, std::string>& labels) const;
};

// A required term of pod affinity or anti-affinity.
struct PodTerm {
  std::string topology_key;
  PodSelector selector;
  bool all_namespaces = false;
  std::vector<std::string> namespaces;

  bool Matches(const PodRules& pod) const;
};

// A topology spread constraint that says DoNotSchedule.
struct SpreadConstraint {
  std::string topology_key;
  int64_t max_skew = 1;
  int64_t min_domains = 1;
  PodSelector selector;
  // Whether nodes that the pod's selectors (or its tolerations) exclude do not count as domains.
  bool honors_affinity = true;
  bool honors_taints = false;
};

struct PodRules {
  std::string namespace_name;
  std::map<std::string, std::string> labels;
  std::vector<HostPort> host_ports;
  std::vector<PodTerm> near;
  std::vector<PodTerm> apart;
  std::vector<SpreadConstraint> spreads;
  // Fields of the spec that bind the pod to nodes but are not read here: "resourceClaims".
  std::vector<std::string> not_looked_at;

  // Whether the pod asks anything of other pods.
  bool asks() const { return !host_ports.empty() || !near.empty() || !apart.empty() || !spreads.empty(); }
  // Whether the ports of the two pods keep them from sharing a node.
  bool PortsConflictWith(const PodRules& other) const;
};

// Errors: InvalidArgument naming the field. Complexity: O(size of the spec).
absl::StatusOr<PodRules> ReadPodRules(std::string namespace_name, std::map<std::string, std::string> labels,
                                      const Json& pod_spec);

}  // namespace lws

#endif  // LWS_PLACEMENT_POD_RULES_H_
