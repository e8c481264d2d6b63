// How GoogleTest shows values of this library in a failure.
//
//   EXPECT_EQ(plan, lws::Plan());    // tells both plans, a line for each action, event and decision
//
// Include it in a test, and every assertion in it shows these values. report_matchers.h includes it.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_PRINT_VALUES_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_PRINT_VALUES_H_

#include <ostream>

#include "absl/strings/str_join.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/core/plan/plan.h"
#include "lws/rollout/planner.h"

namespace lws {

// The outcome, and the timeline below it.
inline void PrintTo(const ScenarioReport& report, std::ostream* out) {
  *out << report.set_name << ", seed " << report.seed << ": " << ScenarioOutcomeText(report);
  for (const TimelineEntry& entry : report.timeline) *out << "\n" << ToString(entry);
}

inline void PrintTo(const TimelineEntry& entry, std::ostream* out) { *out << ToString(entry); }

inline void PrintTo(const Plan& plan, std::ostream* out) {
  if (plan.empty()) {
    *out << "an empty plan";
  } else {
    *out << "\n" << ToString(plan);
  }
}

// "partition 3 replicas 4 (reason 2)", with what else the step has.
inline void PrintTo(const RolloutStep& step, std::ostream* out) {
  *out << "partition " << step.partition << " replicas " << step.replicas << " (reason "
       << static_cast<int>(step.reason) << ")";
  if (step.removes_groups) *out << ", removes groups";
  if (step.on_delete) *out << ", OnDelete";
  if (!step.replace.empty()) *out << ", replaces groups " << absl::StrJoin(step.replace, ", ");
  if (step.look_again_in.has_value()) *out << ", looks again in " << *step.look_again_in;
}

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_PRINT_VALUES_H_
