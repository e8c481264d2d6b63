#include "lws/adapters/testing/scenario/scenario_play.h"

#include <algorithm>

namespace lws::internal {

absl::Status ScenarioPlay::RunEvents(absl::FunctionRef<absl::Status(const ScenarioEvent&)> happen) {
  for (const ScenarioEvent& event : scenario_.events) {
    if (event.at.has_value()) {
      RunUntil(start_ + *event.at);
    } else {
      RunUntilQuiet();
    }
    if (was_stopped_) return absl::OkStatus();
    absl::Status status = happen(event);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Time ScenarioPlay::RunToTheEnd(absl::FunctionRef<bool()> is_done) {
  const absl::Time limit = simulation_.now() + scenario_.patience;
  if (!was_stopped_) RunUntilQuiet();
  if (was_stopped_ || is_done() || limit == absl::InfiniteFuture()) return simulation_.now();
  simulation_.Advance(std::max(limit, simulation_.now()));
  look_();
  return limit;
}

bool ScenarioPlay::IsStopped() {
  was_stopped_ = was_stopped_ || (is_stopped_ && is_stopped_());
  return was_stopped_;
}

void ScenarioPlay::RunUntil(absl::Time limit) { RunWhileDue(limit, limit); }

void ScenarioPlay::RunUntilQuiet() { RunWhileDue(absl::InfiniteFuture(), simulation_.now() + scenario_.patience); }

void ScenarioPlay::RunWhileDue(absl::Time next, absl::Time limit) {
  simulation_.Settle();
  look_();
  while (!IsStopped() && simulation_.Advance(next) && simulation_.now() <= limit) look_();
  look_();
}

}  // namespace lws::internal
