// Law 12 of assign_group.h, compared with a required level after another, and law 5 of set_request.h.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/admit_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/set_request.h"
#include "nlohmann/json.hpp"
#include "tests/placement/case_count.h"
#include "tests/placement/placement_cases.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261131;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 5000;
#else
constexpr int kCases = 100000;
#endif

const std::vector<std::string> kKeys = {"block", "rack", "host"};

GroupRequest Pods(int64_t pods) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = pods;
  request.closeness = Closeness::kRequired;
  request.level = "block";
  request.preferred_within = "rack";
  return request;
}

TEST(PreferredWithinTest, NarrowWhereThereIsRoom) {
  const Capacity capacity = SmallTopology("{[3 3][4]}{[9]}");
  const auto place = [&](int64_t pods) {
    const PlacementResult result = *AssignGroup(capacity, Pods(pods));
    return result.assignment.has_value() ? PodsByNode(capacity.topology(), *result.assignment) : "-";
  };
  EXPECT_EQ(place(4), "- - 4 -");
  EXPECT_EQ(place(5), "3 2 - -");
  EXPECT_EQ(place(9), "- - - 9");
  EXPECT_EQ(place(10), "3 3 4 -");
  EXPECT_EQ(place(11), "-");
  GroupRequest request = Pods(1);
  request.level = "host";
  EXPECT_FALSE(AssignGroup(capacity, request).ok()) << "rack is wider than host";
  request = Pods(1);
  request.closeness = Closeness::kPreferred;
  EXPECT_FALSE(AssignGroup(capacity, request).ok());
  request = Pods(1);
  request.preferred_within = "row";
  EXPECT_FALSE(AssignGroup(capacity, request).ok());
}

// Takes everything from the nodes without the label of the level.
void CloseUnlabelled(int level, Capacity* capacity) {
  const Topology& topology = capacity->topology();
  ResourceAmounts everything;
  for (const std::string& name : topology.resources()) everything[name] = int64_t{1} << 40;
  for (int32_t node = 0; node < topology.NodeCount(); ++node) {
    if (topology.IsLabelled(level, topology.DomainOf(level, node))) continue;
    for (int i = 0; i < 100; ++i) capacity->Use(node, everything);
  }
}

TEST(PreferredWithinTest, Law12AgainstOneLevelAfterAnother) {
  Cases cases(kSeed);
  int placed = 0;
  int wider = 0;
  for (int round = 0; round < CaseCount(kCases); ++round) {
    Capacity capacity(*Topology::Create(cases.Nodes(), kKeys));
    HoldSome(&cases, &capacity);
    GroupRequest request = cases.Request();
    const size_t level = static_cast<size_t>(cases.Draw(2));
    const size_t within = level + static_cast<size_t>(cases.Draw(3 - static_cast<int>(level)));
    request.closeness = Closeness::kRequired;
    request.level = kKeys[level];
    request.preferred_within = kKeys[within];
    const PlacementResult result = *AssignGroup(capacity, request);
    CloseUnlabelled(static_cast<int>(level), &capacity);
    std::optional<Assignment> expected;
    for (size_t at = within + 1; at-- > level && !expected.has_value();) {
      GroupRequest required = request;
      required.preferred_within.clear();
      required.level = kKeys[at];
      expected = AssignGroup(capacity, required)->assignment;
      wider += expected.has_value() && at < within;
    }
    ASSERT_EQ(result.assignment, expected)
        << "round " << round << ", seed " << kSeed << ", within " << kKeys[within] << Describe(capacity, request);
    placed += expected.has_value();
  }
  EXPECT_GT(placed, kCases / 4);
  EXPECT_GT(wider, kCases / 200);
}

TEST(SetLayersTest, Law5LayersInPlaceOfThoseOfTheSet) {
  const auto request = [](int size, const std::vector<SubgroupLayer>& layers) {
    Json manifest = Json::parse(R"({"metadata": {"name": "s", "namespace": "n"}, "spec": {"leaderWorkerTemplate": {
      "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i"}]}}}}})");
    manifest["spec"]["leaderWorkerTemplate"]["size"] = size;
    SetPlacement placement;
    placement.layers = layers;
    return *GroupRequestFromSet(*AdmitSet(manifest).set, placement);
  };
  const std::vector<SubgroupLayer> layers = {{8, "block", false}, {4, "rack", false}, {2, "host", false}};
  const GroupRequest member = request(16, layers);
  ASSERT_EQ(member.subgroups.size(), 3u);
  EXPECT_EQ(member.subgroups[1].size, 4);
  EXPECT_EQ(member.subgroups[1].level, "rack");
  EXPECT_EQ(member.subgroup_leader, SubgroupLeader::kMember);
  EXPECT_EQ(request(17, layers).subgroup_leader, SubgroupLeader::kExtra);
}

}  // namespace
}  // namespace lws
