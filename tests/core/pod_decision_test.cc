// The sequence of decisions on a pod: laws of pod_decision.h, over every answer of its two tables.
#include "lws/core/pod/pod_decision.h"

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/core/plan/decision.h"
#include "lws/core/plan/plan.h"
#include "lws/core/pod/restart.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "nlohmann/json.hpp"
#include "tests/support/small_cluster.h"

namespace lws::internal {
namespace {

TEST(PodDecisionTest, Laws1And2ALeaderIsAskedOnceAndOnlyWhenTheLookGoesOn) {
  for (const bool restarts : {false, true}) {
    for (const bool stops : {false, true}) {
      for (const bool is_leader : {false, true}) {
        int asked = 0;
        const PodDecision decision = DecidePod({DecisionReason::kNoTrigger, restarts, stops}, is_leader, [&asked] {
          ++asked;
          return DecisionReason::kWorkersMissing;
        });
        const bool goes_on = is_leader && !restarts && !stops;
        EXPECT_EQ(asked, goes_on ? 1 : 0) << restarts << stops << is_leader;
        EXPECT_EQ(decision.leader.has_value(), goes_on) << restarts << stops << is_leader;
        EXPECT_EQ(decision.restart.restart, restarts);
      }
    }
  }
}

TEST(PodDecisionTest, Law3AVerdictStopsTheLookWhileItsGroupIsOnItsWayOrWaits) {
  const struct {
    GroupRestartReason reason;
    bool restart;
    bool stop;
  } table[] = {
      {GroupRestartReason::kNoLeader, false, false},      {GroupRestartReason::kAlreadyRestarting, false, true},
      {GroupRestartReason::kNoFailure, false, false},     {GroupRestartReason::kIgnored, false, false},
      {GroupRestartReason::kStillStarting, false, false}, {GroupRestartReason::kGaveUp, false, false},
      {GroupRestartReason::kBackingOff, false, true},     {GroupRestartReason::kRestart, true, true},
  };
  for (const auto& row : table) {
    const RestartDecision decision = RestartDecisionOf(row.reason);
    EXPECT_EQ(decision.restart, row.restart) << static_cast<int>(row.reason);
    EXPECT_EQ(decision.stop, row.stop) << static_cast<int>(row.reason);
  }
}

TEST(PodDecisionTest, ARestartPolicyWithoutMembersIsAnErrorAndDeletesNothing) {
  SmallCluster cluster;
  cluster.Revision("k").LeaderStatefulSet().Leader(0).WorkerStatefulSet(0).Worker(
      0, 1, {{"status", {{"containerStatuses", {{{"restartCount", 1}}}}}}});
  const RestartPolicy policy;
  PodReconcileOptions options;
  options.restarts = &policy;
  for (const char* pod : {"s-0", "s-0-1"}) {
    const Plan plan = cluster.ReconcilePod(pod, options);
    EXPECT_EQ(plan.error.code(), absl::StatusCode::kFailedPrecondition) << pod;
    EXPECT_NE(plan.error.message().find(pod), absl::string_view::npos) << plan.error;
    EXPECT_EQ(Actions(plan), "") << pod;
  }
  // The reference needs no members, and would have restarted the group.
  EXPECT_EQ(Actions(cluster.ReconcilePod("s-0-1")), "delete Pod s-0");
}

TEST(PodDecisionTest, ASetThatRestartsNothingNeedsNoMembers) {
  SmallCluster cluster(Json{{"leaderWorkerTemplate", {{"restartPolicy", "None"}}}});
  cluster.Revision("k").LeaderStatefulSet().Leader(0).WorkerStatefulSet(0).Worker(0, 1);
  const RestartPolicy policy;
  PodReconcileOptions options;
  options.restarts = &policy;
  EXPECT_TRUE(cluster.ReconcilePod("s-0-1", options).error.ok());
}

}  // namespace
}  // namespace lws::internal
