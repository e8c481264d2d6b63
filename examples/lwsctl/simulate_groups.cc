#include "examples/lwsctl/simulate_groups.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "examples/lwsctl/refusal.h"
#include "lws/adapters/simulation/numbers/set_simulation.h"
#include "lws/adapters/testing/promise.h"
#include "lws/adapters/testing/scenario/ready_moment.h"
#include "lws/adapters/testing/scenario/scenario_play.h"
#include "lws/adapters/testing/scenario/scenario_size.h"
#include "lws/api/admit_set.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"
#include "lws/core/reconcile/refused_objects.h"
#include "lws/rollout/budget.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/guarantee.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;

// The characters of a line, where each stands for several groups.
constexpr int64_t kCharacters = 50;
// One line is printed for every step of this part of the groups.
constexpr int kSteps = 20;

// A page can show steps of this part.
constexpr int kPageSteps = 200;

constexpr char Letter(lws::GroupState state) { return ".oOnN"[static_cast<int>(state)]; }

// A character for each `of` groups, which is the state that most of them are in. `letter_of` gives that of a group.
template <typename LetterOf>
std::string Shares(int64_t replicas, int64_t of, const LetterOf& letter_of) {
  constexpr absl::string_view kLetters = ".oOnN";
  std::string shares;
  for (int64_t first = 0; first < replicas; first += of) {
    std::array<int, kLetters.size()> count = {};
    for (int64_t i = first; i < std::min(replicas, first + of); ++i) {
      const size_t state = kLetters.find(letter_of(static_cast<int32_t>(i)));
      if (state != absl::string_view::npos) ++count[state];
    }
    const auto most = std::max_element(count.begin(), count.end());
    shares += kLetters[static_cast<size_t>(most - count.begin())];
  }
  return shares;
}

std::string StateLine(int32_t partition, const std::string& shares, const lws::SetSimulationCounts& counts,
                      int64_t events) {
  return absl::StrFormat("partition %d replicas %d  %s  ready %d updated %d, %d events", partition, counts.replicas,
                         shares, counts.ready, counts.updated, events);
}

class GroupsStory {
 public:
  GroupsStory(const lws::Scenario& scenario, const lws::ScenarioRunOptions& options, OnLine on_line)
      : scenario_(scenario),
        on_line_(std::move(on_line)),
        is_stopped_(options.is_stopped),
        manifest_(*scenario.manifest),
        simulation_(SimulationOptions(lws::ScenarioOptionsFor(scenario, options)),
                    [this](const lws::Event& event) { Hear(event); }),
        play_(scenario, Played()) {
    report_.set_name = manifest_.value("/metadata/name"_json_pointer, "");
    report_.seed = options.seed;
    report_.set_replicas = Replicas();
    report_.lowest_replicas = Replicas();
    report_.promised_ready = lws::ScenarioPromisedReady(manifest_);
    report_.counted_on = report_.promised_ready;
  }

  absl::Status Play() {
    Say("the set is created");
    absl::Status status = simulation_.Create(*scenario_.manifest);
    if (!status.ok()) return status;
    status = play_.RunEvents([this](const lws::ScenarioEvent& event) {
      watching_ = watching_ && event.at.has_value();
      return Happen(event);
    });
    if (!status.ok()) return status;
    limit_ = simulation_.now() + scenario_.patience;
    // Finish waits for an unfinished set, by arithmetic.
    play_.RunToTheEnd([] { return true; });
    return simulation_.error();
  }

  // Call it once, after the scenario.
  lws::ScenarioReport Finish() {
    const lws::SetSimulationCounts counts = simulation_.counts();
    const lws::GroupBits groups = Groups();
    const int32_t from = std::min(
        manifest_.value("/spec/rolloutStrategy/rollingUpdateConfiguration/partition"_json_pointer, 0), counts.replicas);
    report_.duration = simulation_.now() - play_.start();
    report_.wanted = Replicas();
    report_.ready = counts.ready;
    report_.updated = groups.CountDone(0, counts.replicas);
    report_.finished = !play_.was_stopped() && counts.replicas == report_.wanted && counts.ready == counts.replicas &&
                       groups.CountDone(from, counts.replicas) == counts.replicas - from;
    report_.pods_created = counts.pods_created;
    report_.groups_restarted = counts.restarts;
    if (!report_.finished) {
      // An unfinished set is waited for until the patience ends, even if nothing is due.
      if (!play_.was_stopped() && limit_ != absl::InfiniteFuture()) {
        report_.duration = std::max(limit_, simulation_.now()) - play_.start();
      }
      report_.held = absl::StrCat("leader StatefulSet: partition ", counts.partition, ", replicas ", counts.replicas);
    }
    return std::move(report_);
  }

