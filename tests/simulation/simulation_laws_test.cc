// The laws of the simulation of objects: when things happen, and which events are told again.
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/repeated_events.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::RepeatedEvents;

Event EventOf(const std::string& object, const std::string& note) {
  Event event;
  event.note = note;
  event.regarding = {"Pod", "n", object};
  return event;
}

// Against a list of everything that happened.
TEST(RepeatedEventsTest, Law1AnEventIsToldAgainAfterASuccessAboutItsObject) {
  constexpr unsigned kSeed = 20261126;
  std::mt19937 random(kSeed);
  int told_again = 0;
  int repeated_once = 0;
  for (int history = 0; history < 200; ++history) {
    RepeatedEvents repeated;
    std::set<std::pair<std::string, std::string>> told;  // object and note, since the object's last success
    for (int step = 0; step < 60; ++step) {
      Plan plan;
      for (unsigned i = 1 + random() % 2; i > 0; --i) {
        plan.events.push_back(EventOf(absl::StrCat("p", random() % 2), absl::StrCat("note ", random() % 2)));
      }
      const bool fails = random() % 3 > 0;
      for (const Event& event : plan.events) {
        const bool is_new = told.count({event.regarding.name, event.note}) == 0;
        ASSERT_EQ(repeated.IsNew(event), is_new) << "seed " << kSeed << ", history " << history << ", step " << step;
        (is_new ? told_again : repeated_once) += 1;
      }
      repeated.AfterPlan(plan, fails ? absl::InternalError("no") : absl::OkStatus());
      for (const Event& event : plan.events) {
        if (fails) {
          told.insert({event.regarding.name, event.note});
          continue;
        }
        for (int note = 0; note < 2; ++note) told.erase({event.regarding.name, absl::StrCat("note ", note)});
      }
    }
  }
  EXPECT_GT(told_again, 1000);
  EXPECT_GT(repeated_once, 1000);
}

Json Manifest() {
  return Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n"}, "spec": {"replicas": 3, "leaderWorkerTemplate": {"size": 2,
      "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}}}})");
}

TEST(SimulationTest, Law2BetweenTwoTimersNothingHappens) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    int changes = 0;
    int plans = 0;
    SimulationLog log;
    log.on_change = [&](const simulation::ObjectChange&) { ++changes; };
    log.on_plan = [&](const Plan&, const absl::Status&) { ++plans; };
    SimulationOptions options;
    options.seed = seed;
    options.kubelet.start = {absl::Seconds(1), absl::Seconds(9)};
    Simulation simulation(options, log);
    ASSERT_TRUE(simulation.AddNode("node", {{"cpu", "64"}, {"pods", "100"}}, {}).ok());
    ASSERT_TRUE(simulation.CreateSet(Manifest()).ok());
    simulation.Settle();
    int moments = 0;
    int failures = 0;
    for (int step = 0; step < 200; ++step) {
      const int before = changes;
      const int plans_before = plans;
      simulation.Settle();
      ASSERT_EQ(changes, before) << "seed " << seed << ": something was still due at " << simulation.now();
      // Up to the moment before the next timer the clock moves alone.
      const auto next = simulation.clock().next();
      if (next.has_value() && *next > simulation.now() + absl::Nanoseconds(1)) {
        const absl::Time limit = *next - absl::Nanoseconds(1);
        if (!simulation.Advance(limit)) {
          ++moments;
          ASSERT_EQ(simulation.now(), limit) << "seed " << seed;
          ASSERT_EQ(changes, before) << "seed " << seed << ": before the timer of " << *next;
          ASSERT_EQ(plans, plans_before) << "seed " << seed << ": before the timer of " << *next;
        }
      }
      if (simulation.Advance(absl::InfiniteFuture())) continue;
      if (failures++ == 3) break;
      // At rest: a container fails, and the group is made again.
      ASSERT_TRUE(simulation.kubelet().FailContainer("n", "s-1-1")) << "seed " << seed;
      simulation.Settle();
    }
    EXPECT_EQ(failures, 4) << "seed " << seed;
    EXPECT_GT(moments, 10) << "seed " << seed;
    EXPECT_GT(changes, 50) << "seed " << seed;
  }
}

}  // namespace
}  // namespace lws
