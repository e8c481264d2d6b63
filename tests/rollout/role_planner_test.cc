#include "lws/rollout/role_planner.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "tests/rollout/role_planner_oracle.h"

namespace lws {
namespace {

using Roles = std::vector<RoleCounts>;

std::string Show(const Roles& roles) {
  std::string text;
  for (const RoleCounts& role : roles) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", "initial ", role.initial, " old ", role.old_replicas, " new ",
                    role.new_replicas, " target ", role.target, " surge ", role.surge, " unavailable ",
                    role.unavailable);
  }
  return text;
}

// Empty without a step.
std::vector<RoleReplicas> Plan(const Roles& roles) {
  std::vector<RoleReplicas> next(roles.size());
  if (PlanRoles(roles, absl::MakeSpan(next)) == RoleStepReason::kNothing) return {};
  return next;
}

bool TakesStep(Roles* roles) {
  const std::vector<RoleReplicas> next = Plan(*roles);
  for (size_t i = 0; i < next.size(); ++i) {
    (*roles)[i].old_replicas = std::min((*roles)[i].old_replicas, next[i].old_replicas);
    (*roles)[i].new_replicas = next[i].new_replicas;
  }
  return !next.empty();
}

// "old/new" for all states from the beginning on, in the notation of the description.
std::string Course(Roles roles) {
  const auto show = [&] {
    std::string old_text, new_text;
    for (const RoleCounts& role : roles) {
      absl::StrAppend(&old_text, old_text.empty() ? "" : ",", role.old_replicas);
      absl::StrAppend(&new_text, new_text.empty() ? "" : ",", role.new_replicas);
    }
    return absl::StrCat(old_text, "/", new_text);
  };
  std::string text = show();
  while (text.size() < 1000 && TakesStep(&roles)) absl::StrAppend(&text, " ", show());
  return text;
}

TEST(RolePlannerTest, WorkedExamples) {
  EXPECT_EQ(Course({{4, 4, 0, 4, 1, 0}, {2, 2, 0, 2, 1, 0}}),
            "4,2/0,0 4,2/1,1 3,2/1,1 3,2/2,1 2,1/2,1 2,1/3,2 1,1/3,2 1,1/4,2 0,0/4,2");
  EXPECT_EQ(Course({{4, 4, 0, 4, 2, 1}, {2, 2, 0, 2, 2, 1}}), "4,2/0,0 4,2/2,1 2,1/2,1 2,1/4,2 0,0/4,2");
  EXPECT_EQ(Course({{4, 4, 0, 4, 0, 2}, {2, 2, 0, 2, 0, 2}}), "4,2/0,0 2,1/0,0 2,1/2,1 0,0/2,1 0,0/4,2");
  EXPECT_EQ(Course({{6, 6, 0, 3, 1, 1}, {2, 2, 0, 4, 1, 1}}),
            "6,2/0,0 5,2/0,0 4,2/0,0 3,1/0,0 3,1/1,1 3,1/1,2 2,1/1,2 2,1/2,2 2,1/2,3 1,1/2,3 1,1/3,4 0,0/3,4");
  EXPECT_EQ(Course({{4, 4, 0, 4, 1, 0}, {2, 2, 0, 2, 1, 0}, {3, 3, 0, 0, 1, 0}}),
            "4,2,3/0,0,0 4,2,3/1,1,0 3,2,3/1,1,0 3,2,3/2,1,0 2,1,2/2,1,0 2,1,2/3,2,0 1,1,1/3,2,0 1,1,1/4,2,0 "
            "0,0,0/4,2,0");
  EXPECT_EQ(Course({{1, 1, 0, 1, 0, 1}, {2, 2, 0, 2, 0, 1}}), "1,2/0,0 1,1/0,0 0,0/1,1 0,0/1,2");
}

// All states of one role, to be combined to pairs.
Roles AllStates(int64_t most) {
  Roles states;
  for (int64_t initial = 0; initial <= most; ++initial) {
    for (int64_t old_replicas = 0; old_replicas <= most; ++old_replicas) {
      for (int64_t new_replicas = 0; new_replicas <= most; ++new_replicas) {
        for (int64_t target = 0; target <= most; ++target) {
          for (int64_t budget = 0; budget < 9; ++budget) {
            states.push_back({initial, old_replicas, new_replicas, target, budget / 3, budget % 3});
          }
        }
      }
    }
  }
  return states;
}

TEST(RolePlannerTest, EveryStateOfTwoRolesEqualsTheOracle) {
  const Roles states = AllStates(3);
  for (const RoleCounts& a : states) {
    for (const RoleCounts& b : states) {
      const Roles roles = {a, b};
      const std::vector<RoleReplicas> next = Plan(roles);
      ASSERT_EQ(next, PlanRolesByTheBook(roles)) << Show(roles);
      if (next.empty()) continue;
      for (size_t i = 0; i < 2; ++i) {
        ASSERT_GE(next[i].new_replicas, roles[i].new_replicas) << "law 1: " << Show(roles);
        ASSERT_LE(next[i].new_replicas, std::max(roles[i].new_replicas, roles[i].target)) << "law 1: " << Show(roles);
      }
      const std::vector<RoleReplicas> turned = Plan({b, a});
      ASSERT_EQ(turned, (std::vector<RoleReplicas>{next[1], next[0]})) << "law 5: " << Show(roles);
    }
  }
}