 private:
  int32_t Size() const { return std::max(1, manifest_.value("/spec/leaderWorkerTemplate/size"_json_pointer, 1)); }
  int32_t Replicas() const { return manifest_.value("/spec/replicas"_json_pointer, 1); }

  // The steady and the updated groups. Complexity: O(groups).
  lws::GroupBits Groups() const {
    const int32_t replicas = simulation_.counts().replicas;
    lws::GroupBits groups(replicas);
    for (int32_t i = 0; i < replicas; ++i) {
      const lws::GroupTruth truth = simulation_.TruthOf(i);
      groups.Set(i, truth.ready && !truth.leaving, truth.updated);
    }
    return groups;
  }

  int32_t Guarantee(const lws::GroupBits& groups, int32_t end) const {
    const lws::SetSimulationCounts counts = simulation_.counts();
    const int32_t partition = simulation_.on_delete() ? counts.replicas : counts.partition;
    return lws::internal::GuaranteedReady(groups, Replicas(), partition, std::min(end, counts.replicas));
  }

  static lws::SetSimulationOptions SimulationOptions(const lws::ScenarioRunOptions& options) {
    lws::SetSimulationOptions simulation;
    simulation.seed = options.seed;
    simulation.max_unavailable_statefulset = options.max_unavailable_statefulset;
    simulation.sets = options.sets;
    return simulation;
  }

  absl::Status Happen(const lws::ScenarioEvent& event) {
    if (event.kind == lws::ScenarioEvent::Kind::kEdit) {
      Say(DescribeScenarioEvent(event));
      const absl::Status status = Edit(*event.patch);
      return status.ok() ? status : ScenarioEventError(event, status.message());
    }
    const bool is_there = Strike(event);
    if (is_there) Say(DescribeScenarioEvent(event));
    if (is_there || event.if_possible) return absl::OkStatus();
    return ScenarioEventError(
        event, absl::StrCat("Pod ", event.target, " ", Exists(event.target) ? "does not run" : "does not exist",
                            " at that time"));
  }

  absl::Status Edit(const Json& patch) {
    const lws::GroupBits groups = Groups();
    absl::Status status = simulation_.Edit(patch);
    if (!status.ok()) return status;
    watching_ = true;
    manifest_.merge_patch(patch);
    // Surge groups of the former template do not count.
    promise_.Edit(
        lws::internal::Promise::Grounded(lws::ScenarioPromisedReady(manifest_), Guarantee(groups, Replicas())));
    return absl::OkStatus();
  }

  // The group and the worker that a pod of the set is named after; nullopt for another name.
  std::optional<std::pair<int32_t, int32_t>> PlaceOf(absl::string_view pod) const {
    if (!absl::ConsumePrefix(&pod, report_.set_name) || !absl::ConsumePrefix(&pod, "-")) return std::nullopt;
    const size_t dash = pod.find('-');
    const int32_t group = lws::ParseIndex(pod.substr(0, dash));
    const int32_t worker = dash == absl::string_view::npos ? 0 : lws::ParseIndex(pod.substr(dash + 1));
    return std::pair(group, worker);
  }

  // Whether the group has its pods, one of which has this name.
  bool Exists(absl::string_view pod) const {
    const auto place = PlaceOf(pod);
    if (!place.has_value() || place->first < 0 || place->first >= simulation_.counts().replicas) return false;
    const bool is_member = place->second >= 0 && place->second < Size();
    return is_member && simulation_.StateOf(place->first) != lws::GroupState::kAbsent;
  }

  bool Strike(const lws::ScenarioEvent& event) {
    const auto place = PlaceOf(event.target);
    if (!place.has_value()) return false;
    const bool fails = event.kind == lws::ScenarioEvent::Kind::kFailContainer;
    return fails ? simulation_.FailContainer(place->first, place->second)
                 : simulation_.DeletePod(place->first, place->second);
  }

  // In numbers, nothing becomes due while the clock stands.
  lws::internal::PlayedCluster Played() {
    lws::internal::PlayedCluster cluster;
    cluster.now = [this] { return simulation_.now(); };
    cluster.settle = [] {};
    cluster.advance = [this](absl::Time limit) { return simulation_.Advance(limit); };
    cluster.look = [this](bool is_last) { Look(is_last); };
    cluster.is_stopped = is_stopped_;
    return cluster;
  }

  double Seconds() const { return absl::ToDoubleSeconds(simulation_.now() - play_.start()); }

