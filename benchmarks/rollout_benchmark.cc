// A whole rollout of a new template through a set of up to a million groups of 8, with at most 1,000 of them
// unavailable. The budget is checked whenever the clock moves.
#include <chrono>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "benchmark/benchmark.h"
#include "lws/adapters/simulation/numbers/set_simulation.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr int kMaxUnavailable = 1000;

Json Manifest(int groups) {
  Json set = Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "metadata": {"name": "s", "namespace": "n"},
    "spec": {"rolloutStrategy": {"type": "RollingUpdate", "rollingUpdateConfiguration": {"maxSurge": 0}},
      "leaderWorkerTemplate": {
        "size": 8, "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}}}})");
  set["spec"]["replicas"] = groups;
  set["spec"]["rolloutStrategy"]["rollingUpdateConfiguration"]["maxUnavailable"] = kMaxUnavailable;
  return set;
}

const Json& NextImage() {
  static const Json& patch = *new Json(Json::parse(R"({"spec": {"leaderWorkerTemplate": {"workerTemplate": {"spec": {
    "containers": [{"name": "c", "image": "i:2"}]}}}}})"));
  return patch;
}

void BM_WholeRollout(benchmark::State& state) {
  const int groups = static_cast<int>(state.range(0));
  for (auto _ : state) {
    SetSimulationOptions options;
    options.max_unavailable_statefulset = true;
    SetSimulation simulation(options);
    if (!simulation.Create(Manifest(groups)).ok()) state.SkipWithError("the set is not admitted");
    while (simulation.Advance()) {
    }
    if (simulation.counts().ready != groups) state.SkipWithError("the set does not become ready");
    const absl::Time start = simulation.now();
    const absl::Status edited = simulation.Edit(NextImage());
    if (!edited.ok()) state.SkipWithError(std::string(edited.message()).c_str());
    const auto begin = std::chrono::steady_clock::now();
    while (simulation.Advance()) {
      const SetSimulationCounts counts = simulation.counts();
      if (counts.ready < groups - kMaxUnavailable || counts.replicas != groups) {
        state.SkipWithError("the budget is broken");
        break;
      }
    }
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    const SetSimulationCounts counts = simulation.counts();
    if (counts.ready != groups || counts.updated != groups || counts.pods_created != int64_t{16} * groups) {
      state.SkipWithError("the rollout does not end");
    }
    state.counters["virtual_hours"] = absl::ToDoubleHours(simulation.now() - start);
  }
  state.SetItemsProcessed(state.iterations() * groups);
}
BENCHMARK(BM_WholeRollout)
    ->Arg(10000)
    ->Arg(100000)
    ->Arg(1000000)
    ->ArgName("groups")
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
