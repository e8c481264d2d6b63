#include "lws/adapters/testing/swarm/swarm.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lws/adapters/simulation/numbers/set_simulation.h"
#include "lws/adapters/testing/promise.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/api/strict_reader.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/guarantee.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::GuaranteedReady;
using internal::Promise;
using internal::PromiseFloor;
using internal::SimulationFaults;

namespace {

using Kind = SwarmEvent::Kind;

constexpr absl::Duration kFaultsStop = absl::Minutes(20);
constexpr int32_t kMostReplicas = 8;
// The largest numbers that a file may say for groups, workers and so on.
constexpr int32_t kMostGroups = 1000;
constexpr int32_t kMostNodes = 1000;
constexpr int32_t kMostSeconds = 86400;
constexpr int32_t kMostPerThousand = 1000;
constexpr absl::Duration kLongest = absl::Hours(24);
constexpr absl::Duration kPatience = absl::Hours(4);

// One case as it runs.
class Swarm {
 public:
  Swarm(const SwarmCase& what, RolloutPolicy policy, SwarmChecks checks)
      : what_(what),
        checks_(checks),
        controls_(ControlsOf(what)),
        simulation_(OptionsOf(what, policy, controls_)),
        start_(simulation_.now()),
        set_replicas_(what.replicas) {}

  SwarmResult Run() {
    const Scenario scenario = ScenarioBuilder("s", what_.replicas, what_.size)
                                  .MaxSurge(what_.max_surge)
                                  .MaxUnavailable(what_.max_unavailable)
                                  .Build();
    if (!simulation_.Create(*scenario.manifest).ok()) return Break("the set is not admitted");
    for (const SwarmEvent& event : what_.events) {
      RunUntil(start_ + event.at);
      if (!result_.broken_law.empty()) return Finish();
      Happen(event);
    }
    RunUntil(start_ + std::max(what_.faults.until, absl::ZeroDuration()) + what_.faults.list_every);
    const absl::Time limit = simulation_.now() + kPatience;
    while (result_.broken_law.empty() && simulation_.now() < limit && simulation_.Advance()) Look();
    if (result_.broken_law.empty() && !IsDone()) return Break("the faults have stopped, and it does not come right");
    return Finish();
  }

 private:
  struct Counted {
    int32_t ready = 0;
    int32_t guarantee = 0;        // of groups that are seen as they are
    int32_t unseen_failures = 0;  // of groups that the controller counts on
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
      result_.when = simulation_.now() - start_;
    }
    return Finish();
  }

  SwarmResult Finish() {
    result_.steps = simulation_.steps();
    return result_;
  }

  void RunUntil(absl::Time limit) {
    while (result_.broken_law.empty() && simulation_.Advance(limit)) Look();
    Look();
  }

  void Happen(const SwarmEvent& event) {
    switch (event.kind) {
      case Kind::kNewImage:
      case Kind::kBrokenImage:
      case Kind::kScale:
        return Edit(event);
      case Kind::kFailContainer:
        simulation_.FailContainer(event.group, event.worker);
        return;
      case Kind::kDeletePod:
        simulation_.DeletePod(event.group, event.worker);
        return;
      case Kind::kKillNode:
        simulation_.FailNode(event.node, absl::InfiniteDuration());
        return;
      case Kind::kFlapNode:
        simulation_.FailNode(event.node, event.outage);
    }
  }

  // A higher partition is raised over groups as they are seen (keep_budget.h): with a view that is current. Under
  // OnDelete there is none.
  void Edit(const SwarmEvent& event) {
    TakeFailures(Count());
    if (!simulation_.on_delete()) simulation_.List();
    Json patch;
    if (event.kind == Kind::kScale) {
      patch["spec"]["replicas"] = event.replicas;
      set_replicas_ = event.replicas;
    } else {
      patch["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"] =
          Json::array({{{"name", "main"}, {"image", absl::StrCat("s:", ++image_)}}});
      edited_revision_ = simulation_.counts().revision;
    }
    absl::Status status = simulation_.Edit(patch);
    if (event.kind == Kind::kBrokenImage) status.Update(simulation_.BreakImage());
    if (!status.ok()) Break("an edit is not admitted");
    promise_.Edit(Grounded(Count()));
  }

