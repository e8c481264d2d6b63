// What happens to errors of the simulation in numbers when its controller writes: they are not lost.
#include "lws/adapters/simulation/numbers/set_passes.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/faulty_writes.h"
#include "lws/adapters/simulation/numbers/late_watches.h"
#include "lws/adapters/simulation/numbers/leader_rollout.h"
#include "lws/adapters/simulation/numbers/node_outages.h"
#include "lws/adapters/simulation/numbers/pass_schedule.h"
#include "lws/adapters/simulation/numbers/pod_lives.h"
#include "lws/adapters/simulation/numbers/simulated_groups.h"
#include "lws/adapters/simulation/numbers/simulated_leaders.h"
#include "lws/adapters/simulation/numbers/simulation_errors.h"
#include "lws/adapters/simulation/numbers/simulation_timers.h"
#include "lws/adapters/simulation/set_admission.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/plan/action_object.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// The passes over one admitted set of one group, with everything that they write to.
class Passes {
 public:
  Passes() {
    absl::StatusOr<LeaderWorkerSet> set = AdmitSimulatedSet(Json::parse(R"({
      "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
      "metadata": {"name": "s", "namespace": "n"},
      "spec": {"replicas": 1, "leaderWorkerTemplate": {"size": 2,
        "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}}}})"));
    EXPECT_TRUE(set.ok()) << set.status();
    if (!set.ok()) return;
    EXPECT_TRUE(fleet_.numbers().OfNode("node").ok());
    groups_.Begin(fleet_.numbers().OfSet("n", "s"), 2);
    set->mutable_metadata()->set_uid(kSimulatedUid);
    passes_.Adopt(*std::move(set));
  }

  SetPasses& passes() { return passes_; }
  const absl::Status& Error() const { return errors_.Latest(); }

 private:
  SimulationErrors errors_;
  SimulationTimers timers_;
  SimulatedGroups groups_;
  Chance chance_{1, {}, [this] { return absl::Milliseconds(timers_.now()); }};
  NodeOutages<SimulationTimer> nodes_{0};
  Fleet fleet_;
  LateWatches watches_{&groups_, &fleet_, &chance_, &timers_, &errors_};
  LeaderRollout rollout_{false};
  PodLives lives_{{{}, {}}, &groups_, &nodes_, &rollout_, &watches_, &chance_, &timers_};
  SimulatedLeaders leaders_{&groups_, &rollout_, &lives_, &fleet_, &watches_, &errors_};
  FaultyWrites writes_{&chance_};
  PassSchedule schedule_{absl::Milliseconds(100), &timers_};
  SetPasses passes_{{},        nullptr,  &groups_,   &fleet_,  &lives_, &leaders_,
                    &watches_, &writes_, &schedule_, &chance_, &errors_};
};

Action Create(Json object) {
  Action action;
  action.verb = Verb::kCreate;
  action.target = {object["kind"].get<std::string>(), "n", "s"};
  action.object = ActionObject::Of(std::move(object));
  return action;
}

TEST(SetPassesTest, AnObjectThatTheFleetRefusesIsAnErrorThatStays) {
  Passes simulation;
  simulation.passes().Run(absl::UnixEpoch());
  ASSERT_TRUE(simulation.Error().ok()) << simulation.Error();
  const Json service = {{"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", {{"namespace", "n"}, {"name", 3}}}};
  EXPECT_TRUE(simulation.passes().Perform(Create(service))) << "the write itself is no conflict";
  EXPECT_EQ(simulation.Error().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(simulation.Error().message(), "metadata.name: 3 is not a string"))
      << simulation.Error();
  // Passes that go well do not make up for it.
  simulation.passes().Run(absl::UnixEpoch() + absl::Seconds(1));
  EXPECT_EQ(simulation.Error().code(), absl::StatusCode::kInvalidArgument);
}

TEST(SetPassesTest, APatchThatAdmissionRefusesIsAnErrorThatStays) {
  Passes simulation;
  Action action;
  action.verb = Verb::kPatch;
  action.target = {"LeaderWorkerSet", "n", "s"};
  action.object = ActionObject::Of({{"spec", {{"replicas", -1}}}});
  EXPECT_TRUE(simulation.passes().Perform(action));
  EXPECT_EQ(simulation.Error().code(), absl::StatusCode::kInvalidArgument);
  simulation.passes().Run(absl::UnixEpoch());
  EXPECT_EQ(simulation.Error().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lws::internal
