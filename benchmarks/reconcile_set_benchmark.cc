// One look at a set in the middle of a rolling update, by number of groups of 8.
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "lws/core/observation.h"
#include "lws/core/plan.h"
#include "lws/core/reconcile_set.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/planner.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

std::string Label(const char* name) { return absl::StrCat("leaderworkerset.sigs.k8s.io/", name); }

// `groups` groups, the last tenth of them of the new revision; all ready.
ClusterSnapshot MidRollout(int groups) {
  ClusterSnapshot cluster;
  Json set = Json::parse(R"({
    "kind": "LeaderWorkerSet", "metadata": {"name": "s", "namespace": "n", "uid": "u"},
    "spec": {"startupPolicy": "LeaderCreated", "networkConfig": {"subdomainPolicy": "Shared"},
      "rolloutStrategy": {"type": "RollingUpdate",
                          "rollingUpdateConfiguration": {"partition": 0, "maxUnavailable": 1, "maxSurge": 0}},
      "leaderWorkerTemplate": {"size": 8, "restartPolicy": "None",
                               "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i"}]}}}}})");
  set["spec"]["replicas"] = groups;
  cluster.Add(set).IgnoreError();
  const int updated = groups - groups / 10;
  Json leader_set = {
      {"kind", "StatefulSet"},
      {"metadata",
       {{"name", "s"},
        {"namespace", "n"},
        {"labels", {{Label("name"), "s"}, {Label("template-revision-hash"), "new"}}},
        {"annotations", {{Label("replicas"), std::to_string(groups)}}}}},
      {"spec", {{"replicas", groups}, {"updateStrategy", {{"rollingUpdate", {{"partition", updated}}}}}}}};
  cluster.Add(leader_set).IgnoreError();
  cluster
      .Add({{"kind", "ControllerRevision"},
            {"metadata",
             {{"name", "s-new"},
              {"namespace", "n"},
              {"labels", {{Label("name"), "s"}, {Label("template-revision-hash"), "new"}}}}},
            {"data", nullptr}})
      .IgnoreError();
  for (int i = 0; i < groups; ++i) {
    const std::string name = absl::StrCat("s-", i);
    Json object = {
        {"kind", "Pod"},
        {"metadata",
         {{"name", name},
          {"namespace", "n"},
          {"labels",
           {{Label("name"), "s"},
            {Label("worker-index"), "0"},
            {Label("group-index"), std::to_string(i)},
            {Label("template-revision-hash"), i < updated ? "old" : "new"}}}}},
        {"status", {{"phase", "Running"}, {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})}}}};
    cluster.Add(object).IgnoreError();
    object["kind"] = "StatefulSet";
    object["metadata"]["labels"].erase(Label("worker-index"));
    object["spec"]["replicas"] = 7;
    object["status"] = {{"availableReplicas", 7}};
    cluster.Add(object).IgnoreError();
  }
  return cluster;
}

void BM_ReconcileSetMidRollout(benchmark::State& state) {
  const int groups = static_cast<int>(state.range(0));
  const ClusterSnapshot cluster = MidRollout(groups);
  const SetObservation observation = cluster.ObserveSet("n", "s");
  const Plan expected = ReconcileSet(observation, absl::UnixEpoch());
  // The next group is released: what is timed is a real step.
  const std::string note = absl::StrCat("Updating replica ", groups - groups / 10 - 1);
  if (!expected.error.ok() || expected.events.empty() || expected.events[0].note != note) {
    state.SkipWithError("the step is not the one expected");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(ReconcileSet(observation, absl::UnixEpoch()));
}
BENCHMARK(BM_ReconcileSetMidRollout)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

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
