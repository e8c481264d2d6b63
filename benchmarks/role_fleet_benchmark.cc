// The time from an event of a child of a DisaggregatedSet to the decision, by the number of sets. The set has 10 roles
// and 100 slices, so 1,000 children; it is at rest.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "benchmarks/allocations.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/observed_roles.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "lws/core/disaggregated/role_fleet.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/plan/plan.h"
#include "lws/core/revision/disaggregated_revision.h"
#include "lws/rollout/keep_role_budgets.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

DisaggregatedSet MakeSet(const std::string& name, int roles, int slices) {
  const Json container = {{"name", "c"}, {"image", "i:1"}};
  Json document = {{"metadata", {{"name", name}, {"namespace", "n"}, {"uid", "uid-" + name}, {"generation", 1}}},
                   {"spec", {{"slices", slices}, {"roles", Json::array()}}}};
  for (int role = 0; role < roles; ++role) {
    document["spec"]["roles"].push_back(
        {{"name", absl::StrCat("r", role)},
         {"spec",
          {{"replicas", 4},
           {"leaderWorkerTemplate",
            {{"size", 2}, {"workerTemplate", {{"spec", {{"containers", Json::array({container})}}}}}}}}}});
  }
  return *DisaggregatedSetFromJson(document);
}

// Tells the set with all its children ready and all its Services, and performs what is left: the status.
bool Settle(DisaggregatedSet set, RoleFleet* fleet) {
  const std::string revision = DisaggregatedRevisionKey(DisaggregatedRevisionData(set));
  const std::string& name = set.metadata().name();
  fleet->AddSet(set);
  for (int32_t slice = 0; slice < SpecSlices(set); ++slice) {
    for (const DisaggregatedRole& role : set.spec().roles()) {
      ObservedChild child;
      child.meta.namespace_name = "n";
      child.meta.name = ChildName(name, slice, revision, role.name());
      child.meta.uid = "uid-" + child.meta.name;
      child.meta.controller = ObservedMeta::Controller{kDisaggregatedSetKind, name, set.metadata().uid()};
      child.labels = {name, role.name(), absl::StrCat(slice), revision};
      child.spec_replicas = 4;
      child.status_replicas = child.ready_replicas = child.updated_replicas = 4;
      fleet->AddChild(child);
      ObservedRoleService service;
      service.meta.namespace_name = "n";
      service.meta.name = RoleServiceName(child.meta.name);
      service.labels = child.labels;
      fleet->AddService(service);
    }
  }
  const Plan plan = fleet->Decide("n", name, absl::UnixEpoch());
  if (plan.actions.size() != 1 || plan.actions[0].verb != Verb::kUpdateStatus) return false;
  Json stored = DisaggregatedSetToJson(set);
  stored["status"] = plan.actions[0].object.Document()["status"];
  fleet->AddSet(*DisaggregatedSetFromJson(stored));
  return fleet->Decide("n", name, absl::UnixEpoch()).empty();
}

// A large set, and this number of small ones.
bool Fill(int64_t sets, RoleFleet* fleet) {
  bool is_settled = Settle(MakeSet("llm", 10, 100), fleet);
  for (int64_t i = 1; i < sets; ++i) is_settled = is_settled && Settle(MakeSet(absl::StrCat("s", i), 2, 1), fleet);
  fleet->TakeDueSets();
  return is_settled;
}

// A group of a child becomes unready and ready again: two events and a decision.
void BM_ChildEventsToDecision(benchmark::State& state) {
  RoleFleet fleet;
  if (!Fill(state.range(0), &fleet)) state.SkipWithError("the sets do not come to rest");
  ObservedChild ready = *fleet.Observe("n", "llm").children[500];
  ObservedChild unready = ready;
  --unready.ready_replicas;
  for (auto _ : state) {
    fleet.AddChild(unready);
    fleet.AddChild(ready);
    const std::vector<RoleSetName> due = fleet.TakeDueSets();
    const Plan plan = fleet.Decide("n", "llm", absl::UnixEpoch());
    if (due.size() != 1 || !plan.empty()) state.SkipWithError("the decision is not the one expected");
  }
  // With the unready child alone the set is decided by a pass again.
  fleet.AddChild(unready);
  if (fleet.Decide("n", "llm", absl::UnixEpoch()).empty()) state.SkipWithError("the event was not read");
}
BENCHMARK(BM_ChildEventsToDecision)->Arg(1)->Arg(100)->Arg(1000)->ArgName("sets");

