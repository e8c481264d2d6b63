// What the C interface costs: an empty call, events that change nothing and that decide, facts in batches, a decision
// on a whole state as protocol buffers, and plans as bytes.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "benchmarks/rollout_state.h"
#include "lws/adapters/c/lws.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/plan/plan.h"
#include "lws/core/plan/plan.pb.h"
#include "lws/core/plan/plan_serialization.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "lws/core/snapshot/observed_serialization.h"

namespace lws {
namespace {

constexpr char kWrong[] = "the answer is not the one expected";

// The set of rollout_state.h as lws.v1.ClusterStateProto.
std::string StateOf(const RolloutState& rollout) {
  const SetObservation& observation = rollout.observation();
  ClusterStateProto state;
  *state.add_sets() = *observation.set;
  *state.add_statefulsets() = internal::ObservedToProto(*observation.leader_statefulset);
  for (const ObservedStatefulSet* workers : observation.worker_statefulsets) {
    *state.add_statefulsets() = internal::ObservedToProto(*workers);
  }
  for (const ObservedPod* pod : observation.leader_pods) *state.add_pods() = internal::ObservedToProto(*pod);
  *state.add_revisions() = internal::ObservedToProto(*observation.revisions[0]);
  *state.add_services() = internal::ObservedToProto(observation.service->meta);
  return state.SerializeAsString();
}

// A fleet of the C interface with that set, and its texts.
struct CFleet {
  explicit CFleet(const RolloutState& rollout) {
    const std::string state = StateOf(rollout);
    loaded = lws_fleet_load(fleet, state.data(), state.size(), LWS_PROTOBUF, &error) == LWS_OK;
    loaded = loaded && lws_fleet_set_number(fleet, "n", "s", &set, &error) == LWS_OK;
    const std::string& key = rollout.observation().leader_statefulset->meta.revision_key;
    loaded = loaded && lws_fleet_revision_number(fleet, set, key.c_str(), &revision, &error) == LWS_OK;
    loaded = loaded && lws_fleet_take_due(fleet, &out, &error) == LWS_OK;
  }
  ~CFleet() {
    lws_text_free(&out);
    lws_text_free(&error);
    lws_fleet_free(fleet);
  }
  CFleet(const CFleet&) = delete;

  // The worker StatefulSet of the group, as rollout_state.h has it.
  lws_workers_facts Workers(int32_t group) const {
    lws_workers_facts facts = {};
    facts.set = set;
    facts.group = group;
    facts.replicas = facts.available_replicas = 7;
    Copy(2 * group + 1, facts.uid);
    Copy(2 * group, facts.leader_uid);
    facts.revision = revision;
    facts.exists = facts.one_revision = 1;
    return facts;
  }

  static void Copy(int32_t number, uint32_t (&words)[4]) {
    const PackedUid uid = *ParsePackedUid(absl::StrFormat("00000000-0000-4000-8000-%012d", number));
    std::copy(std::begin(uid.words), std::end(uid.words), words);
  }

  bool Is(const char* answer) const { return out.data != nullptr && std::strcmp(out.data, answer) == 0; }
  bool Has(const char* part) const { return out.data != nullptr && std::strstr(out.data, part) != nullptr; }

