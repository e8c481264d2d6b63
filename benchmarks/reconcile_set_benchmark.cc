// One look at a set in the middle of a rolling update, by number of groups of 8.
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "benchmarks/allocations.h"
#include "benchmarks/rollout_state.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/planner.h"

namespace lws {
namespace {

// A look at a set that needs no change. It allocates nothing.
void BM_ReconcileSetAtRest(benchmark::State& state) {
  const RolloutState cluster(static_cast<int>(state.range(0)), RolloutPhase::kAtRest);
  const int64_t before = Allocations();
  const bool is_empty = ReconcileSet(cluster.observation(), absl::UnixEpoch()).empty();
  if (!is_empty || Allocations() != before) {
    state.SkipWithError("the plan is not empty, or something was allocated");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(ReconcileSet(cluster.observation(), absl::UnixEpoch()));
}
BENCHMARK(BM_ReconcileSetAtRest)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

// A look while the update waits for a group. Most events of a rollout lead to such a look.
void BM_ReconcileSetWaiting(benchmark::State& state) {
  const RolloutState cluster(static_cast<int>(state.range(0)), RolloutPhase::kWaits);
  const Plan expected = ReconcileSet(cluster.observation(), absl::UnixEpoch());
  if (!expected.empty()) {
    state.SkipWithError("the plan is not empty");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(ReconcileSet(cluster.observation(), absl::UnixEpoch()));
}
BENCHMARK(BM_ReconcileSetWaiting)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

// A look that releases the next group, and therefore writes the leader StatefulSet.
void BM_ReconcileSetStep(benchmark::State& state) {
  const int groups = static_cast<int>(state.range(0));
  const RolloutState cluster(groups, RolloutPhase::kSteps);
  const Plan expected = ReconcileSet(cluster.observation(), absl::UnixEpoch());
  const std::string note = absl::StrCat("Updating replica ", groups - groups / 10 - 1);
  if (!expected.error.ok() || expected.actions.size() != 1 || expected.events.size() != 1 ||
      expected.events[0].note != note) {
    state.SkipWithError("the step is not the one expected");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(ReconcileSet(cluster.observation(), absl::UnixEpoch()));
}
BENCHMARK(BM_ReconcileSetStep)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

void BM_PlanRollout(benchmark::State& state) {
  const int groups = static_cast<int>(state.range(0));
  GroupBits bits(groups);
  for (int i = 0; i < groups; ++i) bits.Set(i, true, i >= groups / 2);
  RolloutInput input;
  input.replicas = groups;
  input.max_unavailable = IntOrPercent::Int(1);
  input.current = LeaderState{groups, groups / 2, groups, &bits};
  if (PlanRollout(input)->partition != groups / 2 - 1) {
    state.SkipWithError("the step is not the one expected");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(PlanRollout(input));
}
BENCHMARK(BM_PlanRollout)->Arg(100)->Arg(10000)->Arg(1000000);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
