// The conformance suite for clusters: our own clusters keep every law, and clusters that break one are found. The
// suite's run on KubeCluster is tests/kubernetes/kube_cluster_conformance_test.cc.
#include "lws/adapters/testing/conformance/test_cluster.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/scenario/print_values.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/json.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "lws/rollout/planner.h"
#include "nlohmann/json.hpp"
#include "tests/host/hosted_cluster.h"
#include "tests/host/set_documents.h"

namespace lws {
namespace {

using testing::IsEmpty;
using testing::Not;

std::shared_ptr<Simulation> Simulated(const Json& manifest) {
  SimulationOptions options;
  options.sets_by_hand = true;
  auto simulation = std::make_shared<Simulation>(options);
  EXPECT_TRUE(simulation->CreateSet(manifest).ok());
  simulation->Settle();
  return simulation;
}

TestedCluster OfSimulation(const Json& manifest) {
  const std::shared_ptr<Simulation> simulation = Simulated(manifest);
  return {simulation, [simulation] { simulation->RunUntilQuiet(absl::Minutes(1)); },
          [simulation] { return simulation->now(); }};
}

TEST(TestClusterTest, Laws1To5AreKeptByTheSimulation) { EXPECT_THAT(TestCluster(OfSimulation), IsEmpty()); }

// The suite on a FleetCluster, which learns of its own writes from watches.
std::vector<std::string> BrokenByHost(HostFaults faults) {
  return TestCluster([faults](const Json& manifest) -> TestedCluster {
    const auto host = std::make_shared<HostedCluster>(/*seed=*/7, faults);
    host->StopDeciding();
    EXPECT_TRUE(host->server().Create(Admitted(manifest)).ok());
    host->Run(absl::Minutes(1));
    return {ClusterOfHost(host), [host] { host->Run(absl::Minutes(1)); }, [host] { return host->now(); }};
  });
}

TEST(TestClusterTest, Laws1To5AreKeptByAFleetCluster) {
  EXPECT_THAT(BrokenByHost({}), IsEmpty());
  HostFaults slow;
  slow.most_slow = absl::Seconds(5);
  slow.most_late = absl::Seconds(20);
  EXPECT_THAT(BrokenByHost(slow), IsEmpty());
  slow.answers_have_objects = false;
  EXPECT_THAT(BrokenByHost(slow), IsEmpty());
}

TEST(TestClusterTest, AFleetClusterThatLosesAnswersIsFound) {
  HostFaults faults;
  faults.answer_lost = 1000;
  EXPECT_THAT(BrokenByHost(faults), Not(IsEmpty()));
}

// A simulated cluster whose writes go through `write`.
class Wrapped final : public Cluster {
 public:
  using Write = std::function<void(Simulation*, const Action&, absl::Time, WriteDone)>;
  Wrapped(std::shared_ptr<Simulation> simulation, Write write)
      : simulation_(std::move(simulation)), write_(std::move(write)) {}

  SetObservation ObserveSet(absl::string_view namespace_name, absl::string_view name) override {
    return hides_ ? SetObservation() : simulation_->ObserveSet(namespace_name, name);
  }
  PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name) override {
    return simulation_->ObservePod(namespace_name, name);
  }
  void Perform(const Action& action, absl::Time now, WriteDone done) override {
    write_(simulation_.get(), action, now, std::move(done));
  }
  void Record(const Event& event) override { simulation_->Record(event); }
  void Hide() { hides_ = true; }

