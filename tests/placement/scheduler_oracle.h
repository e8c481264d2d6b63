// The scheduler's filters for one pod on one node beside others, written in the obvious way, and whether a group can
// arrive on given nodes in some order. Only for tests, on a handful of pods.
#ifndef LWS_TESTS_PLACEMENT_SCHEDULER_ORACLE_H_
#define LWS_TESTS_PLACEMENT_SCHEDULER_ORACLE_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lws/placement/group_request.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/topology.h"

namespace lws {

class SchedulerOracle {
 public:
  struct Placed {
    const PodRules* rules;
    int32_t node;
  };

  SchedulerOracle(const Topology& topology, std::vector<Placed> there)
      : topology_(topology), there_(std::move(there)) {}

  // Whether the pods can go to their nodes when the pods in `there` run already.
  bool CanArrive(std::vector<Placed> coming) {
    if (coming.empty()) return true;
    for (size_t i = 0; i < coming.size(); ++i) {
      const Placed pod = coming[i];
      if (!Allows(*pod.rules, pod.node)) continue;
      std::vector<Placed> rest = coming;
      rest.erase(rest.begin() + static_cast<int64_t>(i));
      there_.push_back(pod);
      const bool all = CanArrive(rest);
      there_.pop_back();
      if (all) return true;
    }
    return false;
  }

 private:
  std::optional<std::string> Value(const std::string& key, int32_t node) const {
    const auto& labels = topology_.Node(node).facts.labels;
    const auto found = labels.find(key);
    return found == labels.end() ? std::nullopt : std::optional<std::string>(found->second);
  }

  bool Together(const std::string& key, int32_t a, int32_t b) const {
    return Value(key, a).has_value() && Value(key, a) == Value(key, b);
  }

  bool Allows(const PodRules& pod, int32_t node) const {
    for (const Placed& other : there_) {
      for (const HostPort& port : pod.host_ports) {
        for (const HostPort& taken : other.rules->host_ports) {
          if (other.node == node && port.port == taken.port) return false;
        }
      }
      for (const PodTerm& term : pod.apart) {
        if (term.Matches(*other.rules) && Together(term.topology_key, node, other.node)) return false;
      }
      for (const PodTerm& term : other.rules->apart) {
        if (term.Matches(pod) && Together(term.topology_key, node, other.node)) return false;
      }
    }
    return AllowsNear(pod, node) && AllowsSpread(pod, node);
  }

  static bool MatchesAll(const PodRules& pod, const PodRules& other) {
    return std::all_of(pod.near.begin(), pod.near.end(), [&](const PodTerm& term) { return term.Matches(other); });
  }

  bool AllowsNear(const PodRules& pod, int32_t node) const {
    bool any = false;
    for (const PodTerm& term : pod.near) {
      if (!Value(term.topology_key, node).has_value()) return false;
    }
    for (const Placed& other : there_) {
      for (const PodTerm& term : pod.near) {
        any = any || (MatchesAll(pod, *other.rules) && Value(term.topology_key, other.node).has_value());
      }
    }
    if (!any) return MatchesAll(pod, pod);
    return std::all_of(pod.near.begin(), pod.near.end(), [&](const PodTerm& term) {
      return std::any_of(there_.begin(), there_.end(), [&](const Placed& other) {
        return MatchesAll(pod, *other.rules) && Together(term.topology_key, node, other.node);
      });
    });
  }

  bool HasKeys(const PodRules& pod, int32_t node) const {
    return std::all_of(pod.spreads.begin(), pod.spreads.end(),
                       [&](const SpreadConstraint& spread) { return Value(spread.topology_key, node).has_value(); });
  }

  bool AllowsSpread(const PodRules& pod, int32_t node) const {
    if (!HasKeys(pod, node)) return false;
    for (const SpreadConstraint& spread : pod.spreads) {
      std::map<std::string, int64_t> counts;
      for (int32_t other = 0; other < topology_.NodeCount(); ++other) {
        if (HasKeys(pod, other)) counts[*Value(spread.topology_key, other)] += 0;
      }
      for (const Placed& other : there_) {
        if (other.rules->namespace_name != pod.namespace_name || !HasKeys(pod, other.node)) continue;
        if (!spread.selector.Matches(other.rules->labels)) continue;
        ++counts[*Value(spread.topology_key, other.node)];
      }
      int64_t fewest = 1000;
      for (const auto& [value, count] : counts) fewest = std::min(fewest, count);
      if (static_cast<int64_t>(counts.size()) < spread.min_domains) fewest = 0;
      const int64_t itself = spread.selector.Matches(pod.labels);
      if (counts[*Value(spread.topology_key, node)] + itself - fewest > spread.max_skew) return false;
    }
    return true;
  }

  const Topology& topology_;
  std::vector<Placed> there_;
};

}  // namespace lws

#endif  // LWS_TESTS_PLACEMENT_SCHEDULER_ORACLE_H_
