// gMock matchers on reports of scenarios, for tests of rollout policies.
//
//   EXPECT_THAT(*lws::RunScenario(scenario, options), lws::NeverBelow(3));
//   EXPECT_THAT(report, testing::AllOf(lws::Finishes(), lws::RestartsAtMost(0), lws::NeverMixesRevisions()));
//
// Thread-safety: matchers are values.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_REPORT_MATCHERS_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_REPORT_MATCHERS_H_

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "lws/adapters/testing/scenario/print_values.h"
#include "lws/adapters/testing/scenario/run_scenario.h"

namespace lws {

// At least this number of groups was ready at any time of an update.
MATCHER_P(NeverBelow, groups, "") {
  *result_listener << "lowest " << arg.lowest_ready << " groups ready";
  return arg.lowest_ready < 0 || arg.lowest_ready >= groups;
}

// At any time of an update, at least as many groups were ready as the budget promised at that time.
MATCHER(KeepsPromise, "") {
  *result_listener << ScenarioLowestReadyText(arg);
  return !arg.broken_promise.has_value();
}

MATCHER(Finishes, "") {
  *result_listener << ScenarioOutcomeText(arg);
  return arg.finished;
}

MATCHER_P(FinishesWithin, duration, "") {
  *result_listener << "took " << absl::FormatDuration(arg.duration);
  return arg.finished && arg.duration <= duration;
}

MATCHER_P(RestartsAtMost, groups, "") {
  *result_listener << arg.groups_restarted << " groups restarted";
  return arg.groups_restarted <= groups;
}

MATCHER_P(SurgesAtMost, groups, "") {
  *result_listener << arg.surge_used << " surge groups used";
  return arg.surge_used <= groups;
}

MATCHER_P(WastesAtMost, pod_time, "") {
  *result_listener << absl::FormatDuration(arg.wasted_pod_time) << " of pod time wasted";
  return arg.wasted_pod_time <= pod_time;
}

// No group was ever ready while its leader and workers had two revisions.
MATCHER(NeverMixesRevisions, "") {
  *result_listener << arg.mixed_groups << " groups were ready in two revisions";
  return arg.mixed_groups == 0;
}

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_REPORT_MATCHERS_H_
