// What came of a scenario: its timeline, what it cost, and whether the set came to its end.
//
//   report.lowest_ready;          // 3: the fewest groups ready while an update was on
//   lws::OutcomeText(report);     // "not finished after 5m: 3 of 4 groups ready; serve-3: waiting for image ..."
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
  int32_t promised_ready = 0;  // replicas - maxUnavailable of the set as it is then
  bool on_delete = false;      // the partition holds nothing
  std::string decision;        // the last one on the leader StatefulSet, with its reason
};

// A pod, or a group whose pods are not all there, at the end.
struct WaitingPod {
  std::string pod;  // of a group whose leader is not there, the leader's name
  PodWaiting waiting;
};

// A moment of an update in which fewer groups were ready than promised.
struct BrokenPromise {
  absl::Duration time;
  int32_t ready = 0;
  int32_t promised = 0;
};

struct ScenarioReport {
  std::string set_name;
  uint64_t seed = 0;
  int32_t set_replicas = 0;  // at the beginning
  std::vector<TimelineEntry> timeline;
  bool finished = false;
  absl::Duration duration;
  // At the end: groups that are ready, that are of the newest revision too, and that the set is to have; and what the
  // others wait for, in the order of the groups. `held` says what keeps old groups from being updated.
  int32_t ready = 0;
  int32_t updated = 0;
  int32_t wanted = 0;
  std::vector<WaitingPod> waiting;
  std::string held;
  std::vector<std::string> refused;  // what the API server said of writes of the set's objects that it refused
  // The fewest groups ready from an edit until all groups are ready and updated, -1 without an edit; and what the
  // budget promised at that moment, or at the beginning without an edit.
  int32_t lowest_ready = -1;
  int32_t promised_ready = 0;
  // The moment at which the most groups were missing.
  std::optional<BrokenPromise> broken_promise;
  int64_t pods_created = 0;
  int64_t groups_restarted = 0;
  int32_t surge_used = 0;  // the most groups above the set's replicas
  // Time of pods in groups that were not ready, summed up.
  absl::Duration wasted_pod_time;
  // How often a group was ready whose leader and workers were of two revisions.
  int32_t mixed_groups = 0;
};

// For people and programs: "   20.8s  partition 3 replicas 5  OOOOn      ready 4", "   20.8s  -- the image changes".
std::string ToString(const TimelineEntry& entry);

// "finished after 1m5s", or "not finished after 5m: 3 of 4 groups ready; REASONS".
std::string OutcomeText(const ScenarioReport& report);

// "3 of 4 groups ready; REASONS": how the set stands at the end.
std::string StandText(const ScenarioReport& report);

// "serve-3, serve-3-1: waiting for image main:2 (ImagePullBackOff)": pods that wait for the same thing are told
// together, and no more than the first few things.
std::string WaitingText(const std::vector<WaitingPod>& pods);

// "lowest 3 groups ready during updates (the budget promises 3)": of the moment at which the promise was broken, if it
// was; empty without an edit.
std::string LowestReadyText(const ScenarioReport& report);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_REPORT_H_
