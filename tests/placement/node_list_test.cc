// The laws of node_list.h: the quick reader reads what the careful one reads.
#include "lws/placement/node_list.h"

#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/manifest.h"
#include "lws/placement/cluster_documents.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261127;
#ifdef __SANITIZE_ADDRESS__
constexpr int kRounds = 2000;
#else
constexpr int kRounds = 20000;
#endif

Json Node(const std::string& name) {
  Json node = Json::parse(R"({
    "apiVersion": "v1", "kind": "Node",
    "metadata": {"name": "", "labels": {"cloud/rack": "r1", "kubernetes.io/hostname": "h", "disk": ""},
      "annotations": {"csi.volume.kubernetes.io/nodeid": "{\"a\": [\"b\\\\\"]}"}},
    "spec": {"podCIDR": "10.0.0.0/24", "taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}, {"key": "only"}],
      "unschedulable": true},
    "status": {"allocatable": {"cpu": "1500m", "memory": "16Gi", "pods": "110", "nvidia.com/gpu": "8", "odd": "1.5"},
      "capacity": {"cpu": "2"}, "images": [{"names": ["a", "b"], "sizeBytes": 1234}],
      "conditions": [{"type": "MemoryPressure", "status": "False"}, {"type": "Ready", "status": "Unknown"}]}})");
  node["metadata"]["name"] = name;
  return node;
}

Json List() {
  return {{"apiVersion", "v1"}, {"kind", "List"}, {"items", {Node("n1"), Node("n2")}}, {"metadata", Json::object()}};
}

std::string Describe(const std::vector<TopologyNode>& nodes) {
  std::string text;
  for (const TopologyNode& node : nodes) {
    absl::StrAppend(&text, node.facts.name, node.facts.ready ? " ready" : "",
                    node.facts.unschedulable ? " unschedulable" : "");
    for (const auto& [key, value] : node.facts.labels) absl::StrAppend(&text, " ", key, "=", value);
    for (const Taint& taint : node.facts.taints) {
      absl::StrAppend(&text, " ", taint.key, "=", taint.value, ":", taint.effect);
    }
    for (const auto& [name, amount] : node.allocatable) absl::StrAppend(&text, " ", name, "=", amount);
    absl::StrAppend(&text, "\n");
  }
  return text;
}

// What the careful reader reads; nullopt for an error.
std::optional<std::string> ReadWithCare(const std::string& text) {
  const absl::StatusOr<std::vector<ManifestObject>> objects = ReadManifest(text, "nodes.json");
  if (!objects.ok()) return std::nullopt;
  std::vector<TopologyNode> nodes;
  for (const ManifestObject& object : *objects) {
    const Json document = object.object.Unpack();
    if (document.value("kind", Json()) != "Node") continue;
    absl::StatusOr<TopologyNode> node = ReadTopologyNode(document);
    if (!node.ok()) return std::nullopt;
    nodes.push_back(*std::move(node));
  }
  return Describe(nodes);
}

TEST(NodeListTest, ReadsWhatKubernetesWrites) {
  for (const int indent : {-1, 4}) {
    const std::string text = List().dump(indent);
    const std::optional<std::vector<TopologyNode>> nodes = ReadNodeList(text);
    ASSERT_TRUE(nodes.has_value()) << text;
    EXPECT_EQ(Describe(*nodes), *ReadWithCare(text));
    EXPECT_EQ((*nodes)[0].allocatable.at("cpu"), 1500);
    EXPECT_EQ((*nodes)[0].allocatable.at("odd"), 1);
  }
}

TEST(NodeListTest, Law2NoAnswerForAnotherText) {
  for (const std::string& text :
       {std::string(), std::string("kind: List"), Node("n").dump(), absl::StrCat(List().dump(), "{}"),
        std::string(R"({"kind": "List"})"), std::string(R"({"kind": "PodList", "items": []})"),
        std::string(R"({"kind": "List", "items": [{"kind": "Node"}]})")}) {
    EXPECT_FALSE(ReadNodeList(text).has_value()) << text;
  }
  EXPECT_TRUE(ReadNodeList(R"({"kind": "NodeList", "items": []})").has_value());
}

// Changes one to three values of the document.
void Edit(std::mt19937* random, Json* document) {
  for (size_t edits = 1 + (*random)() % 3; edits > 0; --edits) {
    Json* place = document;
    while (place->is_structured() && !place->empty() && (*random)() % 6 != 0) {
      place = &*std::next(place->begin(), static_cast<long>((*random)() % place->size()));
    }
    const std::vector<Json> values = {
        nullptr, true,  3,    -1,     1.5,   "",   "True", "Ready",       "Node", "List",
        "\n",    "\"b", "2x", "-100", "1e3", "3k", "0.1",  Json::array(), "v1",   Json::object()};
    *place = values[(*random)() % values.size()];
  }
}

TEST(NodeListTest, Laws1And3AsTheCarefulReader) {
  std::mt19937 random(kSeed);
  int answers = 0;
  for (int round = 0; round < kRounds; ++round) {
    Json list = List();
    Edit(&random, &list);
    std::string text = list.dump(static_cast<int>(random() % 3) - 1);
    if (random() % 4 == 0) text[random() % text.size()] = "{}[]\",:\\ x"[random() % 10];
    const std::optional<std::vector<TopologyNode>> nodes = ReadNodeList(text);
    if (!nodes.has_value()) continue;
    const std::optional<std::string> careful = ReadWithCare(text);
    // What is skipped is not checked, so the careful reader may refuse the text.
    if (!careful.has_value()) continue;
    ++answers;
    ASSERT_EQ(Describe(*nodes), *careful) << "round " << round << ", seed " << kSeed << "\n" << text;
  }
  EXPECT_GT(answers, kRounds / 5);
}

}  // namespace
}  // namespace lws
