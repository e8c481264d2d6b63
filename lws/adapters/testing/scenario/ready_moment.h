// Notes in the report of a scenario how many groups are ready at a moment of an update, beside what is promised then.
//
//   lws::ScenarioReport noted;
//   lws::internal::ReadyMoment moment = {absl::Seconds(9), /*ready=*/2, /*replicas=*/4, /*promised=*/3};
//   lws::internal::NoteScenarioReady(moment, /*counted_on=*/3, &noted);
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

struct ReadyMoment {
  absl::Duration time;  // since the beginning
  int32_t ready = 0;
  int32_t replicas = 0;  // those of the set at that time, as the next number
  int32_t promised = 0;  // replicas - maxUnavailable
};

// `counted_on` is what the ledger of promise.h has: only missing those breaks the promise.
inline void NoteScenarioReady(const ReadyMoment& moment, int32_t counted_on, ScenarioReport* report) {
  if (report->lowest_ready < 0 || moment.ready < report->lowest_ready) {
    report->lowest_ready = moment.ready;
    report->lowest_replicas = moment.replicas;
    report->promised_ready = moment.promised;
    report->counted_on = counted_on;
  }
  const std::optional<BrokenPromise>& worst = report->broken_promise;
  if (moment.ready >= counted_on) return;
  if (!worst.has_value() || MissesPromiseByMore(moment.ready, counted_on, worst->ready, worst->counted_on)) {
    report->broken_promise = {moment.time, moment.ready, moment.promised, counted_on};
  }
}

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_READY_MOMENT_H_