  // Of the promise, what befell since the last look, and what the controller cannot have seen: leaders and workers are
  // seen apart, so that a group may be seen as ready that never was.
  void TakeFailures(const Counted& counted) {
    const int32_t failures = static_cast<int32_t>(simulation_.failures() - failures_);
    promise_.Excuse(std::max(failures, counted.unseen_failures - unseen_failures_));
    failures_ = simulation_.failures();
    unseen_failures_ = counted.unseen_failures;
  }

  // The promise that what is there, and seen, gives ground for.
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
    // From the edit on, what is of the old template is not counted among the surge groups any more.
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
    for (const int64_t value : {absl::ToInt64Milliseconds(simulation_.now() - start_), int64_t{counts.partition},
                                int64_t{counts.replicas}, int64_t{counted.ready}, int64_t{promise_.groups()}}) {
      result_.log = (result_.log ^ static_cast<uint64_t>(value)) * 0x100000001b3ULL;
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
  const absl::Time start_;
  SwarmResult result_;
  int32_t set_replicas_ = 0;
  int32_t replicas_ = 0;  // of the leader StatefulSet
  Promise promise_;
  int64_t failures_ = 0;         // at the last look
  int32_t unseen_failures_ = 0;  // then
  int32_t image_ = 1;
  RevisionId edited_revision_ = 0;  // that the leader StatefulSet had when the template was last edited
};

// Rates are nothing half of the time, and otherwise anything up to `most`.
int32_t DrawRate(std::mt19937_64* random, int32_t most) {
  return (*random)() % 2 == 0 ? 0 : static_cast<int32_t>((*random)() % static_cast<uint64_t>(most + 1));
}

constexpr const char* kKinds[] = {"newImage", "brokenImage", "scale", "fail", "delete", "killNode", "flapNode"};

// The weights of the kinds of events, in the order of the kinds.
constexpr int32_t kWeights[] = {2, 1, 2, 16, 10, 2, 7};

Kind DrawKind(std::mt19937_64* random) {
  const int32_t all = std::accumulate(std::begin(kWeights), std::end(kWeights), 0);
  int32_t drawn = static_cast<int32_t>((*random)() % static_cast<uint64_t>(all));
  int32_t kind = 0;
  while (drawn >= kWeights[kind]) drawn -= kWeights[kind++];
  return static_cast<Kind>(kind);
}

// What the kind has, as in files.
std::string DetailsOf(const SwarmEvent& event) {
  switch (event.kind) {
    case Kind::kNewImage:
    case Kind::kBrokenImage:
      return "";
    case Kind::kScale:
      return absl::StrCat(", replicas: ", event.replicas);
    case Kind::kFailContainer:
    case Kind::kDeletePod:
      return absl::StrCat(", group: ", event.group, ", worker: ", event.worker);
    case Kind::kKillNode:
      return absl::StrCat(", node: ", event.node);
    case Kind::kFlapNode:
      return absl::StrCat(", node: ", event.node, ", outage: ", absl::FormatDuration(event.outage));
  }
  return "";
}

// In the order of time.
void SortEvents(SwarmCase* what) {
  std::stable_sort(what->events.begin(), what->events.end(),
                   [](const SwarmEvent& a, const SwarmEvent& b) { return a.at < b.at; });
}

// The rates by their names in files, and the most that is drawn of each.
constexpr struct {
  const char* name;
  int32_t SimulationFaults::*rate;
  int32_t most;
} kRates[] = {
    {"late", &SimulationFaults::late, 500},
    {"lost", &SimulationFaults::lost, 200},
    {"twice", &SimulationFaults::twice, 500},
    {"refused", &SimulationFaults::refused, 200},
    {"conflict", &SimulationFaults::conflict, 200},
    {"answerLost", &SimulationFaults::answer_lost, 200},
    {"crash", &SimulationFaults::crash, 200},
    {"clockJump", &SimulationFaults::clock_jump, 200},
    {"slowImage", &SimulationFaults::slow_image, 200},
};

// The numbers of a case by their names in files, in the order they are written, with the most that a file may say.
template <typename Case, typename Number>
void ForEachNumber(Case& what, const Number& number) {
  number("seed", what.seed, ~uint64_t{0});
  number("replicas", what.replicas, kMostGroups);
  number("size", what.size, kMostGroups);
  number("maxSurge", what.max_surge, kMostGroups);
  number("maxUnavailable", what.max_unavailable, kMostGroups);
  number("nodes", what.nodes, kMostNodes);
  number("minReadySeconds", what.min_ready_seconds, kMostSeconds);
  for (const auto& rate : kRates) number(rate.name, what.faults.*rate.rate, kMostPerThousand);
}

absl::Duration ReadDuration(StrictReader* reader, const char* key, absl::Duration least, absl::Duration otherwise) {
  return reader->Duration(key, {least, kLongest}, otherwise);
}

Kind ReadKind(StrictReader* event) {
  const Json* kind = event->Find("kind");
  const auto found = kind == nullptr ? std::end(kKinds) : std::find(std::begin(kKinds), std::end(kKinds), *kind);
  if (found != std::end(kKinds)) return static_cast<Kind>(found - std::begin(kKinds));
  event->FailValue("kind", absl::StrCat("none of ", absl::StrJoin(kKinds, ", ")), kind == nullptr ? Json() : *kind);
  return Kind::kNewImage;
}

SwarmEvent ReadEvent(StrictReader* reader) {
  SwarmEvent event;
  event.kind = ReadKind(reader);
  event.at = ReadDuration(reader, "at", absl::ZeroDuration(), event.at);
  event.replicas = reader->Number("replicas", {0, kMostGroups}, event.replicas);
  event.group = reader->Number("group", {0, kMostGroups}, event.group);
  event.worker = reader->Number("worker", {0, kMostGroups}, event.worker);
  event.node = reader->Number("node", {0, kMostNodes}, event.node);
  event.outage = ReadDuration(reader, "outage", absl::ZeroDuration(), event.outage);
  reader->Finish();
  return event;
}

SwarmCase ReadCase(StrictReader* reader) {
  SwarmCase what;
  ForEachNumber(what, [reader](const char* name, auto& value, uint64_t most) {
    value = static_cast<std::decay_t<decltype(value)>>(reader->Unsigned(name, most, static_cast<uint64_t>(value)));
  });
  what.max_unavailable_statefulset = reader->Flag("maxUnavailableStatefulSet", what.max_unavailable_statefulset);
  what.faults.most_late = ReadDuration(reader, "mostLate", absl::Seconds(1), what.faults.most_late);
  what.faults.list_every = ReadDuration(reader, "listEvery", absl::Seconds(1), what.faults.list_every);
  what.faults.until = ReadDuration(reader, "faultsUntil", absl::ZeroDuration(), what.faults.until);
  for (StrictReader& event : reader->Maps("events")) what.events.push_back(ReadEvent(&event));
  reader->Finish();
  SortEvents(&what);
  return what;
}

// Takes away from a case what it breaks its law without, until nothing more can be.
class Minimizer {
 public:
  Minimizer(const SwarmCase& what, RolloutPolicy policy, SwarmChecks checks)
      : least_(what), policy_(policy), checks_(checks), law_(RunSwarmCase(what, policy, checks).broken_law) {}

