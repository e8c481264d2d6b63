// Small topologies and requests of groups, drawn from a seed, for the laws of placement.
#ifndef LWS_TESTS_PLACEMENT_PLACEMENT_CASES_H_
#define LWS_TESTS_PLACEMENT_PLACEMENT_CASES_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"
#include "tests/support/small_topology.h"

namespace lws {

class Cases {
 public:
  explicit Cases(unsigned seed) : random_(seed) {}

  int Draw(int count) { return static_cast<int>(random_() % count); }

  std::vector<TopologyNode> Nodes() {
    std::vector<TopologyNode> nodes;
    int rack = 0;
    const int count = 1 + Draw(7);
    int block = 0;
    for (int i = 0; i < count; ++i) {
      if (Draw(3) == 0) ++rack;
      if (Draw(4) == 0) ++block, ++rack;
      nodes.push_back(SmallNode(block, rack, i, Draw(5)));
      nodes.back().allocatable["cpu"] = Draw(4);
      nodes.back().facts.ready = Draw(12) != 0;
      if (Draw(8) == 0) nodes.back().facts.taints = {{"t", "", "NoSchedule"}};
      if (Draw(3) == 0) nodes.back().facts.labels["disk"] = "ssd";
      if (Draw(10) == 0) nodes.back().facts.labels.erase(Key());
    }
    return nodes;
  }

  std::string Key() { return std::vector<std::string>{"block", "rack", "host"}[Draw(3)]; }

  GroupRequest Request() {
    GroupRequest request;
    request.worker = Shape(2);
    request.profile = static_cast<PlacementProfile>(Draw(3));
    if (Draw(3) > 0) {
      request.closeness = Draw(2) == 0 ? Closeness::kRequired : Closeness::kPreferred;
      request.level = Key();
    }
    const int leader = Draw(4);
    if (leader == 1) request.leader = request.worker;
    if (leader >= 2) request.leader = Shape(3);
    request.workers = Draw(6) + (request.leader.has_value() ? 0 : 1);
    if (Draw(3) == 0) AddSubgroups(&request);
    if (Draw(6) == 0) request.exclusive_levels.push_back(Key());
    if (Draw(30) == 0) request.exclusive_levels.push_back(Key());
    return request;
  }

 private:
  PodShape Shape(int most) {
    PodShape shape;
    shape.amounts = {{"gpu", Draw(most)}, {"cpu", Draw(2)}};
    if (shape.amounts["gpu"] + shape.amounts["cpu"] == 0) shape.amounts["gpu"] = 1;
    if (Draw(6) == 0) shape.filter.Select("disk", "ssd");
    return shape;
  }

  void AddSubgroups(GroupRequest* request) {
    static const std::vector<std::string> keys = {"block", "rack", "host"};
    request->subgroup_leader = static_cast<SubgroupLeader>(Draw(3));
    const bool counts_leader = request->leader.has_value() && request->subgroup_leader == SubgroupLeader::kMember;
    const int inner = 1 + Draw(3);
    const int outer = Draw(3) == 0 ? 2 : 1;
    const int members = inner * outer * (1 + Draw(inner * outer > 2 ? 2 : 3));
    if (members > 7) return;
    request->workers = members - counts_leader;
    const int level = Draw(3);
    const bool exclusive = Draw(5) == 0;
    if (outer > 1) request->subgroups.push_back({inner * outer, keys[level], exclusive});
    request->subgroups.push_back({inner, keys[level + Draw(3 - level)], !exclusive && Draw(6) == 0});
  }

  std::mt19937 random_;
};

inline std::string Describe(const Capacity& capacity, const GroupRequest& request) {
  std::string text;
  const Topology& topology = capacity.topology();
  for (int32_t node = 0; node < topology.NodeCount(); ++node) {
    absl::StrAppend(&text, "\n  ", absl::StrJoin(topology.DomainPath(topology.LastLevel(), node), "/"));
    for (size_t i = 0; i < topology.resources().size(); ++i) {
      absl::StrAppend(&text, " ", topology.resources()[i], "=", capacity.Free(node)[i]);
    }
    absl::StrAppend(&text, topology.Node(node).facts.ready ? "" : " not ready",
                    topology.Node(node).facts.taints.empty() ? "" : " taint",
                    topology.Node(node).facts.labels.count("disk") > 0 ? " ssd" : "");
  }
  const auto shape = [](const PodShape& pod) {
    return absl::StrCat("gpu=", pod.amounts.at("gpu"), " cpu=", pod.amounts.at("cpu"),
                        pod.filter.AsksForLabel("disk") ? " on ssd" : "");
  };
  absl::StrAppend(&text, "\n  ", request.workers, " workers of ", shape(request.worker), ", leader ",
                  request.leader.has_value() ? shape(*request.leader) : "none", ", closeness ",
                  static_cast<int>(request.closeness), " ", request.level, ", profile ",
                  static_cast<int>(request.profile), ", exclusive ", absl::StrJoin(request.exclusive_levels, "+"));
  for (const SubgroupLayer& layer : request.subgroups) {
    absl::StrAppend(&text, ", ", layer.size, " per ", layer.level, layer.exclusive ? " exclusive" : "", " leader ",
                    static_cast<int>(request.subgroup_leader));
  }
  return text;
}

// Some domains are held by others.
inline void HoldSome(Cases* cases, Capacity* capacity) {
  const Topology& topology = capacity->topology();
  for (int i = cases->Draw(3); i > 0; --i) {
    const int level = cases->Draw(topology.LevelCount());
    capacity->Hold(cases->Draw(2) == 0 ? Holder::kGroup : Holder::kSubgroup, cases->Draw(4) == 0 ? "other" : "", level,
                   cases->Draw(topology.DomainCount(level)));
  }
}

}  // namespace lws

#endif  // LWS_TESTS_PLACEMENT_PLACEMENT_CASES_H_
