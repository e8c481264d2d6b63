// Uses of assignments: in admitted pods, in desired groups, and in the simulated scheduler.
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/api/admit_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/desired/desired_groups.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/set_request.h"
#include "nlohmann/json.hpp"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

Json Manifest(int replicas, int size) {
  return {
      {"apiVersion", "leaderworkerset.x-k8s.io/v1"},
      {"kind", "LeaderWorkerSet"},
      {"metadata", {{"name", "s"}, {"namespace", "n"}}},
      {"spec",
       {{"replicas", replicas},
        {"leaderWorkerTemplate",
         {{"size", size},
          {"workerTemplate",
           {{"spec",
             {{"containers",
               {{{"name", "c"}, {"image", "i:1"}, {"resources", {{"limits", {{"example.com/gpu", "1"}}}}}}}}}}}}}}}}};
}

Json Pod(const std::string& worker_index) {
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata",
           {{"name", worker_index == "0" ? "s-1" : "s-1-" + worker_index},
            {"namespace", "n"},
            {"labels",
             {{"leaderworkerset.sigs.k8s.io/name", "s"},
              {"leaderworkerset.sigs.k8s.io/group-index", "1"},
              {"leaderworkerset.sigs.k8s.io/worker-index", worker_index}}},
            {"annotations", {{"leaderworkerset.sigs.k8s.io/size", "3"}}}}},
          {"spec", {{"containers", {{{"name", "c"}}}}}}};
}

TEST(PlacedPodsTest, AdmissionBindsPods) {
  const Capacity capacity = SmallTopology("{[2 1]}");
  for (const NodeBinding binding : {NodeBinding::kNodeName, NodeBinding::kNodeSelector, NodeBinding::kNodeAffinity}) {
    PlacedGroups placed(binding);
    placed.Set({"n", "s", 1}, capacity.topology(), AssignmentFromRanks(true, {0, 0, 1}));
    AdmissionOptions options;
    options.placed = &placed;
    const Json leader = (*AdmitPod(Pod("0"), options))["spec"];
    const Json worker = (*AdmitPod(Pod("2"), options))["spec"];
    if (binding == NodeBinding::kNodeName) {
      EXPECT_EQ(leader["nodeName"], "n0");
      EXPECT_EQ(worker["nodeName"], "n1");
      continue;
    }
    // Without a hostname label a selector cannot name the node.
    const NodeFilter filter = *NodeFilter::FromPodSpec(worker);
    EXPECT_EQ(filter.Check(capacity.topology().Node(1).facts), NodeExclusion::kNone);
    EXPECT_EQ(filter.Check(capacity.topology().Node(0).facts), NodeExclusion::kAffinity);
    EXPECT_EQ((*AdmitPod(*AdmitPod(Pod("2"), options), options))["spec"], worker);
  }
}

TEST(PlacedPodsTest, TheUsersTermsStay) {
  Json spec = Json::parse(R"({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
      {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]},
                             {"matchExpressions": [{"key": "b", "operator": "Exists"}]}]}}}})");
  NodeFacts node;
  node.name = "n1";
  BindPodToAssignedNode(node, NodeBinding::kNodeAffinity, &spec);
  const NodeFilter filter = *NodeFilter::FromPodSpec(spec);
  EXPECT_EQ(filter.Check(node), NodeExclusion::kAffinity);
  node.labels["b"] = "";
  EXPECT_EQ(filter.Check(node), NodeExclusion::kNone);
  node.name = "n2";
  EXPECT_EQ(filter.Check(node), NodeExclusion::kAffinity);
}

