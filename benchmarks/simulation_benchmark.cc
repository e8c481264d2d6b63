// A set of groups of eight in the simulated cluster of objects: it is created, updated and struck by a failure. The
// cost of a group is to stay about the same, whatever their number.
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "benchmark/benchmark.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/json.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr int32_t kSize = 8;

// The usual scenario of a set of groups of eight, each in a rack of its own where `exclusive`.
void Simulate(bool exclusive, benchmark::State& state) {
  const auto groups = static_cast<int32_t>(state.range(0));
  Json manifest = *ScenarioBuilder("serve", groups, kSize).Build().manifest;
  if (exclusive) manifest["metadata"]["annotations"][kExclusiveTopologyAnnotation] = "rack";
  const Scenario scenario = UsualScenario(manifest);
  ScenarioRunOptions options;
  if (groups > 1000) options.told_step = groups / 20;  // as lwsctl, which cannot draw more
  for (auto _ : state) {
    const absl::StatusOr<ScenarioReport> report = RunScenario(scenario, options);
    if (!report.ok()) return state.SkipWithError(std::string(report.status().message()).c_str());
    // Every pod twice, and those of the group that fails once more.
    const bool is_right = report->finished && report->ready == groups && report->groups_restarted == 1 &&
                          report->pods_created == (2 * groups + 1) * kSize;
    if (!is_right) return state.SkipWithError(ScenarioOutcomeText(*report).c_str());
  }
  state.counters["a group"] =
      benchmark::Counter(groups, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void BM_SimulateObjects(benchmark::State& state) { Simulate(/*exclusive=*/false, state); }
// 5,000 groups take long: leave them out with --benchmark_filter=Objects/[0-9]{1,3}/
BENCHMARK(BM_SimulateObjects)
    ->Arg(1)
    ->Arg(8)
    ->Arg(64)
    ->Arg(300)
    ->Arg(1000)
    ->Arg(5000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

void BM_SimulateExclusiveGroups(benchmark::State& state) { Simulate(/*exclusive=*/true, state); }
BENCHMARK(BM_SimulateExclusiveGroups)->Arg(16)->Arg(64)->Arg(256)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
