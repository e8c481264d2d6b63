// How often what goes wrong in a simulated cluster, for the simulation in numbers.
//
//   lws::internal::SimulationFaults faults;
//   faults.late = 300;       // of a thousand changes, so many are told late
//   faults.until = absl::Minutes(30);
//
// A chance is of a thousand. Watches: what changes in a group may be told late, twice, or only when everything is
// listed anew; since each group comes when it comes, changes of two groups change places. Writes: refused, in conflict,
// or done and the answer lost (the host then reads the object, as cluster.h asks, and does not go on with the plan);
// the controller may crash between any two of them, forgets all, and lists anew. Its clock may jump to another error
// with any look. Images may take ten times as long. After `until` nothing goes wrong any more, and the next list tells
// what was lost.
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_FAULTS_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_FAULTS_H_

#include <cstdint>

#include "absl/time/time.h"

namespace lws::internal {

struct SimulationFaults {
  int32_t late = 0;
  int32_t lost = 0;
  int32_t twice = 0;
  absl::Duration most_late = absl::Seconds(10);
  absl::Duration list_every = absl::Seconds(60);

  int32_t refused = 0;
  int32_t conflict = 0;
  int32_t answer_lost = 0;
  int32_t crash = 0;

  int32_t clock_jump = 0;
  absl::Duration most_clock_error = absl::Minutes(10);

  int32_t slow_image = 0;

  absl::Duration until;  // since the beginning; 0: nothing goes wrong
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_FAULTS_H_
