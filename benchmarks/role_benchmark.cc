// The cost of one step of a rollout of roles: of the planner alone, and of both policies with one old revision.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "benchmark/benchmark.h"
#include "lws/rollout/keep_role_budgets.h"
#include "lws/rollout/role_planner.h"
#include "lws/rollout/role_rollout.h"

namespace lws {
namespace {

// The state is in the middle of a rollout, so that every rule is tried before one applies.
void BM_PlanRoles(benchmark::State& state) {
  std::vector<RoleCounts> roles;
  for (int64_t i = 0; i < state.range(0); ++i) roles.push_back({8 + i, 5 + i, 4, 8 + i, 1, 0});
  std::vector<RoleReplicas> next(roles.size());
  if (PlanRoles(roles, absl::MakeSpan(next)) == RoleStepReason::kNothing) state.SkipWithError("there is no step");
  for (auto _ : state) benchmark::DoNotOptimize(PlanRoles(roles, absl::MakeSpan(next)));
}
BENCHMARK(BM_PlanRoles)->Arg(2)->Arg(10);

void RunPolicy(benchmark::State& state, RoleRolloutPolicy policy) {
  std::vector<RoleGoal> goals;
  std::vector<RoleGroups> new_groups, old_groups;
  for (int32_t i = 0; i < static_cast<int32_t>(state.range(0)); ++i) {
    goals.push_back({8 + i, {1, 0}});
    new_groups.push_back({true, 4, 4});
    old_groups.push_back({true, 5 + i, 5 + i, 8 + i});
  }
  const RoleRolloutInput input{goals, goals.size(), new_groups, old_groups};
  if (policy(input).reason == RoleStepReason::kNothing) state.SkipWithError("there is no step");
  for (auto _ : state) benchmark::DoNotOptimize(policy(input));
}

void BM_PlanRoleRollout(benchmark::State& state) { RunPolicy(state, PlanRoleRollout); }
BENCHMARK(BM_PlanRoleRollout)->Arg(2)->Arg(10);

void BM_KeepRoleBudgets(benchmark::State& state) { RunPolicy(state, KeepRoleBudgets); }
BENCHMARK(BM_KeepRoleBudgets)->Arg(2)->Arg(10);

}  // namespace
}  // namespace lws
BENCHMARK_MAIN();
