// What placement knows of a cluster. Laws are those of placement_view.h.
#include "lws/adapters/kubernetes/placement_view.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/placement/pod_facts.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::PlacementView;

std::string Pod(const std::string& name, int version, const Json& spec, const std::string& phase = "Pending",
                const Json& annotations = Json::object()) {
  return Json({{"metadata",
                {{"namespace", "n"},
                 {"name", name},
                 {"resourceVersion", absl::StrCat(version)},
                 {"annotations", annotations}}},
               {"spec", spec},
               {"status", {{"phase", phase}, {"podIP", absl::StrCat("1.1.1.", version)}}}})
      .dump();
}

const Json kGated = {{"schedulingGates", Json::array({{{"name", kPlaceGate}}})}};
const Json kOnNode = {{"nodeName", "n1"}};

std::string Node(const std::string& name, int version, bool is_ready = true, const std::string& heartbeat = "1") {
  Json node = {{"metadata", {{"name", name}, {"resourceVersion", absl::StrCat(version)}}}};
  node["status"]["allocatable"] = {{"cpu", "8"}, {"pods", "110"}};
  node["status"]["conditions"] =
      Json::array({{{"type", "Ready"}, {"status", is_ready ? "True" : "False"}, {"lastHeartbeatTime", heartbeat}}});
  return node.dump();
}

TEST(PlacementViewTest, Law1OnlyPodsThatTakeRoomOrWaitAreKept) {
  const struct {
    const char* what;
    std::string pod;
    size_t kept, waiting;
  } table[] = {
      {"waits", Pod("p", 1, kGated), 1, 1},
      {"is on a node", Pod("p", 1, kOnNode, "Running"), 1, 0},
      {"is to run on a node", Pod("p", 1, Json::object(), "Pending", {{kNodeAnnotation, "n1"}}), 1, 0},
      {"waits for the scheduler", Pod("p", 1, Json::object()), 0, 0},
      {"has another gate", Pod("p", 1, {{"schedulingGates", Json::array({{{"name", "other"}}})}}), 0, 0},
      {"is finished", Pod("p", 1, kOnNode, "Succeeded"), 0, 0},
      {"failed", Pod("p", 1, kOnNode, "Failed"), 0, 0},
  };
  for (const auto& row : table) {
    PlacementView view;
    ASSERT_TRUE(view.TellPod(row.pod).ok());
    EXPECT_EQ(view.pods(), row.kept) << row.what;
    EXPECT_EQ(view.waiting(), row.waiting) << row.what;
    ASSERT_TRUE(view.TellPod(Pod("p", 2, kOnNode, "Succeeded")).ok());
    EXPECT_EQ(view.pods(), 0u) << row.what;
    EXPECT_EQ(view.waiting(), 0u) << row.what;
  }
}

TEST(PlacementViewTest, Law2OlderNewsChangeNothing) {
  PlacementView view;
  EXPECT_EQ(*view.TellPod(Pod("p", 9, kOnNode)), "9");
  EXPECT_EQ(*view.TellPod(Pod("p", 8, kGated)), "8");
  EXPECT_EQ(view.waiting(), 0u);
  ASSERT_EQ(view.Pods().size(), 1u);
  EXPECT_EQ((*view.Pods()[0])["metadata"]["resourceVersion"], "9");
}

TEST(PlacementViewTest, Law2ALateAnswerDoesNotBringBackAPod) {
  PlacementView view;
  ASSERT_TRUE(view.TellPod(Pod("p", 1, kGated)).ok());
  ASSERT_TRUE(view.TellPodAnswer(Pod("p", 2, kOnNode)).ok());
  EXPECT_EQ(view.waiting(), 0u) << "the own write is known at once";
  ASSERT_TRUE(view.TellPodGone(Pod("p", 3, kOnNode)).ok());
  ASSERT_TRUE(view.TellPodAnswer(Pod("p", 2, kOnNode)).ok());
  EXPECT_EQ(view.pods(), 0u);
}

TEST(PlacementViewTest, Law3AListLeavesWhatItNames) {
  PlacementView view;
  for (const char* name : {"p", "q"}) ASSERT_TRUE(view.TellPod(Pod(name, 1, kGated)).ok());
  for (const char* name : {"n1", "n2"}) ASSERT_TRUE(view.TellNode(Node(name, 1)).ok());
  view.BeginRelist(/*of_nodes=*/false);
  ASSERT_TRUE(view.TellPod(Pod("q", 1, kGated)).ok());
  view.EndRelist(/*of_nodes=*/false);
  EXPECT_EQ(view.pods(), 1u);
  EXPECT_EQ(view.waiting(), 1u);
  EXPECT_EQ((*view.TopologyOf({"kubernetes.io/hostname"}))->NodeCount(), 2);
  view.BeginRelist(/*of_nodes=*/true);
  ASSERT_TRUE(view.TellNode(Node("n2", 1)).ok());
  view.EndRelist(/*of_nodes=*/true);
  EXPECT_EQ((*view.TopologyOf({"kubernetes.io/hostname"}))->NodeCount(), 1);
}

TEST(PlacementViewTest, Law4HeartbeatsAndAddressesAreNoChange) {
  PlacementView view;
  EXPECT_FALSE(view.TakeChange());
  ASSERT_TRUE(view.TellNode(Node("n1", 1)).ok());
  EXPECT_TRUE(view.TakeChange());
  const std::shared_ptr<const Topology> topology = *view.TopologyOf({"kubernetes.io/hostname"});
  ASSERT_TRUE(view.TellNode(Node("n1", 2, true, "2")).ok());
  EXPECT_FALSE(view.TakeChange());
  EXPECT_EQ(*view.TopologyOf({"kubernetes.io/hostname"}), topology) << "the same, and not an equal one";
  ASSERT_TRUE(view.TellNode(Node("n1", 3, false)).ok());
  EXPECT_TRUE(view.TakeChange());
  ASSERT_TRUE(view.TellPod(Pod("p", 1, kOnNode)).ok());
  EXPECT_TRUE(view.TakeChange());
  ASSERT_TRUE(view.TellPod(Pod("p", 2, kOnNode)).ok());
  EXPECT_FALSE(view.TakeChange()) << "another address";
  ASSERT_TRUE(view.TellPod(Pod("p", 3, kOnNode, "Running")).ok());
  EXPECT_TRUE(view.TakeChange());
  ASSERT_TRUE(view.TellPodGone(Pod("p", 4, kOnNode)).ok());
  EXPECT_TRUE(view.TakeChange());
  ASSERT_TRUE(view.TellPodGone(Pod("p", 4, kOnNode)).ok());
  ASSERT_TRUE(view.TellNodeGone(Node("n2", 1)).ok());
  EXPECT_FALSE(view.TakeChange());
}

TEST(PlacementViewTest, WhatDoesNotParseChangesNothing) {
  PlacementView view;
  EXPECT_FALSE(view.TellPod("no JSON").ok());
  EXPECT_FALSE(view.TellPod(R"({"metadata": {"name": 7}})").ok());
  EXPECT_FALSE(view.TellNode(R"({"metadata": {"name": "n"}, "status": {"allocatable": {"cpu": "x"}}})").ok());
  EXPECT_FALSE(view.TakeChange());
}

}  // namespace
}  // namespace lws
