#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/numbers/set_simulation.h"
#include "lws/adapters/testing/promise.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_play.h"
#include "lws/adapters/testing/swarm/play_case.h"
#include "lws/adapters/testing/swarm/swarm.h"
#include "lws/adapters/testing/swarm/swarm_case.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/guarantee.h"
#include "lws/rollout/planner.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::GuaranteedReady;
using internal::Promise;
using internal::PromiseFloor;

namespace {

using Kind = SwarmEvent::Kind;

// Runs one case.
class Swarm {
 public:
  Swarm(const SwarmCase& what, RolloutPolicy policy, SwarmChecks checks)
      : what_(what),
        checks_(checks),
        controls_(ControlsOf(what)),
        simulation_(OptionsOf(what, policy, controls_)),
        play_(patience_, Played()),
        set_replicas_(what.replicas) {}

  SwarmResult Run() {
    const Scenario scenario = ScenarioBuilder("s", what_.replicas, what_.size)
                                  .MaxSurge(what_.max_surge)
                                  .MaxUnavailable(what_.max_unavailable)
                                  .Build();
    if (!simulation_.Create(*scenario.manifest).ok()) return Break("the set is not admitted");
    internal::PlaySwarmCase(
        what_, &play_, [this](const SwarmEvent& event) { Happen(event); }, [this] { return IsDone(); });
    if (result_.broken_law.empty() && !IsDone()) return Break(internal::kNeverComesRight);
    return Finish();
  }

 private:
  struct Counted {
    int32_t ready = 0;
    int32_t guarantee = 0;        // counts groups that are seen as they are
    int32_t unseen_failures = 0;  // groups that the controller counts on although they changed
  };

  static RolloutControls ControlsOf(const SwarmCase& what) {
    RolloutControls controls;
    controls.min_ready = absl::Seconds(what.min_ready_seconds);
    return controls;
  }

  static SetSimulationOptions OptionsOf(const SwarmCase& what, RolloutPolicy policy, const RolloutControls& controls) {
    SetSimulationOptions options;
    options.seed = what.seed;
    options.max_unavailable_statefulset = what.max_unavailable_statefulset;
    options.nodes = what.nodes;
    options.sets = ReconcileOptionsFor(policy);
    options.sets.controls = what.min_ready_seconds > 0 ? &controls : nullptr;
    options.faults = what.faults;
    return options;
  }

  SwarmResult Break(const char* law) {
    if (result_.broken_law.empty()) {
      result_.broken_law = law;
      result_.when = simulation_.now() - play_.start();
    }
    return Finish();
  }

  SwarmResult Finish() {
    result_.steps = simulation_.steps();
    return result_;
  }

  // In numbers, nothing becomes due while the clock stands.
  internal::PlayedCluster Played() {
    internal::PlayedCluster cluster;
    cluster.now = [this] { return simulation_.now(); };
    cluster.settle = [] {};
    cluster.advance = [this](absl::Time limit) { return simulation_.Advance(limit); };
    cluster.look = [this](bool is_last) { Look(); };
    cluster.is_stopped = [this] { return !result_.broken_law.empty(); };
    return cluster;
  }

  void Happen(const SwarmEvent& event) {
    switch (event.kind) {
      case Kind::kNewImage:
      case Kind::kBrokenImage:
      case Kind::kScale:
      case Kind::kRevert:
        return Edit(event);
      case Kind::kFailContainer:
        simulation_.FailContainer(event.group, event.worker);
        return;
      case Kind::kDeletePod:
        simulation_.DeletePod(event.group, event.worker);
        return;
      case Kind::kLoseNode:
        simulation_.LoseNode(event.node, absl::InfiniteDuration());
        return;
      case Kind::kFlapNode:
        simulation_.LoseNode(event.node, event.outage);
    }
  }

  // A raised partition is a promise about the groups as they are seen (keep_budget.h), so the view must be current.
  // Under OnDelete there is no partition to raise.
  void Edit(const SwarmEvent& event) {
    TakeFailures(Count());
    if (!simulation_.on_delete()) simulation_.List();
    Json patch;
    if (event.kind == Kind::kScale) {
      patch["spec"]["replicas"] = event.replicas;
      set_replicas_ = event.replicas;
    } else {
      images_.Change(event.kind);
      patch["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"] =
          Json::array({{{"name", "main"}, {"image", absl::StrCat("s:", images_.present())}}});
      edited_revision_ = simulation_.counts().revision;
    }
    absl::Status status = simulation_.Edit(patch);
    if (event.kind == Kind::kBrokenImage) status.Update(simulation_.BreakImage());
    if (!status.ok()) Break("an edit is not admitted");
    promise_.Edit(Grounded(Count()));
  }

