// The laws of every policy for the rollout of roles, and of the budgets that they are given.
#include "lws/rollout/role_policies.h"

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "lws/api/int_or_percent.h"
#include "lws/rollout/role_budget.h"
#include "lws/rollout/role_rollout.h"
#include "tests/rollout/small_slice.h"

namespace lws {
namespace {

constexpr uint32_t kSeed = 20261126;

// Any numbers of groups, ready or not, of some revisions.
SmallSlice DrawWorld(std::mt19937* random) {
  const auto draw = [random](int32_t most) {
    return static_cast<int32_t>((*random)() % (static_cast<uint32_t>(most) + 1));
  };
  SmallSlice world;
  const int32_t roles = 1 + draw(3);
  const auto draw_groups = [&](bool is_old) {
    RoleGroups groups{draw(9) > 0, draw(5), 0, is_old ? draw(5) : 0};
    if (!groups.exists) groups.replicas = groups.initial = 0;
    groups.ready = draw(groups.replicas);
    return groups;
  };
  for (int32_t i = 0; i < roles; ++i) {
    world.goals.push_back({draw(5), {draw(2), draw(2)}, draw(4) == 0});
    world.new_groups.push_back(draw_groups(false));
  }
  for (int32_t i = roles * draw(2); i > 0; --i) world.old_groups.push_back(draw_groups(true));
  return world;
}

TEST(RoleRolloutTest, Laws1And2OfEveryPolicy) {
  for (const NamedRolePolicy& named : RolePolicies()) {
    std::mt19937 random(kSeed);
    int changes = 0;
    for (int round = 0; round < 20000; ++round) {
      const SmallSlice world = DrawWorld(&random);
      const SmallSlice copy = world;
      const RoleRolloutStep step = named.policy(world.Input());
      const RoleRolloutStep again = named.policy(copy.Input());
      ASSERT_EQ(step.old_groups.size(), world.old_groups.size()) << named.name << ", seed " << kSeed;
      for (size_t i = 0; i < world.old_groups.size(); ++i) {
        ASSERT_LE(step.old_groups[i], world.old_groups[i].replicas)
            << "law 1: " << named.name << ", seed " << kSeed << ", round " << round << ": " << world.ToString();
        changes += step.old_groups[i] != world.old_groups[i].replicas;
      }
      ASSERT_EQ(ToString(step), ToString(again)) << "law 2: " << named.name << ", seed " << kSeed;
      ASSERT_EQ(step.role, again.role) << "law 2: " << named.name << ", seed " << kSeed;
    }
    EXPECT_GT(changes, 1000) << named.name;
  }
}

// The reference's policy waits until every new group is ready.
TEST(RolePoliciesTest, PlanRoleRolloutWaitsForReadyGroups) {
  const std::vector<RoleGoal> goals = {{2, {1, 0}, false}, {2, {1, 0}, false}};
  const std::vector<RoleGroups> old_groups = {{true, 2, 2, 2}, {true, 2, 2, 2}};
  std::vector<RoleGroups> new_groups = {{true, 1, 1}, {true, 1, 0}};
  EXPECT_EQ(PlanRoleRollout({goals, 2, new_groups, old_groups}).reason, RoleStepReason::kWaitsForReady);
  EXPECT_EQ(PlanRoleRollout({goals, 2, new_groups, old_groups}).role, 1);
  new_groups[1].ready = 1;
  EXPECT_EQ(PlanRoleRollout({goals, 2, new_groups, old_groups}).reason, RoleStepReason::kDrain);
}

// An External role that has more groups than its scaler asks for sets the pace by those that it has.
TEST(RolePoliciesTest, PlanRoleRolloutCountsTheGroupsOfAnExternalRole) {
  const std::vector<RoleGoal> goals = {{1, {1, 0}, true}, {4, {4, 0}, false}};
  const std::vector<RoleGroups> old_groups = {{true, 0, 0, 0}, {true, 4, 4, 4}};
  const std::vector<RoleGroups> new_groups = {{true, 8, 8}, {true, 0, 0}};
  EXPECT_EQ(PlanRoleRollout({goals, 2, new_groups, old_groups}).new_groups[1], 1);
}

TEST(RoleBudgetTest, Law1SurgeAndUnavailableAreNeverBothZero) {
  const std::vector<IntOrPercent> values = {
      IntOrPercent::Int(-1),    IntOrPercent::Int(0),      IntOrPercent::Int(1),      IntOrPercent::Int(3),
      IntOrPercent::Text("0%"), IntOrPercent::Text("1%"),  IntOrPercent::Text("50%"), IntOrPercent::Text("100%"),
      IntOrPercent::Text(""),   IntOrPercent::Text("half")};
  int least = 0;
  for (int32_t replicas = 0; replicas <= 20; ++replicas) {
    for (const IntOrPercent& surge : values) {
      for (const IntOrPercent& unavailable : values) {
        const RoleBudget budget = ScaleRoleBudget(replicas, surge, unavailable);
        EXPECT_TRUE(budget.surge > 0 || budget.unavailable > 0) << replicas;
        EXPECT_GE(budget.unavailable, 0) << replicas;
        least += budget.surge == 1 && budget.unavailable == 0;
      }
    }
  }
  EXPECT_GT(least, 100);
}

}  // namespace
}  // namespace lws