TEST(PlacedPodsTest, DesiredGroupsTellThePatches) {
  const SetAdmission admission = AdmitSet(Manifest(2, 3));
  ASSERT_NE(admission.set, nullptr);
  const Capacity capacity = SmallTopology("{[2 1]}");
  PlacedGroups placed(NodeBinding::kNodeName);
  placed.Set({"n", "s", 1}, capacity.topology(), AssignmentFromRanks(true, {0, 0, 1}));
  const DesiredSet desired = *DesiredGroups(*admission.set, &placed);
  EXPECT_TRUE(desired.groups[0].node_patches.empty());
  ASSERT_EQ(desired.groups[1].node_patches.size(), 3);
  EXPECT_EQ(*desired.groups[1].node_patches[2], (Json{{"nodeName", "n1"}}));
}

class PlacedSimulation {
 public:
  // Racks of two nodes with one GPU each.
  explicit PlacedSimulation(int racks) : simulation_(Options()) {
    for (int i = 0; i < 2 * racks; ++i) {
      const absl::Status status = simulation_.AddNode(absl::StrCat("n", i), {{"example.com/gpu", "1"}, {"pods", "10"}},
                                                      {{"rack", absl::StrCat("r", i / 2)}});
      EXPECT_TRUE(status.ok()) << status;
    }
  }

  Simulation& simulation() { return simulation_; }

  // The nodes of each group that has any, by its index.
  std::map<std::string, std::set<std::string>> NodesOfGroups() {
    std::map<std::string, std::set<std::string>> nodes;
    for (const SharedJson& pod : simulation_.server().List("Pod")) {
      const std::string node = pod->value("/spec/nodeName"_json_pointer, "");
      const Json& labels = (*pod)["metadata"]["labels"];
      if (!node.empty()) nodes[labels["leaderworkerset.sigs.k8s.io/group-index"]].insert(node);
    }
    return nodes;
  }

 private:
  static SimulationOptions Options() {
    SimulationOptions options;
    options.placement.emplace();
    options.placement->levels = {"rack", "kubernetes.io/hostname"};
    options.placement->placement.closeness = Closeness::kRequired;
    options.placement->placement.level = "rack";
    return options;
  }

  Simulation simulation_;
};

TEST(PlacedPodsTest, TheSimulatedSchedulerPlacesWholeGroups) {
  PlacedSimulation cluster(2);
  ASSERT_TRUE(cluster.simulation().CreateSet(Manifest(3, 2)).ok());
  cluster.simulation().RunUntilQuiet(absl::Minutes(10));
  const std::map<std::string, std::set<std::string>> nodes = cluster.NodesOfGroups();
  EXPECT_EQ(nodes.at("0"), (std::set<std::string>{"n0", "n1"}));
  EXPECT_EQ(nodes.at("1"), (std::set<std::string>{"n2", "n3"}));
  // The third node has no rack. Its leader waits and takes no node that a group could use.
  EXPECT_EQ(nodes.count("2"), 0);
  const SharedJson waiting = cluster.simulation().server().Get({"Pod", "n", "s-2"});
  EXPECT_EQ(waiting->value("/status/conditions/0/message"_json_pointer, ""),
            "0 of 2 rack fit 2 pods: no domain of the level takes the whole group; best is r0 with 0; 4 nodes: 4 "
            "example.com/gpu");
}

TEST(PlacedPodsTest, AWaitingGroupTakesItsRackWhenThereIsOne) {
  PlacedSimulation cluster(1);
  ASSERT_TRUE(cluster.simulation().CreateSet(Manifest(2, 2)).ok());
  cluster.simulation().RunUntilQuiet(absl::Minutes(10));
  EXPECT_EQ(cluster.NodesOfGroups().count("1"), 0);
  for (const char* name : {"m0", "m1"}) {
    ASSERT_TRUE(cluster.simulation().AddNode(name, {{"example.com/gpu", "1"}, {"pods", "10"}}, {{"rack", "r9"}}).ok());
  }
  cluster.simulation().RunUntilQuiet(absl::Minutes(10));
  EXPECT_EQ(cluster.NodesOfGroups().at("1"), (std::set<std::string>{"m0", "m1"}));
}

}  // namespace
}  // namespace lws
