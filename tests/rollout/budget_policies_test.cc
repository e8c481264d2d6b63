// The laws of KeepBudget and ReplaceUnreadyFirst in every small state. tests/checker tests what their steps cause in a
// cluster.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/adapters/testing/checker/check_rollout.h"
#include "lws/adapters/testing/checker/rollout_world.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/guarantee.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/planner.h"
#include "lws/rollout/replace_unready_first.h"

namespace lws {
namespace {

using internal::GuaranteedReady;

RolloutInput Input(const RolloutWorldOptions& budget, const GroupBits* groups, int32_t partition, int32_t replicas) {
  RolloutInput input;
  input.replicas = budget.replicas;
  input.max_surge = IntOrPercent::Int(budget.max_surge);
  input.max_unavailable = IntOrPercent::Int(budget.max_unavailable);
  input.spec_partition = budget.partition;
  input.current = LeaderState{replicas, partition, budget.replicas, groups};
  return input;
}

RolloutWorldOptions Budget(int32_t replicas, int32_t surge, int32_t unavailable) {
  RolloutWorldOptions budget;
  budget.replicas = replicas;
  budget.max_surge = surge;
  budget.max_unavailable = unavailable;
  return budget;
}

constexpr char kKinds[] = ".RUBrbST";  // one of each kind that policies distinguish

// Calls check(budget, groups as text) for every budget of at most this number of groups, with groups in all states.
template <typename Check>
void ForEachState(int32_t most, const Check& check) {
  for (const RolloutWorldOptions& budget : AllCheckedBudgets(most, RolloutWorldOptions())) {
    for (int32_t groups = budget.replicas; groups <= budget.replicas + budget.max_surge; ++groups) {
      size_t states = 1;
      for (int32_t i = 0; i < groups; ++i) states *= sizeof(kKinds) - 1;
      for (size_t state = 0; state < states; ++state) {
        std::string text;
        for (size_t rest = state; text.size() < static_cast<size_t>(groups); rest /= sizeof(kKinds) - 1) {
          text += kKinds[rest % (sizeof(kKinds) - 1)];
        }
        check(budget, text);
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

// The bits with settling groups as ready ones.
GroupBits AsReady(const std::string& text) {
  std::string ready = text;
  std::replace(ready.begin(), ready.end(), 'S', 'R');
  std::replace(ready.begin(), ready.end(), 'T', 'B');
  return GroupBits::Parse(ready);
}

void CheckKeepBudget(const RolloutWorldOptions& budget, const std::string& text, int32_t partition) {
  const GroupBits groups = GroupBits::Parse(text);
  const int32_t replicas = static_cast<int32_t>(text.size());
  const RolloutInput input = Input(budget, &groups, partition, replicas);
  const absl::StatusOr<RolloutStep> step = KeepBudget(input);
  ASSERT_TRUE(step.ok());
  const std::string where = absl::StrCat(CheckedBudgetText(budget), " groups ", text, " partition ", partition,
                                         ": partition ", step->partition, " replicas ", step->replicas);
  ASSERT_GE(step->partition, budget.partition) << where;  // law 2
  ASSERT_GE(step->replicas, budget.replicas) << where;
  ASSERT_LE(step->partition, std::max(partition, budget.partition)) << where;  // law 3
  ASSERT_LE(step->replicas, std::max(replicas, budget.replicas + budget.max_surge)) << where;
  if (step->reason == RolloutReason::kAtRest) return;  // nothing is granted
  const int32_t floor = budget.replicas - budget.max_unavailable;
  const int32_t now = GuaranteedReady(groups, budget.replicas, partition, replicas);
  const int32_t next = GuaranteedReady(groups, budget.replicas, step->partition, step->replicas);
  ASSERT_GE(next, std::min(floor, now)) << where;  // law 1
  const GroupBits serving = AsReady(text);
  const int32_t serving_now = GuaranteedReady(serving, budget.replicas, partition, replicas);
  const int32_t serving_next = GuaranteedReady(serving, budget.replicas, step->partition, step->replicas);
  ASSERT_GE(serving_next, std::min(floor, serving_now)) << where;  // law 7
  const bool all_steady = groups.CountSteady(0, replicas) == replicas;
  const int32_t first = std::min(budget.partition, budget.replicas);
  const bool finished = groups.CountDone(first, budget.replicas) == budget.replicas - first;
  const bool moves = step->partition != partition || step->replicas != replicas;
  // Released groups that are still old are being replaced.
  const bool all_released_done =
      groups.CountSteadyDone(std::min(partition, replicas), replicas) == replicas - std::min(partition, replicas);
  if (all_steady && !finished && all_released_done && partition > budget.partition) {
    ASSERT_TRUE(moves) << where;  // law 4
  }
}

TEST(KeepBudgetTest, Laws1To4And7InEveryStateOfFiveGroups) {
  ForEachState(5, [](const RolloutWorldOptions& budget, const std::string& text) {
    for (int32_t partition = 0; partition <= static_cast<int32_t>(text.size()); ++partition) {
      CheckKeepBudget(budget, text, partition);
      if (::testing::Test::HasFatalFailure()) return;
    }
  });
}

TEST(KeepBudgetTest, Law6InEveryStateOfFourGroups) {
  ForEachState(4, [](const RolloutWorldOptions& budget, const std::string& text) {
    const int32_t replicas = static_cast<int32_t>(text.size());
    for (int32_t partition = 0; partition < budget.replicas; ++partition) {
      std::string sorted = text;
      std::sort(sorted.begin() + std::max(partition, budget.partition), sorted.begin() + budget.replicas);
      const GroupBits a = GroupBits::Parse(text);
      const GroupBits b = GroupBits::Parse(sorted);
      const RolloutStep one = *KeepBudget(Input(budget, &a, partition, replicas));
      const RolloutStep other = *KeepBudget(Input(budget, &b, partition, replicas));
      ASSERT_EQ(one.partition, other.partition) << CheckedBudgetText(budget) << " " << text << " " << partition;
      ASSERT_EQ(one.replicas, other.replicas) << CheckedBudgetText(budget) << " " << text << " " << partition;
    }
  });
}

// The guarantee when the first `deleted` named groups, and those above the replicas, are being deleted.
int32_t GuaranteeAfter(const RolloutWorldOptions& budget, GroupBits groups, const RolloutStep& step, size_t deleted) {
  for (size_t i = 0; i < deleted; ++i) groups.SetLeaving(step.replace[i], true);
  return GuaranteedReady(groups, budget.replicas, step.replicas, step.replicas);
}

void CheckReplaceUnreadyFirst(const RolloutWorldOptions& budget, const std::string& text) {
  const GroupBits groups = GroupBits::Parse(text);
  const int32_t replicas = groups.size();
  RolloutInput input = Input(budget, &groups, 0, replicas);
  const RolloutStep first = *ReplaceUnreadyFirst(input);
  ASSERT_TRUE(first.replace.empty()) << text;  // law 3
  ASSERT_TRUE(first.on_delete);
  input.current->on_delete = true;
  const RolloutStep step = *ReplaceUnreadyFirst(input);
  const std::string where = absl::StrCat(CheckedBudgetText(budget), " groups ", text, ": replicas ", step.replicas);
  const int32_t now = GuaranteedReady(groups, budget.replicas, replicas, replicas);
  const int32_t floor = budget.replicas - budget.max_unavailable;
  const GroupBits serving = AsReady(text);
  const int32_t serving_now = GuaranteedReady(serving, budget.replicas, replicas, replicas);
  bool had_steady = false;
  for (size_t i = 0; i <= step.replace.size(); ++i) {
    ASSERT_GE(GuaranteeAfter(budget, groups, step, i), std::min(floor, now)) << where;           // law 1
    ASSERT_GE(GuaranteeAfter(budget, serving, step, i), std::min(floor, serving_now)) << where;  // law 6
    if (i == step.replace.size()) break;
    const int32_t group = step.replace[i];
    ASSERT_GE(group, budget.partition) << where;  // law 2
    ASSERT_LT(group, step.replicas) << where;
    ASSERT_FALSE(groups.IsUpdated(group) || groups.IsLeaving(group)) << where;
    ASSERT_EQ(std::count(step.replace.begin(), step.replace.end(), group), 1) << where;
    ASSERT_TRUE(groups.IsSteady(group) || !had_steady) << where;
    had_steady |= groups.IsSteady(group);
  }
  const int32_t begin = std::min(budget.partition, budget.replicas);
  const bool is_outdated = groups.CountUpdated(begin, budget.replicas) < budget.replicas - begin;
  if (is_outdated && groups.CountSteady(0, replicas) == replicas) {
    ASSERT_TRUE(!step.replace.empty() || step.replicas != replicas) << where;  // law 4
  }
}

TEST(ReplaceUnreadyFirstTest, Laws1To4And6InEveryStateOfFiveGroups) { ForEachState(5, CheckReplaceUnreadyFirst); }

// Cases in which the reference is known to break its promise.
TEST(KeepBudgetTest, ScenariosL1AndL2) {
  const GroupBits l1 = GroupBits::Parse("RRB..BB");
  const absl::StatusOr<RolloutStep> first = KeepBudget(Input(Budget(4, 3, 2), &l1, 2, 7));
  EXPECT_GE(GuaranteedReady(l1, 4, first->partition, first->replicas), 2);
  EXPECT_LT(GuaranteedReady(l1, 4, PlanRollout(Input(Budget(4, 3, 2), &l1, 2, 7))->partition, 5), 2);
  const GroupBits l2 = GroupBits::Parse("..R.");
  EXPECT_EQ(KeepBudget(Input(Budget(3, 1, 2), &l2, 3, 4))->partition, 3);
  EXPECT_EQ(KeepBudget(Input(Budget(3, 1, 2), &l2, 3, 4))->reason, RolloutReason::kHeldByBudget);
  EXPECT_EQ(PlanRollout(Input(Budget(3, 1, 2), &l2, 3, 4))->partition, 2);
}

}  // namespace
}  // namespace lws
