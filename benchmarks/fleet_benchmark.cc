// A fleet that is kept ready to decide: from one event to the decision, by number of groups; events alone; idle fleets.
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "benchmarks/allocations.h"
#include "benchmarks/rollout_state.h"
#include "lws/core/fleet.h"
#include "lws/core/plan.h"
#include "lws/core/reconcile_set.h"

namespace lws {
namespace {

// The set of rollout_state.h, told to a fleet.
void Tell(const RolloutState& rollout, Fleet* fleet) {
  const SetObservation& observation = rollout.observation();
  fleet->AddSet(*observation.set);
  fleet->AddStatefulSet(*observation.leader_statefulset);
  fleet->AddRevision(*observation.revisions[0]);
  fleet->AddService(*observation.service);
  for (const ObservedPod* pod : observation.leader_pods) fleet->AddPod(*pod);
  for (const ObservedStatefulSet* workers : observation.worker_statefulsets) fleet->AddStatefulSet(*workers);
}

// The group that the update waits for has one more worker available, or one less: seen, and decided.
void BM_EventToDecision(benchmark::State& state) {
  const int groups = static_cast<int>(state.range(0));
  const RolloutState rollout(groups, RolloutPhase::kWaits);
  Fleet fleet;
  Tell(rollout, &fleet);
  fleet.TakeDueSets();
  const std::string name = absl::StrCat("s-", groups - groups / 10);
  ObservedStatefulSet workers;
  for (const ObservedStatefulSet* each : rollout.observation().worker_statefulsets) {
    if (each->meta.name == name) workers = *each;
  }
  Plan plan = ReconcileSet(fleet.ObserveSet("n", "s"), absl::UnixEpoch());
  if (!plan.empty() || plan != ReconcileSet(rollout.observation(), absl::UnixEpoch())) {
    state.SkipWithError("the decision is not the one expected");
    return;
  }
  for (auto _ : state) {
    workers.available_replicas ^= 1;
    fleet.AddStatefulSet(workers);
    fleet.TakeDuePods();
    for (const FleetName& set : fleet.TakeDueSets()) {
      plan = ReconcileSet(fleet.ObserveSet(set.namespace_name, set.name), absl::UnixEpoch());
      if (!plan.empty()) state.SkipWithError("the plan is not empty");
    }
  }
}
BENCHMARK(BM_EventToDecision)->Arg(100)->Arg(1000)->Arg(10000)->Arg(100000)->ArgName("groups");

// The same for one that changes the status, which is then written.
void BM_EventToStatusWrite(benchmark::State& state) {
  const RolloutState rollout(static_cast<int>(state.range(0)), RolloutPhase::kWaits);
  Fleet fleet;
  Tell(rollout, &fleet);
  ObservedPod pod = *rollout.observation().leader_pods[0];
  pod.has_ready_condition = false;
  fleet.AddPod(pod);
  Plan plan = ReconcileSet(fleet.ObserveSet("n", "s"), absl::UnixEpoch());
  if (plan.actions.size() != 1 || plan.actions[0].verb != Verb::kUpdateStatus) {
    state.SkipWithError("the decision is not the one expected");
    return;
  }
  for (auto _ : state) {
    fleet.AddPod(pod);
    benchmark::DoNotOptimize(plan = ReconcileSet(fleet.ObserveSet("n", "s"), absl::UnixEpoch()));
  }
}
BENCHMARK(BM_EventToStatusWrite)->Arg(100)->Arg(10000)->ArgName("groups");

// Random leader pods of a large set change their readiness.
void BM_PodEvents(benchmark::State& state) {
  const RolloutState rollout(static_cast<int>(state.range(0)), RolloutPhase::kSteps);
  Fleet fleet;
  Tell(rollout, &fleet);
  fleet.TakeDueSets();
  fleet.ObserveSet("n", "s");
  std::vector<ObservedPod> pods;
  std::mt19937 random(1);
  for (int i = 0; i < 4096; ++i) {
    pods.push_back(*rollout.observation().leader_pods[random() % rollout.observation().leader_pods.size()]);
    pods.back().has_ready_condition = random() % 2 == 0;
  }
  size_t next = 0;
  const int64_t before = Allocations();
  for (auto _ : state) {
    fleet.AddPod(pods[next++ % pods.size()]);
    if (next % 1024 == 0) fleet.TakeDuePods();
  }
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(Allocations() - before) / static_cast<double>(state.iterations()));
  if (fleet.TakeDueSets().empty()) state.SkipWithError("no event made the set due");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_PodEvents)->Arg(1000)->Arg(100000)->ArgName("groups");

// A fleet that nobody told anything: the cost of asking what is due.
void BM_IdleFleet(benchmark::State& state) {
  const RolloutState rollout(static_cast<int>(state.range(0)), RolloutPhase::kWaits);
  Fleet fleet;
  Tell(rollout, &fleet);
  fleet.TakeDueSets();
  fleet.TakeDuePods();
  if (!fleet.TakeDueSets().empty()) {
    state.SkipWithError("an idle set is due");
    return;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(fleet.TakeDueSets());
    benchmark::DoNotOptimize(fleet.TakeDuePods());
  }
}
BENCHMARK(BM_IdleFleet)->Arg(100)->Arg(100000)->ArgName("groups");

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
