// Nodes, pods and sets as documents, read for placement.
#include "lws/placement/cluster_documents.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lws/api/admit_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/placement/set_request.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

SharedJson Document(const char* text) { return std::make_shared<const Json>(Json::parse(text)); }

NodeExclusion Check(const char* pod_spec, const char* node) {
  return NodeFilter::FromPodSpec(Json::parse(pod_spec))->Check(ReadTopologyNode(Json::parse(node))->facts);
}

std::string Terms(const std::string& requirement) {
  return R"({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms":
      [{"matchExpressions": [)" +
         requirement + "]}]}}}}";
}

TEST(ClusterDocumentsTest, EveryOperatorOfNodeAffinity) {
  const char* node = R"({"kind": "Node", "metadata": {"name": "n", "labels": {"zone": "a", "gen": "7"}}})";
  const std::vector<std::pair<std::string, bool>> cases = {
      {R"({"key": "zone", "operator": "In", "values": ["a", "b"]})", true},
      {R"({"key": "zone", "operator": "In", "values": ["b"]})", false},
      {R"({"key": "row", "operator": "In", "values": ["b"]})", false},
      {R"({"key": "zone", "operator": "NotIn", "values": ["b"]})", true},
      {R"({"key": "row", "operator": "NotIn", "values": ["b"]})", true},
      {R"({"key": "zone", "operator": "NotIn", "values": ["a"]})", false},
      {R"({"key": "zone", "operator": "Exists"})", true},
      {R"({"key": "row", "operator": "Exists"})", false},
      {R"({"key": "row", "operator": "DoesNotExist"})", true},
      {R"({"key": "gen", "operator": "Gt", "values": ["6"]})", true},
      {R"({"key": "gen", "operator": "Gt", "values": ["7"]})", false},
      {R"({"key": "gen", "operator": "Lt", "values": ["10"]})", true},
      {R"({"key": "zone", "operator": "Lt", "values": ["10"]})", false},
  };
  for (const auto& [requirement, matches] : cases) {
    EXPECT_EQ(Check(Terms(requirement).c_str(), node) == NodeExclusion::kNone, matches) << requirement;
  }
  EXPECT_FALSE(NodeFilter::FromPodSpec(Json::parse(Terms(R"({"key": "a", "operator": "Near"})"))).ok());
}

TEST(ClusterDocumentsTest, TaintsReadinessAndCordons) {
  const char* tainted = R"({"metadata": {"name": "n"}, "spec": {"taints": [{"key": "gpu", "value": "a100",
                            "effect": "NoSchedule"}]}})";
  EXPECT_EQ(Check("{}", tainted), NodeExclusion::kTaint);
  EXPECT_EQ(Check(R"({"tolerations": [{"key": "gpu", "value": "a100"}]})", tainted), NodeExclusion::kNone);
  EXPECT_EQ(Check(R"({"tolerations": [{"key": "gpu", "value": "h100"}]})", tainted), NodeExclusion::kTaint);
  EXPECT_EQ(Check(R"({"tolerations": [{"operator": "Exists"}]})", tainted), NodeExclusion::kNone);
  EXPECT_EQ(Check(R"({"tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoExecute"}]})", tainted),
            NodeExclusion::kTaint);
  EXPECT_EQ(Check("{}", R"({"metadata": {"name": "n"}, "spec": {"taints": [{"key": "a", "effect":
                          "PreferNoSchedule"}]}})"),
            NodeExclusion::kNone);
  const char* cordoned = R"({"metadata": {"name": "n"}, "spec": {"unschedulable": true}})";
  EXPECT_EQ(Check("{}", cordoned), NodeExclusion::kTaint);
  EXPECT_EQ(Check(R"({"tolerations": [{"key": "node.kubernetes.io/unschedulable", "operator": "Exists"}]})", cordoned),
            NodeExclusion::kNone);
  EXPECT_EQ(Check("{}", R"({"metadata": {"name": "n"}, "status": {"conditions": [{"type": "Ready", "status":
                          "Unknown"}]}})"),
            NodeExclusion::kNotReady);
  EXPECT_EQ(Check(R"({"nodeSelector": {"a": "b"}})", R"({"metadata": {"name": "n"}})"), NodeExclusion::kSelector);
}

