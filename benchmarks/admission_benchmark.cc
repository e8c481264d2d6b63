// Admission of sets and pods, and the revision key: the work at every write to a cluster.
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "benchmarks/allocations.h"
#include "lws/api/admit_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/revision_key.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/core/revision/revision_data.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

Json Manifest() {
  return Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n"},
    "spec": {"replicas": 4, "leaderWorkerTemplate": {"size": 8,
      "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i", "env": [{"name": "A", "value": "1"}],
        "resources": {"limits": {"nvidia.com/gpu": "8"}}}]}}}}})");
}

Json Worker() {
  return Json::parse(R"({
    "kind": "Pod", "metadata": {"name": "s-1-2", "namespace": "n",
      "labels": {"leaderworkerset.sigs.k8s.io/name": "s", "leaderworkerset.sigs.k8s.io/group-index": "1"},
      "annotations": {"leaderworkerset.sigs.k8s.io/size": "8", "leaderworkerset.sigs.k8s.io/leader-name": "s-1"}},
    "spec": {"subdomain": "s", "containers": [{"name": "c", "image": "i", "env": [{"name": "A", "value": "1"}]}]}})");
}

// Runs `work` and counts what it allocates.
template <typename Work>
void Measure(benchmark::State& state, const Work& work) {
  const int64_t before = Allocations();
  for (auto _ : state) work();
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(Allocations() - before) / static_cast<double>(state.iterations()));
}

void BM_AdmitSet(benchmark::State& state) {
  const Json manifest = Manifest();
  if (AdmitSet(manifest).set == nullptr) {
    state.SkipWithError("the set is refused");
    return;
  }
  Measure(state, [&] { benchmark::DoNotOptimize(AdmitSet(manifest)); });
}
BENCHMARK(BM_AdmitSet)->Unit(benchmark::kMicrosecond);

void BM_AdmitPod(benchmark::State& state) {
  const Json worker = Worker();
  const absl::StatusOr<Json> admitted = AdmitPod(worker, {});
  if (!admitted.ok() || (*admitted)["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/worker-index"] != "2") {
    state.SkipWithError("the pod is not admitted");
    return;
  }
  Measure(state, [&] { benchmark::DoNotOptimize(AdmitPod(worker, {})); });
}
BENCHMARK(BM_AdmitPod)->Unit(benchmark::kMicrosecond);

void BM_RevisionKey(benchmark::State& state) {
  const SetAdmission admission = AdmitSet(Manifest());
  const std::string data = admission.set == nullptr ? "" : RevisionData(*admission.set);
  if (RevisionKey(data).empty() || data.empty()) {
    state.SkipWithError("no key");
    return;
  }
  Measure(state, [&] { benchmark::DoNotOptimize(RevisionKey(RevisionData(*admission.set))); });
}
BENCHMARK(BM_RevisionKey)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
