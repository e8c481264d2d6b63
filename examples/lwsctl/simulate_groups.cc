#include "examples/lwsctl/simulate_groups.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/numbers/set_simulation.h"
#include "lws/api/json_reader.h"
#include "lws/api/pod_name.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;

constexpr int kShares = 50;
// A line for every step of this part of the groups.
constexpr int kSteps = 20;

constexpr char Letter(lws::GroupState state) { return ".oOnN"[static_cast<int>(state)]; }

class GroupsStory {
 public:
  GroupsStory(const lws::Scenario& scenario, const lws::ScenarioRunOptions& options, bool json)
      : scenario_(scenario),
        json_(json),
        name_(lws::internal::JsonReader(*scenario.manifest).Text({"metadata", "name"})),
        promised_(lws::PromisedReady(*scenario.manifest)),
        simulation_(SimulationOptions(lws::OptionsFor(scenario, options)),
                    [this](const lws::Event& event) { Hear(event); }),
        start_(simulation_.now()) {}

  absl::Status Play() {
    if (!scenario_.nodes.empty() || !scenario_.images.empty()) return NotInNumbers("nodes and images");
    if (scenario_.restarts.has_value()) return NotInNumbers("restarts");
    Say("the set is created");
    absl::Status status = simulation_.Create(*scenario_.manifest);
    if (!status.ok()) return status;
    for (const lws::ScenarioEvent& event : scenario_.events) {
      if (event.at.has_value()) {
        Run(start_ + *event.at);
      } else {
        Settle();
        watching_ = false;
      }
      status = Happen(event);
      if (!status.ok()) return status;
    }
    Settle();
    return simulation_.error();
  }

  void Summarize() const {
    const lws::SetSimulationCounts counts = simulation_.counts();
    const std::string lowest =
        lowest_.has_value()
            ? absl::StrCat(", lowest ", *lowest_, " groups ready during updates (the budget promises ", promised_, ")")
            : "";
    if (!json_) {
      std::cout << "\nfinished after " << absl::FormatDuration(simulation_.now() - start_) << ": "
                << counts.pods_created << " pods created, " << counts.restarts << " groups restarted" << lowest << "\n";
      return;
    }
    std::cout << Json{{"lines", lines_},
                      {"seconds", Seconds()},
                      {"podsCreated", counts.pods_created},
                      {"groupsRestarted", counts.restarts},
                      {"lowestReady", lowest_.has_value() ? Json(*lowest_) : Json()},
                      {"promisedReady", promised_}}
                     .dump(2)
              << "\n";
  }

 private:
  static lws::SetSimulationOptions SimulationOptions(const lws::ScenarioRunOptions& options) {
    lws::SetSimulationOptions simulation;
    simulation.seed = options.seed;
    simulation.max_unavailable_statefulset = options.max_unavailable_statefulset;
    simulation.sets = options.sets;
    return simulation;
  }

  static absl::Status NotInNumbers(const std::string& what) {
    return absl::InvalidArgumentError(
        absl::StrCat("scenario: ", what, ": not simulated for more than ", kMostDrawnGroups, " replicas"));
  }

  absl::Status Happen(const lws::ScenarioEvent& event) {
    if (event.kind == lws::ScenarioEvent::Kind::kEdit) {
      Say(Describe(event));
      watching_ = true;
      return simulation_.Edit(*event.patch);
    }
    if (event.kind != lws::ScenarioEvent::Kind::kFailContainer) return NotInNumbers(Describe(event));
    const bool is_there = FailContainer(event.target);
    if (is_there || !event.if_possible) Say(Describe(event));
    if (is_there || event.if_possible) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("scenario: ", event.target, " is not there to be struck"));
  }

  bool FailContainer(absl::string_view pod) {
    const bool is_named = absl::ConsumePrefix(&pod, name_) && absl::ConsumePrefix(&pod, "-");
    const size_t dash = pod.find('-');
    const int32_t group = lws::ParseIndex(pod.substr(0, dash));
    const int32_t worker = dash == absl::string_view::npos ? 0 : lws::ParseIndex(pod.substr(dash + 1));
    return is_named && simulation_.FailContainer(group, worker);
  }

  // Until `limit`.
  void Run(absl::Time limit) {
    while (simulation_.Advance(limit)) Look(false);
    Look(true);
  }
  // Until nothing is due any more.
  void Settle() {
    const absl::Time limit = simulation_.now() + scenario_.patience;
    while (simulation_.now() <= limit && simulation_.Advance()) Look(false);
    Look(true);
  }

  double Seconds() const { return absl::ToDoubleSeconds(simulation_.now() - start_); }

  void Print(const std::string& line, Json json) {
    if (json_) {
      json["seconds"] = Seconds();
      lines_.push_back(std::move(json));
    } else {
      std::cout << absl::StrFormat("%9.1fs", Seconds()) << "  " << line << "\n";
    }
  }
  void Say(const std::string& what) { Print(absl::StrCat("-- ", what), {{"note", absl::StrCat("-- ", what)}}); }

  // Steps of the rollout and of single groups are too many to be told.
  void Hear(const lws::Event& event) {
    if (event.reason == "CreatingRevision" || event.is_warning) {
      Print(event.note, {{"note", event.note}});
    } else {
      ++events_;
    }
  }

  // The state that most groups of a share are in.
  std::string Shares(int32_t replicas) const {
    std::string shares;
    for (int64_t share = 0; share < kShares; ++share) {
      std::array<int, 5> count = {};
      for (int64_t i = replicas * share / kShares; i < replicas * (share + 1) / kShares; ++i) {
        ++count[static_cast<size_t>(simulation_.StateOf(static_cast<int32_t>(i)))];
      }
      const auto most = std::max_element(count.begin(), count.end());
      shares += Letter(static_cast<lws::GroupState>(most - count.begin()));
    }
    return shares;
  }

  // Prints a line when enough has changed, or, with `always`, anything.
  void Look(bool always) {
    const lws::SetSimulationCounts counts = simulation_.counts();
    if (watching_) lowest_ = std::min(lowest_.value_or(counts.ready), counts.ready);
    const int32_t step = always ? 1 : std::max(1, counts.replicas / kSteps);
    const bool changed = std::abs(counts.ready - last_.ready) >= step ||
                         std::abs(counts.updated - last_.updated) >= step || counts.replicas != last_.replicas;
    if (!changed) return;
    last_ = counts;
    const std::string shares = Shares(counts.replicas);
    Print(absl::StrFormat("partition %d replicas %d  %s  ready %d updated %d, %d events", counts.partition,
                          counts.replicas, shares, counts.ready, counts.updated, events_),
          {{"partition", counts.partition},
           {"replicas", counts.replicas},
           {"shares", shares},
           {"ready", counts.ready},
           {"updated", counts.updated},
           {"events", events_}});
    events_ = 0;
  }

  const lws::Scenario& scenario_;
  const bool json_;
  const std::string name_;
  const int32_t promised_;
  Json lines_ = Json::array();
  int64_t events_ = 0;  // since the last line
  lws::SetSimulation simulation_;
  const absl::Time start_;
  lws::SetSimulationCounts last_;
  bool watching_ = false;
  std::optional<int32_t> lowest_;
};

}  // namespace

absl::Status SimulateGroups(const lws::Scenario& scenario, const lws::ScenarioRunOptions& options, bool json) {
  GroupsStory story(scenario, options, json);
  absl::Status status = story.Play();
  if (status.ok()) story.Summarize();
  return status;
}

}  // namespace lwsctl
