// Random small clusters and groups whose pods ask something of other pods, and all their places by an obvious
// scheduler.
#ifndef LWS_TESTS_PLACEMENT_RULE_CASES_H_
#define LWS_TESTS_PLACEMENT_RULE_CASES_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/topology.h"
#include "tests/placement/scheduler_oracle.h"
#include "tests/support/small_topology.h"

namespace lws {

inline constexpr unsigned kRuleSeed = 20261126;
#ifdef __SANITIZE_ADDRESS__
inline constexpr int kRuleCases = 10000;
#else
inline constexpr int kRuleCases = 200000;
#endif

// Small clusters, and requests whose pods ask for the company and the absence of others, drawn from a seed.
class RuleCases {
 public:
  explicit RuleCases(unsigned seed) : random_(seed) {}

  int Draw(int count) { return static_cast<int>(random_() % count); }

  std::shared_ptr<const Topology> Nodes() {
    std::vector<TopologyNode> nodes;
    int rack = 0;
    const int count = 1 + Draw(5);
    for (int i = 0; i < count; ++i) {
      rack += Draw(2);
      nodes.push_back(SmallNode(rack / 2, rack, i, Draw(4)));
      if (Draw(10) == 0) nodes.back().facts.labels.erase(Key());
    }
    return *Topology::Create(std::move(nodes), {"block", "rack", "host"});
  }

  std::string Key() { return std::vector<std::string>{"block", "rack", "host"}[Draw(3)]; }

  PodRules Rules(int most_terms) {
    PodRules rules;
    rules.namespace_name = Draw(8) == 0 ? "other" : "here";
    rules.labels = {{"app", App()}};
    for (int i = Draw(most_terms + 1); i > 0; --i) {
      const int kind = Draw(4);
      if (kind == 0) rules.near.push_back(Term());
      if (kind == 1) rules.apart.push_back(Term());
      if (kind == 2) rules.spreads.push_back({Key(), 1 + Draw(2), Draw(6) == 0 ? 3 : 1, Selector(), true, false});
      if (kind == 3) rules.host_ports.push_back({"TCP", "", 80 + Draw(2)});
    }
    return rules;
  }

  GroupRequest Request() {
    GroupRequest request;
    request.worker.amounts = {{"gpu", 1}};
    request.worker.rules = std::make_shared<const PodRules>(Rules(2));
    request.workers = 1 + Draw(3);
    request.profile = static_cast<PlacementProfile>(Draw(3));
    if (Draw(2) == 0) {
      request.leader = request.worker;
      request.leader->amounts["gpu"] = Draw(2);
      if (Draw(2) == 0) request.leader->rules = std::make_shared<const PodRules>(Rules(2));
    }
    if (Draw(3) == 0) {
      request.closeness = Closeness::kRequired;
      request.level = Key();
    }
    return request;
  }

 private:
  std::string App() { return std::vector<std::string>{"a", "b"}[Draw(2)]; }

  PodSelector Selector() {
    PodSelector selector;
    if (Draw(8) > 0) selector.requirements = {{"app", LabelRequirement::Operator::kIn, {App()}}};
    return selector;
  }

  PodTerm Term() { return {Key(), Selector(), false, {Draw(8) == 0 ? "other" : "here"}}; }

  std::mt19937 random_;
};

// The pods that are there, in the capacity and as the oracle takes them.
struct Crowd {
  std::vector<std::shared_ptr<const PodRules>> rules;
  std::vector<SchedulerOracle::Placed> there;

  Crowd(RuleCases* cases, Capacity* capacity) {
    for (int i = cases->Draw(3); i > 0; --i) {
      rules.push_back(std::make_shared<const PodRules>(cases->Rules(1)));
      const int32_t node = cases->Draw(capacity->topology().NodeCount());
      capacity->AddPods(node, rules.back(), 1);
      there.push_back({rules.back().get(), node});
    }
  }
};

// The pods of the group, without ranks that have no node (-1).
inline std::vector<SchedulerOracle::Placed> PodsOf(const GroupRequest& request, const std::vector<int32_t>& nodes) {
  std::vector<SchedulerOracle::Placed> pods;
  for (size_t rank = 0; rank < nodes.size(); ++rank) {
    const PodShape& shape = rank == 0 && request.leader.has_value() ? *request.leader : request.worker;
    if (nodes[rank] >= 0) pods.push_back({shape.rules.get(), nodes[rank]});
  }
  return pods;
}

// A capacity with the pods that are there, and a request: which places of its pods the scheduler would take.
class Universe {
 public:
  Universe(const Capacity& capacity, const GroupRequest& request, std::vector<SchedulerOracle::Placed> there)
      : capacity_(capacity), request_(request), there_(std::move(there)) {}

