// Groups that wait for their places. Laws are those of place_groups.h, and law 1 of pod_facts.h.
#include "lws/core/reconcile/place_groups.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/api/well_known.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/group_request.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/pod_facts.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// A pod of a group as the webhook makes it: "s-0" is the leader of group 0, "s-0-1" its first worker.
Json Pod(const std::string& name, int group, int rank, int cores) {
  Json pod = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"namespace", "n"}, {"name", name}}}};
  pod["metadata"]["uid"] = absl::StrCat("uid of ", name);
  pod["metadata"]["resourceVersion"] = "7";
  pod["metadata"]["labels"] = {{kNameLabel, "s"},
                               {kGroupIndexLabel, absl::StrCat(group)},
                               {kWorkerIndexLabel, absl::StrCat(rank)},
                               {kRevisionLabel, "r"}};
  pod["metadata"]["annotations"] = {{kSizeAnnotation, "3"}, {kLeaderNameAnnotation, absl::StrCat("s-", group)}};
  if (rank == 0) pod["metadata"]["annotations"].erase(kLeaderNameAnnotation);
  pod["spec"]["subdomain"] = "s";
  pod["spec"]["volumes"] = Json::array({{{"name", "scratch"}, {"emptyDir", Json::object()}}});
  pod["spec"]["containers"] = Json::array({{{"name", "main"}, {"image", "one"}}});
  pod["spec"]["containers"][0]["resources"]["requests"]["cpu"] = absl::StrCat(cores);
  pod["status"]["phase"] = "Pending";
  AdmissionOptions options;
  options.waits_for_place = true;
  absl::StatusOr<Json> admitted = AdmitPod(std::move(pod), options);
  EXPECT_TRUE(admitted.ok()) << admitted.status();
  return *std::move(admitted);
}

// Nodes of 8 cores in racks of two, the pods on them, and groups of three pods of 4 cores each.
class World {
 public:
  explicit World(int nodes) {
    for (int i = 0; i < nodes; ++i) AddNode(i);
  }