  SwarmCase Run() {
    while (Pass()) {
    }
    return least_;
  }

 private:
  // Delays are drawn anew where something is missing, so that a few seeds are tried.
  static constexpr uint64_t kSeedsTried = 16;

  template <typename Change>
  bool Try(const Change& change) {
    SwarmCase less = least_;
    change(&less);
    for (uint64_t i = 0; i < kSeedsTried; ++i, ++less.seed) {
      if (RunSwarmCase(less, policy_, checks_).broken_law != law_) continue;
      least_ = std::move(less);
      return true;
    }
    return false;
  }

  bool Lower(int32_t SwarmCase::*number, int32_t least) {
    const auto lower = [number](SwarmCase* less) { --(less->*number); };
    bool is_less = false;
    while (least_.*number > least && Try(lower)) is_less = true;
    return is_less;
  }

  // Whether there is less of it now.
  bool Pass() {
    bool is_less = false;
    for (size_t i = least_.events.size(); i > 0; --i) {
      const auto drop = [i](SwarmCase* less) {
        less->events.erase(less->events.begin() + static_cast<ptrdiff_t>(i) - 1);
      };
      is_less |= Try(drop);
    }
    for (const auto& rate : kRates) {
      const auto drop = [&rate](SwarmCase* less) { less->faults.*rate.rate = 0; };
      is_less |= least_.faults.*rate.rate > 0 && Try(drop);
    }
    const auto at_once = [](SwarmCase* less) { less->min_ready_seconds = 0; };
    is_less |= least_.min_ready_seconds > 0 && Try(at_once);
    is_less |= Lower(&SwarmCase::size, 1);
    is_less |= Lower(&SwarmCase::replicas, 1);
    return is_less;
  }

