// What a scenario's report is expected to say.
//
//   lws::Expectations expected;
//   expected.lowest_ready = 4;
//   lws::UnmetExpectations(expected, report);    // {"lowest 3 groups ready, expected 4"}
//
// Thread-safety: values; all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_EXPECTATIONS_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_EXPECTATIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/api/json.h"
#include "lws/api/strict_reader.h"

namespace lws {

struct Expectations {
  std::optional<int32_t> lowest_ready;  // at least
  bool keeps_promise = false;           // at no time fewer groups are ready than the budget promises
  bool finishes = true;
  std::optional<absl::Duration> finishes_within;
  std::optional<int64_t> restarts;  // at most, like all below
  std::optional<int32_t> surge;
  std::optional<absl::Duration> wasted_pod_time;
  bool never_two_revisions = false;
};

// Reads {lowestReady: 3 | promised, finishes: true, finishesWithin: 10m, restartsAtMost: 0, surgeAtMost: 1,
// wastedPodTimeAtMost: 1h, neverTwoRevisions: true}. Errors: InvalidArgument naming an unknown key, or a value of
// another type or out of its range.
absl::StatusOr<Expectations> ReadExpectations(const Json& document);
// The same for a map within a file. Errors go to the reader's problem.
Expectations ReadExpectations(StrictReader* reader);

// One line for each unmet expectation, in the order above.
std::vector<std::string> UnmetExpectations(const Expectations& expected, const ScenarioReport& report);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_EXPECTATIONS_H_