  void Print(const std::string& line, Json json) {
    json["seconds"] = Seconds();
    on_line_(absl::StrFormat("%9.1fs  %s", Seconds(), line), std::move(json));
  }

  void Say(const std::string& what) { Print(absl::StrCat("-- ", what), {{"scenario", what}}); }

  // Events about steps of the rollout and about single groups are too many to print.
  void Hear(const lws::Event& event) {
    if (event.reason == "CreatingRevision" || event.is_warning) {
      Print(event.note, {{"event", event.note}});
    } else {
      ++events_;
    }
  }

  void CheckPromise(const lws::SetSimulationCounts& counts) {
    const int32_t promised = promise_.groups();
    const int32_t floor = std::max(0, lws::ScenarioPromisedReady(manifest_));
    if (watching_) {
      lws::internal::NoteScenarioReady({simulation_.now() - play_.start(), counts.ready, Replicas(), floor}, promised,
                                       &report_);
    }
    // Looking at all groups is expensive, so the promise is raised in steps.
    const bool is_worth_it = counts.ready >= floor || counts.ready >= promised + std::max(1, floor / kSteps);
    if (promised < floor && is_worth_it) {
      promise_.Raise(lws::internal::Promise::Grounded(floor, Guarantee(Groups(), counts.replicas)));
    }
  }

  // Until now the counts were those of the last look.
  void CountCost(const lws::SetSimulationCounts& counts) {
    report_.wasted_pod_time +=
        (simulation_.now() - looked_at_) * std::max<int64_t>(0, looked_.pods - int64_t{looked_.ready} * Size());
    report_.surge_used = std::max(report_.surge_used, counts.replicas - Replicas());
    looked_at_ = simulation_.now();
    looked_ = counts;
  }

  // Prints a line when enough has changed, or, with `always`, when anything has.
  void Look(bool always) {
    const lws::SetSimulationCounts counts = simulation_.counts();
    CheckPromise(counts);
    CountCost(counts);
    const int32_t step = always ? 1 : std::max(1, counts.replicas / kSteps);
    const bool changed = std::abs(counts.ready - last_.ready) >= step ||
                         std::abs(counts.updated - last_.updated) >= step || counts.replicas != last_.replicas;
    if (!changed) return;
    last_ = counts;
    const std::string shares =
        Shares(counts.replicas, of_character_, [this](int32_t group) { return Letter(simulation_.StateOf(group)); });
    Print(StateLine(counts.partition, shares, counts, events_), {{"partition", counts.partition},
                                                                 {"replicas", counts.replicas},
                                                                 {of_character_ == 1 ? "groups" : "shares", shares},
                                                                 {"ready", counts.ready},
                                                                 {"updated", counts.updated},
                                                                 {"events", events_}});
    events_ = 0;
  }

  const lws::Scenario& scenario_;
  const int64_t of_character_ = GroupsPerCharacter(scenario_);
  const OnLine on_line_;
  const std::function<bool()> is_stopped_;
  Json manifest_;  // including the edits
  lws::ScenarioReport report_;
  lws::internal::Promise promise_;
  int64_t events_ = 0;  // since the last line
  lws::SetSimulation simulation_;
  lws::internal::ScenarioPlay play_;
  lws::SetSimulationCounts last_;    // of the last line
  lws::SetSimulationCounts looked_;  // of the last look
  absl::Time looked_at_ = play_.start();
  absl::Time limit_;  // of the patience with the last event
  bool watching_ = false;
};

}  // namespace

namespace {

absl::Status NotInNumbers(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("scenario: ", what, ": not simulated in numbers"));
}

bool IsInNumbers(lws::ScenarioEvent::Kind kind) {
  using Kind = lws::ScenarioEvent::Kind;
  return kind == Kind::kEdit || kind == Kind::kFailContainer || kind == Kind::kDeletePod || kind == Kind::kEvictPod;
}

// Numbers have no API server that refuses.
absl::Status CheckRefusals(const Json& manifest) {
  const lws::SetAdmission admission = lws::AdmitSet(manifest);
  if (admission.set == nullptr) return absl::OkStatus();
  const std::vector<lws::RefusedObject> refused = lws::RefusedObjectsOf(*admission.set);
  return refused.empty() ? absl::OkStatus() : NotInNumbers(DescribeRefusal(refused.front()));
}

}  // namespace