 private:
  std::shared_ptr<Simulation> simulation_;
  Write write_;
  bool hides_ = false;
};

// What the suite says of a cluster that writes so.
std::string BrokenBy(const Wrapped::Write& write, bool hides = false) {
  return absl::StrJoin(TestCluster([&](const Json& manifest) -> TestedCluster {
                         const std::shared_ptr<Simulation> simulation = Simulated(manifest);
                         const auto cluster = std::make_shared<Wrapped>(simulation, write);
                         if (hides) cluster->Hide();
                         return {cluster, [simulation] { simulation->RunUntilQuiet(absl::Minutes(1)); },
                                 [simulation] { return simulation->now(); }};
                       }),
                       "\n");
}

void WriteWell(Simulation* simulation, const Action& action, absl::Time now, WriteDone done) {
  simulation->Perform(action, now, std::move(done));
}

TEST(TestClusterTest, Law1SetsThatAreNotObservedAreFound) {
  EXPECT_EQ(BrokenBy(WriteWell), "");
  EXPECT_TRUE(absl::StrContains(BrokenBy(WriteWell, /*hides=*/true), "law 1: the set is not observed"));
}

TEST(TestClusterTest, Law2AnswersThatComeTwiceOrNeverAreFound) {
  const std::string twice = BrokenBy([](Simulation* simulation, const Action& action, absl::Time now, WriteDone done) {
    simulation->Perform(action, now, done);
    done(WriteAnswer(), now);
  });
  EXPECT_TRUE(absl::StrContains(twice, "was answered 2 times")) << twice;
  const std::string never = BrokenBy([](Simulation*, const Action&, absl::Time, const WriteDone&) {});
  EXPECT_TRUE(absl::StrContains(never, "was answered 0 times")) << never;
  std::vector<WriteDone> held;
  const std::string late = BrokenBy([&held](Simulation*, const Action&, absl::Time now, const WriteDone& done) {
    for (const WriteDone& former : held) former(WriteAnswer(), now);
    held = {done};
  });
  EXPECT_TRUE(absl::StrContains(late, "was answered 0 times")) << late;
}

TEST(TestClusterTest, Law2WritesThatAreNotDoneAreFound) {
  const std::string lies =
      BrokenBy([](Simulation*, const Action&, absl::Time now, const WriteDone& done) { done(WriteAnswer(), now); });
  EXPECT_TRUE(absl::StrContains(lies, "law 2: the leader StatefulSet is not observed")) << lies;
}

TEST(TestClusterTest, Law3CreationsThatReplaceAreFound) {
  const std::string replaces =
      BrokenBy([](Simulation* simulation, const Action& action, absl::Time now, const WriteDone& done) {
        simulation->Perform(action, now, [&done](const absl::StatusOr<WriteAnswer>& answer, absl::Time at) {
          done(absl::IsAlreadyExists(answer.status()) ? WriteAnswer() : answer, at);
        });
      });
  EXPECT_TRUE(absl::StrContains(replaces, "law 3: creating ")) << replaces;
}

TEST(TestClusterTest, Law4DeletionsWithoutPreconditionsAreFound) {
  const std::string ignores =
      BrokenBy([](Simulation* simulation, const Action& action, absl::Time now, const WriteDone& done) {
        Action blind = action;
        blind.uid.clear();
        blind.resource_version.clear();
        simulation->Perform(blind, now, done);
      });
  EXPECT_TRUE(absl::StrContains(ignores, "law 4: a deletion with another UID")) << ignores;
  EXPECT_TRUE(absl::StrContains(ignores, "law 4: a stale deletion deleted the StatefulSet")) << ignores;
}

TEST(TestClusterTest, Law5DeletionsOfNothingThatSucceedAreFound) {
  const std::string lenient =
      BrokenBy([](Simulation* simulation, const Action& action, absl::Time now, const WriteDone& done) {
        simulation->Perform(action, now, [&done](const absl::StatusOr<WriteAnswer>& answer, absl::Time at) {
          done(absl::IsNotFound(answer.status()) ? WriteAnswer() : answer, at);
        });
      });
  EXPECT_TRUE(absl::StrContains(lenient, "law 5: ")) << lenient;
}

TEST(PrintValuesTest, ValuesAreShownInWords) {
  EXPECT_EQ(testing::PrintToString(Plan()), "an empty plan");
  Plan plan;
  plan.error = absl::InvalidArgumentError("broken");
  EXPECT_TRUE(absl::StrContains(testing::PrintToString(plan), "broken")) << testing::PrintToString(plan);
  ScenarioReport report;
  report.set_name = "s";
  report.seed = 7;
  report.wanted = 2;
  TimelineEntry entry;
  entry.kind = TimelineEntry::Kind::kScenario;
  entry.text = "the set is created";
  report.timeline = {entry};
  EXPECT_EQ(testing::PrintToString(report),
            "s, seed 7: not finished after 0: 0 of 2 groups ready\n     0.0s  -- the set is created");
  RolloutStep step;
  step.partition = 3;
  step.replicas = 4;
  step.reason = RolloutReason::kAtRest;
  step.replace = {1, 2};
  step.look_again_in = absl::Seconds(5);
  EXPECT_EQ(testing::PrintToString(step),
            absl::StrCat("partition 3 replicas 4 (reason ", static_cast<int>(RolloutReason::kAtRest),
                         "), replaces groups 1, 2, looks again in 5s"));
}

}  // namespace
}  // namespace lws