  lws_fleet* fleet = lws_fleet_new();
  lws_text out = {};
  lws_text error = {};
  uint32_t set = 0;
  uint16_t revision = 0;
  bool loaded = false;
};

void BM_EmptyCall(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(lws_abi_version());
}
BENCHMARK(BM_EmptyCall);

void BM_EventThatChangesNothing(benchmark::State& state) {
  const RolloutState rollout(100, RolloutPhase::kAtRest);
  CFleet c(rollout);
  const lws_workers_facts facts = c.Workers(99);
  bool right = c.loaded && lws_fleet_tell_workers(c.fleet, &facts, 1, &c.error) == LWS_OK &&
               lws_fleet_take_due(c.fleet, &c.out, &c.error) == LWS_OK;
  for (auto _ : state) {
    right = right && lws_fleet_tell_workers(c.fleet, &facts, 1, &c.error) == LWS_OK &&
            lws_fleet_take_due(c.fleet, &c.out, &c.error) == LWS_OK;
  }
  if (!right || !c.Is(R"({"pods":[],"sets":[]})")) state.SkipWithError(kWrong);
}
BENCHMARK(BM_EventThatChangesNothing);

// One group becomes ready, another one unready; the status, which said that both are ready, is written each time.
void BM_EventThatDecides(benchmark::State& state) {
  const RolloutState rollout(100, RolloutPhase::kWaits);
  CFleet c(rollout);
  const auto format = static_cast<lws_format>(state.range(0));
  lws_workers_facts facts[] = {c.Workers(98), c.Workers(99)};
  facts[0].available_replicas = 6;
  bool right = c.loaded;
  for (auto _ : state) {
    std::swap(facts[0].available_replicas, facts[1].available_replicas);
    right = right && lws_fleet_tell_workers(c.fleet, facts, 2, &c.error) == LWS_OK &&
            lws_fleet_take_due(c.fleet, &c.out, &c.error) == LWS_OK && c.Has("\"name\":\"s\"") &&
            lws_fleet_decide_set(c.fleet, "n", "s", 0, nullptr, format, &c.out, &c.error) == LWS_OK;
  }
  const bool is_written =
      c.out.size > 0 && std::string(c.out.data, c.out.size).find("readyReplicas") != std::string::npos;
  if (!right || !is_written) state.SkipWithError(kWrong);
}
BENCHMARK(BM_EventThatDecides)->Arg(LWS_JSON)->Arg(LWS_PROTOBUF)->ArgName("format");

void BM_FactsOf1000(benchmark::State& state) {
  const RolloutState rollout(1000, RolloutPhase::kAtRest);
  CFleet c(rollout);
  std::vector<lws_workers_facts> facts;
  for (int32_t group = 0; group < 1000; ++group) facts.push_back(c.Workers(group));
  bool right = c.loaded && lws_fleet_tell_workers(c.fleet, facts.data(), facts.size(), &c.error) == LWS_OK;
  for (auto _ : state) {
    for (lws_workers_facts& fact : facts) fact.available_replicas = 13 - fact.available_replicas;
    right = right && lws_fleet_tell_workers(c.fleet, facts.data(), facts.size(), &c.error) == LWS_OK;
  }
  right = right && lws_fleet_take_due(c.fleet, &c.out, &c.error) == LWS_OK && c.Has("\"name\":\"s\"");
  if (!right) state.SkipWithError(kWrong);
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(BM_FactsOf1000);

// Leaders whose readiness changes.
void BM_PodFactsOf1000(benchmark::State& state) {
  const RolloutState rollout(1000, RolloutPhase::kAtRest);
  CFleet c(rollout);
  std::vector<lws_pod_facts> facts(1000);
  for (size_t group = 0; group < facts.size(); ++group) {
    facts[group].set = c.set;
    facts[group].group = static_cast<int32_t>(group);
    facts[group].phase = 2;
    facts[group].exists = facts[group].has_ready_condition = 1;
    facts[group].revision = c.revision;
    CFleet::Copy(2 * static_cast<int32_t>(group), facts[group].uid);
  }
  bool right = c.loaded;
  for (auto _ : state) {
    for (lws_pod_facts& fact : facts) fact.has_ready_condition = 1 - fact.has_ready_condition;
    right = right && lws_fleet_tell_pods(c.fleet, facts.data(), facts.size(), &c.error) == LWS_OK;
  }
  right = right && lws_fleet_take_due(c.fleet, &c.out, &c.error) == LWS_OK && c.Has("\"name\":\"s\"");
  if (!right) state.SkipWithError(kWrong);
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(BM_PodFactsOf1000);

// Plans come as protocol buffers, as in the reference.
void BM_DecideOnState(benchmark::State& state) {
  const RolloutState rollout(static_cast<int>(state.range(0)), RolloutPhase::kSteps);
  const std::string observed = StateOf(rollout);
  lws_text out = {};
  lws_text error = {};
  bool right = true;
  for (auto _ : state) {
    right = right && lws_decide_set(observed.data(), observed.size(), LWS_PROTOBUF, "n", "s", 0, nullptr, nullptr, 0,
                                    LWS_PROTOBUF, &out, &error) == LWS_OK;
  }
  PlanProto plan;
  right = right && plan.ParseFromArray(out.data, static_cast<int>(out.size));
  const absl::StatusOr<Plan> read = PlanFromProto(plan);
  if (!right || !read.ok() || read->empty() || *read != ReconcileSet(rollout.observation(), absl::UnixEpoch())) {
    state.SkipWithError(kWrong);
  }
  lws_text_free(&out);
  lws_text_free(&error);
}
BENCHMARK(BM_DecideOnState)->Arg(100)->ArgName("groups");

// A step of a rollout, which applies the whole leader StatefulSet, and writes the status.
void BM_PlanToBytes(benchmark::State& state) {
  const RolloutState rollout(100, RolloutPhase::kSteps);
  const Plan plan = ReconcileSet(rollout.observation(), absl::UnixEpoch());
  std::string bytes;
  for (auto _ : state) {
    bytes.clear();
    PlanToProto(plan, Why::kLeftOut).AppendToString(&bytes);
  }
  PlanProto proto;
  const bool right = proto.ParseFromString(bytes) && !plan.actions.empty() && *PlanFromProto(proto) == plan;
  if (!right) state.SkipWithError(kWrong);
  state.counters["bytes"] = static_cast<double>(bytes.size());
}
BENCHMARK(BM_PlanToBytes);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