int64_t MostSimulatedGroups(const lws::Scenario& scenario) {
  const auto replicas = [](const Json& object) { return object.value("/spec/replicas"_json_pointer, int64_t{1}); };
  int64_t most = replicas(*scenario.manifest);
  for (const lws::ScenarioEvent& event : scenario.events) {
    const bool is_edit = event.kind == lws::ScenarioEvent::Kind::kEdit && event.patch != nullptr;
    const Json* value = is_edit ? lws::internal::JsonReader(*event.patch).Find({"spec", "replicas"}) : nullptr;
    if (value != nullptr && value->is_number_integer()) most = std::max(most, value->get<int64_t>());
  }
  return most;
}

absl::Status CheckNumbers(const lws::Scenario& scenario, const lws::ScenarioRunOptions& options) {
  const bool has_nodes = !scenario.nodes.empty() || !scenario.node_objects.empty() || !scenario.images.empty();
  if (has_nodes) return NotInNumbers("nodes and images");
  if (scenario.restarts.has_value() || options.pods.restarts != nullptr) return NotInNumbers("restarts");
  if (options.pods.scheduler_provider != lws::SchedulerProvider::kNone) return NotInNumbers("gangs");
  Json manifest = *scenario.manifest;
  absl::Status status = CheckRefusals(manifest);
  for (const lws::ScenarioEvent& event : scenario.events) {
    if (!status.ok()) return status;
    if (!IsInNumbers(event.kind)) return NotInNumbers(DescribeScenarioEvent(event));
    if (event.kind != lws::ScenarioEvent::Kind::kEdit) continue;
    manifest.merge_patch(*event.patch);
    status = CheckRefusals(manifest);
  }
  return status;
}

int64_t GroupsPerCharacter(const lws::Scenario& scenario) {
  int64_t most = 1;
  for (const lws::internal::SetVersion& version : lws::internal::VersionsOfScenarioSet(scenario)) {
    const lws::SetAdmission admission = lws::AdmitSet(*version.manifest);
    if (admission.set == nullptr) continue;
    const int32_t replicas = admission.set->spec().replicas();
    const auto& update = admission.set->spec().rollout_strategy().rolling_update_configuration();
    const absl::StatusOr<lws::RolloutBudget> budget = lws::ScaleBudget(
        replicas, lws::ToIntOrPercent(update.max_surge()), lws::ToIntOrPercent(update.max_unavailable()));
    most = std::max(most, int64_t{replicas} + (budget.ok() ? std::min(budget->surge, replicas) : 0));
  }
  return most <= kMostDrawnGroups ? 1 : (most + kCharacters - 1) / kCharacters;
}

std::string CharacterText(int64_t groups_per_character) {
  return groups_per_character == 1 ? ""
                                   : absl::StrCat("each character of a line stands for ", groups_per_character,
                                                  " groups, and shows the state that most of them are in");
}

int32_t ToldStep(const lws::Scenario& scenario, bool has_page) {
  if (GroupsPerCharacter(scenario) == 1) return 0;
  return static_cast<int32_t>(MostSimulatedGroups(scenario) / (has_page ? kPageSteps : kSteps));
}

std::string TimelineLine(const lws::TimelineEntry& entry, int64_t groups_per_character) {
  const bool is_whole = entry.kind != lws::TimelineEntry::Kind::kState || groups_per_character == 1;
  if (is_whole) return lws::ToString(entry);
  const auto is_new = [](char letter) { return letter == 'N' || letter == 'n'; };
  lws::SetSimulationCounts counts;
  counts.replicas = entry.replicas;
  counts.ready = entry.ready;
  counts.updated = static_cast<int32_t>(std::count_if(entry.groups.begin(), entry.groups.end(), is_new));
  const auto letter_of = [&entry](int32_t group) {
    const auto place = static_cast<size_t>(group);
    return place < entry.groups.size() ? entry.groups[place] : '.';
  };
  return absl::StrFormat(
      "%8.1fs  %s", absl::ToDoubleSeconds(entry.time),
      StateLine(entry.partition, Shares(entry.replicas, groups_per_character, letter_of), counts, entry.left_out));
}

bool IsForNumbers(const lws::Scenario& scenario, const lws::ScenarioRunOptions& options) {
  return MostSimulatedGroups(scenario) > kMostGroupsOfObjects && CheckNumbers(scenario, options).ok();
}

absl::StatusOr<lws::ScenarioReport> SimulateGroups(const lws::Scenario& scenario,
                                                   const lws::ScenarioRunOptions& options, OnLine on_line) {
  absl::Status status = CheckNumbers(scenario, options);
  if (status.ok()) status = lws::internal::CheckScenarioSize(scenario, kMostPodsInNumbers, "in numbers");
  if (!status.ok()) return status;
  GroupsStory story(scenario, options, std::move(on_line));
  status = story.Play();
  if (!status.ok()) return status;
  return story.Finish();
}

}  // namespace lwsctl
