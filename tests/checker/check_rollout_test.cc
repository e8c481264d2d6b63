// Checks the rollout policies against everything that can happen to small sets. Checks the checker with policies that
// are known to be wrong: the reference's known violations, and bugs of its past, put back one at a time.
#include "lws/adapters/testing/checker/check_rollout.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/checker/rollout_world.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/planner.h"
#include "lws/rollout/replace_unready_first.h"

namespace lws {
namespace {

using internal::Exploration;
using internal::ExploreStates;
using internal::kStuck;
using internal::RolloutWorld;

RolloutWorldOptions Options(int32_t replicas, int32_t surge, int32_t unavailable, RolloutPolicy policy) {
  RolloutWorldOptions options;
  options.replicas = replicas;
  options.max_surge = surge;
  options.max_unavailable = unavailable;
  options.policy = policy;
  return options;
}

// Explores from one state, in the notation of scenarios.
Exploration From(const RolloutWorldOptions& options, absl::string_view groups, int32_t partition) {
  const RolloutWorld world(options);
  return ExploreStates(world, {world.Parse(groups, partition)}, {});
}

void ExpectKept(int32_t groups, const RolloutWorldOptions& like, CheckFrom from, int64_t at_least_transitions) {
  int64_t transitions = 0;
  for (const RolloutWorldOptions& options : AllCheckedBudgets(groups, like)) {
    const RolloutCheck check = CheckRollout(options, from, {});
    ASSERT_TRUE(check.complete);
    ASSERT_EQ(check.broken_law, "") << CheckedBudgetText(options) << "\n" << check.trace;
    transitions += check.transitions;
  }
  EXPECT_GT(transitions, at_least_transitions);
}

class CheckedPolicyTest : public testing::TestWithParam<RolloutPolicy> {
 protected:
  RolloutWorldOptions Like(int32_t faults) const {
    RolloutWorldOptions like;
    like.policy = GetParam();
    like.faults = faults;
    return like;
  }
};

TEST_P(CheckedPolicyTest, KeepsAllLawsFromEveryStateWithTwoFaults) {
  RolloutWorldOptions like = Like(2);
  like.merges_symmetric = true;
  ExpectKept(4, like, CheckFrom::kEveryState, 5000000);
}

TEST_P(CheckedPolicyTest, KeepsAllLawsUnderEachOrderOfReplacement) {
  for (const ReplacementOrder order : {ReplacementOrder::kHighestFirst, ReplacementOrder::kMaxUnavailable}) {
    RolloutWorldOptions like = Like(1);
    like.order = order;
    ExpectKept(4, like, CheckFrom::kEveryState, 1000000);
  }
}

TEST_P(CheckedPolicyTest, KeepsAllLawsWithAViewThatLagsBehind) {
  RolloutWorldOptions like = Like(1);
  like.lags = true;
  ExpectKept(3, like, CheckFrom::kTemplateChange, 100000);
}

TEST_P(CheckedPolicyTest, KeepsAllLawsWhenTheSetIsEditedOnTheWay) {
  RolloutWorldOptions like = Like(1);
  like.edits = 2;
  ExpectKept(3, like, CheckFrom::kTemplateChange, 1000000);
}

// Raising the partition does not keep groups that were released under the former template and are not yet seen as
// gone. KeepBudget assumes that there are none, and ReplaceUnreadyFirst releases none.
TEST(CheckRolloutTest, OfAnEditWithAViewThatLagsBehindOnlyReplaceUnreadyFirstKeepsAllLaws) {
  RolloutWorldOptions like;
  like.lags = true;
  like.edits = 2;
  like.faults = 1;
  like.policy = ReplaceUnreadyFirst;
  ExpectKept(2, like, CheckFrom::kTemplateChange, 1000000);
  like.policy = KeepBudget;
  const RolloutCheck check = CheckRollout(like, CheckFrom::kTemplateChange, {});
  EXPECT_EQ(check.broken_law, RolloutWorld::LawText(RolloutWorld::kBudget));
}

INSTANTIATE_TEST_SUITE_P(Policies, CheckedPolicyTest, testing::Values(KeepBudget, ReplaceUnreadyFirst),
                         [](const auto& info) { return info.index == 0 ? "KeepBudget" : "ReplaceUnreadyFirst"; });

TEST(CheckRolloutTest, ReplaceUnreadyFirstNeedsNoOldGroupToHeal) {
  RolloutWorldOptions like;
  like.policy = ReplaceUnreadyFirst;
  like.faults = 2;
  like.old_groups_heal = false;
  for (const RolloutWorldOptions& options : AllCheckedBudgets(5, like)) {
    // A group below the partition that never recovers may use up the whole budget for ever.
    if (options.partition > 0) continue;
    const RolloutCheck check = CheckRollout(options, CheckFrom::kTemplateChange, {});
    ASSERT_EQ(check.broken_law, "") << CheckedBudgetText(options) << "\n" << check.trace;
  }
  // L3: the reference waits for ever.
  RolloutWorldOptions reference = Options(2, 0, 1, PlanRollout);
  reference.old_groups_heal = false;
  EXPECT_EQ(From(reference, "o- o+", 2).broken_law, kStuck);
  reference.policy = ReplaceUnreadyFirst;
  EXPECT_EQ(From(reference, "o- o+", 2).broken_law, 0);
}

// Merging states that differ only by permutations of groups hides nothing: without it the same laws hold and break.
TEST(CheckRolloutTest, MergedStatesBreakTheLawsThatTheOthersBreak) {
  // Releases one group more than the budget allows.
  const RolloutPolicy wrong = [](const RolloutInput& input) {
    absl::StatusOr<RolloutStep> step = KeepBudget(input);
    if (step.ok() && step->reason == RolloutReason::kHeldByBudget) --step->partition;
    return step;
  };
  int broken = 0;
  for (const RolloutPolicy policy : {RolloutPolicy(KeepBudget), wrong}) {
    for (RolloutWorldOptions options : AllCheckedBudgets(3, Options(1, 0, 1, policy))) {
      options.faults = 1;
      const RolloutCheck plain = CheckRollout(options, CheckFrom::kEveryState, {});
      options.merges_symmetric = true;
      const RolloutCheck merged = CheckRollout(options, CheckFrom::kEveryState, {});
      EXPECT_EQ(merged.broken_law, plain.broken_law) << CheckedBudgetText(options);
      EXPECT_LE(merged.states, plain.states);
      broken += !plain.broken_law.empty();
    }
  }
  EXPECT_GT(broken, 5);
}

TEST(CheckRolloutTest, TheReferenceBreaksItsPromiseInL1AndL2) {
  const Exploration l1 = ExploreStates(RolloutWorld(Options(4, 3, 2, PlanRollout)),
                                       {RolloutWorld(Options(4, 3, 2, PlanRollout)).Beginning()}, {});
  EXPECT_EQ(l1.broken_law, RolloutWorld::kBudget);
  EXPECT_EQ(From(Options(4, 3, 2, PlanRollout), "o+ o+ N+ N- N- N+ N+", 2).broken_law, RolloutWorld::kBudget);
  EXPECT_EQ(From(Options(3, 1, 2, PlanRollout), "o- o- o+", 3).broken_law, RolloutWorld::kBudget);
  EXPECT_EQ(From(Options(3, 0, 2, PlanRollout), "o- o- o+", 3).broken_law, RolloutWorld::kBudget);
  for (const RolloutPolicy policy : {KeepBudget, ReplaceUnreadyFirst}) {
    EXPECT_EQ(From(Options(4, 3, 2, policy), "o+ o+ N+ N- N- N+ N+", 2).broken_law, 0);
    EXPECT_EQ(From(Options(3, 1, 2, policy), "o- o- o+", 3).broken_law, 0);
    EXPECT_EQ(From(Options(3, 0, 2, policy), "o- o- o+", 3).broken_law, 0);
  }
}

// With a single fault, as replicas and maxSurge grow, the reference breaks its promise in most sets of four groups.
TEST(CheckRolloutTest, TheReferenceBreaksItsPromiseInManySetsWithOneFault) {
  int broken = 0;
  RolloutWorldOptions like = Options(1, 0, 1, PlanRollout);
  like.faults = 1;
  for (const RolloutWorldOptions& options : AllCheckedBudgets(5, like)) {
    if (options.partition > 0) continue;
    const RolloutCheck check = CheckRollout(options, CheckFrom::kTemplateChange, {});
    broken += check.broken_law == RolloutWorld::LawText(RolloutWorld::kBudget);
  }
  EXPECT_GT(broken, 5);
}

struct FormerBug {
  const char* id;
  RolloutWorldOptions options;
  const char* groups;
  int32_t partition;
  RolloutPolicy bug;
};

// Does not count unready groups below the partition, so the only ready group goes.
absl::StatusOr<RolloutStep> BugR1(const RolloutInput& input) {
  GroupBits bits = input.current->groups == nullptr ? GroupBits() : *input.current->groups;
  for (int32_t i = 0; i < std::min(input.current->partition, bits.size()); ++i) {
    if (!bits.IsUpdated(i)) bits.Set(i, true, false);
  }
  RolloutInput changed = input;
  changed.current->groups = &bits;
  return PlanRollout(changed);
}

// Waits for all old groups to be ready before it continues.
absl::StatusOr<RolloutStep> BugR2(const RolloutInput& input) {
  absl::StatusOr<RolloutStep> step = PlanRollout(input);
  if (!step.ok() || input.current->groups == nullptr) return step;
  for (int32_t i = 0; i < std::min(input.replicas, input.current->partition); ++i) {
    if (!input.current->groups->IsReady(i)) step->partition = input.current->partition;
  }
  return step;
}

// Does not wait for the surge group of a single replica.
absl::StatusOr<RolloutStep> BugR3(const RolloutInput& input) {
  absl::StatusOr<RolloutStep> step = PlanRollout(input);
  if (step.ok() && input.replicas == 1) step->partition = input.spec_partition;
  return step;
}

// Removes the surge group as soon as it is ready itself.
absl::StatusOr<RolloutStep> BugR4(const RolloutInput& input) {
  absl::StatusOr<RolloutStep> step = PlanRollout(input);
  const GroupBits* groups = input.current->groups;
  if (step.ok() && groups != nullptr && groups->CountDone(input.replicas, input.replicas + 1) == 1)
    step->replicas = input.replicas;
  return step;
}

TEST(CheckRolloutTest, FormerBugsR1ToR4AreFound) {
  RolloutWorldOptions sick = Options(4, 1, 0, nullptr);
  sick.old_groups_heal = false;
  const FormerBug bugs[] = {
      {"R1", Options(2, 0, 1, nullptr), "o- o+", 2, BugR1},
      {"R2", sick, "o- o- o- o- N+", 4, BugR2},
      {"R3", Options(1, 1, 0, nullptr), "o+ .", 1, BugR3},
      {"R4", Options(1, 1, 0, nullptr), "o+ N+", 1, BugR4},
  };
  for (const FormerBug& bug : bugs) {
    RolloutWorldOptions options = bug.options;
    options.policy = PlanRollout;
    EXPECT_EQ(From(options, bug.groups, bug.partition).broken_law, 0) << bug.id << " without the bug";
    options.policy = bug.bug;
    const Exploration found = From(options, bug.groups, bug.partition);
    EXPECT_NE(found.broken_law, 0) << bug.id;
    EXPECT_FALSE(found.counterexample.empty()) << bug.id;
  }
}

TEST(CheckRolloutTest, ATraceIsDrawnStepByStep) {
  const RolloutCheck check = CheckRollout(Options(1, 1, 0, BugR3), CheckFrom::kTemplateChange, {});
  EXPECT_EQ(check.broken_law, "fewer groups are ready than promised");
  EXPECT_EQ(check.trace,
            "  0  initial state                      [o+]  partition 0 replicas 1 of 1  ready 1 promised 1\n"
            "  1  the controller writes              [o+ . ]  partition 0 replicas 2 of 1  ready 1 promised 1\n"
            "  2  group 0 is being replaced          [x  . ]  partition 0 replicas 2 of 1  ready 0 promised 1\n");
}

TEST(CheckRolloutTest, WhatCannotBeCheckedIsRefused) {
  EXPECT_TRUE(ValidateCheckedWorld(Options(4, 3, 2, KeepBudget)).ok());
  EXPECT_FALSE(ValidateCheckedWorld(Options(5, 3, 2, KeepBudget)).ok());
  EXPECT_FALSE(ValidateCheckedWorld(Options(0, 0, 1, KeepBudget)).ok());
  RolloutWorldOptions faults = Options(2, 0, 1, KeepBudget);
  faults.faults = 4;
  EXPECT_FALSE(ValidateCheckedWorld(faults).ok());
  constexpr int32_t kLargest = std::numeric_limits<int32_t>::max();
  EXPECT_FALSE(ValidateCheckedWorld(Options(kLargest, kLargest, 1, KeepBudget)).ok());
}

// All groups may be unavailable, with three groups as with the largest number.
TEST(CheckRolloutTest, TheLargestMaxUnavailableIsThatOfAllGroups) {
  RolloutWorldOptions all = Options(3, 1, 4, KeepBudget);
  all.order = ReplacementOrder::kMaxUnavailable;
  RolloutWorldOptions largest = all;
  largest.max_unavailable = std::numeric_limits<int32_t>::max();
  EXPECT_TRUE(ValidateCheckedWorld(largest).ok());
  const RolloutCheck of_all = CheckRollout(all, CheckFrom::kEveryState, {});
  const RolloutCheck of_largest = CheckRollout(largest, CheckFrom::kEveryState, {});
  EXPECT_EQ(of_largest.broken_law, "") << of_largest.trace;
  EXPECT_EQ(of_largest.states, of_all.states);
  EXPECT_EQ(of_largest.transitions, of_all.transitions);
}

}  // namespace
}  // namespace lws
