#include "lws/adapters/testing/scenario/run_role_scenario.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/disaggregated_simulation.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/scenario/role_watch.h"
#include "lws/adapters/testing/scenario/scenario_faults.h"
#include "lws/adapters/testing/scenario/scenario_play.h"
#include "lws/adapters/testing/scenario/scenario_size.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/json_reader.h"
#include "lws/core/plan/decision.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::JsonReader;
using simulation::ChangeType;
using simulation::ObjectChange;

namespace {

using Kind = RoleTimelineEntry::Kind;

// A set with more groups than this is not simulated in objects.
constexpr int64_t kMostGroups = 5000;

SimulationOptions MakeOptions(const RoleScenarioOptions& options) {
  SimulationOptions simulation;
  simulation.seed = options.seed;
  return simulation;
}

class Run {
 public:
  Run(const Scenario& scenario, const RoleScenarioOptions& options,
      const std::function<void(const RoleTimelineEntry&)>& watch)
      : scenario_(scenario),
        watch_(watch),
        namespace_(JsonReader(*scenario.manifest).OptionalText({"metadata", "namespace"}).value_or("default")),
        simulation_(
            MakeOptions(options), options.roles,
            {[this](const Plan& plan, const absl::Status&) { OnPlan(plan); },
             [this](const Event& event) { OnEvent(event); }, [this](const ObjectChange& change) { OnChange(change); }}),
        roles_(&simulation_, namespace_, &report_),
        play_(
            scenario, &simulation_.cluster(), [this] { Look(); }, options.is_stopped) {
    report_.set_name = JsonReader(*scenario.manifest).Text({"metadata", "name"});
    report_.seed = options.seed;
  }

  absl::StatusOr<RoleReport> Play() {
    absl::Status status = CheckScenario();
    if (status.ok()) status = internal::AddScenarioNodes(scenario_, &cluster());
    if (!status.ok()) return status;
    for (const auto& [image, behavior] : scenario_.images) simulation_.cluster().kubelet().SetImage(image, behavior);
    Tell(Kind::kScenario, "the set is created");
    status = simulation_.CreateSet(*scenario_.manifest);
    if (!status.ok()) return status;
    status = play_.RunEvents([this](const ScenarioEvent& event) { return Happen(event); });
    if (!status.ok()) return status;
    const absl::Time end = play_.RunToTheEnd([this] { return roles_.is_done(); });
    roles_.Finish(end - play_.start());
    report_.finished = report_.finished && !play_.was_stopped();
    if (!report_.finished) report_.held = held_;
    return std::move(report_);
  }

 private:
  Simulation& cluster() { return simulation_.cluster(); }

  absl::Status CheckScenario() const {
    if (scenario_.controls.has_value() || scenario_.restarts.has_value()) {
      return absl::InvalidArgumentError("controls and restarts: a DisaggregatedSet takes none");
    }
    int64_t groups = 0;
    JsonReader manifest(*scenario_.manifest);
    for (const Json& role : manifest.List({"spec", "roles"})) {
      groups += int64_t{JsonReader(role).Count({"spec", "replicas"}, 1)};
    }
    groups *= manifest.Count({"spec", "slices"}, 1);
    if (groups <= kMostGroups) return internal::CheckScenarioSize(scenario_);
    return absl::InvalidArgumentError(
        absl::StrCat("a DisaggregatedSet of ", groups, " groups: at most ", kMostGroups, " are simulated"));
  }

  absl::Status Happen(const ScenarioEvent& event) {
    const bool is_there = internal::StrikeScenario(event, namespace_, &cluster());
    if (!is_there && event.if_possible) return absl::OkStatus();
    if (!is_there) return internal::ScenarioFaultNotStruck(event, namespace_, &cluster());
    Tell(Kind::kScenario, DescribeScenarioEvent(event));
    if (event.kind != ScenarioEvent::Kind::kEdit) return absl::OkStatus();
    const absl::Status status = Edit(event);
    return status.ok() ? status : ScenarioEventError(event, status.message());
  }

  absl::Status Edit(const ScenarioEvent& event) {
    const SharedJson live = cluster().server().Get({kDisaggregatedSetKind, namespace_, report_.set_name});
    if (live == nullptr) return absl::NotFoundError("the set does not exist at that time");
    const absl::StatusOr<Json> patch = PatchOfSet(*live, event);
    if (!patch.ok()) return patch.status();
    absl::Status status = simulation_.EditSet(namespace_, report_.set_name, *patch);
    const int32_t replicas = JsonReader(*event.patch).Count({"spec", "replicas"}, -1);
    if (!status.ok() || event.target.empty() || replicas < 0) return status;
    // The replicas of an External role are those of its scaler.
    const std::string scaler = RoleScalerName(report_.set_name, event.target);
    if (cluster().server().Get({kRoleScalerKind, namespace_, scaler}) == nullptr) return status;
    return simulation_.Scale(namespace_, scaler, replicas);
  }

  void OnPlan(const Plan& plan) {
    bool is_of_roles = false;
    std::vector<std::string> held;
    for (const Decision& decision : plan.decisions) {
      if (decision.subject != DecisionSubject::kSlice) continue;
      is_of_roles = true;
      const bool waits =
          decision.reason == DecisionReason::kRolesAreHeld || decision.reason == DecisionReason::kRolesWaitForReady;
      if (waits) held.push_back(decision.detail);
    }
    if (is_of_roles) held_ = std::move(held);
  }

  // Tells the events of the DisaggregatedSet alone; those of its LeaderWorkerSets would drown them.
  void OnEvent(const Event& event) {
    if (event.regarding.kind == kDisaggregatedSetKind) Tell(Kind::kEvent, event.note);
  }

  void OnChange(const ObjectChange& change) {
    report_.pods_created += change.key.kind == "Pod" && change.type == ChangeType::kAdded;
  }

  void Tell(Kind kind, std::string text) {
    RoleTimelineEntry entry;
    entry.kind = kind;
    entry.time = cluster().now() - play_.start();
    entry.text = std::move(text);
    told_.push_back(std::move(entry));
  }

  void Look() {
    std::vector<RoleTimelineEntry> states = roles_.Look(cluster().now() - play_.start());
    for (RoleTimelineEntry& entry : told_) Add(std::move(entry));
    told_.clear();
    for (RoleTimelineEntry& entry : states) Add(std::move(entry));
  }

  void Add(RoleTimelineEntry entry) {
    if (watch_) watch_(entry);
    report_.timeline.push_back(std::move(entry));
  }

  const Scenario& scenario_;
  const std::function<void(const RoleTimelineEntry&)>& watch_;
  const std::string namespace_;
  RoleReport report_;
  std::vector<std::string> held_;
  std::vector<RoleTimelineEntry> told_;  // since the last look
  DisaggregatedSimulation simulation_;
  internal::RoleWatch roles_;
  internal::ScenarioPlay play_;
};

}  // namespace

absl::StatusOr<RoleReport> RunRoleScenario(const Scenario& scenario, const RoleScenarioOptions& options,
                                           const std::function<void(const RoleTimelineEntry&)>& watch) {
  return Run(scenario, options, watch).Play();
}

}  // namespace lws
