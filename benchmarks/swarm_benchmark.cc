// The swarm: steps per second of one thread, in a cluster with all kinds of faults, with all laws checked after each
// step.
#include <cstdint>

#include "benchmark/benchmark.h"
#include "lws/adapters/testing/swarm/swarm.h"
#include "lws/rollout/policies.h"

namespace lws {
namespace {

constexpr uint64_t kSeeds = 200;

// Runs under the policy of this number.
void BM_Swarm(benchmark::State& state) {
  const NamedRolloutPolicy& policy = RolloutPolicies()[static_cast<size_t>(state.range(0))];
  int64_t steps = 0;
  for (auto _ : state) {
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const SwarmResult result = RunSwarmCase(DrawSwarmCase(seed), policy.policy);
      if (!result.broken_law.empty()) state.SkipWithError(result.broken_law.c_str());
      steps += result.steps;
    }
  }
  if (steps < 400000) state.SkipWithError("too little happens");
  state.counters["steps/s"] = benchmark::Counter(static_cast<double>(steps), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Swarm)->DenseRange(1, 2)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
