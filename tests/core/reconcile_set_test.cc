// Where ReconcileSet behaves differently under the library's own policies than under the reference's.
#include "lws/core/reconcile/reconcile_set.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/planner.h"
#include "nlohmann/json.hpp"
#include "tests/support/small_cluster.h"

namespace lws {
namespace {

constexpr char kRevisionHash[] = "leaderworkerset.sigs.k8s.io/template-revision-hash";

// Two serving groups of the old revision, and a leader StatefulSet of the new one that has released neither.
SmallCluster BeforeTheFirstRelease() {
  const Json old = {{"metadata", {{"labels", {{kRevisionHash, "o"}}}}}};
  SmallCluster cluster;
  cluster.Revision("k").LeaderStatefulSet({{"spec", {{"updateStrategy", {{"rollingUpdate", {{"partition", 2}}}}}}}});
  for (int group = 0; group < 2; ++group)
    cluster.Leader(group, old).WorkerStatefulSet(group, old).Worker(group, 1, old);
  return cluster;
}

// The written partition; -1 when the StatefulSet is not written.
int PartitionOf(const Plan& plan) {
  for (const Action& action : plan.actions) {
    if (action.verb != Verb::kApply) continue;
    return action.object.Document()["spec"]["updateStrategy"]["rollingUpdate"]["partition"].get<int>();
  }
  return -1;
}

Plan Reconcile(const SmallCluster& cluster, RolloutPolicy policy) {
  return ReconcileSet(cluster.Observe(), absl::UnixEpoch(), ReconcileOptionsFor(policy));
}

TEST(ReconcileSetTest, AGroupThatAFailureIsAboutToRestartIsNotCountedOn) {
  const Json old = {{"metadata", {{"labels", {{kRevisionHash, "o"}}}}}};
  const SmallCluster well = BeforeTheFirstRelease();
  EXPECT_TRUE(well.Observe().groups_to_restart.empty());
  EXPECT_EQ(PartitionOf(Reconcile(well, KeepBudget)), 1);
  // Its worker has restarted and is ready again, so only the restart count shows the failure.
  SmallCluster failed = BeforeTheFirstRelease();
  Json worker = old;
  worker["status"]["containerStatuses"] = Json::array({{{"name", "c"}, {"restartCount", 1}}});
  failed.Worker(0, 1, worker);
  EXPECT_EQ(failed.Observe().groups_to_restart, std::vector<int32_t>{0});
  const Plan held = Reconcile(failed, KeepBudget);
  EXPECT_TRUE(Because(held, DecisionReason::kHeldByBudget));
  EXPECT_EQ(PartitionOf(held), 2);
  EXPECT_EQ(PartitionOf(Reconcile(failed, PlanRollout)), 1);
}

// All groups are ready and have the new revision. The StatefulSet may not have counted the last of them yet.
SmallCluster AfterTheLastGroup(const char* current_revision) {
  SmallCluster cluster;
  cluster.Revision("k").Revision("o").LeaderStatefulSet(
      {{"status", {{"currentRevision", current_revision}, {"updateRevision", "s-2"}}}});
  for (int group = 0; group < 2; ++group) cluster.Leader(group).WorkerStatefulSet(group).Worker(group, 1);
  return cluster;
}

TEST(ReconcileSetTest, FormerRevisionsAreKeptWhileGroupsMayBeMadeOfThem) {
  const auto deletes = [](const SmallCluster& cluster, RolloutPolicy policy) {
    return Actions(Reconcile(cluster, policy)).find("delete ControllerRevision s-o") != std::string::npos;
  };
  EXPECT_TRUE(deletes(AfterTheLastGroup("s-1"), PlanRollout));
  EXPECT_FALSE(deletes(AfterTheLastGroup("s-1"), KeepBudget));
  EXPECT_TRUE(deletes(AfterTheLastGroup("s-2"), KeepBudget));
}

TEST(ReconcileSetTest, ADeadlineThatIsExceededIsACondition) {
  const SmallCluster cluster = BeforeTheFirstRelease();
  RolloutControls controls;
  controls.progress_deadline = absl::Minutes(10);
  RolloutProgress progress;
  progress.revision_key = "k";
  progress.most_done = 0;
  progress.last_progress = absl::UnixEpoch();
  SetObservation observation = cluster.Observe();
  observation.rollout_progress = &progress;
  SetReconcileOptions options = ReconcileOptionsFor(KeepBudget);
  options.controls = &controls;
  const auto reason = [&](absl::Duration after) -> std::string {
    const Plan plan = ReconcileSet(observation, absl::UnixEpoch() + after, options);
    for (const Action& action : plan.actions) {
      if (action.verb != Verb::kUpdateStatus) continue;
      const Json status = action.object.Document()["status"];
      for (const Json& condition : status["conditions"]) {
        if (condition["type"] == "Progressing") return condition["reason"].get<std::string>();
      }
    }
    return "";
  };
  EXPECT_EQ(reason(absl::Minutes(9)), "GroupsProgressing");
  EXPECT_EQ(reason(absl::Minutes(10)), "ProgressDeadlineExceeded");
}

// A policy that releases nothing by day. It carries the host's knowledge; the look brings the time and the set's name.
struct Calendar {
  std::string set;
  absl::Time night;
};

absl::StatusOr<RolloutStep> AtNight(const void* context, const RolloutInput& input) {
  const Calendar& calendar = *static_cast<const Calendar*>(context);
  absl::StatusOr<RolloutStep> step = KeepBudget(input);
  if (!step.ok() || input.set_name != calendar.set || input.now >= calendar.night) return step;
  step->partition = input.current->partition;
  step->look_again_in = calendar.night - input.now;
  return step;
}

TEST(ReconcileSetTest, APolicyOfAHostSeesItsContextTheTimeAndTheSet) {
  const SmallCluster cluster = BeforeTheFirstRelease();
  const Calendar calendar = {"s", absl::UnixEpoch() + absl::Hours(8)};
  const Calendar of_another_set = {"t", absl::UnixEpoch() + absl::Hours(8)};
  const auto look = [&](const Calendar& hours, absl::Duration after) {
    return ReconcileSet(cluster.Observe(), absl::UnixEpoch() + after, ReconcileOptionsFor({&AtNight, &hours}));
  };
  EXPECT_NE(PartitionOf(look(calendar, absl::Hours(1))), 1);
  EXPECT_EQ(look(calendar, absl::Hours(1)).requeue_after, absl::Hours(7));
  EXPECT_EQ(PartitionOf(look(calendar, absl::Hours(8))), 1);
  EXPECT_EQ(look(calendar, absl::Hours(8)).requeue_after, std::nullopt);
  EXPECT_EQ(PartitionOf(look(of_another_set, absl::Hours(1))), 1);
}

}  // namespace
}  // namespace lws
