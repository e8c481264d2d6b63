#include "lws/adapters/testing/scenario/run_scenario.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/scenario/group_watch.h"
#include "lws/adapters/testing/scenario/scenario_faults.h"
#include "lws/adapters/testing/scenario/scenario_play.h"
#include "lws/adapters/testing/scenario/scenario_size.h"
#include "lws/api/json_reader.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::JsonReader;
using simulation::ObjectChange;

namespace {

using Kind = ScenarioEvent::Kind;

SimulationOptions MakeOptions(const ScenarioRunOptions& options) {
  SimulationOptions simulation;
  simulation.seed = options.seed;
  simulation.sets = options.sets;
  simulation.pods = options.pods;
  simulation.statefulsets.max_unavailable = options.max_unavailable_statefulset;
  return simulation;
}

class Run {
 public:
  Run(const Scenario& scenario, const ScenarioRunOptions& options,
      const std::function<void(const TimelineEntry&)>& watch)
      : scenario_(scenario),
        watch_(watch),
        step_(options.told_step),
        namespace_(NamespaceOf(*scenario.manifest)),
        groups_(&simulation_, namespace_, &report_),
        simulation_(MakeOptions(ScenarioOptionsFor(scenario, options)),
                    {[this](const Plan& plan, const absl::Status& status) { groups_.OnPlan(plan, status); },
                     [this](const Event& event) { Hear(event); },
                     [this](const ObjectChange& change) { groups_.OnChange(change); }}),
        play_(
            scenario, &simulation_, [this] { Look(step_); }, options.is_stopped) {
    JsonReader manifest(*scenario.manifest);
    report_.set_name = manifest.Text({"metadata", "name"});
    report_.seed = options.seed;
    report_.set_replicas = manifest.Count({"spec", "replicas"}, 1);
    report_.lowest_replicas = report_.set_replicas;
    report_.promised_ready = ScenarioPromisedReady(*scenario.manifest);
    report_.counted_on = report_.promised_ready;
  }

  absl::StatusOr<ScenarioReport> Play() {
    absl::Status status = internal::CheckScenarioSize(scenario_);
    if (status.ok()) status = internal::AddScenarioNodes(scenario_, &simulation_);
    if (!status.ok()) return status;
    for (const auto& [image, behavior] : scenario_.images) simulation_.kubelet().SetImage(image, behavior);
    Tell(TimelineEntry::Kind::kScenario, "the set is created");
    status = simulation_.CreateSet(*scenario_.manifest);
    if (!status.ok()) return status;
    status = play_.RunEvents([this](const ScenarioEvent& event) { return Happen(event); });
    if (!status.ok()) return status;
    const absl::Time end = play_.RunToTheEnd([this] { return groups_.is_done(); });
    if (step_ > 0) Look(/*step=*/0);
    groups_.Finish(end - play_.start());
    report_.finished = report_.finished && !play_.was_stopped();
    return std::move(report_);
  }

 private:
  static std::string NamespaceOf(const Json& manifest) {
    return JsonReader(manifest).OptionalText({"metadata", "namespace"}).value_or("default");
  }

  absl::Status Happen(const ScenarioEvent& event) {
    const bool is_there = internal::StrikeScenario(event, namespace_, &simulation_);
    if (!is_there && event.if_possible) return absl::OkStatus();
    if (!is_there) return internal::ScenarioFaultNotStruck(event, namespace_, &simulation_);
    Tell(TimelineEntry::Kind::kScenario, DescribeScenarioEvent(event));
    if (event.kind != Kind::kEdit) return absl::OkStatus();
    const absl::Status status = groups_.Edit(*event.patch);
    return status.ok() ? status : ScenarioEventError(event, status.message());
  }

  void Hear(const Event& event) {
    if (step_ > 0 && !event.is_warning && event.reason != "CreatingRevision") {
      ++left_out_;
    } else {
      Tell(TimelineEntry::Kind::kEvent, event.note);
    }
  }

  void Tell(TimelineEntry::Kind kind, std::string text) {
    TimelineEntry entry;
    entry.kind = kind;
    entry.time = simulation_.now() - play_.start();
    entry.text = std::move(text);
    told_.push_back(std::move(entry));
  }

  void Look(int32_t step) {
    std::optional<TimelineEntry> state = groups_.Look(simulation_.now() - play_.start(), told_.empty() ? step : 0);
    for (TimelineEntry& entry : told_) Add(std::move(entry));
    told_.clear();
    if (!state.has_value()) return;
    state->left_out = std::exchange(left_out_, 0);
    Add(*std::move(state));
  }

  void Add(TimelineEntry entry) {
    if (watch_) watch_(entry);
    report_.timeline.push_back(std::move(entry));
  }

  const Scenario& scenario_;
  const std::function<void(const TimelineEntry&)>& watch_;
  const int32_t step_;
  const std::string namespace_;
  ScenarioReport report_;
  int32_t left_out_ = 0;             // events since the last state
  std::vector<TimelineEntry> told_;  // since the last look
  internal::GroupWatch groups_;
  Simulation simulation_;
  internal::ScenarioPlay play_;
};

}  // namespace

ScenarioRunOptions ScenarioOptionsFor(const Scenario& scenario, ScenarioRunOptions options) {
  const bool has_controls = options.sets.controls == nullptr && scenario.controls.has_value();
  const bool has_restarts = options.pods.restarts == nullptr && scenario.restarts.has_value();
  if (has_controls) options.sets.controls = &*scenario.controls;
  if (has_restarts) options.pods.restarts = &*scenario.restarts;
  return options;
}

absl::StatusOr<ScenarioReport> RunScenario(const Scenario& scenario, const ScenarioRunOptions& options,
                                           const std::function<void(const TimelineEntry&)>& watch) {
  return Run(scenario, options, watch).Play();
}

}  // namespace lws