  // Excuses the failures since the last look, and what the controller could not see: leaders and workers are seen at
  // different times, so a group may be seen as ready although it never was.
  void TakeFailures(const Counted& counted) {
    const int32_t failures = static_cast<int32_t>(simulation_.failures() - failures_);
    promise_.Excuse(std::max(failures, counted.unseen_failures - unseen_failures_));
    failures_ = simulation_.failures();
    unseen_failures_ = counted.unseen_failures;
  }

  // The promise that the present and seen groups justify.
  int32_t Grounded(const Counted& counted) const {
    const int32_t floor = PromiseFloor(set_replicas_, what_.max_unavailable);
    return Promise::Grounded(floor, counted.guarantee) - counted.unseen_failures;
  }

  Counted Count() {
    const SetSimulationCounts counts = simulation_.counts();
    GroupBits both(counts.replicas);
    GroupBits seen(counts.replicas);
    Counted counted;
    for (int32_t i = 0; i < counts.replicas; ++i) {
      const GroupTruth truth = simulation_.TruthOf(i);
      counted.ready += truth.ready;
      const bool as_seen = truth.seen_steady && truth.seen_updated == truth.updated;
      both.Set(i, truth.ready && !truth.leaving && as_seen, truth.updated);
      seen.Set(i, truth.seen_steady, truth.seen_updated);
    }
    const int32_t partition = simulation_.on_delete() ? counts.replicas : counts.partition;
    // Surge groups of the old template do not count from an edit of the template on.
    const int32_t end =
        counts.revision == edited_revision_ ? std::min(set_replicas_, counts.replicas) : counts.replicas;
    counted.guarantee = GuaranteedReady(both, set_replicas_, partition, end);
    counted.unseen_failures = std::max(0, GuaranteedReady(seen, set_replicas_, partition, end) - counted.guarantee);
    return counted;
  }

  void Look() {
    const SetSimulationCounts counts = simulation_.counts();
    const Counted counted = Count();
    TakeFailures(counted);
    if (counts.replicas > std::max(replicas_, set_replicas_ + std::min(what_.max_surge, set_replicas_))) {
      Break(internal::kTooManySurgeGroups);
    }
    replicas_ = counts.replicas;
    if (checks_ == SwarmChecks::kAll && !promise_.IsKeptBy(counted.ready)) Break(internal::kTooFewReady);
    promise_.Raise(Grounded(counted));
    for (const int64_t value : {absl::ToInt64Milliseconds(simulation_.now() - play_.start()), int64_t{counts.partition},
                                int64_t{counts.replicas}, int64_t{counted.ready}, int64_t{promise_.groups()}}) {
      internal::AddToSwarmLog(static_cast<uint64_t>(value), &result_.log);
    }
  }

  bool IsDone() const {
    const SetSimulationCounts counts = simulation_.counts();
    if (counts.replicas != set_replicas_ || counts.ready != set_replicas_) return false;
    for (int32_t i = 0; i < set_replicas_; ++i) {
      const GroupTruth truth = simulation_.TruthOf(i);
      if (!truth.ready || !truth.updated) return false;
    }
    return true;
  }

  const SwarmCase& what_;
  const SwarmChecks checks_;
  const RolloutControls controls_;
  SetSimulation simulation_;
  const Scenario patience_ = internal::SwarmPatience();
  internal::ScenarioPlay play_;
  SwarmResult result_;
  int32_t set_replicas_ = 0;
  int32_t replicas_ = 0;  // the replicas of the leader StatefulSet
  Promise promise_;
  int64_t failures_ = 0;         // at the last look
  int32_t unseen_failures_ = 0;  // at the last look
  internal::SwarmImages images_;
  RevisionId edited_revision_ = 0;  // the leader StatefulSet's revision at the last template edit
};

}  // namespace

SwarmResult RunSwarmCase(const SwarmCase& what, RolloutPolicy policy, SwarmChecks checks) {
  return Swarm(what, policy, checks).Run();
}

}  // namespace lws
