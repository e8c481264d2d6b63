// KeepBudget: its laws over every small state, and every way a small rollout can go, with groups failing on the way.
#include "lws/rollout/keep_budget.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace lws {
namespace {

struct Budget {
  int32_t replicas;
  int32_t surge;
  int32_t unavailable;
  int32_t spec_partition;
};

RolloutInput Input(const Budget& budget, const GroupBits* groups, int32_t partition, int32_t replicas) {
  RolloutInput input;
  input.replicas = budget.replicas;
  input.max_surge = IntOrPercent::Int(budget.surge);
  input.max_unavailable = IntOrPercent::Int(budget.unavailable);
  input.spec_partition = budget.spec_partition;
  input.current = LeaderState{replicas, partition, budget.replicas, groups};
  return input;
}

// Calls check(budget) for every budget with at most so many groups.
template <typename Check>
void ForEachBudget(int32_t groups, const Check& check) {
  for (int32_t replicas = 1; replicas <= groups; ++replicas) {
    for (int32_t surge = 0; surge <= std::min(replicas, groups - replicas); ++surge) {
      for (int32_t unavailable = surge == 0 ? 1 : 0; unavailable <= replicas; ++unavailable) {
        for (int32_t partition = 0; partition <= replicas; ++partition) {
          check(Budget{replicas, surge, unavailable, partition});
          if (::testing::Test::HasFatalFailure()) return;
        }
      }
    }
  }
}

constexpr char kKinds[] = ".RUBrb";  // one of each that differs to the policy

void CheckLaws(const Budget& budget, const std::string& text, int32_t partition) {
  const GroupBits groups = GroupBits::Parse(text);
  const int32_t replicas = static_cast<int32_t>(text.size());
  const RolloutInput input = Input(budget, &groups, partition, replicas);
  const absl::StatusOr<RolloutStep> step = KeepBudget(input);
  ASSERT_TRUE(step.ok());
  const std::string where =
      absl::StrCat("replicas ", budget.replicas, " surge ", budget.surge, " unavailable ", budget.unavailable,
                   " spec partition ", budget.spec_partition, " groups ", text, " partition ", partition,
                   ": partition ", step->partition, " replicas ", step->replicas);
  ASSERT_GE(step->partition, budget.spec_partition) << where;  // law 2
  ASSERT_GE(step->replicas, budget.replicas) << where;
  ASSERT_LE(step->partition, std::max(partition, budget.spec_partition)) << where;  // law 3
  ASSERT_LE(step->replicas, std::max(replicas, budget.replicas + budget.surge)) << where;
  if (step->reason == RolloutReason::kAtRest) return;  // nothing is granted
  const int32_t floor = budget.replicas - budget.unavailable;
  const int32_t now = GuaranteedReady(groups, budget.replicas, partition, replicas);
  const int32_t next = GuaranteedReady(groups, budget.replicas, step->partition, step->replicas);
  ASSERT_GE(next, std::min(floor, now)) << where;  // law 1
  const bool all_steady = groups.CountSteady(0, replicas) == replicas;
  const int32_t first = std::min(budget.spec_partition, budget.replicas);
  const bool finished = groups.CountDone(first, budget.replicas) == budget.replicas - first;
  const bool moves = step->partition != partition || step->replicas != replicas;
  // Released groups that are still old are on their way.
  const bool all_released_done =
      groups.CountSteadyDone(std::min(partition, replicas), replicas) == replicas - std::min(partition, replicas);
  if (all_steady && !finished && all_released_done && partition > budget.spec_partition) {
    ASSERT_TRUE(moves) << where;  // law 4
  }
}

TEST(KeepBudgetTest, Laws1To4InEveryStateOfFiveGroups) {
  ForEachBudget(5, [](const Budget& budget) {
    for (int32_t groups = budget.replicas; groups <= budget.replicas + budget.surge; ++groups) {
      size_t states = 1;
      for (int32_t i = 0; i < groups; ++i) states *= sizeof(kKinds) - 1;
      for (size_t state = 0; state < states; ++state) {
        std::string text;
        for (size_t rest = state; text.size() < static_cast<size_t>(groups); rest /= sizeof(kKinds) - 1) {
          text += kKinds[rest % (sizeof(kKinds) - 1)];
        }
        for (int32_t partition = 0; partition <= groups; ++partition) {
          CheckLaws(budget, text, partition);
          if (::testing::Test::HasFatalFailure()) return;
        }
      }
    }
  });
}

// A cluster that is as unkind as Kubernetes can be: any released group of the old revision may be taken down at any
// time, as many at once as there are.
struct World {
  // A character a group: '.' not there, 'o' old, 'O' old and ready, 'n' new, 'N' new and ready, 'x' leaving.
  std::string groups;
  int32_t partition = 0;
  int32_t replicas = 0;
  int32_t faults = 0;

