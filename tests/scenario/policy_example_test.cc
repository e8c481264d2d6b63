#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lws/testing.h"

TEST(MyRolloutTest, KeepsThreeOfFourGroupsReadyWhenAPodFails) {
  const lws::Scenario scenario = lws::ScenarioBuilder("vllm", /*replicas=*/4, /*size=*/2)
                                     .MaxSurge(1)
                                     .MaxUnavailable(1)
                                     .NewImage("vllm:2")
                                     .WhenQuiet()
                                     .FailContainer("vllm-0-1")
                                     .Build();
  lws::ScenarioRunOptions options;
  options.sets = lws::ReconcileOptionsFor(lws::KeepBudget);
  for (options.seed = 1; options.seed <= 20; ++options.seed) {
    const lws::ScenarioReport report = *lws::RunScenario(scenario, options);
    EXPECT_THAT(report, testing::AllOf(lws::KeepsPromise(), lws::FinishesWithin(absl::Minutes(5)),
                                       lws::RestartsAtMost(1), lws::NeverMixesRevisions()));
  }
}
