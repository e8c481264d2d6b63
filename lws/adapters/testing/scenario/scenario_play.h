// The clock of a scenario: runs a simulated cluster from event to event, and to the end.
//
//   lws::internal::ScenarioPlay play(scenario, &simulation, [&] { report.Look(); });
//   absl::Status status = play.RunEvents([&](const lws::ScenarioEvent& event) { return Happen(event); });
//   absl::Time end = play.RunToTheEnd([&] { return report.is_done(); });
//
// It knows no kind of set and no kind of simulation: a LeaderWorkerSet and a DisaggregatedSet are played alike, as
// objects and in numbers, by scenarios and by the swarm, whose events are of another kind.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_PLAY_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_PLAY_H_

#include <functional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/scenario/scenario.h"

namespace lws::internal {

// A simulated cluster, as the player needs it.
struct PlayedCluster {
  std::function<absl::Time()> now;
  // Does what is due now, without moving the clock, and looks if that may change something.
  std::function<void()> settle;
  // Moves to the next due time and does what is due. Returns false when nothing is due until `limit`; the clock is then
  // at `limit`, unless that is the infinite future.
  std::function<bool(absl::Time limit)> advance;
  // Called after every change of the cluster, and with `is_last` at the end of a stretch.
  std::function<void(bool is_last)> look;
  // Asked before every change, if it is set. True ends the play, and no further event happens.
  std::function<bool()> is_stopped;
};

class ScenarioPlay {
 public:
  // Borrows the scenario, and what the functions use. The scenario begins at the cluster's present time.
  ScenarioPlay(const Scenario& scenario, PlayedCluster cluster)
      : scenario_(scenario), cluster_(std::move(cluster)), start_(cluster_.now()) {}
  ScenarioPlay(const Scenario& scenario, Simulation* simulation, const std::function<void()>& look,
               std::function<bool()> is_stopped = nullptr)
      : ScenarioPlay(scenario, PlayedOn(simulation, look, std::move(is_stopped))) {}

  absl::Time start() const { return start_; }

  // Runs to the time of each event, in their order, and calls `happen` there. Errors: the first one of `happen`, after
  // which nothing happens.
  absl::Status RunEvents(absl::FunctionRef<absl::Status(const ScenarioEvent&)> happen);

  // Runs to this time. Returns false when the play is ended by `is_stopped`.
  bool RunUntil(absl::Time limit);

  // Runs until nothing is due, and returns when the run ends. An unfinished set is waited for until the patience ends,
  // even if nothing is due.
  absl::Time RunToTheEnd(absl::FunctionRef<bool()> is_done);

  // Whether the play was ended by `is_stopped`.
  bool was_stopped() const { return was_stopped_; }

 private:
  static PlayedCluster PlayedOn(Simulation* simulation, const std::function<void()>& look,
                                std::function<bool()> is_stopped);
  bool IsStopped();
  void RunUntilQuiet();
  // Looks after each time at which something happens, as long as it is not after the limit.
  void RunWhileDue(absl::Time next, absl::Time limit);

  const Scenario& scenario_;
  const PlayedCluster cluster_;
  const absl::Time start_;
  bool was_stopped_ = false;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_PLAY_H_
