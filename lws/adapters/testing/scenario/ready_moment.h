// Notes in the report of a scenario how many groups are ready at a moment of an update, beside what is promised then.
//
//   lws::ScenarioReport noted;
//   lws::internal::NoteScenarioReady(absl::Seconds(9), /*ready=*/2, /*promised=*/3, &noted);
//   noted.lowest_ready;                // 2
//   noted.broken_promise->promised;    // 3
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_READY_MOMENT_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_READY_MOMENT_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "lws/adapters/testing/promise.h"
#include "lws/adapters/testing/scenario/scenario_report.h"

namespace lws::internal {

// `time` is since the beginning.
inline void NoteScenarioReady(absl::Duration time, int32_t ready, int32_t promised, ScenarioReport* report) {
  if (report->lowest_ready < 0 || ready < report->lowest_ready) {
    report->lowest_ready = ready;
    report->promised_ready = promised;
  }
  const std::optional<BrokenPromise>& worst = report->broken_promise;
  if (ready >= promised) return;
  if (!worst.has_value() || MissesPromiseByMore(ready, promised, worst->ready, worst->promised)) {
    report->broken_promise = {time, ready, promised};
  }
}

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_READY_MOMENT_H_
