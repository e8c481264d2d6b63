#include "lws/adapters/testing/scenario/run_scenario.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"
#include "lws/core/groups/group_state.h"
#include "lws/rollout/group_bits.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::JsonReader;
using internal::ReadGroups;
using simulation::Change;
using simulation::ChangeType;

namespace {

using Kind = ScenarioEvent::Kind;

SimulationOptions MakeOptions(const ScenarioRunOptions& options) {
  SimulationOptions simulation;
  simulation.seed = options.seed;
  simulation.sets = options.sets;
  simulation.restarts = options.restarts;
  simulation.statefulsets.max_unavailable = options.max_unavailable_statefulset;
  return simulation;
}

class Run {
 public:
  Run(const Scenario& scenario, const ScenarioRunOptions& options,
      const std::function<void(const TimelineEntry&)>& watch)
      : scenario_(scenario),
        watch_(watch),
        simulation_(MakeOptions(OptionsFor(scenario, options)),
                    {[this](const Plan& plan, const absl::Status&) { Explain(plan); },
                     [this](const Event& event) { Tell(TimelineEntry::Kind::kEvent, event.note); },
                     [this](const Change& change) { Count(change); }}),
        start_(simulation_.now()),
        last_look_(start_) {
    JsonReader manifest(*scenario.manifest);
    namespace_ = manifest.OptionalText({"metadata", "namespace"}).value_or("default");
    report_.set_name = manifest.Text({"metadata", "name"});
    report_.seed = options.seed;
    report_.set_replicas = manifest.Count({"spec", "replicas"}, 1);
    report_.promised_ready = PromisedReady(*scenario.manifest);
  }

  absl::StatusOr<ScenarioReport> Play() {
    absl::Status status = AddNodes();
    if (!status.ok()) return status;
    for (const auto& [image, behavior] : scenario_.images) simulation_.kubelet().SetImage(image, behavior);
    Tell(TimelineEntry::Kind::kScenario, "the set is created");
    status = simulation_.CreateSet(*scenario_.manifest);
    if (!status.ok()) return status;
    for (const ScenarioEvent& event : scenario_.events) {
      if (event.at.has_value()) {
        RunUntil(start_ + *event.at);
      } else {
        RunUntilQuiet();
      }
      status = Happen(event);
      if (!status.ok()) return status;
    }
    RunUntilQuiet();
    report_.duration = simulation_.now() - start_;
    report_.finished = done_;
    return std::move(report_);
  }

