#include "lws/adapters/testing/scenario/scenario_play.h"

#include <algorithm>
#include <utility>

namespace lws::internal {

PlayedCluster ScenarioPlay::PlayedOn(Simulation* simulation, const std::function<void()>& look,
                                     std::function<bool()> is_stopped) {
  PlayedCluster cluster;
  cluster.now = [simulation] { return simulation->now(); };
  cluster.settle = [simulation, look] {
    simulation->Settle();
    look();
  };
  cluster.advance = [simulation](absl::Time limit) { return simulation->Advance(limit); };
  cluster.look = [look](bool is_last) { look(); };
  cluster.is_stopped = std::move(is_stopped);
  return cluster;
}

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
  const absl::Time limit = cluster_.now() + scenario_.patience;
  if (!was_stopped_) RunUntilQuiet();
  if (was_stopped_ || is_done() || limit == absl::InfiniteFuture()) return cluster_.now();
  cluster_.advance(std::max(limit, cluster_.now()));
  cluster_.look(/*is_last=*/true);
  return limit;
}

bool ScenarioPlay::IsStopped() {
  was_stopped_ = was_stopped_ || (cluster_.is_stopped && cluster_.is_stopped());
  return was_stopped_;
}

bool ScenarioPlay::RunUntil(absl::Time limit) {
  RunWhileDue(limit, limit);
  return !IsStopped();
}

void ScenarioPlay::RunUntilQuiet() { RunWhileDue(absl::InfiniteFuture(), cluster_.now() + scenario_.patience); }

void ScenarioPlay::RunWhileDue(absl::Time next, absl::Time limit) {
  cluster_.settle();
  while (!IsStopped() && cluster_.advance(next) && cluster_.now() <= limit) cluster_.look(/*is_last=*/false);
  cluster_.look(/*is_last=*/true);
}

}  // namespace lws::internal