  bool Holds(const std::vector<int32_t>& nodes) const {
    const Topology& topology = capacity_.topology();
    std::vector<int64_t> used(topology.NodeCount());
    for (size_t rank = 0; rank < nodes.size(); ++rank) {
      const bool is_leader = rank == 0 && request_.leader.has_value();
      used[nodes[rank]] += (is_leader ? *request_.leader : request_.worker).amounts.at("gpu");
      if (used[nodes[rank]] > capacity_.Free(nodes[rank])[1]) return false;
      if (request_.closeness != Closeness::kRequired) continue;
      const int level = *topology.LevelOf(request_.level);
      const int32_t domain = topology.DomainOf(level, nodes[rank]);
      if (!topology.IsLabelled(level, domain) || domain != topology.DomainOf(level, nodes[0])) return false;
    }
    return SchedulerOracle(topology, there_).CanArrive(PodsOf(request_, nodes));
  }

  bool AnyHolds(std::vector<int32_t>* nodes) const {
    if (static_cast<int64_t>(nodes->size()) == request_.workers + request_.leader.has_value()) return Holds(*nodes);
    for (int32_t node = 0; node < capacity_.topology().NodeCount(); ++node) {
      nodes->push_back(node);
      const bool holds = AnyHolds(nodes);
      nodes->pop_back();
      if (holds) return true;
    }
    return false;
  }

 private:
  const Capacity& capacity_;
  const GroupRequest& request_;
  std::vector<SchedulerOracle::Placed> there_;
};

// What a failure prints.
inline std::string Describe(const PodRules& rules) {
  std::string text = absl::StrCat(rules.namespace_name, "/", rules.labels.at("app"));
  const auto selector = [](const PodSelector& s) {
    return s.requirements.empty() ? "any" : s.requirements[0].values[0];
  };
  for (const PodTerm& t : rules.near) {
    absl::StrAppend(&text, " near ", t.namespaces[0], "/", selector(t.selector), "@", t.topology_key);
  }
  for (const PodTerm& t : rules.apart) {
    absl::StrAppend(&text, " apart ", t.namespaces[0], "/", selector(t.selector), "@", t.topology_key);
  }
  for (const SpreadConstraint& s : rules.spreads) {
    absl::StrAppend(&text, " spread ", s.max_skew, " ", selector(s.selector), "@", s.topology_key, " min ",
                    s.min_domains);
  }
  for (const HostPort& p : rules.host_ports) absl::StrAppend(&text, " port ", p.port);
  return text;
}

inline std::string Describe(const Capacity& capacity, const GroupRequest& request) {
  std::string text;
  for (int32_t node = 0; node < capacity.topology().NodeCount(); ++node) {
    absl::StrAppend(&text, "\n  ", absl::StrJoin(capacity.topology().DomainPath(2, node), "/"), " gpu ",
                    capacity.Free(node)[1]);
    for (const auto& [name, value] : capacity.topology().Node(node).facts.labels) absl::StrAppend(&text, " ", name);
    const auto pods = capacity.pods().find(node);
    if (pods == capacity.pods().end()) continue;
    for (const Capacity::PlacedPods& placed : pods->second) absl::StrAppend(&text, " {", Describe(*placed.rules), "}");
  }
  absl::StrAppend(&text, "\n  ", request.workers, " workers ", Describe(*request.worker.rules), "; required ",
                  request.level);
  if (request.leader.has_value()) {
    absl::StrAppend(&text, "; leader gpu ", request.leader->amounts.at("gpu"), " ", Describe(*request.leader->rules));
  }
  return text;
}

}  // namespace lws

#endif  // LWS_TESTS_PLACEMENT_RULE_CASES_H_
