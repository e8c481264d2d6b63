// What headers say may be called concurrently: several threads decide on the same objects, and all get the answers of
// one thread. `bazel test --config=tsan //tests/properties:concurrent_test` looks for data races on the way.
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/manifest.h"
#include "lws/api/quantity.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/revision/revision_data.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/policies.h"
#include "nlohmann/json.hpp"
#include "tests/properties/random_cluster.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261126;
constexpr int kThreads = 4;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kObjects = 60;
#else
constexpr int kObjects = 300;
#endif

struct Inputs {
  std::vector<Json> objects;
  ClusterSnapshot cluster;
  GroupBits groups = GroupBits::Parse("RRBBRU.bB");
  RolloutControls controls;
};

Inputs Make() {
  Inputs inputs;
  RandomCluster cluster(kSeed);
  for (int i = 0; i < kObjects; ++i) {
    inputs.objects.push_back(cluster.Object());
    EXPECT_TRUE(inputs.cluster.Add(inputs.objects.back()).ok());
  }
  inputs.controls.min_ready = absl::Seconds(10);
  inputs.controls.steps = {{IntOrPercent::Text("50%"), absl::Seconds(5)}};
  return inputs;
}

void AdmitAll(const Inputs& inputs, std::string* answers) {
  for (const Json& object : inputs.objects) {
    if (object["kind"] != "LeaderWorkerSet") continue;
    const SetAdmission admission = AdmitSet(object);
    absl::StrAppend(answers, JoinFieldErrors(admission.errors), "\n");
    if (admission.set == nullptr) continue;
    absl::StrAppend(answers, RevisionData(*admission.set), LeaderWorkerSetToJson(*admission.set).dump(), "\n");
  }
}

void ReadTexts(const Inputs& inputs, std::string* answers) {
  for (const Json& object : inputs.objects) {
    const absl::StatusOr<std::vector<ManifestObject>> read = ReadManifest(object.dump(), "object");
    absl::StrAppend(answers, read.ok() ? (*read)[0].object.Unpack().dump() : read.status().ToString(), "\n");
  }
  for (const char* text : {"1.5Gi", "1e9999", "12n", "0.1", "9223372036854775807E"}) {
    const absl::StatusOr<Quantity> quantity = Quantity::Parse(text);
    absl::StrAppend(answers, quantity.ok() ? quantity->ToString() : quantity.status().ToString(), "\n");
  }
}

void DecideAll(const Inputs& inputs, std::string* answers) {
  for (const NamedRolloutPolicy& policy : RolloutPolicies()) {
    SetReconcileOptions options = ReconcileOptionsFor(policy.policy);
    options.controls = &inputs.controls;
    for (const char* set : {"s", "s-1"}) {
      const SetObservation observation = inputs.cluster.ObserveSet("n", set);
      absl::StrAppend(answers, ToString(ReconcileSet(observation, absl::UnixEpoch(), options)), "\n");
    }
    RolloutInput input;
    input.replicas = 6;
    input.max_surge = input.max_unavailable = IntOrPercent::Int(2);
    input.current = LeaderState{8, 4, 6, &inputs.groups};
    const absl::StatusOr<ControlledStep> step =
        PlanControlledRollout(policy.policy, input, "k", inputs.controls, RolloutProgress(), absl::UnixEpoch());
    absl::StrAppend(answers, step.ok() ? step->step.partition : -1, " ", step.ok() ? step->step.replicas : -1, "\n");
  }
  for (const auto& [namespace_name, name] : inputs.cluster.PodNames()) {
    const PodObservation observation = inputs.cluster.ObservePod(namespace_name, name);
    absl::StrAppend(answers, ToString(ReconcilePod(observation, absl::UnixEpoch(), {})), "\n");
  }
}

std::string Answers(const Inputs& inputs) {
  std::string answers;
  AdmitAll(inputs, &answers);
  ReadTexts(inputs, &answers);
  DecideAll(inputs, &answers);
  return answers;
}

TEST(Concurrent, EveryThreadGetsTheAnswersOfOne) {
  const Inputs inputs = Make();
  std::vector<std::string> answers(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&inputs, &answers, i] { answers[static_cast<size_t>(i)] = Answers(inputs); });
  }
  for (std::thread& thread : threads) thread.join();
  // One thread alone comes last, so that the others meet whatever is made at its first use.
  const std::string wanted = Answers(inputs);
  EXPECT_GT(wanted.size(), 10000);
  for (const std::string& answer : answers) EXPECT_EQ(answer, wanted) << "seed " << kSeed;
}

}  // namespace
}  // namespace lws
