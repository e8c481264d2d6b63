// Rolling updates: bugs of the past, named by their id in the public history of LeaderWorkerSet.
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "lws/rollout/budget.h"
#include "lws/rollout/planner.h"

namespace lws {
namespace {

using Answer = std::pair<int, int>;  // partition, replicas

struct Set {
  int replicas;
  int max_unavailable;
  int max_surge;
  int spec_partition = 0;
};

// One step of a set with this partition and these groups; they also give the replicas.
Answer Roll(const Set& set, int partition, const std::string& groups, int annotation = -1) {
  const GroupBits bits = GroupBits::Parse(groups);
  RolloutInput input;
  input.replicas = set.replicas;
  input.max_unavailable = IntOrPercent::Int(set.max_unavailable);
  input.max_surge = IntOrPercent::Int(set.max_surge);
  input.spec_partition = set.spec_partition;
  input.current = LeaderState{bits.size(), partition, annotation < 0 ? set.replicas : annotation, &bits};
  const RolloutStep step = *PlanRollout(input);
  return {step.partition, step.replicas};
}

Answer Begin(const Set& set, int replicas) {
  const GroupBits bits(replicas);
  RolloutInput input;
  input.replicas = set.replicas;
  input.max_unavailable = IntOrPercent::Int(set.max_unavailable);
  input.max_surge = IntOrPercent::Int(set.max_surge);
  input.updated = true;
  input.current = LeaderState{replicas, 0, set.replicas, &bits};
  const RolloutStep step = *PlanRollout(input);
  return {step.partition, step.replicas};
}

TEST(RollingUpdate, R1_NeverTakesTheOnlyReadyGroup) { EXPECT_EQ(Roll({2, 1, 0}, 2, ".R"), Answer(2, 2)); }

TEST(RollingUpdate, R2_ProceedsOverUnreadyGroups) { EXPECT_EQ(Roll({4, 0, 1}, 4, "....B"), Answer(3, 5)); }

TEST(RollingUpdate, R3_OneReplicaSurgesFirst) {
  EXPECT_EQ(Begin({1, 0, 1}, 1), Answer(1, 2));
  EXPECT_EQ(Roll({1, 0, 1}, 1, "RU"), Answer(1, 2));
  EXPECT_EQ(Roll({1, 0, 1}, 1, "RB"), Answer(0, 2));
  EXPECT_EQ(Roll({1, 0, 1}, 0, "BB"), Answer(0, 1));
}

TEST(RollingUpdate, R4_SurgeGroupIsKeptUntilTheOthersAreReady) { EXPECT_EQ(Roll({1, 0, 1}, 0, "UB").second, 2); }

TEST(RollingUpdate, R5_BothSurgeGroupsGoAtOnce) { EXPECT_EQ(Roll({4, 2, 2}, 0, "UUBBBB").second, 4); }

TEST(RollingUpdate, R6_ScaleUpWithoutATemplateChange) { EXPECT_EQ(Roll({3, 0, 1}, 0, "BB", 2), Answer(0, 3)); }

TEST(RollingUpdate, R7_ScaleUpGoesBeforeTheUpdate) { EXPECT_EQ(Begin({3, 0, 1}, 2), Answer(2, 3)); }

TEST(RollingUpdate, R8_TheStatefulSetMayAlwaysReplaceOne) {
  EXPECT_EQ(StatefulSetMaxUnavailable(*ScaleBudget(0, IntOrPercent::Int(2), IntOrPercent::Int(0))), 1);
  EXPECT_EQ(StatefulSetMaxUnavailable(*ScaleBudget(4, IntOrPercent::Text("50%"), IntOrPercent::Text("25%"))), 3);
  EXPECT_EQ(StatefulSetMaxUnavailable(*ScaleBudget(2, IntOrPercent::Int(9), IntOrPercent::Int(0))), 2);
}

TEST(RollingUpdate, R11_SurgeAndUnavailableTogether) {
  const Set set = {4, 2, 2};
  EXPECT_EQ(Begin(set, 4), Answer(4, 6));
  EXPECT_EQ(Roll(set, 4, "RRRR.."), Answer(2, 6));
  EXPECT_EQ(Roll(set, 2, "RR..B."), Answer(2, 6));
  EXPECT_EQ(Roll(set, 2, "RR...B"), Answer(1, 6));
  EXPECT_EQ(Roll(set, 2, "RR..BB"), Answer(0, 6));
  EXPECT_EQ(Roll(set, 2, "RRBBBB"), Answer(0, 4));
  EXPECT_EQ(Roll(set, 0, "..BBBB"), Answer(0, 4));
}

TEST(RollingUpdate, R13_FirstDeploymentBehindAPartition) { EXPECT_EQ(Roll({6, 2, 3, 9}, 9, "......"), Answer(9, 9)); }

TEST(RollingUpdate, R22_NothingToRollAndMoreUnavailableThanGroups) {
  EXPECT_EQ(Roll({0, 0, 0}, 0, ""), Answer(0, 0));
  EXPECT_EQ(Roll({2, 5, 0}, 2, "RR"), Answer(0, 2));
}

}  // namespace
}  // namespace lws