  void AddNode(int i, bool is_ready = true, bool is_tainted = false) {
    Json node = {{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", absl::StrCat("node-", i)}}}};
    node["metadata"]["labels"] = {{"rack", absl::StrCat("r", i / 2)}};
    node["status"]["allocatable"] = {{"cpu", "8"}, {"pods", "110"}};
    node["status"]["conditions"] = Json::array({{{"type", "Ready"}, {"status", is_ready ? "True" : "False"}}});
    if (is_tainted) node["spec"]["taints"] = Json::parse(R"([{"key": "k", "effect": "NoSchedule"}])");
    nodes_.push_back(std::make_shared<const Json>(std::move(node)));
  }
  void RemoveNode(const std::string& name) {
    nodes_.erase(std::remove_if(nodes_.begin(), nodes_.end(),
                                [&name](const SharedJson& node) { return (*node)["metadata"]["name"] == name; }),
                 nodes_.end());
  }

  Json& Add(Json pod) {
    pods.push_back(std::move(pod));
    return pods.back();
  }
  Json& AddLeader(int group) { return Add(Pod(absl::StrCat("s-", group), group, 0, 4)); }
  Json& AddWorker(int group, int rank) { return Add(Pod(absl::StrCat("s-", group, "-", rank), group, rank, 4)); }
  // A pod of somebody else, on a node.
  Json& AddOther(const std::string& name, const std::string& node, int cores) {
    Json pod = Pod(name, 0, 0, cores);
    pod["metadata"].erase("labels");
    pod["spec"].erase("schedulingGates");
    pod["spec"]["nodeName"] = node;
    return Add(std::move(pod));
  }

  GroupRequest request = [] {
    GroupRequest three;
    three.namespace_name = "n";
    three.workers = 2;
    three.worker.amounts = {{"cpu", 4000}, {"pods", 1}};
    three.leader = three.worker;
    return three;
  }();

  absl::StatusOr<std::vector<Plan>> Look() {
    PlacementObservation observation;
    observation.topology = *TopologyFromNodes(nodes_, {"rack"});
    for (const Json& pod : pods) {
      observation.pods.push_back(std::make_shared<const Json>(as_facts ? PlacementFactsOfPod(pod) : pod));
    }
    observation.find_request = [this](const GroupId&,
                                      const std::string& revision) -> std::optional<absl::StatusOr<GroupRequest>> {
      if (revision != "r") return std::nullopt;
      return request;
    };
    return PlaceGroups(observation);
  }

  // Performs the plans as the API server would, and returns what was done: "s-0=node-0", "event ...".
  std::string Perform() {
    const absl::StatusOr<std::vector<Plan>> plans = Look();
    EXPECT_TRUE(plans.ok()) << plans.status();
    std::vector<std::string> done;
    for (const Plan& plan : *plans) {
      for (const Action& action : plan.actions) {
        EXPECT_EQ(action.uid, "uid of " + action.target.name);
        EXPECT_EQ(action.resource_version, "7");
        for (Json& pod : pods) {
          if (pod["metadata"]["name"] != action.target.name) continue;
          const bool waited = pod["spec"].contains("schedulingGates");
          pod.merge_patch(action.object.Document());
          const bool waits = pod["spec"].contains("schedulingGates");
          if (waited && !waits) done.push_back(absl::StrCat(action.target.name, "=", NodeOf(pod)));
        }
      }
      for (const Event& event : plan.events) done.push_back(absl::StrCat("event ", event.reason, ": ", event.note));
    }
    return absl::StrJoin(done, " ");
  }

  // The node that the pod's affinity asks for, which is that of its annotation.
  static std::string NodeOf(const Json& pod) {
    const Json& terms =
        pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
    const std::string node = terms[0]["matchFields"].back()["values"][0].get<std::string>();
    EXPECT_EQ(pod["metadata"]["annotations"].value(kNodeAnnotation, ""), node);
    return node;
  }

  // The scheduler puts the pods that may start on the nodes that they ask for.
  void Schedule() {
    for (Json& pod : pods) {
      if (!pod["spec"].contains("schedulingGates") && !pod["spec"].contains("nodeName")) {
        pod["spec"]["nodeName"] = NodeOf(pod);
      }
    }
  }
  Json& Find(const std::string& name) {
    return *std::find_if(pods.begin(), pods.end(),
                         [&name](const Json& pod) { return pod["metadata"]["name"] == name; });
  }
  void Remove(const std::string& name) {
    pods.erase(
        std::find_if(pods.begin(), pods.end(), [&name](const Json& pod) { return pod["metadata"]["name"] == name; }));
  }

  std::vector<Json> pods;
  bool as_facts = false;

 private:
  std::vector<SharedJson> nodes_;
};

TEST(PlaceGroupsTest, Law1ALeaderGetsTheNodesOfAllItsGroupAndWorkersFollow) {
  World world(4);
  Json& leader = world.AddLeader(0);
  EXPECT_EQ(leader["spec"]["schedulingGates"].dump(), R"([{"name":"lws-policies/place"}])");
  EXPECT_EQ(world.Perform(), "s-0=node-0");
  EXPECT_EQ(world.Find("s-0")["metadata"]["annotations"][kNodesAnnotation], R"(["node-0","node-0","node-1"])");
  EXPECT_EQ(world.Perform(), "") << "nothing waits";
  world.AddWorker(0, 1);
  world.AddWorker(0, 2);
  EXPECT_EQ(world.Perform(), "s-0-1=node-0 s-0-2=node-1");
  EXPECT_EQ(world.Perform(), "");
}

TEST(PlaceGroupsTest, Law1ThePodsOwnGatesAndAffinityStay) {
  World world(4);
  Json& leader = world.AddLeader(0);
  leader["spec"]["schedulingGates"].push_back({{"name", "example.com/quota"}});
  leader["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"] =
      Json::parse(R"([{"matchExpressions": [{"key": "rack", "operator": "Exists"}]}])");
  EXPECT_EQ(world.Perform(), "");
  EXPECT_EQ(leader["spec"]["schedulingGates"].dump(), R"([{"name":"example.com/quota"}])");
  const Json& terms =
      leader["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
  ASSERT_EQ(terms.size(), 1u);
  EXPECT_EQ(terms[0]["matchExpressions"].size(), 1u);
  EXPECT_EQ(terms[0]["matchFields"].size(), 1u);
}

TEST(PlaceGroupsTest, Law2APlacedGroupTakesItsRoomBeforeItsWorkersExist) {
  World world(4);  // room for 8 pods, so for two groups
  for (int group = 0; group < 3; ++group) world.AddLeader(group);
  const std::string first = world.Perform();
  EXPECT_TRUE(absl::StartsWith(first, "s-0=node-0 s-1=node-")) << first;
  EXPECT_TRUE(absl::StrContains(first, "event NoPlace: group 2 has no place: ")) << first;
  world.Schedule();
  EXPECT_EQ(world.Perform(), "") << "the leaders are on their nodes, and their workers do not exist";
  world.AddNode(4);
  EXPECT_EQ(world.Perform().substr(0, 4), "s-2=");
}

// A leader that names its node has no gate, and anybody may write its annotations and the size of its set.
TEST(PlaceGroupsTest, Law2AnExclusiveSubgroupHoldsItsRackBeforeItsPodsExist) {
  World world(4);
  world.request.worker.amounts = {{"cpu", 1000}, {"pods", 1}};
  world.request.subgroups = {{2, "rack", /*exclusive=*/true}};
  world.request.subgroup_leader = SubgroupLeader::kOutside;
  world.AddLeader(0);
  EXPECT_EQ(world.Perform(), "s-0=node-0");
  EXPECT_EQ(world.Find("s-0")["metadata"]["annotations"][kNodesAnnotation], R"(["node-0","node-0","node-0"])");
  // Nothing but the annotation tells of the workers of group 0, which have room for others in their rack.
  world.AddLeader(1);
  world.Perform();
  EXPECT_EQ(Json::parse(world.Find("s-1")["metadata"]["annotations"][kNodesAnnotation].get<std::string>())[1],
            "node-2");
  world.AddLeader(2);
  EXPECT_EQ(world.Perform().substr(0, 13), "event NoPlace");
  // The workers of group 0 still go where the annotation says.
  world.AddWorker(0, 1);
  EXPECT_EQ(world.Perform(), "s-0-1=node-0");
}

TEST(PlaceGroupsTest, Law2AGroupOfAnySizeTakesNoMoreMemoryThanTheNodesHavePods) {
  World world(4);
  world.request.workers = kMaxGroupPods - 1;
  Json& leader = world.AddLeader(0);
  leader["spec"].erase("schedulingGates");
  leader["spec"]["nodeName"] = "node-0";
  leader["metadata"]["annotations"][kNodesAnnotation] = R"(["node-0"])";
  world.AddWorker(0, 1);
  world.AddLeader(1);
  const std::string done = world.Perform();
  EXPECT_TRUE(absl::StrContains(done, "event NoPlace: group 0 has no place: ")) << done;
  EXPECT_TRUE(absl::StrContains(done, "event NoPlace: group 1 has no place: ")) << done;
}

TEST(PlaceGroupsTest, Law3AWorkerGoesElsewhereWhenItsNodeTakesItNoMore) {
  World world(4);
  world.AddLeader(0);
  EXPECT_EQ(world.Perform(), "s-0=node-0");
  ASSERT_EQ(world.Find("s-0")["metadata"]["annotations"][kNodesAnnotation], R"(["node-0","node-0","node-1"])");
  world.Schedule();
  world.AddOther("o", "node-1", 6);
  world.AddWorker(0, 2);
  EXPECT_EQ(world.Perform(), "s-0-2=node-2") << "the other pod takes the room";
}

TEST(PlaceGroupsTest, Law3AWorkerDoesNotGoWhereATaintForbidsIt) {
  World world(2);
  world.AddLeader(0);
  EXPECT_EQ(world.Perform(), "s-0=node-0");
  world.Schedule();
  world.RemoveNode("node-1");
  world.AddNode(1, /*is_ready=*/true, /*is_tainted=*/true);
  world.AddNode(2);
  world.AddWorker(0, 2);
  EXPECT_EQ(world.Perform(), "s-0-2=node-2");
}

TEST(PlaceGroupsTest, Law3AWorkerGoesElsewhereWhenItsNodeIsGone) {
  World world(4);
  world.AddLeader(0);
  world.AddWorker(0, 1);
  world.AddWorker(0, 2);
  world.request.closeness = Closeness::kRequired;
  world.request.level = "rack";
  EXPECT_EQ(world.Perform(), "s-0=node-0");
  EXPECT_EQ(world.Perform(), "s-0-1=node-0 s-0-2=node-1");
  world.Schedule();
  // The worker's node dies, and another one comes into the rack.
  world.Remove("s-0-2");
  world.RemoveNode("node-1");
  world.AddWorker(0, 2);
  EXPECT_TRUE(absl::StrContains(world.Perform(), "event NoPlace: group 0 has no place: ")) << "the rack is full";
  EXPECT_EQ(world.Perform(), "");
  world.AddNode(1);
  EXPECT_EQ(world.Perform(), "s-0-2=node-1");
  EXPECT_FALSE(world.Find("s-0")["metadata"]["annotations"].contains(kNoPlaceAnnotation));
}

TEST(PlaceGroupsTest, Law4TheReasonIsToldOnce) {
  World world(2);
  world.AddOther("o", "node-0", 5);
  world.AddLeader(0);
  EXPECT_EQ(
      world.Perform(),
      "event NoPlace: group 0 has no place: no place for 3 pods: all nodes together have too little room; best is "
      "the whole cluster with 2; 2 nodes: 1 cpu");
  EXPECT_EQ(world.Perform(), "");
  world.pods[0]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "6";
  EXPECT_EQ(world.Perform(), "") << "the reason is the same";
  world.request.workers = 7;
  world.request.level = "no level";
  world.request.closeness = Closeness::kRequired;
  EXPECT_TRUE(absl::StartsWith(world.Perform(), "event NoPlace: group 0 has no place: ")) << "another reason";
}

TEST(PlaceGroupsTest, Law4PodsThatLeaveAreWaitedFor) {
  World world(2);
  world.AddOther("o", "node-0", 5)["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  world.AddLeader(0);
  EXPECT_EQ(world.Perform(), "");
  world.Remove("o");
  EXPECT_EQ(world.Perform(), "s-0=node-0");
}

TEST(PlaceGroupsTest, Law4RoomThatAnotherGroupHoldsIsNotWaitedFor) {
  World world(2);
  world.AddLeader(0);
  EXPECT_EQ(world.Perform(), "s-0=node-0");
  world.Schedule();
  world.AddOther("o", "node-1", 1)["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  world.AddLeader(1);
  const std::string done = world.Perform();
  EXPECT_TRUE(absl::StartsWith(done, "event NoPlace: group 1 has no place: ")) << done;
}

// The API server stores no such pod; a copy of the cluster in a file may have it.
TEST(PlaceGroupsTest, AffinityOfAWrongTypeIsNone) {
  for (const char* affinity : {R"("x")", R"([])", R"({"nodeAffinity": []})",
                               R"({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": 1}})"}) {
    World world(2);
    world.AddLeader(0)["spec"]["affinity"] = Json::parse(affinity);
    const absl::StatusOr<std::vector<Plan>> plans = world.Look();
    EXPECT_TRUE(plans.ok() && plans->size() == 1) << affinity;
  }
}

TEST(PlaceGroupsTest, Law6APodWithCopiedLabelsChangesNothingWhateverTheOrder) {
  for (const bool comes_first : {false, true}) {
    World world(4);
    if (comes_first) world.Add(Pod("t", 0, 0, 4));
    world.AddLeader(0);
    if (!comes_first) world.Add(Pod("t", 0, 0, 4));
    EXPECT_EQ(world.Perform(), "s-0=node-0");
  }
}

TEST(PlaceGroupsTest, AGroupOfAnUnknownRevisionWaits) {
  World world(2);
  world.AddLeader(0)["metadata"]["labels"][kRevisionLabel] = "unknown";
  EXPECT_EQ(world.Perform(), "");
}

TEST(PlaceGroupsTest, Law5AGroupWithoutGatesIsLeftAlone) {
  World world(2);
  world.AddLeader(0)["spec"].erase("schedulingGates");
  world.AddWorker(0, 1)["spec"].erase("schedulingGates");
  EXPECT_EQ(world.Perform(), "");
}

// Groups come, are scheduled in part, and go, in any order of the pods. No node is overcommitted, and what a whole pod
// says and what its facts say lead to the same.
TEST(PlaceGroupsTest, Laws2And6OverRandomLives) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    World world(3 + static_cast<int>(random() % 4));
    int placed = 0;
    for (int step = 0; step < 12; ++step) {
      const int group = static_cast<int>(random() % 4);
      const bool is_there = std::any_of(world.pods.begin(), world.pods.end(), [group](const Json& pod) {
        return pod["metadata"]["name"] == absl::StrCat("s-", group);
      });
      if (!is_there) {
        world.AddLeader(group);
      } else if (random() % 3 == 0) {
        for (const std::string& name :
             {absl::StrCat("s-", group), absl::StrCat("s-", group, "-1"), absl::StrCat("s-", group, "-2")}) {
          if (std::any_of(world.pods.begin(), world.pods.end(),
                          [&name](const Json& pod) { return pod["metadata"]["name"] == name; })) {
            world.Remove(name);
          }
        }
      } else {
        for (const int rank : {1, 2}) {
          const std::string name = absl::StrCat("s-", group, "-", rank);
          const bool has = std::any_of(world.pods.begin(), world.pods.end(),
                                       [&name](const Json& pod) { return pod["metadata"]["name"] == name; });
          if (!has) world.AddWorker(group, rank);
        }
      }
      const absl::StatusOr<std::vector<Plan>> whole = world.Look();
      ASSERT_TRUE(whole.ok()) << whole.status() << ", seed " << seed;
      world.as_facts = true;
      std::shuffle(world.pods.begin(), world.pods.end(), random);
      const absl::StatusOr<std::vector<Plan>> facts = world.Look();
      world.as_facts = false;
      ASSERT_TRUE(facts.ok()) << facts.status() << ", seed " << seed;
      EXPECT_TRUE(*whole == *facts) << "seed " << seed << ", step " << step;
      world.Perform();
      if (random() % 2 == 0) world.Schedule();
      std::map<std::string, int> cores;
      for (const Json& pod : world.pods) {
        if (!pod["spec"].contains("schedulingGates")) cores[World::NodeOf(pod)] += 4;
      }
      for (const auto& [node, used] : cores) {
        EXPECT_LE(used, 8) << node << ", seed " << seed << ", step " << step;
        placed += used;
      }
    }
    EXPECT_GT(placed, 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace lws