  SwarmCase least_;
  const RolloutPolicy policy_;
  const SwarmChecks checks_;
  const std::string law_;
};

}  // namespace

SwarmCase DrawSwarmCase(uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto draw = [&random](int32_t least, int32_t most) {
    return least + static_cast<int32_t>(random() % static_cast<uint64_t>(most - least + 1));
  };
  SwarmCase what;
  what.seed = seed;
  what.replicas = draw(1, kMostReplicas);
  what.size = draw(1, 8);
  what.max_surge = draw(0, 2);
  what.max_unavailable = draw(what.max_surge == 0 ? 1 : 0, what.replicas);
  what.max_unavailable_statefulset = draw(0, 1) == 1;
  for (const int32_t most : {500, 200}) {
    for (const auto& rate : kRates) {
      if (rate.most == most) what.faults.*rate.rate = DrawRate(&random, most);
    }
  }
  what.faults.until = kFaultsStop;
  what.nodes = draw(2, 12);
  what.min_ready_seconds = draw(0, 2) == 0 ? draw(1, 30) : 0;
  const int32_t events = draw(1, 48);
  for (int32_t i = 0; i < events; ++i) {
    SwarmEvent event;
    event.at = absl::Milliseconds(draw(0, static_cast<int32_t>(absl::ToInt64Milliseconds(kFaultsStop))));
    event.kind = DrawKind(&random);
    event.replicas = draw(1, kMostReplicas);
    event.group = draw(0, what.replicas);
    event.worker = draw(0, what.size - 1);
    event.node = draw(0, what.nodes - 1);
    event.outage = absl::Seconds(draw(5, 180));
    what.events.push_back(event);
  }
  SortEvents(&what);
  return what;
}

SwarmResult RunSwarmCase(const SwarmCase& what, RolloutPolicy policy, SwarmChecks checks) {
  return Swarm(what, policy, checks).Run();
}

SwarmCase Minimize(const SwarmCase& what, RolloutPolicy policy, SwarmChecks checks) {
  return Minimizer(what, policy, checks).Run();
}

std::string ToYaml(const SwarmCase& what) {
  std::string yaml;
  ForEachNumber(what,
                [&yaml](const char* name, auto value, uint64_t) { absl::StrAppend(&yaml, name, ": ", value, "\n"); });
  absl::StrAppend(&yaml, "maxUnavailableStatefulSet: ", what.max_unavailable_statefulset ? "true" : "false",
                  "\nmostLate: ", absl::FormatDuration(what.faults.most_late),
                  "\nlistEvery: ", absl::FormatDuration(what.faults.list_every),
                  "\nfaultsUntil: ", absl::FormatDuration(what.faults.until),
                  "\nevents:", what.events.empty() ? " []" : "", "\n");
  for (const SwarmEvent& event : what.events) {
    absl::StrAppend(&yaml, "  - {at: ", absl::FormatDuration(event.at),
                    ", kind: ", kKinds[static_cast<int>(event.kind)], DetailsOf(event), "}\n");
  }
  return yaml;
}

absl::StatusOr<SwarmCase> ReadSwarmCase(const Json& document) {
  ReadProblem problem;
  StrictReader reader(document, "", &problem);
  SwarmCase what = ReadCase(&reader);
  if (!problem.status.ok()) return problem.status;
  return what;
}

}  // namespace lws
