// The clock of a scenario: runs a simulated cluster from event to event, and to the end.
//
//   lws::internal::ScenarioPlay play(scenario, &simulation, [&] { report.Look(); });
//   absl::Status status = play.RunEvents([&](const lws::ScenarioEvent& event) { return Happen(event); });
//   absl::Time end = play.RunToTheEnd([&] { return report.is_done(); });
//
// It knows no kind of set: a LeaderWorkerSet and a DisaggregatedSet are played alike.
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

class ScenarioPlay {
 public:
  // Borrows the scenario and the simulation. The scenario begins at the simulation's present time. `look` is called
  // after every change of the cluster. When `is_stopped`, which is asked before every change if it is set, returns
  // true, the play ends, and no further event happens.
  ScenarioPlay(const Scenario& scenario, Simulation* simulation, std::function<void()> look,
               std::function<bool()> is_stopped = nullptr)
      : scenario_(scenario),
        simulation_(*simulation),
        start_(simulation->now()),
        look_(std::move(look)),
        is_stopped_(std::move(is_stopped)) {}

  absl::Time start() const { return start_; }

  // Runs to the time of each event, in their order, and calls `happen` there. Errors: the first one of `happen`, after
  // which nothing happens.
  absl::Status RunEvents(absl::FunctionRef<absl::Status(const ScenarioEvent&)> happen);

  // Runs until nothing is due, and returns when the run ends. An unfinished set is waited for until the patience ends,
  // even if nothing is due.
  absl::Time RunToTheEnd(absl::FunctionRef<bool()> is_done);

  // Whether the play was ended by `is_stopped`.
  bool was_stopped() const { return was_stopped_; }

 private:
  bool IsStopped();
  void RunUntil(absl::Time limit);
  void RunUntilQuiet();
  // Calls look_ after each time at which something happens, as long as it is not after the limit.
  void RunWhileDue(absl::Time next, absl::Time limit);

  const Scenario& scenario_;
  Simulation& simulation_;
  const absl::Time start_;
  const std::function<void()> look_;
  const std::function<bool()> is_stopped_;
  bool was_stopped_ = false;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_PLAY_H_
