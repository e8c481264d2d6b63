// Checks the policies for roles against everything that can happen to small DisaggregatedSets. Checks the checker with
// the reference, and with the guards of KeepRoleBudgets taken out.
#include "lws/adapters/testing/checker/check_roles.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/adapters/testing/checker/check_rollout.h"
#include "lws/adapters/testing/checker/checked_roles.h"
#include "lws/adapters/testing/checker/role_laws.h"
#include "lws/adapters/testing/checker/role_pass.h"
#include "lws/adapters/testing/checker/role_world.h"
#include "lws/adapters/testing/checker/role_world_options.h"
#include "lws/rollout/keep_role_budgets.h"
#include "lws/rollout/role_planner.h"
#include "lws/rollout/role_rollout.h"
#include "tests/checker/checked_pairs.h"

namespace lws {
namespace {

using internal::CheckedChild;
using internal::CheckedRoles;
using internal::RoleLawText;

struct Outcome {
  int64_t rollouts = 0;
  int64_t transitions = 0;
  int64_t broken = 0;
  std::string first;  // the first broken one
  std::map<std::string, int64_t> laws;
};

// Checks every `stride`-th of all rollouts of this number of roles with at most this number of groups.
Outcome CheckAll(int32_t groups, size_t roles, const RoleWorldOptions& like, CheckFrom from, size_t stride = 1) {
  Outcome outcome;
  const std::vector<RoleWorldOptions> all = AllCheckedRoles(groups, roles, like);
  for (size_t i = 0; i < all.size(); i += stride) {
    const RoleCheck check = CheckRoles(all[i], from, {});
    EXPECT_TRUE(check.complete);
    ++outcome.rollouts;
    outcome.transitions += check.transitions;
    if (check.broken_law.empty()) continue;
    if (outcome.broken++ == 0) {
      outcome.first = absl::StrCat(CheckedRolesText(all[i]), ": ", check.broken_law, "\n", check.trace);
    }
    ++outcome.laws[check.broken_law];
  }
  return outcome;
}

void ExpectKept(const Outcome& outcome, int64_t rollouts, int64_t at_least_transitions) {
  EXPECT_EQ(outcome.broken, 0) << outcome.first;
  EXPECT_EQ(outcome.rollouts, rollouts);
  EXPECT_GT(outcome.transitions, at_least_transitions);
}

// --- KeepRoleBudgets keeps all laws.

TEST(CheckRolesTest, EveryPairOfRolesOfThreeGroupsKeepsAllLaws) {
  ExpectKept(CheckAll(3, 2, Careful(), CheckFrom::kTemplateChange), 16384, 1000000);
}

TEST(CheckRolesTest, ThreeRolesOfTwoGroupsKeepAllLaws) {
  ExpectKept(CheckAll(2, 3, Careful(), CheckFrom::kTemplateChange, 17), 21956, 1500000);
}

TEST(CheckRolesTest, EveryStateOfTwoRolesKeepsAllLaws) {
  ExpectKept(CheckAll(2, 2, Careful(), CheckFrom::kEveryState, 7), 741, 800000);
}

TEST(CheckRolesTest, KeepsAllLawsWithFaults) {
  RoleWorldOptions like = Careful();
  like.faults = 1;
  ExpectKept(CheckAll(2, 2, like, CheckFrom::kTemplateChange), 5184, 1000000);
  like.faults = 3;
  ExpectKept(CheckAll(2, 2, like, CheckFrom::kTemplateChange, 97), 54, 50000);
}

TEST(CheckRolesTest, KeepsAllLawsWhenTheSetIsEditedAndRevertedOnTheWay) {
  RoleWorldOptions like = Careful();
  like.edits = 1;
  ExpectKept(CheckAll(2, 2, like, CheckFrom::kTemplateChange, 7), 741, 500000);
  like.faults = 1;
  ExpectKept(CheckAll(2, 2, like, CheckFrom::kTemplateChange, 97), 54, 300000);
  like.faults = 0;
  like.edits = 2;
  ExpectKept(CheckAll(2, 2, like, CheckFrom::kTemplateChange, 97), 54, 500000);
}

TEST(CheckRolesTest, KeepsAllLawsWithAStatusThatLagsBehind) {
  RoleWorldOptions like = Careful();
  like.lags = true;
  ExpectKept(CheckAll(2, 2, like, CheckFrom::kTemplateChange), 5184, 1000000);
  like.faults = 1;
  ExpectKept(CheckAll(2, 2, like, CheckFrom::kTemplateChange, 97), 54, 100000);
  like.faults = 0;
  like.edits = 1;
  ExpectKept(CheckAll(2, 2, like, CheckFrom::kTemplateChange, 499), 11, 300000);
}

// The targets of External roles may also go to 0 and come back.
TEST(CheckRolesTest, KeepsAllLawsWhenExternalRolesAreScaled) {
  RoleWorldOptions like = Careful();
  like.edits = 2;
  std::vector<RoleWorldOptions> all = AllCheckedRoles(2, 2, like);
  int64_t transitions = 0;
  for (size_t i = 0; i < all.size(); i += 97) {
    all[i].roles[i % 2].is_external = true;
    const RoleCheck check = CheckRoles(all[i], CheckFrom::kTemplateChange, {});
    EXPECT_EQ(check.broken_law, "") << CheckedRolesText(all[i]) << "\n" << check.trace;
    transitions += check.transitions;
  }
  EXPECT_GT(transitions, 500000);
}

// --- The checker finds what is wrong.

TEST(CheckRolesTest, TheReferenceBreaksItsPromises) {
  RoleWorldOptions like;
  like.crashes = false;
  Outcome outcome = CheckAll(2, 2, like, CheckFrom::kTemplateChange);
  EXPECT_GT(outcome.laws[std::string(RoleLawText(internal::kRoleFloor))], 100);
  EXPECT_GT(outcome.laws[std::string(RoleLawText(internal::kRoleBothSides))], 50);
  EXPECT_GT(outcome.laws[std::string(RoleLawText(internal::kRoleCeiling))], 0);
  // Section 16.1: with this budget both old groups go although no new one is ready.
  const RoleCheck nothing_serves =
      CheckRoles(Two(like, {"", 1, 1, {0, 1}}, {"", 2, 2, {0, 1}}), CheckFrom::kTemplateChange, {});
  EXPECT_FALSE(nothing_serves.broken_law.empty());
}

// Section 16.5: when the start of a rollout fails between two creations, the gate never opens.
TEST(CheckRolesTest, TheReferenceNeverRepairsAStartThatFailed) {
  const RoleCheck check =
      CheckRoles(Two(RoleWorldOptions(), {"", 2, 2, {1, 1}}, {"", 2, 2, {1, 1}}), CheckFrom::kTemplateChange, {});
  EXPECT_EQ(check.broken_law, RoleLawText(internal::kStuck));
  EXPECT_TRUE(absl::StrContains(check.trace, "the controller crashes after 3 writes")) << check.trace;
}

// KeepRoleBudgets without the guard against groups that leave and are still counted.
RoleRolloutStep CountsLeavingGroups(const RoleRolloutInput& input) {
  std::vector<RoleGroups> new_groups(input.new_groups.begin(), input.new_groups.end());
  std::vector<RoleGroups> old_groups(input.old_groups.begin(), input.old_groups.end());
  for (RoleGroups& groups : new_groups) groups.leaving = 0;
  for (RoleGroups& groups : old_groups) groups.leaving = 0;
  return KeepRoleBudgets({input.roles, input.spec_roles, new_groups, old_groups});
}

TEST(CheckRolesTest, FindsThatGroupsAreCountedWhichLeave) {
  RoleWorldOptions like = Careful();
  like.lags = true;
  like.edits = 1;
  // A revert makes new groups of old ones while some of these still leave.
  const RoleWorldOptions options = Two(like, {"", 1, 1, {1, 0}}, {"", 2, 2, {2, 1}});
  EXPECT_EQ(CheckRoles(options, CheckFrom::kTemplateChange, {}).broken_law, "");
  RoleWorldOptions without = options;
  without.policy = CountsLeavingGroups;
  const RoleCheck check = CheckRoles(without, CheckFrom::kTemplateChange, {});
  EXPECT_EQ(check.broken_law, RoleLawText(internal::kRoleFloor));
  EXPECT_TRUE(absl::StrContains(check.trace, "(seen ")) << check.trace;
  // A view that is never late does not show the fault.
  without.lags = false;
  EXPECT_EQ(CheckRoles(without, CheckFrom::kTemplateChange, {}).broken_law, "");
}

// A pass that repairs nothing.
TEST(CheckRolesTest, FindsThatNothingIsMended) {
  RoleWorldOptions options = Two(Careful(), {"", 2, 2, {1, 0}}, {"", 2, 2, {1, 0}});
  options.faults = 1;
  EXPECT_EQ(CheckRoles(options, CheckFrom::kTemplateChange, {}).broken_law, "");
  options.mends = false;
  EXPECT_NE(CheckRoles(options, CheckFrom::kTemplateChange, {}).broken_law, "");
}

// One more old group goes than may go.
RoleRolloutStep TakesOneMore(const RoleRolloutInput& input) {
  RoleRolloutStep step = KeepRoleBudgets(input);
  if (step.reason == RoleStepReason::kDrain && step.old_groups[0] > 1) --step.old_groups[0];
  return step;
}

// Waits for all new groups to be ready, as the reference does.
RoleRolloutStep WaitsForAll(const RoleRolloutInput& input) {
  for (const RoleGroups& groups : input.new_groups) {
    if (groups.ready < groups.replicas) return UnchangedRoleStep(input, RoleStepReason::kHeld);
  }
  return KeepRoleBudgets(input);
}

// Old groups of one role go, and those of the other stay.
RoleRolloutStep LeavesHalf(const RoleRolloutInput& input) {
  RoleRolloutStep step = KeepRoleBudgets(input);
  if (!step.old_groups.empty() && step.old_groups[0] == 1 && step.reason == RoleStepReason::kHeld) {
    step.old_groups[0] = 0;
  }
  return step;
}

RoleRolloutStep NeverTakesTheLast(const RoleRolloutInput& input) {
  RoleRolloutStep step = KeepRoleBudgets(input);
  for (size_t i = 0; i < step.old_groups.size(); ++i) {
    if (input.old_groups[i].replicas > 0) step.old_groups[i] = std::max(1, step.old_groups[i]);
  }
  return step;
}

RoleRolloutStep AddsOneMore(const RoleRolloutInput& input) {
  RoleRolloutStep step = KeepRoleBudgets(input);
  if (step.reason == RoleStepReason::kAdd && step.new_groups[0] < input.roles[0].target) ++step.new_groups[0];
  return step;
}

RoleRolloutStep AddsWhileItTakes(const RoleRolloutInput& input) {
  RoleRolloutStep step = KeepRoleBudgets(input);
  if (step.reason == RoleStepReason::kDrain && step.new_groups[1] < input.roles[1].target) ++step.new_groups[1];
  return step;
}

RoleRolloutStep ShrinksNew(const RoleRolloutInput& input) {
  RoleRolloutStep step = KeepRoleBudgets(input);
  if (step.reason == RoleStepReason::kHeld && step.new_groups[0] > 0) --step.new_groups[0];
  return step;
}

// Laws 1 to 6 of role_laws.h.
TEST(CheckRolesTest, Laws1To6EveryFaultThatIsPutIntoThePolicyIsFound) {
  struct Fault {
    RoleRolloutPolicy policy;
    uint8_t law;
  };
  const Fault faults[] = {{TakesOneMore, internal::kRoleFloor},        {WaitsForAll, internal::kRoleWait},
                          {ShrinksNew, internal::kRoleDirection},      {LeavesHalf, internal::kRoleHalf},
                          {NeverTakesTheLast, internal::kStuck},       {AddsOneMore, internal::kRoleCeiling},
                          {AddsWhileItTakes, internal::kRoleBothSides}};
  for (const Fault& fault : faults) {
    RoleWorldOptions like = Careful();
    like.policy = fault.policy;
    const Outcome outcome = CheckAll(3, 2, like, CheckFrom::kTemplateChange, 31);
    EXPECT_GT(outcome.laws.count(std::string(RoleLawText(fault.law))), 0)
        << RoleLawText(fault.law) << " was not found; first " << outcome.first;
  }
}

// A budget of the largest number gives room for everything. Added to a target, it is more than an int32 holds.
TEST(CheckRolesTest, TheLargestBudgetsKeepAllLaws) {
  constexpr int32_t kLargest = std::numeric_limits<int32_t>::max();
  for (const RoleBudget& budget : {RoleBudget{kLargest, 0}, RoleBudget{0, kLargest}, RoleBudget{kLargest, kLargest}}) {
    const RoleWorldOptions options = Two(Careful(), {"", 2, 1, budget}, {"", 1, 2, budget});
    EXPECT_TRUE(ValidateCheckedRoles(options).ok());
    const RoleCheck check = CheckRoles(options, CheckFrom::kTemplateChange, {});
    EXPECT_TRUE(check.complete);
    EXPECT_EQ(check.broken_law, "") << CheckedRolesText(options) << "\n" << check.trace;
  }
}

// Law 1 of role_laws.h: two failures that no status has shown lower a floor that is far below 0 already.
TEST(CheckRolesTest, Law1HoldsForTheLargestBudgetWithUnseenFailures) {
  RoleWorldOptions options;
  options.roles = {{"a", 3, 0, {1, std::numeric_limits<int32_t>::max()}}};
  CheckedRoles before;
  before.seen_revision = before.revision;
  CheckedChild& child = before.child(0, 0);
  child.exists = true;
  child.replicas = child.ready = child.was = 3;
  child.See();
  child.ready = 1;
  child.unseen_failures = 2;
  CheckedRoles after = before;
  after.child(0, 0).replicas = 2;
  after.child(0, 0).ready = 0;
  EXPECT_EQ(RoleLawText(internal::BrokenRoleLaw(options, before, after)), "");
}

TEST(CheckRolesTest, RefusesWhatItHasNoRoomFor) {
  RoleWorldOptions options;
  EXPECT_FALSE(ValidateCheckedRoles(options).ok());
  options.roles.resize(kMostCheckedRoles);
  EXPECT_TRUE(ValidateCheckedRoles(options).ok());
  options.roles[1].target = kMostCheckedRoleGroups + 1;
  EXPECT_FALSE(ValidateCheckedRoles(options).ok());
  options.roles[1].target = 0;
  options.roles[2].budget = {0, 0};
  EXPECT_FALSE(ValidateCheckedRoles(options).ok());
  options.roles[2].budget = {0, 1};
  options.edits = 3;
  EXPECT_FALSE(ValidateCheckedRoles(options).ok());
  options.edits = 0;
  options.roles.resize(kMostCheckedRoles + 1);
  EXPECT_FALSE(ValidateCheckedRoles(options).ok());
}

TEST(CheckRolesTest, TheSameCheckGivesTheSameResult) {
  RoleWorldOptions like;
  like.faults = 1;
  const RoleWorldOptions options = Two(like, {"", 2, 1, {1, 1}}, {"", 1, 2, {0, 1}});
  const RoleCheck once = CheckRoles(options, CheckFrom::kTemplateChange, {});
  const RoleCheck again = CheckRoles(options, CheckFrom::kTemplateChange, {});
  EXPECT_EQ(once.trace, again.trace);
  EXPECT_EQ(once.states, again.states);
}

}  // namespace
}  // namespace lws
