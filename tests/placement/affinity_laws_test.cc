// What placement writes into the specs of pods: terms of affinity beside the user's, and the node of a pod.
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/placement/affinity_terms.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/pods/exclusive_affinity.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::AddExclusiveAffinity;
using internal::AffinityKind;
using internal::AffinitySelectorExpression;
using internal::AffinityTerm;
using internal::AppendAffinity;
using internal::RequiredAffinityTerms;

constexpr unsigned kSeed = 20261126;
constexpr char kRequired[] = "requiredDuringSchedulingIgnoredDuringExecution";

class Specs {
 public:
  explicit Specs(unsigned seed) : random_(seed) {}

  int Draw(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  Json Terms(int most) {
    Json terms = Json::array();
    for (int i = Draw(most + 1); i > 0; --i) {
      const std::string key = std::vector<std::string>{"block", "rack", "host"}[static_cast<size_t>(Draw(3))];
      terms.push_back(
          AffinityTerm(Json::array({AffinitySelectorExpression("app", "In", {absl::StrCat("a", Draw(4))})}), key));
    }
    return terms;
  }

  // A spec in which the user has, or has not, asked for something.
  Json Spec() {
    Json spec = {{"containers", {{{"name", "c"}}}}};
    if (Draw(4) > 0) spec["affinity"]["podAffinity"][kRequired] = Terms(2);
    if (Draw(4) > 0) spec["affinity"]["podAntiAffinity"][kRequired] = Terms(2);
    if (Draw(4) == 0) spec["affinity"]["podAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"] = {1};
    if (Draw(4) == 0) spec["affinity"]["nodeAffinity"] = {{"x", 1}};
    return spec;
  }

 private:
  std::mt19937 random_;
};

Json TermsOf(const Json& spec, AffinityKind kind) {
  const absl::StatusOr<Json> terms = RequiredAffinityTerms(spec, kind);
  EXPECT_TRUE(terms.ok()) << terms.status();
  return terms.value_or(Json::array());
}

Json Joined(Json a, const Json& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// The spec without its required terms of pods.
Json Rest(Json spec) {
  for (const char* kind : {"podAffinity", "podAntiAffinity"}) {
    if (!spec.contains("affinity") || !spec["affinity"].contains(kind)) continue;
    spec["affinity"][kind].erase(kRequired);
    if (spec["affinity"][kind].empty()) spec["affinity"].erase(kind);
  }
  if (spec.contains("affinity") && spec["affinity"].empty()) spec.erase("affinity");
  return spec;
}

TEST(AffinityTermsTest, Law1TheUsersTermsStayInPlaceAndOrder) {
  Specs specs(kSeed);
  for (int round = 0; round < 2000; ++round) {
    const Json before = specs.Spec();
    const Json together = specs.Terms(2);
    const Json apart = specs.Terms(2);
    Json after = before;
    ASSERT_TRUE(AppendAffinity(together, apart, &after).ok()) << before;
    for (const AffinityKind kind : {AffinityKind::kTogether, AffinityKind::kApart}) {
      const Json& added = kind == AffinityKind::kTogether ? together : apart;
      ASSERT_EQ(TermsOf(after, kind), Joined(TermsOf(before, kind), added)) << "seed " << kSeed << ": " << before;
    }
    ASSERT_EQ(Rest(after), Rest(before)) << "seed " << kSeed;
  }
}

TEST(ExclusiveAffinityTest, Laws1And2ASecondTimeAddsNothingAndTheUsersTermsStay) {
  Specs specs(kSeed + 1);
  int added = 0;
  for (int round = 0; round < 2000; ++round) {
    const Json before = specs.Spec();
    Json once = before;
    ASSERT_TRUE(AddExclusiveAffinity("key", "value", "rack", &once).ok()) << before;
    added += once != before;
    Json twice = once;
    ASSERT_TRUE(AddExclusiveAffinity("key", "value", "rack", &twice).ok()) << before;
    ASSERT_EQ(twice, once) << "law 1, seed " << kSeed + 1 << ": " << before;
    for (const AffinityKind kind : {AffinityKind::kTogether, AffinityKind::kApart}) {
      const Json user = TermsOf(before, kind);
      const Json all = TermsOf(once, kind);
      ASSERT_GE(all.size(), user.size()) << "law 2, seed " << kSeed + 1 << ": " << before;
      for (size_t i = 0; i < user.size(); ++i) ASSERT_EQ(all[i], user[i]) << "law 2, seed " << kSeed + 1;
    }
    ASSERT_EQ(Rest(once), Rest(before)) << "law 2, seed " << kSeed + 1;
  }
  EXPECT_GT(added, 1000);
  EXPECT_LT(added, 2000);
}

// --- The node of a pod.

NodeFacts Node(const std::string& name, const std::string& disk) {
  NodeFacts node;
  node.name = name;
  node.labels = {{"kubernetes.io/hostname", "host-" + name}, {"disk", disk}};
  return node;
}

std::vector<NodeFacts> Nodes() {
  std::vector<NodeFacts> nodes = {Node("n0", "ssd"), Node("n1", "hdd"), Node("n2", "ssd"), Node("n3", "hdd")};
  nodes[2].labels.erase("kubernetes.io/hostname");
  nodes[3].taints = {{"t", "", "NoSchedule"}};
  return nodes;
}

// What users ask of nodes.
std::vector<Json> SpecsOfUsers() {
  std::vector<Json> specs = {Json::object()};
  for (const char* text :
       {R"({"nodeSelector": {"disk": "ssd"}})", R"({"nodeSelector": {"kubernetes.io/hostname": "host-n0"}})",
        R"({"nodeSelector": null, "affinity": null})", R"({"tolerations": [{"operator": "Exists"}]})"}) {
    specs.push_back(Json::parse(text));
  }
  for (const char* terms : {
           R"([{"matchExpressions": [{"key": "disk", "operator": "In", "values": ["hdd"]}]}])",
           R"([{"matchExpressions": [{"key": "disk", "operator": "In", "values": ["hdd"]}]},
               {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n0"]}]}])",
           R"([{}, {"matchExpressions": [{"key": "disk", "operator": "Exists"}]}])",
           R"([{}])",
           R"([])",
       }) {
    Json spec;
    spec["affinity"]["nodeAffinity"][kRequired]["nodeSelectorTerms"] = Json::parse(terms);
    specs.push_back(spec);
    spec["nodeSelector"]["disk"] = "ssd";
    specs.push_back(spec);
  }
  return specs;
}

bool Takes(const Json& spec, const NodeFacts& node) {
  const absl::StatusOr<NodeFilter> filter = NodeFilter::FromPodSpec(spec);
  EXPECT_TRUE(filter.ok()) << filter.status() << " " << spec;
  return filter.ok() && filter->Check(node) == NodeExclusion::kNone;
}

TEST(NodeBindingTest, Law1TheNodeIsOneRequirementMore) {
  for (const NodeBinding binding : {NodeBinding::kNodeSelector, NodeBinding::kNodeAffinity}) {
    for (const Json& user : SpecsOfUsers()) {
      for (const NodeFacts& bound : Nodes()) {
        Json spec = user;
        BindPodToAssignedNode(bound, binding, &spec);
        for (const NodeFacts& node : Nodes()) {
          EXPECT_EQ(Takes(spec, node), Takes(user, node) && node.name == bound.name)
              << user << " bound to " << bound.name << " is " << spec << ", on " << node.name;
        }
      }
    }
  }
}

// The name of a node stands beside what the user wrote, which no scheduler looks at any more.
TEST(NodeBindingTest, Law1ANameLeavesTheRestAsItIs) {
  for (const Json& user : SpecsOfUsers()) {
    Json spec = user;
    BindPodToAssignedNode(Nodes()[1], NodeBinding::kNodeName, &spec);
    EXPECT_EQ(spec["nodeName"], "n1");
    spec.erase("nodeName");
    EXPECT_EQ(spec, user);
  }
}

TEST(NodeBindingTest, Law2BindingTwiceChangesNothingMore) {
  for (const NodeBinding binding : {NodeBinding::kNodeName, NodeBinding::kNodeSelector, NodeBinding::kNodeAffinity}) {
    for (const Json& user : SpecsOfUsers()) {
      for (const NodeFacts& node : Nodes()) {
        Json once = user;
        BindPodToAssignedNode(node, binding, &once);
        Json twice = once;
        BindPodToAssignedNode(node, binding, &twice);
        EXPECT_EQ(twice, once) << user << " bound to " << node.name;
      }
    }
  }
}

}  // namespace
}  // namespace lws
