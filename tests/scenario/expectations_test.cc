// Expectations of a report: which of them are not met, and which cannot be.
#include "lws/adapters/testing/scenario/expectations.h"

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using testing::ElementsAre;

TEST(ExpectationsTest, WhatIsNotMetIsTold) {
  ScenarioReport report;
  report.finished = true;
  report.duration = absl::Minutes(3);
  report.lowest_ready = 2;
  report.promised_ready = 3;
  report.broken_promise = {absl::Minutes(1), 2, 3, 3};
  report.groups_restarted = 2;
  report.surge_used = 1;
  report.wasted_pod_time = absl::Hours(2);
  report.mixed_groups = 1;
  const Expectations expected = *ReadExpectations(Json::parse(R"({
    "lowestReady": 3, "finishesWithin": "2m", "restartsAtMost": 1, "surgeAtMost": 0, "wastedPodTimeAtMost": "1h",
    "neverTwoRevisions": true})"));
  EXPECT_THAT(UnmetExpectations(expected, report),
              ElementsAre("lowest 2 groups ready, expected 3", "took 3m, expected at most 2m",
                          "2 groups restarted, expected at most 1", "1 surge groups used, expected at most 0",
                          "2h of pod time wasted, expected at most 1h", "1 groups were ready in two revisions"));
  EXPECT_THAT(UnmetExpectations(*ReadExpectations({{"lowestReady", "promised"}}), report),
              ElementsAre("lowest 2 groups ready, the budget promises 3"));
  EXPECT_THAT(UnmetExpectations(*ReadExpectations(Json::object()), report), ElementsAre());
  report.finished = false;
  report.ready = 2;
  report.updated = 2;
  report.wanted = 3;
  EXPECT_THAT(UnmetExpectations(*ReadExpectations(Json::object()), report),
              ElementsAre("did not finish: 2 of 3 groups ready"));
  EXPECT_THAT(UnmetExpectations(*ReadExpectations({{"finishes", false}}), report), ElementsAre());
}

TEST(ExpectationsTest, WhatCannotBeExpectedIsAnError) {
  for (const char* document : {R"({"lowestReady": "most"})", R"({"speed": 3})", R"({"finishesWithin": "soon"})",
                               R"({"neverTwoRevisions": 1})", R"([1])"}) {
    EXPECT_FALSE(ReadExpectations(Json::parse(document)).ok()) << document;
  }
}

}  // namespace
}  // namespace lws
