// The checker: transitions per second, with one thread, and with two threads that check a set each.
#include <cstdint>

#include "benchmark/benchmark.h"
#include "lws/adapters/testing/checker/check_rollout.h"
#include "lws/rollout/policies.h"

namespace lws {
namespace {

// Checks five groups and two faults from every state, under the policy of this number.
void BM_CheckRollout(benchmark::State& state) {
  const NamedRolloutPolicy& policy = RolloutPolicies()[static_cast<size_t>(state.range(0))];
  RolloutWorldOptions options;
  options.replicas = 4;
  options.max_surge = 1;
  options.max_unavailable = 1;
  options.faults = 2;
  options.policy = policy.policy;
  options.merges_symmetric = policy.ignores_places;
  int64_t transitions = 0;
  int64_t states = 0;
  for (auto _ : state) {
    const RolloutCheck check = CheckRollout(options, CheckFrom::kEveryState, {});
    if (!check.broken_law.empty() || check.transitions < 2000000) state.SkipWithError(check.broken_law.c_str());
    transitions += check.transitions;
    states += check.states;
  }
  state.counters["transitions/s"] = benchmark::Counter(static_cast<double>(transitions), benchmark::Counter::kIsRate);
  state.counters["states"] = benchmark::Counter(static_cast<double>(states), benchmark::Counter::kAvgIterations);
}
BENCHMARK(BM_CheckRollout)->DenseRange(1, 2)->ThreadRange(1, 2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
