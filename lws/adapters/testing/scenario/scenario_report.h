// The result of a scenario: its timeline, its costs, and whether the set finished.
//
//   report.lowest_ready;          // 3: the fewest groups ready during an update
//   lws::ScenarioOutcomeText(report);     // such as "not finished after 5m: 3 of 4 groups ready; serve-3: ..."
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_REPORT_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lws/core/pod/pod_wait.h"

namespace lws {

// An event of the scenario or of the cluster, or the groups after a change.
struct TimelineEntry {
  enum class Kind {
    kScenario,  // `text`: what the scenario did
    kEvent,     // `text`: an event that was recorded for people
    kState,
  };
  Kind kind = Kind::kState;
  absl::Duration time;  // since the beginning
  std::string text;
  // For kState: one character per group of the leader StatefulSet. N is new and ready, n new and not ready, O old and
  // ready, o old and not ready, and . is missing. A group is old if its leader or its worker StatefulSet is.
  std::string groups;
  int32_t partition = 0;
  int32_t replicas = 0;
  int32_t ready = 0;
  int32_t promised_ready = 0;  // replicas - maxUnavailable of the set at that time
  bool on_delete = false;      // the partition holds no group
  std::string decision;        // the last decision about the leader StatefulSet, with its reason
  int32_t left_out = 0;        // events of single groups since the last entry, in a short timeline
};

// A pod that is not ready at the end, or a group whose pods are missing.
struct WaitingPod {
  std::string pod;  // or the leader's name, for a group without a leader
  PodWaiting waiting;
};

// A moment of an update at which fewer groups were ready than could be counted on.
struct BrokenPromise {
  absl::Duration time;
  int32_t ready = 0;
  int32_t promised = 0;    // replicas - maxUnavailable of the set at that time
  int32_t counted_on = 0;  // the promised groups that were ready before, which the update must not take
};

// The moment of all updates at which the fewest groups were ready. An update lasts from an edit until all groups are
// ready and updated.
struct LowestMoment {
  int32_t lowest_ready = -1;  // -1 without an edit; the other numbers are then those of the beginning
  // The set's replicas at that moment, what its budget promises, which is replicas - maxUnavailable, and how many of
  // the promised groups could be counted on. Groups that the set was just scaled to, or that failed before the update,
  // cannot.
  int32_t lowest_replicas = 0;
  int32_t promised_ready = 0;
  int32_t counted_on = 0;
};

struct ScenarioReport : LowestMoment {
  std::string set_name;
  uint64_t seed = 0;
  int32_t set_replicas = 0;  // at the beginning
  std::vector<TimelineEntry> timeline;
  bool finished = false;
  absl::Duration duration;
  // The final state: how many groups are ready, how many of those have the newest revision, how many the set should
  // have, and what the others wait for, in the order of the groups. `held` explains what keeps old groups from being
  // updated.
  int32_t ready = 0;
  int32_t updated = 0;
  int32_t wanted = 0;
  std::vector<WaitingPod> waiting;
  std::string held;
  std::vector<std::string> refused;  // what the API server said of writes of the set's objects that it refused
  // The moment at which the most promised groups were missing.
  std::optional<BrokenPromise> broken_promise;
  int64_t pods_created = 0;
  int64_t groups_restarted = 0;
  int32_t surge_used = 0;  // the most groups above the set's replicas
  // The total time of pods in groups that were not ready.
  absl::Duration wasted_pod_time;
  // How often a group was ready while its leader and workers had two revisions.
  int32_t mixed_groups = 0;
};

// For people and programs: "   20.8s  partition 3 replicas 5  OOOOn      ready 4", "   20.8s  -- the image changes".
std::string ToString(const TimelineEntry& entry);

// "finished after 1m5s", or "not finished after 5m: 3 of 4 groups ready; REASONS".
std::string ScenarioOutcomeText(const ScenarioReport& report);

// "3 of 4 groups ready; REASONS": how the set stands at the end.
std::string ScenarioStandText(const ScenarioReport& report);

// "serve-3, serve-3-1: waiting for image main:2 (ImagePullBackOff)". Pods that wait for the same thing are listed
// together, and only the first few things are listed.
std::string ScenarioWaitingText(const std::vector<WaitingPod>& pods);

// "3", or "5, but only 0 could be counted on": what a budget promises, and what of it was there to be kept.
std::string ScenarioPromiseText(int32_t promised, int32_t counted_on);

// "lowest 3 groups ready during updates (the budget promises 3)". If the promise was broken, the text is about that
// moment. It is empty without an edit.
std::string ScenarioLowestReadyText(const ScenarioReport& report);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_REPORT_H_
