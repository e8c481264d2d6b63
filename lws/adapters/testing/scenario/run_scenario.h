// A scenario, run in a simulated cluster, and what is to be said of it.
//
//   absl::StatusOr<lws::ScenarioReport> report = lws::RunScenario(scenario, {});
//   report->lowest_ready;    // 3: the fewest groups ready while an update was on
//   report->duration;        // 1m34s
//
// Laws:
//   1. Same scenario, same options: the same report, byte for byte.
//   2. finished says that the set came to all groups ready, of the newest revision from its partition up.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_RUN_SCENARIO_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_RUN_SCENARIO_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/core/reconcile/reconcile_set.h"

namespace lws {

struct RestartPolicy;

struct ScenarioRunOptions {
  uint64_t seed = 1;
  SetReconcileOptions sets;  // a rollout policy, and controls
  // Borrowed; null: the reference's way.
  const RestartPolicy* restarts = nullptr;
  bool max_unavailable_statefulset = false;  // MaxUnavailableStatefulSet
};

// The options, with what they leave open as the scenario says. Borrows from it.
ScenarioRunOptions OptionsFor(const Scenario& scenario, ScenarioRunOptions options);

// Something that was told, or the groups after something changed.
struct TimelineEntry {
  enum class Kind {
    kScenario,  // `text`: what the scenario did
    kEvent,     // `text`: what was recorded for people
    kState,
  };
  Kind kind = Kind::kState;
  absl::Duration time;  // since the beginning
  std::string text;
  // For kState: a character a group of the leader StatefulSet, N new and ready, n new and not ready, O old and ready, o
  // old and not ready, . not there.
  std::string groups;
  int32_t partition = 0;
  int32_t replicas = 0;
  int32_t ready = 0;
  bool on_delete = false;  // the partition holds nothing
  std::string decision;    // the last one on the leader StatefulSet, with its reason
};

struct ScenarioReport {
  std::string set_name;
  uint64_t seed = 0;
  int32_t set_replicas = 0;    // at the beginning
  int32_t promised_ready = 0;  // replicas - maxUnavailable, at the beginning
  std::vector<TimelineEntry> timeline;
  bool finished = false;
  absl::Duration duration;
  // The fewest groups ready from an edit until all groups are ready and updated; -1 without an edit.
  int32_t lowest_ready = -1;
  int64_t pods_created = 0;
  int64_t groups_restarted = 0;
  int32_t surge_used = 0;  // the most groups above the set's replicas
  // Time of pods in groups that were not ready, summed up.
  absl::Duration wasted_pod_time;
  // How often a group was ready whose leader and workers were of two revisions.
  int32_t mixed_groups = 0;
};

// Calls `watch`, when there is one, with every entry as it comes. Errors: InvalidArgument with what admission says,
// or for a target that is not there to be struck.
absl::StatusOr<ScenarioReport> RunScenario(const Scenario& scenario, const ScenarioRunOptions& options,
                                           const std::function<void(const TimelineEntry&)>& watch = nullptr);

// For people and programs: "   20.8s  partition 3 replicas 5  OOOOn      ready 4", "   20.8s  -- the image changes".
std::string ToString(const TimelineEntry& entry);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_RUN_SCENARIO_H_
