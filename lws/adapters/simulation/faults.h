// How often which faults happen in a simulation: in numbers, or of a DisaggregatedSet.
//
//   lws::internal::SimulationFaults faults;
//   faults.late = 300;       // 300 of a thousand changes are reported late
//   faults.until = absl::Minutes(30);
//
// A chance is a number of a thousand. Watches: a change in a group (or of a child or Service of a DisaggregatedSet) may
// be reported late, twice, or only at the next list; because groups are delayed independently, changes of two groups
// may swap their order. Writes may be refused, conflict, or be done although the answer is lost (then the host reads
// the object, as cluster.h demands, and does not continue the plan). The controller may crash between any two writes;
// it then forgets everything and lists again. Its clock may jump to another error at any pass. Images may take ten
// times as long (for a DisaggregatedSet the swarm draws that). After `until` nothing goes wrong any more, and the next
// list reports what was lost.
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_SIMULATION_FAULTS_H_
#define LWS_ADAPTERS_SIMULATION_FAULTS_H_

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

#endif  // LWS_ADAPTERS_SIMULATION_FAULTS_H_
