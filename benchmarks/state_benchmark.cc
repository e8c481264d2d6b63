// The passes over a saved cluster: a file of objects, as `kubectl get lws,statefulsets,pods,... -o yaml` writes them.
// Usage: state_benchmark --state=FILE [flags of Google Benchmark]
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "lws/api/manifest.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

absl::StatusOr<ClusterSnapshot> ReadState(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError("cannot be read");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const absl::StatusOr<std::vector<ManifestObject>> objects = ReadManifest(text, path);
  if (!objects.ok()) return objects.status();
  ClusterSnapshot cluster;
  for (const ManifestObject& object : *objects) {
    absl::Status status = cluster.Add(object.object.Unpack());
    if (!status.ok()) return status;
  }
  if (cluster.SetNames().empty()) return absl::NotFoundError("holds no LeaderWorkerSet");
  return cluster;
}

// One pass over every set.
void PassOverAll(const ClusterSnapshot& cluster, benchmark::State& state) {
  const auto sets = cluster.SetNames();
  for (auto _ : state) {
    for (const auto& [set_namespace, name] : sets) {
      Plan plan = ReconcileSet(cluster.ObserveSet(set_namespace, name), absl::UnixEpoch());
      benchmark::DoNotOptimize(plan);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(sets.size()));
  state.counters["sets"] = static_cast<double>(sets.size());
}

int Run(int argc, char** argv) {
  std::string path;
  for (int i = 1; i < argc; ++i) {
    absl::string_view word = argv[i];
    if (absl::ConsumePrefix(&word, "--state=")) path = std::string(word);
  }
  const absl::StatusOr<ClusterSnapshot> cluster = ReadState(path);
  if (!cluster.ok()) {
    std::cerr << "Error: --state: " << path << ": " << cluster.status().message() << "\n";
    return 1;
  }
  benchmark::RegisterBenchmark("BM_SavedCluster/pass_over_all_sets", [&cluster](benchmark::State& state) {
    PassOverAll(*cluster, state);
  })->Unit(benchmark::kMicrosecond);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace lws

int main(int argc, char** argv) { return lws::Run(argc, argv); }
