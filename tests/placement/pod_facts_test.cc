// What placement reads of a pod. Laws are those of pod_facts.h; tests/core/place_groups_test.cc holds law 1, too.
#include "lws/placement/pod_facts.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/placement/capacity.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/running_groups.h"
#include "lws/placement/running_pods.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// Pods with everything that keeps others away, and with much that does not.
const char* const kPods[] = {
    R"({"metadata": {"namespace": "n", "name": "a", "labels": {"app": "a"}, "managedFields": [{"manager": "x"}]},
        "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "i", "env": [{"name": "A", "value": "b"}],
          "resources": {"limits": {"cpu": "2"}}}]}})",
    R"({"metadata": {"namespace": "n", "name": "b"}, "spec": {"nodeName": "n2", "hostNetwork": true, "containers":
          [{"name": "c", "ports": [{"containerPort": 80}]}], "overhead": {"cpu": "1"}}})",
    R"({"metadata": {"namespace": "n", "name": "c"}, "spec": {"nodeName": "n1", "priority": 7, "initContainers":
          [{"name": "s", "restartPolicy": "Always", "resources": {"requests": {"cpu": "1"}},
            "ports": [{"containerPort": 80, "hostPort": 81}]}], "containers": [{"name": "c"}]}})",
    R"({"metadata": {"namespace": "n", "name": "d", "labels": {"app": "d"}}, "spec": {"nodeName": "n1", "affinity":
          {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "rack",
            "labelSelector": {"matchLabels": {"app": "d"}}}]}}, "containers": [{"name": "c"}]}})",
    R"({"metadata": {"namespace": "n", "name": "e", "labels": {"app": "e"}}, "spec": {"nodeName": "n2",
          "topologySpreadConstraints": [{"topologyKey": "rack", "maxSkew": 1, "labelSelector": {}}],
          "resourceClaims": [{"name": "gpu"}], "runtimeClassName": "r", "volumes": [{"name": "v", "emptyDir": {}},
          {"name": "w", "persistentVolumeClaim": {"claimName": "x"}}], "containers": [{"name": "c"}]}})",
    R"({"metadata": {"namespace": "n", "name": "s-0-1", "labels": {"leaderworkerset.sigs.k8s.io/name": "s",
          "leaderworkerset.sigs.k8s.io/group-index": "0", "leaderworkerset.sigs.k8s.io/worker-index": "1",
          "leaderworkerset.sigs.k8s.io/group-key": "k"}, "annotations": {"note": "n",
          "leaderworkerset.sigs.k8s.io/exclusive-topology": "rack"}},
        "spec": {"nodeName": "n1", "containers": [{"name": "c"}]},
        "status": {"phase": "Running", "podIP": "1.1.1.1"}})",
    R"({"metadata": {"namespace": "n", "name": "f"}, "spec": {"nodeName": "n1", "containers": [{"name": "c"}]},
        "status": {"phase": "Succeeded"}})",
    R"({"metadata": {"namespace": "n", "name": "g", "ownerReferences": [{"kind": "DaemonSet", "uid": "u"}]},
        "spec": {"nodeName": "n1", "resources": {"requests": {"cpu": "3"}}, "containers": [{"name": "c"}]}})",
};

std::shared_ptr<const Topology> TwoNodes() {
  std::vector<SharedJson> nodes;
  for (const char* name : {"n1", "n2"}) {
    Json node = {{"kind", "Node"}, {"metadata", {{"name", name}, {"labels", {{"rack", name}}}}}};
    node["status"]["allocatable"] = {{"cpu", "64"}, {"pods", "110"}};
    nodes.push_back(std::make_shared<const Json>(std::move(node)));
  }
  return *TopologyFromNodes(nodes, {"rack"});
}

// All that the readers of placement find in the pod.
std::string Read(const Json& pod) {
  const std::shared_ptr<const Topology> topology = TwoNodes();
  Capacity capacity(topology);
  const std::vector<SharedJson> pods = {std::make_shared<const Json>(pod)};
  const absl::StatusOr<std::vector<RunningPods>> groups = UseRunningGroups(pods, &capacity);
  EXPECT_TRUE(groups.ok()) << groups.status();
  Json read;
  for (int32_t node = 0; node < 2; ++node) {
    for (size_t i = 0; i < topology->resources().size(); ++i) read["free"].push_back(capacity.Free(node)[i]);
    read["held"].push_back(capacity.Holds(Holder::kGroup, "n", 0, node));
  }
  for (const auto& [node, placed] : capacity.pods()) {
    const PodRules& rules = *placed[0].rules;
    read["rules"] = {
        node, rules.labels, rules.near.size(), rules.apart.size(), rules.spreads.size(), rules.not_looked_at};
    for (const HostPort& port : rules.host_ports) read["ports"].push_back(port.port);
  }
  for (const RunningPods& group : *groups) read["groups"].push_back({group.id.set_name, group.priority, group.ranks});
  const auto nodes = NodesOfRunningGroups(pods);
  EXPECT_TRUE(nodes.ok()) << nodes.status();
  for (const auto& [id, ranks] : *nodes) read["nodes"].push_back({id.set_name, id.index, ranks.size()});
  for (const char* node : {"n1", "n2"}) read["daemons"].push_back(DaemonSetPodsOn(node, pods)->size());
  return read.dump();
}

TEST(PodFactsTest, Law1TheFactsReadAsThePod) {
  for (const char* text : kPods) {
    const Json pod = Json::parse(text);
    EXPECT_EQ(Read(PlacementFactsOfPod(pod)), Read(pod)) << text;
  }
}

TEST(PodFactsTest, Law2TheFactsOfTheFactsAreTheFacts) {
  for (const char* text : kPods) {
    const Json facts = PlacementFactsOfPod(Json::parse(text));
    EXPECT_EQ(PlacementFactsOfPod(facts), facts);
  }
  EXPECT_EQ(PlacementFactsOfPod(Json("no pod")), PlacementFactsOfPod(PlacementFactsOfPod(Json("no pod"))));
}

TEST(PodFactsTest, TheRestIsLeftOut) {
  const std::string facts = PlacementFactsOfPod(Json::parse(kPods[0])).dump();
  for (const char* left_out : {"managedFields", "image", "env"}) EXPECT_EQ(facts.find(left_out), std::string::npos);
}

}  // namespace
}  // namespace lws
