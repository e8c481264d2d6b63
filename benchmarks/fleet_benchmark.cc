// A fleet that is ready to decide: the time from an event to the decision by number of groups, and objects told by
// name.
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "benchmarks/rollout_state.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/plan/decision.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"

namespace lws {
namespace {

// Tells the set of rollout_state.h to a fleet.
void Tell(const RolloutState& rollout, Fleet* fleet) {
  const SetObservation& observation = rollout.observation();
  fleet->AddSet(*observation.set);
  fleet->AddStatefulSet(*observation.leader_statefulset);
  fleet->Add(*observation.revisions[0]);
  fleet->Add(*observation.service);
  for (const ObservedPod* pod : observation.leader_pods) fleet->AddPod(*pod);
  for (const ObservedStatefulSet* workers : observation.worker_statefulsets) fleet->AddStatefulSet(*workers);
}

// A worker of one group becomes unavailable and available again: two events and a decision.
void BM_EventToDecision(benchmark::State& state) {
  const int groups = static_cast<int>(state.range(0));
  const RolloutState rollout(groups, RolloutPhase::kWaits);
  Fleet fleet;
  Tell(rollout, &fleet);
  fleet.TakeDueSets();
  const ObservedStatefulSet& observed = *rollout.observation().worker_statefulsets[0];
  WorkersFacts available;
  available.set = fleet.numbers().OfSet("n", "s");
  available.group = observed.meta.group_in_name;
  available.revision = *fleet.numbers().OfRevision(available.set, observed.meta.revision_key);
  available.replicas = available.available_replicas = observed.replicas;
  available.uid = *ParsePackedUid(observed.meta.uid);
  available.leader_uid = *ParsePackedUid(observed.meta.controller->uid);
  WorkersFacts unavailable = available;
  --unavailable.available_replicas;
  Plan plan = ReconcileSet(fleet.ObserveSet("n", "s"), absl::UnixEpoch());
  if (!plan.empty() || plan != ReconcileSet(rollout.observation(), absl::UnixEpoch())) {
    state.SkipWithError("the decision is not the one expected");
    return;
  }
  std::vector<uint32_t> due;
  std::vector<Member> pods;
  std::vector<FleetName> others;
  fleet.TakeDuePods();
  for (auto _ : state) {
    fleet.TellWorkers({&unavailable, 1}).IgnoreError();
    fleet.TellWorkers({&available, 1}).IgnoreError();
    pods.clear();
    fleet.TakeDuePods(&pods, &others);
    due.clear();
    fleet.TakeDueSets(&due);
    plan = ReconcileSet(fleet.ObserveSet("n", "s"), absl::UnixEpoch());
    if (due.size() != 1 || pods.size() != 1 || !plan.empty())
      state.SkipWithError("the decision is not the one expected");
  }
}
BENCHMARK(BM_EventToDecision)->Arg(100)->Arg(1000)->Arg(10000)->Arg(100000)->ArgName("groups");

// The same for an event that changes the status, which is then written.
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

// A look at a leader whose workers exist, at the newest revision of its set.
void BM_LeaderToDecision(benchmark::State& state) {
  const RolloutState rollout(static_cast<int>(state.range(0)), RolloutPhase::kAtRest);
  Fleet fleet;
  Tell(rollout, &fleet);
  const std::string leader = absl::StrCat("s-", state.range(0) / 2);
  Plan plan = ReconcilePod(fleet.ObservePod("n", leader), absl::UnixEpoch(), {});
  if (!plan.empty() || plan.decisions.empty() || plan.decisions.back().reason != DecisionReason::kWorkersExist) {
    state.SkipWithError("the decision is not the one expected");
    return;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(plan = ReconcilePod(fleet.ObservePod("n", leader), absl::UnixEpoch(), {}));
  }
}
BENCHMARK(BM_LeaderToDecision)->Arg(100)->Arg(10000)->ArgName("groups");

// A leader becomes unready and ready again: two events, and then every decision that they make due, those on the pod
// and those on its set.
void BM_LeaderEventsToAllDecisions(benchmark::State& state) {
  const RolloutState rollout(static_cast<int>(state.range(0)), RolloutPhase::kAtRest);
  Fleet fleet;
  Tell(rollout, &fleet);
  const ObservedPod& leader = *rollout.observation().leader_pods[0];
  PodFacts ready;
  ready.member = {fleet.numbers().OfSet("n", "s"), leader.meta.group_in_name, 0};
  ready.phase = leader.phase;
  ready.has_ready_condition = true;
  ready.revision = *fleet.numbers().OfRevision(ready.member.set, leader.meta.revision_key);
  ready.node = *fleet.numbers().OfNode(leader.node_name);
  ready.uid = *ParsePackedUid(leader.meta.uid);
  PodFacts unready = ready;
  unready.has_ready_condition = false;
  fleet.TakeDueSets();
  fleet.TakeDuePods();
  for (auto _ : state) {
    fleet.TellPods({&unready, 1}).IgnoreError();
    fleet.TellPods({&ready, 1}).IgnoreError();
    const std::vector<FleetName> pods = fleet.TakeDuePods();
    const std::vector<FleetName> sets = fleet.TakeDueSets();
    bool is_at_rest = pods.size() == 1 && sets.size() == 1;
    for (const FleetName& pod : pods) {
      is_at_rest &= ReconcilePod(fleet.ObservePod(pod.namespace_name, pod.name), absl::UnixEpoch(), {}).empty();
    }
    for (const FleetName& set : sets) {
      is_at_rest &= ReconcileSet(fleet.ObserveSet(set.namespace_name, set.name), absl::UnixEpoch()).empty();
    }
    if (!is_at_rest) state.SkipWithError("the decisions are not the ones expected");
  }
}
BENCHMARK(BM_LeaderEventsToAllDecisions)->Arg(100)->Arg(10000)->ArgName("groups");

// Objects told by name: random leader pods of a large set change their readiness.
void BM_AddPod(benchmark::State& state) {
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
  for (auto _ : state) {
    fleet.AddPod(pods[next++ % pods.size()]);
    if (next % 1024 == 0) fleet.TakeDuePods();
  }
  if (fleet.TakeDueSets().empty()) state.SkipWithError("no event made the set due");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_AddPod)->Arg(1000)->Arg(100000)->ArgName("groups");

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