// Law 2: a state that has groups of both roles is followed by one that has groups of both, or of none.
// Law 4: the step makes another state, or says that something stays.
TEST(RolePlannerTest, Laws2And4InEveryStateOfTwoRoles) {
  const Roles states = AllStates(2);
  int64_t steps = 0;
  int64_t ends = 0;
  for (const RoleCounts& a : states) {
    for (const RoleCounts& b : states) {
      const Roles roles = {a, b};
      std::vector<RoleReplicas> next(2);
      const RoleStepReason reason = PlanRoles(roles, absl::MakeSpan(next));
      if (reason == RoleStepReason::kNothing) continue;
      ++steps;
      bool changes = false, raises = false;
      int served = 0, serving = 0;
      for (size_t i = 0; i < 2; ++i) {
        raises = raises || next[i].old_replicas > roles[i].old_replicas;
        const int64_t old_replicas = std::min(roles[i].old_replicas, next[i].old_replicas);
        changes = changes || old_replicas != roles[i].old_replicas || next[i].new_replicas != roles[i].new_replicas;
        served += roles[i].initial > 0 && roles[i].old_replicas > 0;
        serving += old_replicas > 0;
      }
      const bool stays = reason == RoleStepReason::kDrain && raises;
      ASSERT_TRUE(changes || stays) << "law 4: " << RoleStepReasonName(reason) << " of " << Show(roles);
      if (served < 2 || reason == RoleStepReason::kTooMuchOld) continue;
      ASSERT_NE(serving, 1) << "law 2: " << RoleStepReasonName(reason) << " of " << Show(roles);
      ends += serving == 0;
    }
  }
  EXPECT_GT(steps, 100000);
  EXPECT_GT(ends, 1000);
}

TEST(RolePlannerTest, RandomStatesEqualTheOracle) {
  for (uint32_t seed = 1; seed <= 20000; ++seed) {
    std::mt19937 random(seed);
    const auto draw = [&random](int64_t most) { return static_cast<int64_t>(random() % (most + 1)); };
    const int64_t most = seed % 4 == 0 ? 1000000 : 12;
    Roles roles(2 + draw(8));
    for (RoleCounts& role : roles) {
      role.initial = draw(most) - (seed % 7 == 0 ? draw(3) : 0);
      role.old_replicas = std::min(draw(most), std::max<int64_t>(role.initial + draw(1), 0));
      role.target = draw(most);
      role.new_replicas = std::min(draw(most), role.target);
      role.surge = draw(3);
      role.unavailable = draw(3);
    }
    ASSERT_EQ(Plan(roles), PlanRolesByTheBook(roles)) << "seed " << seed << ": " << Show(roles);
  }
}

// Numbers whose products an int64 does not hold.
TEST(RolePlannerTest, LargeNumbersDoNotOverflow) {
  const int64_t large = (int64_t{1} << 52) - 1;
  const Roles roles = {{large, large, 0, large, 1, 0}, {2, 2, 0, 2, 1, 0}};
  EXPECT_EQ(Plan(roles), (std::vector<RoleReplicas>{{large, 1}, {2, 1}}));
}

// The numbers of violations that the description gives for rollouts of two roles of 0..4 groups with equal budgets of
// 0..2. This planner does not keep budgets; other policies are tested more strictly.
TEST(RolePlannerTest, KnownViolationsAreFound) {
  int64_t rollouts = 0, below = 0, above = 0, both = 0, longest = 0;
  for (int64_t n = 0; n < 5 * 5 * 5 * 5 * 9; ++n) {
    const int64_t surge = n % 3, unavailable = n / 3 % 3;
    if (surge == 0 && unavailable == 0) continue;
    Roles roles = {{n / 9 % 5, n / 9 % 5, 0, n / 45 % 5, surge, unavailable},
                   {n / 225 % 5, n / 225 % 5, 0, n / 1125 % 5, surge, unavailable}};
    bool is_below = false, is_above = false, moves_both = false;
    int64_t steps = 0;
    for (Roles before = roles; TakesStep(&roles); before = roles, ++steps) {
      ASSERT_LT(steps, 50) << Show(roles);
      bool adds = false, takes = false;
      for (size_t i = 0; i < 2; ++i) {
        const RoleCounts& role = roles[i];
        // What this step adds is not ready yet.
        const int64_t ready = role.old_replicas + before[i].new_replicas;
        is_below = is_below || (role.old_replicas < before[i].old_replicas &&
                                ready < std::min(role.initial, role.target) - unavailable);
        is_above = is_above || (role.new_replicas > before[i].new_replicas &&
                                role.old_replicas + role.new_replicas > std::max(role.initial, role.target) + surge);
        adds = adds || role.new_replicas > before[i].new_replicas;
        takes = takes || role.old_replicas < before[i].old_replicas;
      }
      moves_both = moves_both || (adds && takes);
    }
    for (const RoleCounts& role : roles) {
      ASSERT_TRUE(role.old_replicas == 0 && role.new_replicas == role.target) << "law 3: " << Show(roles);
    }
    ++rollouts;
    below += is_below;
    above += is_above;
    both += moves_both;
    longest = std::max(longest, steps);
  }
  EXPECT_EQ(rollouts, 5000);
  EXPECT_EQ(below, 180);
  EXPECT_EQ(above, 6);
  EXPECT_EQ(both, 845);
  EXPECT_EQ(longest, 11);
}

}  // namespace
}  // namespace lws