 private:
  absl::Status AddNodes() {
    if (scenario_.nodes.empty()) return AddUsualNodes();
    for (const NodePool& pool : scenario_.nodes) {
      for (int i = 0; i < pool.count; ++i) {
        absl::Status status = simulation_.AddNode(absl::StrCat(pool.name, "-", i), pool.allocatable, pool.labels);
        if (!status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status AddUsualNodes() {
    JsonReader manifest(*scenario_.manifest);
    const int64_t groups = int64_t{report_.set_replicas} * 2 + 1;
    const int64_t size = manifest.Count({"spec", "leaderWorkerTemplate", "size"}, 1);
    for (int64_t group = 0; group < groups; ++group) {
      for (int64_t member = 0; member < size; ++member) {
        std::map<std::string, std::string> labels;
        for (const char* key : {kExclusiveTopologyAnnotation, kSubGroupExclusiveTopologyAnnotation}) {
          const std::string topology = manifest.Text({"metadata", "annotations", key});
          if (!topology.empty()) labels[topology] = absl::StrCat("domain-", group);
        }
        absl::Status status = simulation_.AddNode(
            absl::StrFormat("node-%03d", group * size + member),
            {{"cpu", "192"}, {"memory", "2Ti"}, {"pods", "110"}, {"nvidia.com/gpu", "8"}, {"google.com/tpu", "4"}},
            labels);
        if (!status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status Happen(const ScenarioEvent& event) {
    const bool is_there = Strike(event);
    if (!is_there && event.if_possible) return absl::OkStatus();
    Tell(TimelineEntry::Kind::kScenario, Describe(event));
    if (!is_there) {
      return absl::InvalidArgumentError(absl::StrCat("scenario: ", event.target, " is not there to be struck"));
    }
    if (event.kind != Kind::kEdit) return absl::OkStatus();
    updating_ = true;
    return simulation_.EditSet(namespace_, report_.set_name, *event.patch);
  }

  // Failures; false when the target is not there.
  bool Strike(const ScenarioEvent& event) {
    switch (event.kind) {
      case Kind::kEdit:
        return true;
      case Kind::kChangeImage:
        simulation_.kubelet().SetImage(event.target, event.image);
        return true;
      case Kind::kFailContainer:
        return simulation_.kubelet().FailContainer(namespace_, event.target);
      case Kind::kEndPod:
        return simulation_.kubelet().FailPod(namespace_, event.target);
      case Kind::kLoseNode:
        return simulation_.kubelet().LoseNode(event.target);
      case Kind::kRecoverNode:
        return simulation_.kubelet().RecoverNode(event.target);
    }
    return false;
  }

  void RunUntil(absl::Time limit) {
    simulation_.Settle();
    Look();
    while (simulation_.Advance(limit) && simulation_.now() <= limit) Look();
    Look();
  }

  void RunUntilQuiet() {
    const absl::Time limit = simulation_.now() + scenario_.patience;
    simulation_.Settle();
    Look();
    while (simulation_.Advance(absl::InfiniteFuture()) && simulation_.now() <= limit) Look();
    Look();
  }

  void Tell(TimelineEntry::Kind kind, std::string text) {
    TimelineEntry entry;
    entry.kind = kind;
    entry.time = simulation_.now() - start_;
    entry.text = std::move(text);
    report_.groups_restarted += absl::StrContains(entry.text, "to recreate group");
    told_.push_back(std::move(entry));
  }

  void Explain(const Plan& plan) {
    for (const Decision& decision : plan.decisions) {
      if (decision.subject == DecisionSubject::kLeaderStatefulSet && decision.partition >= 0) {
        decision_ = ToString(decision);
      }
    }
  }

  void Count(const Change& change) {
    if (change.key.kind != "Pod") return;
    if (change.type == ChangeType::kAdded) {
      ++report_.pods_created;
      ++pods_;
    }
    if (change.type == ChangeType::kDeleted) --pods_;
  }

  // The groups as they are now.
  TimelineEntry State(const SetObservation& observation) {
    TimelineEntry entry;
    entry.time = simulation_.now() - start_;
    const ObservedStatefulSet& leader = *observation.leader_statefulset;
    const GroupBits bits = ReadGroups(observation, leader.meta.revision_key).bits;
    std::set<int32_t> present;
    for (const ObservedPod* pod : observation.leader_pods) present.insert(pod->meta.group_in_name);
    const int32_t set_replicas = observation.set->spec().has_replicas() ? observation.set->spec().replicas() : 1;
    const int32_t from = observation.set->spec().rollout_strategy().rolling_update_configuration().partition();
    done_ = leader.replicas == set_replicas;
    for (int32_t i = 0; i < leader.replicas; ++i) {
      const bool ready = bits.IsReady(i);
      const bool updated = bits.IsUpdated(i);
      entry.ready += ready;
      done_ = done_ && ready && (updated || i < from);
      entry.groups += present.count(i) == 0 ? '.' : updated ? (ready ? 'N' : 'n') : ready ? 'O' : 'o';
    }
    entry.partition = leader.partition;
    entry.replicas = leader.replicas;
    entry.on_delete = leader.on_delete;
    entry.decision = decision_;
    report_.surge_used = std::max(report_.surge_used, leader.replicas - set_replicas);
    CountMixed(observation, bits);
    return entry;
  }

  void CountMixed(const SetObservation& observation, const GroupBits& bits) {
    std::map<absl::string_view, const ObservedStatefulSet*> workers;
    for (const ObservedStatefulSet* set : observation.worker_statefulsets) workers[set->meta.name] = set;
    std::set<int32_t> mixed;
    for (const ObservedPod* leader : observation.leader_pods) {
      const auto found = workers.find(leader->meta.name);
      const int32_t group = leader->meta.group_in_name;
      if (found == workers.end() || group < 0 || !bits.IsReady(group)) continue;
      if (found->second->meta.revision_key != leader->meta.revision_key) mixed.insert(group);
    }
    for (const int32_t group : mixed) report_.mixed_groups += mixed_.count(group) == 0;
    mixed_ = std::move(mixed);
  }

  void Look() {
    // What was, lasted until now.
    const absl::Duration since = simulation_.now() - last_look_;
    last_look_ = simulation_.now();
    report_.wasted_pod_time += since * std::max<int64_t>(0, pods_before_ - int64_t{last_.ready} * size_);
    pods_before_ = pods_;
    const SetObservation observation = simulation_.fleet().ObserveWholeSet(namespace_, report_.set_name);
    bool changed = false;
    TimelineEntry state;
    if (observation.leader_statefulset != nullptr) {
      size_ = std::max(1, observation.set->spec().leader_worker_template().size());
      state = State(observation);
      changed = state.groups != last_.groups || state.partition != last_.partition || state.ready != last_.ready ||
                state.replicas != last_.replicas || state.on_delete != last_.on_delete || !has_state_;
      if (updating_) {
        report_.lowest_ready = report_.lowest_ready < 0 ? state.ready : std::min(report_.lowest_ready, state.ready);
        updating_ = !done_;
      }
    }
    for (TimelineEntry& entry : told_) Add(std::move(entry));
    told_.clear();
    if (!changed) return;
    has_state_ = true;
    last_ = state;
    Add(std::move(state));
  }

  void Add(TimelineEntry entry) {
    if (watch_) watch_(entry);
    report_.timeline.push_back(std::move(entry));
  }

  const Scenario& scenario_;
  const std::function<void(const TimelineEntry&)>& watch_;
  ScenarioReport report_;
  std::vector<TimelineEntry> told_;  // since the last look
  std::string decision_;
  int64_t pods_ = 0;
  int64_t pods_before_ = 0;
  Simulation simulation_;
  const absl::Time start_;
  absl::Time last_look_;
  std::string namespace_;
  TimelineEntry last_;
  bool has_state_ = false;
  bool updating_ = false;
  bool done_ = false;
  int32_t size_ = 1;
  std::set<int32_t> mixed_;
};

}  // namespace

ScenarioRunOptions OptionsFor(const Scenario& scenario, ScenarioRunOptions options) {
  const bool has_controls = options.sets.controls == nullptr && scenario.controls.has_value();
  const bool has_restarts = options.restarts == nullptr && scenario.restarts.has_value();
  if (has_controls) options.sets.controls = &*scenario.controls;
  if (has_restarts) options.restarts = &*scenario.restarts;
  return options;
}

absl::StatusOr<ScenarioReport> RunScenario(const Scenario& scenario, const ScenarioRunOptions& options,
                                           const std::function<void(const TimelineEntry&)>& watch) {
  try {
    return Run(scenario, options, watch).Play();
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("scenario: ", error.what()));
  }
}

std::string ToString(const TimelineEntry& entry) {
  const std::string time = absl::StrFormat("%8.1fs  ", absl::ToDoubleSeconds(entry.time));
  switch (entry.kind) {
    case TimelineEntry::Kind::kScenario:
      return absl::StrCat(time, "-- ", entry.text);
    case TimelineEntry::Kind::kEvent:
      return absl::StrCat(time, entry.text);
    case TimelineEntry::Kind::kState:
      return absl::StrCat(time, absl::StrFormat("partition %d replicas %d  %-10s ready %d", entry.partition,
                                                entry.replicas, entry.groups, entry.ready));
  }
  return time;
}

}  // namespace lws
