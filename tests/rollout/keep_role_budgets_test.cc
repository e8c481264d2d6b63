// The laws of KeepRoleBudgets in every state of small rollouts, in all their possible courses, and in random ones.
#include "lws/rollout/keep_role_budgets.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/rollout/role_rollout.h"
#include "tests/rollout/role_laws.h"
#include "tests/rollout/small_slice.h"

namespace lws {
namespace {

std::string BrokenLaw(const SmallSlice& world, const RoleRolloutStep& step) {
  SmallSlice after = world;
  after.Apply(step);
  return BrokenLaw(world, after);
}

void ExpectLaws(const SmallSlice& world, const RoleRolloutStep& step) {
  const std::string broken = BrokenLaw(world, step);
  ASSERT_EQ(broken, "") << world.ToString() << "\n  " << ToString(step);
}

// When everything becomes ready, the steps lead to the end.
void ExpectEnd(SmallSlice world) {
  const std::string begin = world.ToString();
  for (int i = 0; i < 200; ++i) {
    if (world.IsDone()) return;
    world.MakeAllReady();
    const RoleRolloutStep step = KeepRoleBudgets(world.Input());
    ExpectLaws(world, step);
    if (::testing::Test::HasFatalFailure()) return;
    const std::string before = world.ToString();
    world.Apply(step);
    ASSERT_NE(before, world.ToString()) << "law 6: no step from " << before << "\n  after " << begin;
  }
  FAIL() << "law 6: no end from " << begin;
}

// --- Every state.

// Calls visit(groups) for every number of replicas up to `most`, with every number of ready ones.
template <typename Visit>
void ForEachGroups(int32_t most, int32_t initial, const Visit& visit) {
  for (int32_t replicas = 0; replicas <= most; ++replicas) {
    for (int32_t ready = 0; ready <= replicas; ++ready) visit(RoleGroups{true, replicas, ready, initial});
  }
}

TEST(KeepRoleBudgetsTest, Laws1To5And7InEveryStateOfTwoRoles) {
  int64_t states = 0;
  ForEachPairOfRoles(2, [&](SmallSlice world) {
    const int32_t initial[] = {world.old_groups[0].initial, world.old_groups[1].initial};
    ForEachGroups(initial[0], initial[0], [&](const RoleGroups& old_a) {
      ForEachGroups(initial[1], initial[1], [&](const RoleGroups& old_b) {
        ForEachGroups(3, 0, [&](const RoleGroups& new_a) {
          ForEachGroups(3, 0, [&](const RoleGroups& new_b) {
            if (::testing::Test::HasFatalFailure()) return;
            world.old_groups = {old_a, old_b};
            world.new_groups = {new_a, new_b};
            ++states;
            ExpectLaws(world, KeepRoleBudgets(world.Input()));
          });
        });
      });
    });
  });
  EXPECT_EQ(states, 5760000);
}

TEST(KeepRoleBudgetsTest, Law6EveryStateOfTwoRolesEndsWhenAllIsReady) {
  ForEachPairOfRoles(2, [&](SmallSlice world) {
    for (int32_t a = 0; a <= world.old_groups[0].initial; ++a) {
      for (int32_t b = 0; b <= world.old_groups[1].initial; ++b) {
        for (int32_t new_a = 0; new_a <= 3; ++new_a) {
          for (int32_t new_b = 0; new_b <= 3; ++new_b) {
            if (::testing::Test::HasFatalFailure()) return;
            SmallSlice state = world;
            state.old_groups[0].replicas = a;
            state.old_groups[1].replicas = b;
            state.new_groups[0].replicas = new_a;
            state.new_groups[1].replicas = new_b;
            ExpectEnd(state);
          }
        }
      }
    }
  });
}

// --- Every course: groups become ready in any order, and any of them may go.

// Visits everything that can happen from `begin` on; returns the number of states.
size_t Explore(const SmallSlice& begin) {
  std::vector<SmallSlice> open = {begin};
  std::set<std::string> seen = {begin.ToString()};
  const auto add = [&](SmallSlice world) {
    if (seen.insert(world.ToString()).second) open.push_back(std::move(world));
  };
  while (!open.empty()) {
    const SmallSlice world = open.back();
    open.pop_back();
    const RoleRolloutStep step = KeepRoleBudgets(world.Input());
    ExpectLaws(world, step);
    if (::testing::Test::HasFatalFailure()) return 0;
    for (const bool loses_ready : {true, false}) {
      SmallSlice next = world;
      next.Apply(step, loses_ready);
      add(next);
    }
    for (size_t i = 0; i < world.new_groups.size() + world.old_groups.size(); ++i) {
      SmallSlice next = world;
      RoleGroups& groups =
          i < world.new_groups.size() ? next.new_groups[i] : next.old_groups[i - world.new_groups.size()];
      if (groups.ready == groups.replicas) continue;
      ++groups.ready;
      add(next);
    }
    ExpectEnd(world);
    if (::testing::Test::HasFatalFailure()) return 0;
  }
  return seen.size();
}

TEST(KeepRoleBudgetsTest, EveryCourseOfEveryPairOfRolesEnds) {
  int64_t rollouts = 0, states = 0;
  ForEachPairOfRoles(3, [&](const SmallSlice& world) {
    if (::testing::Test::HasFatalFailure()) return;
    ++rollouts;
    states += static_cast<int64_t>(Explore(world));
  });
  EXPECT_EQ(rollouts, 16384);
  EXPECT_GT(states, 200000);
}

// An old revision goes only when every role of the new one has a ready group. The exception is a role that has one
// group, wants one, and has no surge: its old group must make room for its new one, and the old revision goes with it.
TEST(KeepRoleBudgetsTest, OldServesUntilNewDoes) {
  int useless = 0;
  ForEachPairOfRoles(3, [&](SmallSlice world) {
    if (::testing::Test::HasFatalFailure()) return;
    bool must_be_useless = false;
    for (size_t i = 0; i < 2; ++i) {
      const RoleGoal& goal = world.goals[i];
      must_be_useless =
          must_be_useless || (world.old_groups[i].initial == 1 && goal.target == 1 && goal.budget.surge == 0);
    }
    const std::string begin = world.ToString();
    bool is_useless = false;
    while (!world.IsDone()) {
      world.MakeAllReady();
      const bool had_old = HasOld(world);
      const std::vector<RoleGroups> ready = world.new_groups;
      world.Apply(KeepRoleBudgets(world.Input()));
      if (!had_old || HasOld(world)) continue;
      for (size_t i = 0; i < 2; ++i) is_useless = is_useless || (world.goals[i].target > 0 && ready[i].ready == 0);
    }
    ASSERT_EQ(is_useless, must_be_useless) << begin;
    useless += is_useless;
  });
  EXPECT_EQ(useless, 508);
}

// --- More roles and revisions.

TEST(KeepRoleBudgetsTest, EveryThreeRolesEnd) {
  std::vector<SmallSlice> roles;
  ForEachPairOfRoles(2, [&](const SmallSlice& world) {
    if (world.old_groups[1].initial > 0 || world.goals[1].target > 0 || world.goals[1].budget.surge != 1) return;
    if (world.goals[1].budget.unavailable == 0) roles.push_back(world);
  });
  ASSERT_EQ(roles.size(), 72);
  for (const SmallSlice& a : roles) {
    for (const SmallSlice& b : roles) {
      for (const SmallSlice& c : roles) {
        const SmallSlice world = {{a.goals[0], b.goals[0], c.goals[0]},
                                  {{true}, {true}, {true}},
                                  {a.old_groups[0], b.old_groups[0], c.old_groups[0]}};
        ExpectEnd(world);
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

class RandomWorld {
 public:
  explicit RandomWorld(uint32_t seed) : random_(seed) {
    const int32_t roles = 2 + Draw(seed % 3 == 0 ? 8 : 2), most = seed % 2 == 0 ? 4 : 12;
    for (int32_t i = 0; i < roles; ++i) {
      RoleGoal goal{Draw(most), {Draw(3), Draw(3)}};
      if (goal.budget.surge == 0 && goal.budget.unavailable == 0) goal.budget.surge = 1;
      world.goals.push_back(goal);
      world.new_groups.push_back({true, Draw(2) == 0 ? Draw(goal.target) : 0});
    }
    for (int32_t i = (1 + Draw(2)) * roles; i > 0; --i) {
      const int32_t initial = Draw(most);
      world.old_groups.push_back({initial > 0, Draw(4) == 0 ? Draw(initial) : initial, 0, initial});
    }
    world.MakeAllReady();
  }

  int32_t Draw(int32_t most) { return static_cast<int32_t>(random_() % (static_cast<uint32_t>(most) + 1)); }

  // A group becomes ready or fails, or a target moves.
  void Disturb() {
    const size_t all = world.new_groups.size() + world.old_groups.size();
    const size_t index = random_() % all;
    RoleGroups& groups =
        index < world.new_groups.size() ? world.new_groups[index] : world.old_groups[index - world.new_groups.size()];
    if (Draw(12) == 0) world.goals[random_() % world.goals.size()].target = Draw(6);
    const bool fails = Draw(5) == 0;
    if (fails && groups.ready > 0) --groups.ready;
    if (!fails && groups.ready < groups.replicas) ++groups.ready;
  }

  SmallSlice world;

 private:
  std::mt19937 random_;
};

TEST(KeepRoleBudgetsTest, Law8RandomCoursesWithTargetsThatMoveKeepTheLaws) {
  for (uint32_t seed = 1; seed <= 4000; ++seed) {
    RandomWorld random(seed);
    for (int i = 0; i < 60; ++i) {
      const RoleRolloutStep step = KeepRoleBudgets(random.world.Input());
      const std::string broken = BrokenLaw(random.world, step);
      ASSERT_EQ(broken, "") << "seed " << seed << ": " << random.world.ToString() << "\n  " << ToString(step);
      if (random.Draw(1) == 0) random.world.Apply(step, random.Draw(1) == 0);
      random.Disturb();
    }
    ExpectEnd(random.world);
    ASSERT_FALSE(HasFatalFailure()) << "seed " << seed;
  }
}

// Law 9: the roles turned around give the answer turned around.
TEST(KeepRoleBudgetsTest, Law9OrderOfRolesDoesNotMatter) {
  for (uint32_t seed = 1; seed <= 4000; ++seed) {
    RandomWorld random(seed);
    for (int i = 0; i < 20; ++i) random.Disturb();
    SmallSlice turned = random.world;
    std::reverse(turned.goals.begin(), turned.goals.end());
    std::reverse(turned.new_groups.begin(), turned.new_groups.end());
    for (size_t i = 0; i < turned.old_groups.size(); i += turned.roles()) {
      const auto begin = turned.old_groups.begin() + static_cast<ptrdiff_t>(i);
      std::reverse(begin, begin + static_cast<ptrdiff_t>(turned.roles()));
    }
    const RoleRolloutStep step = KeepRoleBudgets(random.world.Input());
    RoleRolloutStep other = KeepRoleBudgets(turned.Input());
    std::reverse(other.new_groups.begin(), other.new_groups.end());
    for (size_t i = 0; i < other.old_groups.size(); i += turned.roles()) {
      std::reverse(other.old_groups.begin() + i, other.old_groups.begin() + i + turned.roles());
    }
    EXPECT_EQ(step.reason, other.reason) << "seed " << seed;
    EXPECT_EQ(step.new_groups, other.new_groups) << "seed " << seed;
    EXPECT_EQ(step.old_groups, other.old_groups) << "seed " << seed;
  }
}

}  // namespace
}  // namespace lws