  bool operator<(const World& other) const { return Key() < other.Key(); }
  std::string Key() const { return absl::StrCat(groups, " ", partition, " ", replicas, " ", faults); }

  int32_t Ready() const { return static_cast<int32_t>(std::count_if(groups.begin(), groups.end(), IsReady)); }
  static bool IsReady(char group) { return group == 'O' || group == 'N'; }
  static bool IsOld(char group) { return group == 'o' || group == 'O'; }

  GroupBits Bits() const {
    GroupBits bits(static_cast<int32_t>(groups.size()));
    for (size_t i = 0; i < groups.size(); ++i) {
      bits.Set(static_cast<int32_t>(i), IsReady(groups[i]), groups[i] == 'n' || groups[i] == 'N');
      bits.SetLeaving(static_cast<int32_t>(i), groups[i] == 'x');
    }
    return bits;
  }
};

World Pass(const Budget& budget, RolloutPolicy policy, World world) {
  const GroupBits bits = world.Bits();
  const RolloutStep step = *policy(Input(budget, &bits, world.partition, world.replicas));
  world.partition = step.partition;
  world.replicas = step.replicas;
  world.groups.resize(std::max(world.groups.size(), static_cast<size_t>(step.replicas)), '.');
  return world;
}

// What can happen to one group.
void AddSteps(const World& world, size_t i, int32_t max_faults, std::vector<World>* next) {
  const auto add = [&](char group, int32_t faults) {
    World changed = world;
    changed.groups[i] = group;
    changed.faults += faults;
    next->push_back(changed);
  };
  const char group = world.groups[i];
  const bool wanted = static_cast<int32_t>(i) < world.replicas;
  const bool released = static_cast<int32_t>(i) >= world.partition;
  if (group == 'x') return add('.', 0);
  if (group == '.') {
    if (wanted) add(released ? 'n' : 'o', 0);
    return;
  }
  if (!wanted || (released && World::IsOld(group))) add('x', 0);
  if (group == 'o') add('O', 0);
  if (group == 'n') add('N', 0);
  if (world.faults == max_faults) return;
  if (World::IsReady(group)) add(group == 'O' ? 'o' : 'n', 1);  // not ready any more
  add('x', 1);                                                  // gone
}

// One rollout from a set that is all old and ready, in every way. Returns how many states there are, and sets `lowest`
// to the fewest ready groups of any, faults added.
size_t Explore(const Budget& budget, RolloutPolicy policy, int32_t max_faults, int32_t* lowest,
               std::vector<World>* all) {
  World start;
  start.groups = std::string(static_cast<size_t>(budget.replicas), 'O');
  RolloutInput begin = Input(budget, nullptr, 0, budget.replicas);
  begin.updated = true;
  const RolloutStep step = *policy(begin);
  start.partition = step.partition;
  start.replicas = step.replicas;
  start.groups.resize(static_cast<size_t>(std::max(step.replicas, budget.replicas)), '.');
  std::set<World> seen = {start};
  std::deque<World> queue = {start};
  *lowest = budget.replicas;
  while (!queue.empty()) {
    const World world = queue.front();
    queue.pop_front();
    *lowest = std::min(*lowest, world.Ready() + world.faults);
    std::vector<World> next = {Pass(budget, policy, world)};
    for (size_t i = 0; i < world.groups.size(); ++i) AddSteps(world, i, max_faults, &next);
    for (const World& changed : next) {
      if (seen.insert(changed).second) queue.push_back(changed);
    }
  }
  all->assign(seen.begin(), seen.end());
  return seen.size();
}

// With no more faults, everything that is on its way arrives, again and again.
void ExpectConverges(const Budget& budget, World world) {
  const std::string where = world.Key();
  for (int round = 0; round < 100; ++round) {
    world = Pass(budget, KeepBudget, world);
    for (size_t i = 0; i < world.groups.size(); ++i) {
      for (int step = 0; step < 4; ++step) {
        std::vector<World> next;
        AddSteps(world, i, 0, &next);
        if (!next.empty()) world = next.front();
      }
    }
  }
  const int32_t first = std::min(budget.spec_partition, budget.replicas);
  for (int32_t i = 0; i < budget.replicas; ++i) {
    const char group = world.groups[static_cast<size_t>(i)];
    ASSERT_EQ(group, i < first ? (group == 'N' ? 'N' : 'O') : 'N') << where << " comes to " << world.Key();
  }
  ASSERT_EQ(world.replicas, budget.replicas) << where << " comes to " << world.Key();
}

TEST(KeepBudgetTest, NoRolloutOfFourGroupsGoesBelowTheFloorAndAllConverge) {
  size_t states = 0;
  ForEachBudget(4, [&states](const Budget& budget) {
    for (int32_t faults = 0; faults <= 1; ++faults) {
      int32_t lowest = 0;
      std::vector<World> worlds;
      states += Explore(budget, KeepBudget, faults, &lowest, &worlds);
      ASSERT_GE(lowest, budget.replicas - budget.unavailable)
          << "replicas " << budget.replicas << " surge " << budget.surge << " unavailable " << budget.unavailable
          << " spec partition " << budget.spec_partition << " faults " << faults;
      for (World& world : worlds) {
        world.faults = 0;
        ExpectConverges(budget, world);
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  });
  RecordProperty("states", static_cast<int>(states));
  EXPECT_GT(states, 10000u);
}

// The control: what the reference is known for is found, without a fault, where KeepBudget keeps its promise.
TEST(KeepBudgetTest, TheReferenceGoesBelowTheFloor) {
  const Budget budget = {4, 3, 2, 0};
  int32_t lowest = 0;
  std::vector<World> worlds;
  Explore(budget, PlanRollout, 0, &lowest, &worlds);
  EXPECT_EQ(lowest, 1);
  Explore(budget, KeepBudget, 0, &lowest, &worlds);
  EXPECT_EQ(lowest, 2);
}

// Where the reference is known to break its promise.
TEST(KeepBudgetTest, ScenariosL1AndL2) {
  const GroupBits l1 = GroupBits::Parse("RRB..BB");
  const absl::StatusOr<RolloutStep> first = KeepBudget(Input({4, 3, 2, 0}, &l1, 2, 7));
  EXPECT_GE(GuaranteedReady(l1, 4, first->partition, first->replicas), 2);
  EXPECT_LT(GuaranteedReady(l1, 4, PlanRollout(Input({4, 3, 2, 0}, &l1, 2, 7))->partition, 5), 2);
  const GroupBits l2 = GroupBits::Parse("..R.");
  EXPECT_EQ(KeepBudget(Input({3, 1, 2, 0}, &l2, 3, 4))->partition, 3);
  EXPECT_EQ(KeepBudget(Input({3, 1, 2, 0}, &l2, 3, 4))->reason, RolloutReason::kHeldByBudget);
  EXPECT_EQ(PlanRollout(Input({3, 1, 2, 0}, &l2, 3, 4))->partition, 2);
}

}  // namespace
}  // namespace lws
