#include "lws/placement/search/apart_bound.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "lws/placement/pod_rules.h"
#include "lws/placement/topology.h"

namespace lws::internal {
namespace {

bool HasTerm(const PodRules& rules, const std::string& key, const PodRules& other) {
  return std::any_of(rules.apart.begin(), rules.apart.end(),
                     [&](const PodTerm& term) { return term.topology_key == key && term.Matches(other); });
}

// Whether the two pods must be on nodes with different values of the key, or without a key on different nodes.
bool AreApart(const PodShape& a, const PodShape& b, const std::optional<std::string>& key) {
  if (a.rules == nullptr || b.rules == nullptr) return false;
  if (!key.has_value()) return a.rules->PortsConflictWith(*b.rules);
  return HasTerm(*a.rules, *key, *b.rules) || HasTerm(*b.rules, *key, *a.rules);
}

}  // namespace

ApartBound::ApartBound(const GroupRequest& other, const PlacementProblem& problem, const Capacity& capacity)
    : problem_(problem), capacity_(capacity) {
  std::set<std::string> keys;
  const auto add = [&keys](const PodShape& shape) {
    if (shape.rules == nullptr) return;
    for (const PodTerm& term : shape.rules->apart) keys.insert(term.topology_key);
  };
  add(problem.request->worker);
  if (problem.has_leader) add(*problem.request->leader);
  for (const std::string& key : keys) Read(other, key);
  Read(other, std::nullopt);
}

void ApartBound::Read(const GroupRequest& other, const std::optional<std::string>& key) {
  const GroupRequest& request = *problem_.request;
  std::vector<int32_t> place_of;
  for (const bool of_workers : {true, false}) {
    for (const bool of_leader : {true, false}) {
      if ((!of_workers && !of_leader) || (of_workers && problem_.workers == 0) || (of_leader && !problem_.has_leader)) {
        continue;
      }
      const auto apart = [&](const PodShape& pod, const GroupRequest& group) {
        return (!of_workers || AreApart(pod, group.worker, key)) && (!of_leader || AreApart(pod, *group.leader, key));
      };
      if ((of_workers && !apart(request.worker, other)) || (of_leader && !apart(*request.leader, other))) continue;
      const bool workers_are_apart = problem_.workers == 1 || AreApart(request.worker, request.worker, key);
      const bool are_apart_within = (!of_workers || workers_are_apart) &&
                                    (!of_workers || !of_leader || AreApart(*request.leader, request.worker, key));
      if (place_of.empty()) place_of = PlacesOf(key);
      const int64_t pods = (of_workers ? problem_.workers : 0) + of_leader;
      rules_.push_back({of_workers, of_leader, are_apart_within ? pods : 1, place_of});
    }
  }
}

std::vector<int32_t> ApartBound::PlacesOf(const std::optional<std::string>& key) const {
  const Topology& topology = *problem_.topology;
  std::map<std::string, int32_t> numbers;
  std::vector<int32_t> places;
  for (int32_t node = 0; node < topology.NodeCount(); ++node) {
    if (!key.has_value()) {
      places.push_back(node);
      continue;
    }
    const auto& labels = topology.Node(node).facts.labels;
    const auto found = labels.find(*key);
    places.push_back(found == labels.end()
                         ? -1
                         : numbers.try_emplace(found->second, static_cast<int32_t>(numbers.size())).first->second);
  }
  return places;
}

int64_t ApartBound::RoomOn(const Rule& rule, int32_t node) const {
  const int64_t* free = capacity_.Free(node);
  int64_t room = 0;
  const auto add = [&](const ShapeOnTopology& shape) {
    if (!shape.never_offered.empty() || shape.Exclusion(*problem_.topology, node) != NodeExclusion::kNone) return;
    int64_t count = kNone;
    for (const auto& [resource, amount] : shape.takes) {
      count = std::min(count, std::max<int64_t>(free[resource], 0) / amount);
    }
    room = std::min(room + count, kNone);
  };
  if (rule.of_workers) add(problem_.worker);
  if (rule.of_leader) add(problem_.leader);
  return room;
}

int64_t ApartBound::MostIn(int level, int32_t domain) const {
  const IndexRange nodes = problem_.topology->NodesOf(level, domain);
  int64_t most = kNone;
  for (const Rule& rule : rules_) {
    int64_t exempt = 0;  // pods on nodes that the rule exempts
    std::vector<int32_t> places;
    for (int32_t node = nodes.begin; node < nodes.end; ++node) {
      const int64_t room = RoomOn(rule, node);
      if (rule.place_of[node] < 0) exempt = std::min(exempt + room, kNone);
      if (rule.place_of[node] >= 0 && room > 0) places.push_back(rule.place_of[node]);
    }
    std::sort(places.begin(), places.end());
    const auto last = std::unique(places.begin(), places.end());
    most = std::min(most, (exempt + (last - places.begin())) / rule.places);
  }
  return most;
}

}  // namespace lws::internal
