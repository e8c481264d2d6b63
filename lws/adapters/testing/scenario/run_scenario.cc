#include "lws/adapters/testing/scenario/run_scenario.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/scenario/group_watch.h"
#include "lws/adapters/testing/scenario/scenario_faults.h"
#include "lws/adapters/testing/scenario/scenario_play.h"
#include "lws/api/json_reader.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::JsonReader;
using simulation::Change;

namespace {

using Kind = ScenarioEvent::Kind;

SimulationOptions MakeOptions(const ScenarioRunOptions& options) {
  SimulationOptions simulation;
  simulation.seed = options.seed;
  simulation.sets = options.sets;
  simulation.restarts = options.restarts;
  simulation.scheduler_provider = options.scheduler_provider;
  simulation.statefulsets.max_unavailable = options.max_unavailable_statefulset;
  return simulation;
}

class Run {
 public:
  Run(const Scenario& scenario, const ScenarioRunOptions& options,
      const std::function<void(const TimelineEntry&)>& watch)
      : scenario_(scenario),
        watch_(watch),
        namespace_(NamespaceOf(*scenario.manifest)),
        groups_(&simulation_, namespace_, &report_),
        simulation_(MakeOptions(ScenarioOptionsFor(scenario, options)),
                    {[this](const Plan& plan, const absl::Status& status) { groups_.OnPlan(plan, status); },
                     [this](const Event& event) { Tell(TimelineEntry::Kind::kEvent, event.note); },
                     [this](const Change& change) { groups_.OnChange(change); }}),
        play_(scenario, &simulation_, [this] { Look(); }) {
    JsonReader manifest(*scenario.manifest);
    report_.set_name = manifest.Text({"metadata", "name"});
    report_.seed = options.seed;
    report_.set_replicas = manifest.Count({"spec", "replicas"}, 1);
    report_.promised_ready = ScenarioPromisedReady(*scenario.manifest);
  }

  absl::StatusOr<ScenarioReport> Play() {
    absl::Status status = AddNodes();
    if (!status.ok()) return status;
    for (const auto& [image, behavior] : scenario_.images) simulation_.kubelet().SetImage(image, behavior);
    Tell(TimelineEntry::Kind::kScenario, "the set is created");
    status = simulation_.CreateSet(*scenario_.manifest);
    if (!status.ok()) return status;
    status = play_.RunEvents([this](const ScenarioEvent& event) { return Happen(event); });
    if (!status.ok()) return status;
    groups_.Finish(play_.RunToTheEnd([this] { return groups_.is_done(); }) - play_.start());
    return std::move(report_);
  }

 private:
  static std::string NamespaceOf(const Json& manifest) {
    return JsonReader(manifest).OptionalText({"metadata", "namespace"}).value_or("default");
  }

  absl::Status AddNodes() {
    if (scenario_.nodes.empty() && scenario_.node_objects.empty()) return AddUsualNodes();
    return internal::AddScenarioNodes(scenario_, &simulation_);
  }

  absl::Status AddUsualNodes() {
    JsonReader manifest(*scenario_.manifest);
    std::vector<const Json*> templates;
    const Json* groups_template = manifest.Find({"spec", "leaderWorkerTemplate"});
    if (groups_template != nullptr) templates.push_back(groups_template);
    const std::map<std::string, std::string> allocatable = internal::UsualScenarioAllocatable(templates);
    const int64_t groups = int64_t{report_.set_replicas} * 2 + 1;
    const int64_t size = manifest.Count({"spec", "leaderWorkerTemplate", "size"}, 1);
    for (int64_t group = 0; group < groups; ++group) {
      for (int64_t member = 0; member < size; ++member) {
        std::map<std::string, std::string> labels;
        for (const char* key : {kExclusiveTopologyAnnotation, kSubGroupExclusiveTopologyAnnotation}) {
          const std::string topology = manifest.Text({"metadata", "annotations", key});
          if (!topology.empty()) labels[topology] = absl::StrCat("domain-", group);
        }
        absl::Status status =
            simulation_.AddNode(absl::StrFormat("node-%03d", group * size + member), allocatable, labels);
        if (!status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status Happen(const ScenarioEvent& event) {
    const bool is_there = internal::StrikeScenario(event, namespace_, &simulation_);
    if (!is_there && event.if_possible) return absl::OkStatus();
    Tell(TimelineEntry::Kind::kScenario, DescribeScenarioEvent(event));
    if (!is_there) {
      return absl::InvalidArgumentError(absl::StrCat("scenario: ", event.target, " does not exist at that time"));
    }
    if (event.kind != Kind::kEdit) return absl::OkStatus();
    return groups_.Edit(*event.patch);
  }

  void Tell(TimelineEntry::Kind kind, std::string text) {
    TimelineEntry entry;
    entry.kind = kind;
    entry.time = simulation_.now() - play_.start();
    entry.text = std::move(text);
    told_.push_back(std::move(entry));
  }

  void Look() {
    std::optional<TimelineEntry> state = groups_.Look(simulation_.now() - play_.start());
    for (TimelineEntry& entry : told_) Add(std::move(entry));
    told_.clear();
    if (state.has_value()) Add(*std::move(state));
  }

  void Add(TimelineEntry entry) {
    if (watch_) watch_(entry);
    report_.timeline.push_back(std::move(entry));
  }

  const Scenario& scenario_;
  const std::function<void(const TimelineEntry&)>& watch_;
  const std::string namespace_;
  ScenarioReport report_;
  std::vector<TimelineEntry> told_;  // since the last look
  internal::GroupWatch groups_;
  Simulation simulation_;
  internal::ScenarioPlay play_;
};

}  // namespace

ScenarioRunOptions ScenarioOptionsFor(const Scenario& scenario, ScenarioRunOptions options) {
  const bool has_controls = options.sets.controls == nullptr && scenario.controls.has_value();
  const bool has_restarts = options.restarts == nullptr && scenario.restarts.has_value();
  if (has_controls) options.sets.controls = &*scenario.controls;
  if (has_restarts) options.restarts = &*scenario.restarts;
  return options;
}

absl::StatusOr<ScenarioReport> RunScenario(const Scenario& scenario, const ScenarioRunOptions& options,
                                           const std::function<void(const TimelineEntry&)>& watch) {
  return Run(scenario, options, watch).Play();
}

}  // namespace lws