TEST(ClusterDocumentsTest, ShapesSumAsTheSchedulerSums) {
  const PodShape shape = *PodShapeFromSpec(Json::parse(R"({
    "overhead": {"cpu": "100m"},
    "initContainers": [{"name": "sidecar", "restartPolicy": "Always", "resources": {"requests": {"cpu": "200m"}}},
                       {"name": "init", "resources": {"requests": {"memory": "2Gi"}}}],
    "containers": [{"name": "a", "resources": {"requests": {"cpu": "1.5", "memory": "1Gi"}, "limits": {"cpu": "4"}}},
                   {"name": "b", "resources": {"limits": {"nvidia.com/gpu": "8"}}}]})"));
  EXPECT_EQ(shape.amounts, (ResourceAmounts{{"cpu", 1800}, {"memory", int64_t{2} << 30}, {"nvidia.com/gpu", 8}}));
}

TEST(ClusterDocumentsTest, PodsTakeRoomAndHoldDomains) {
  const SharedJson node = Document(R"({"kind": "Node", "metadata": {"name": "n", "labels": {"rack": "r"}},
      "status": {"allocatable": {"cpu": "2500m", "pods": "10"}}})");
  Capacity capacity(*TopologyFromNodes({node}, {"rack"}));
  const std::vector<SharedJson> pods = {
      Document(R"({"kind": "Pod", "metadata": {"name": "a",
        "labels": {"leaderworkerset.sigs.k8s.io/group-key": "k"},
        "annotations": {"leaderworkerset.sigs.k8s.io/exclusive-topology": "rack"}},
        "spec": {"nodeName": "n", "containers": [{"resources": {"requests": {"cpu": 1}}}]}})"),
      Document(R"({"kind": "Pod", "metadata": {"name": "b"}, "status": {"phase": "Succeeded"},
        "spec": {"nodeName": "n", "containers": [{"resources": {"requests": {"cpu": 1}}}]}})"),
      Document(R"({"kind": "Pod", "metadata": {"name": "c"}, "spec": {"containers": []}})")};
  ASSERT_TRUE(UsePods(pods, &capacity).ok());
  EXPECT_EQ(capacity.Free(0)[0], 9);
  EXPECT_EQ(capacity.Free(0)[1], 1500);
  EXPECT_EQ(capacity.Holds(Holder::kGroup, 0, 0), 1);
  EXPECT_EQ(capacity.Holds(Holder::kSubgroup, 0, 0), 0);
}

TEST(ClusterDocumentsTest, ErrorsNameObjectAndField) {
  EXPECT_EQ(TopologyFromNodes({Document(R"({"kind": "Node", "metadata": {"name": "n"},
                "status": {"allocatable": {"cpu": "many"}}})")},
                              {"rack"})
                .status()
                .message()
                .substr(0, 37),
            "Node n: status.allocatable.cpu: quant");
  const SharedJson node = Document(R"({"kind": "Node", "metadata": {"name": "n", "labels": {"rack": "r"}},
      "status": {"allocatable": {"cpu": "-1"}}})");
  EXPECT_EQ(TopologyFromNodes({node}, {"rack"}).status().message(), "Node n: status.allocatable.cpu: is negative");
  EXPECT_FALSE(ReadTopologyNode(Json::parse(R"({"metadata": {"labels": 3}})")).ok());
}

TEST(ClusterDocumentsTest, RequestsOfSets) {
  const SetAdmission admission = AdmitSet(Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n", "annotations": {
      "leaderworkerset.sigs.k8s.io/exclusive-topology": "block",
      "leaderworkerset.sigs.k8s.io/subgroup-exclusive-topology": "rack"}},
    "spec": {"leaderWorkerTemplate": {"size": 9, "subGroupPolicy": {"subGroupSize": 4},
      "leaderTemplate": {"spec": {"containers": [{"name": "l", "image": "i"}]}},
      "workerTemplate": {"spec": {"containers": [{"name": "w", "image": "i",
        "resources": {"limits": {"nvidia.com/gpu": "8"}}}]}}}}})"));
  ASSERT_NE(admission.set, nullptr) << Join(admission.errors);
  SetPlacement placement;
  placement.subgroup_level = "rack";
  placement.exclusive_level = "block";
  const GroupRequest request = *GroupRequestFromSet(*admission.set, placement);
  EXPECT_EQ(request.workers, 8);
  EXPECT_TRUE(request.leader->amounts.empty());
  EXPECT_EQ(request.worker.amounts.at("nvidia.com/gpu"), 8);
  EXPECT_EQ(request.exclusive_levels, std::vector<std::string>{"block"});
  EXPECT_EQ(request.subgroup_leader, SubgroupLeader::kExtra);
  ASSERT_EQ(request.subgroups.size(), 2);
  EXPECT_TRUE(request.subgroups[1].exclusive);
}

}  // namespace
}  // namespace lws