// The decision for a set of 1,000 children at rest, which is remembered. It allocates nothing.
void BM_DecisionAtRest(benchmark::State& state) {
  RoleFleet fleet;
  if (!Fill(1, &fleet)) state.SkipWithError("the sets do not come to rest");
  const int64_t before = Allocations();
  const bool is_at_rest = fleet.Decide("n", "llm", absl::UnixEpoch()).empty();
  const int64_t allocations = Allocations() - before;
  if (!is_at_rest) state.SkipWithError("the set is not at rest");
  for (auto _ : state) benchmark::DoNotOptimize(fleet.Decide("n", "llm", absl::UnixEpoch()));
  state.counters["allocations"] = static_cast<double>(allocations);
  if (allocations != 0) state.SkipWithError("a decision at rest allocates");
}
BENCHMARK(BM_DecisionAtRest);

// A whole pass over the observation of the same set, which allocates nothing either.
void BM_WholePassAtRest(benchmark::State& state) {
  RoleFleet fleet;
  if (!Fill(1, &fleet)) state.SkipWithError("the sets do not come to rest");
  const DisaggregatedObservation observation = fleet.Observe("n", "llm");
  const DisaggregatedOptions options = {KeepRoleBudgets, /*mends=*/state.range(0) != 0};
  const int64_t before = Allocations();
  const bool is_at_rest = ReconcileDisaggregatedSet(observation, absl::UnixEpoch(), options).empty();
  const int64_t allocations = Allocations() - before;
  state.counters["allocations"] = static_cast<double>(allocations);
  if (!is_at_rest || observation.children.size() != 1000) state.SkipWithError("the set is not at rest");
  if (allocations != 0) state.SkipWithError("a whole pass at rest allocates");
  for (auto _ : state) {
    benchmark::DoNotOptimize(ReconcileDisaggregatedSet(observation, absl::UnixEpoch(), options));
  }
}
BENCHMARK(BM_WholePassAtRest)->Arg(0)->Arg(1)->ArgName("mends");

// The event of a child that changes hands in name only, and the whole pass that the fleet makes for it.
void BM_ChildEventToWholePass(benchmark::State& state) {
  RoleFleet fleet;
  if (!Fill(1, &fleet)) state.SkipWithError("the sets do not come to rest");
  ObservedChild child = *fleet.Observe("n", "llm").children[500];
  const auto change = [&child, &fleet] {
    child.meta.uid = child.meta.uid == "x" ? "y" : "x";
    fleet.AddChild(child);
    fleet.TakeDueSets();
  };
  // The first pass reads the observation, and the next ones find it in the fleet.
  change();
  bool is_at_rest = fleet.Decide("n", "llm", absl::UnixEpoch()).empty();
  change();
  const int64_t before = Allocations();
  is_at_rest = fleet.Decide("n", "llm", absl::UnixEpoch()).empty() && is_at_rest;
  const int64_t allocations = Allocations() - before;
  state.counters["allocations"] = static_cast<double>(allocations);
  if (!is_at_rest) state.SkipWithError("the set is not at rest");
  if (allocations != 0) state.SkipWithError("a whole pass at rest allocates");
  for (auto _ : state) {
    change();
    if (!fleet.Decide("n", "llm", absl::UnixEpoch()).empty()) state.SkipWithError("the set is not at rest");
  }
}
BENCHMARK(BM_ChildEventToWholePass);

// The same pass by the way of sets that are not recognized as at rest. It also computes the revision.
void BM_WholePassWithoutShortcut(benchmark::State& state) {
  RoleFleet fleet;
  if (!Fill(1, &fleet)) state.SkipWithError("the sets do not come to rest");
  DisaggregatedObservation observation = fleet.Observe("n", "llm");
  observation.revision.clear();
  if (!ReconcileDisaggregatedSet(observation, absl::UnixEpoch()).empty()) state.SkipWithError("it is not at rest");
  for (auto _ : state) benchmark::DoNotOptimize(ReconcileDisaggregatedSet(observation, absl::UnixEpoch()));
}
BENCHMARK(BM_WholePassWithoutShortcut);

}  // namespace
}  // namespace lws
BENCHMARK_MAIN();
