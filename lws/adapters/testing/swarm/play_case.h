// Plays a case of the swarm: its events one after another, then to the end of all faults, then until nothing is due.
//
//   uint64_t log = 0;
//   lws::internal::AddToSwarmLog(/*value=*/7, &log);
//   log != 0;    // true
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_TESTING_SWARM_PLAY_CASE_H_
#define LWS_ADAPTERS_TESTING_SWARM_PLAY_CASE_H_

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_play.h"
#include "lws/adapters/testing/swarm/swarm_case.h"

namespace lws::internal {

inline constexpr char kNeverComesRight[] = "the faults have stopped, and it does not come right";

// A scenario without events, of which a play takes only how long a set is waited for after its last fault.
inline Scenario SwarmPatience() {
  Scenario scenario;
  scenario.patience = absl::Hours(4);
  return scenario;
}

// The images of a set, which are numbered.
class SwarmImages {
 public:
  int32_t present() const { return present_; }
  int32_t newest() const { return newest_; }

  // Changes to a new image, or back to the one before.
  void Change(SwarmEvent::Kind kind) {
    const int32_t next = kind == SwarmEvent::Kind::kRevert ? former_ : ++newest_;
    former_ = std::exchange(present_, next);
  }

 private:
  int32_t present_ = 1;
  int32_t former_ = 1;
  int32_t newest_ = 1;
};

// Ends early when the play is stopped.
inline void PlaySwarmCase(const SwarmCase& what, ScenarioPlay* play, absl::FunctionRef<void(const SwarmEvent&)> happen,
                          absl::FunctionRef<bool()> is_done) {
  for (const SwarmEvent& event : what.events) {
    if (!play->RunUntil(play->start() + event.at)) return;
    happen(event);
  }
  const absl::Duration faults = std::max(what.faults.until, absl::ZeroDuration());
  if (play->RunUntil(play->start() + faults + what.faults.list_every)) play->RunToTheEnd(is_done);
}

// Adds a value to the hash of all states of a case.
inline void AddToSwarmLog(uint64_t value, uint64_t* log) { *log = (*log ^ value) * 0x100000001b3ULL; }

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SWARM_PLAY_CASE_H_
