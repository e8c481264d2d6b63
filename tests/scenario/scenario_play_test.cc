// One player of scenario events: a cluster of objects, one in numbers and a scripted one.
#include "lws/adapters/testing/scenario/scenario_play.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/numbers/set_simulation.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/scenario/scenario.h"

namespace lws::internal {
namespace {

using testing::ElementsAre;

Scenario Timed() {
  return ScenarioBuilder("s", 2, 2)
      .At(absl::Minutes(3))
      .NewImage("s:2")
      .At(absl::Minutes(4))
      .FailContainer("s-0-1")
      .WhenQuiet()
      .DeletePod("s-1")
      .Build();
}

// Something is due at each of these seconds, and every call is written down.
class ScriptedCluster {
 public:
  explicit ScriptedCluster(std::vector<int> due) : due_(std::move(due)) {}

  PlayedCluster Played() {
    PlayedCluster cluster;
    cluster.now = [this] { return absl::FromUnixSeconds(now_); };
    cluster.settle = [this] { calls.push_back("settle"); };
    cluster.advance = [this](absl::Time limit) { return Advance(limit); };
    cluster.look = [this](bool is_last) { calls.push_back(absl::StrCat(is_last ? "last look " : "look ", now_)); };
    return cluster;
  }

  std::vector<std::string> calls;

 private:
  bool Advance(absl::Time limit) {
    const bool is_due = next_ < due_.size() && absl::FromUnixSeconds(due_[next_]) <= limit;
    if (is_due) {
      now_ = due_[next_++];
    } else if (limit != absl::InfiniteFuture()) {
      now_ = absl::ToUnixSeconds(limit);
    }
    return is_due;
  }

  const std::vector<int> due_;
  size_t next_ = 0;
  int64_t now_ = 0;
};

TEST(ScenarioPlayTest, RunsToEachEventAndThenUntilNothingIsDue) {
  Scenario scenario =
      ScenarioBuilder("s", 1, 1).At(absl::Seconds(3)).DeletePod("s-0").WhenQuiet().DeletePod("s-0").Build();
  scenario.patience = absl::Seconds(10);
  ScriptedCluster cluster({1, 5, 6});
  ScenarioPlay play(scenario, cluster.Played());
  const auto happen = [&cluster](const ScenarioEvent& event) {
    cluster.calls.push_back("event");
    return absl::OkStatus();
  };
  EXPECT_TRUE(play.RunEvents(happen).ok());
  EXPECT_THAT(cluster.calls, ElementsAre("settle", "look 1", "last look 3", "event",  //
                                         "settle", "look 5", "look 6", "last look 6", "event"));
  cluster.calls.clear();
  EXPECT_EQ(play.RunToTheEnd([] { return false; }), absl::FromUnixSeconds(16));
  EXPECT_THAT(cluster.calls, ElementsAre("settle", "last look 6", "last look 16"));
}

TEST(ScenarioPlayTest, TheFirstErrorEndsThePlay) {
  const Scenario scenario = Timed();
  ScriptedCluster cluster({});
  int events = 0;
  const absl::Status status = ScenarioPlay(scenario, cluster.Played()).RunEvents([&events](const ScenarioEvent&) {
    ++events;
    return absl::InternalError("no");
  });
  EXPECT_EQ(status, absl::InternalError("no"));
  EXPECT_EQ(events, 1);
}

TEST(ScenarioPlayTest, APlayThatIsStoppedChangesNothingMore) {
  const Scenario scenario =
      ScenarioBuilder("s", 1, 1).At(absl::Seconds(3)).DeletePod("s-0").At(absl::Seconds(9)).DeletePod("s-0").Build();
  ScriptedCluster cluster({1, 5, 6});
  PlayedCluster played = cluster.Played();
  bool is_stopped = false;
  played.is_stopped = [&is_stopped] { return is_stopped; };
  ScenarioPlay play(scenario, played);
  int events = 0;
  const absl::Status status = play.RunEvents([&](const ScenarioEvent&) {
    ++events;
    is_stopped = true;
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(events, 1);
  EXPECT_TRUE(play.was_stopped());
  EXPECT_EQ(play.RunToTheEnd([] { return false; }), absl::FromUnixSeconds(3));
  EXPECT_THAT(cluster.calls, ElementsAre("settle", "look 1", "last look 3", "settle", "last look 3"));
}

// Both simulations are played by the same player: the timed events happen at their times, and after the last one
// nothing is due any more.
TEST(ScenarioPlayTest, PlaysObjectsAndNumbersAlike) {
  const Scenario scenario = Timed();
  Simulation objects{SimulationOptions()};
  ASSERT_TRUE(objects.AddNode("n", {{"pods", "9"}}, {}).ok());
  ASSERT_TRUE(objects.CreateSet(*scenario.manifest).ok());
  SetSimulation numbers{SetSimulationOptions()};
  ASSERT_TRUE(numbers.Create(*scenario.manifest).ok());
  PlayedCluster in_numbers;
  in_numbers.now = [&numbers] { return numbers.now(); };
  in_numbers.settle = [] {};
  in_numbers.advance = [&numbers](absl::Time limit) { return numbers.Advance(limit); };
  in_numbers.look = [](bool) {};
  ScenarioPlay of_objects(scenario, &objects, [] {});
  ScenarioPlay of_numbers(scenario, in_numbers);
  for (ScenarioPlay* play : {&of_objects, &of_numbers}) {
    const bool has_objects = play == &of_objects;
    std::vector<absl::Duration> times;
    const absl::Status status = play->RunEvents([&](const ScenarioEvent&) {
      times.push_back((has_objects ? objects.now() : numbers.now()) - play->start());
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    ASSERT_EQ(times.size(), 3);
    EXPECT_EQ(times[0], absl::Minutes(3));
    EXPECT_EQ(times[1], absl::Minutes(4));
    EXPECT_GE(times[2], absl::Minutes(4));
    const absl::Time quiet = play->RunToTheEnd([] { return true; });
    EXPECT_GE(quiet - play->start(), times[2]);
    EXPECT_FALSE(has_objects ? objects.Advance(absl::InfiniteFuture()) : numbers.Advance());
  }
}

}  // namespace
}  // namespace lws::internal
