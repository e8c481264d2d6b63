// The result of a scenario of a DisaggregatedSet: its timeline with a lane per slice and role, and what it cost.
//
//   report.Find(0, "decode")->lowest_ready;    // 2: the fewest groups ready during an update
//   lws::ScenarioOutcomeText(report);                  // "finished after 1m5s"
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_ROLE_REPORT_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_ROLE_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/testing/scenario/scenario_report.h"

namespace lws {

// The groups of a role in one slice.
struct RoleLane {
  int32_t slice = 0;
  std::string role;
  // One character per group: O is an old one and ready, o old and not ready, N new and ready, n new and not ready. Old
  // groups come first.
  std::string groups;
  int32_t ready = 0;
  int32_t wanted = 0;  // 0 for a role that is no longer in the spec
};

struct RoleTimelineEntry {
  enum class Kind {
    kScenario,  // `text`: what the scenario did
    kEvent,     // `text`: an event that was recorded for people
    kState,     // `lanes` of one slice
  };
  Kind kind = Kind::kState;
  absl::Duration time;  // since the beginning
  std::string text;
  std::vector<RoleLane> lanes;
};

// What a role of a slice went through while the set was updated.
struct RoleCourse {
  int32_t slice = 0;
  std::string role;
  // The fewest ready groups beside what was promised: min(groups at the edit, wanted) - maxUnavailable, and how many of
  // those could be counted on. The moment that misses the promise by most counts; -1 without an update.
  int32_t lowest_ready = -1;
  int32_t promised_ready = 0;
  int32_t counted_on = 0;
  // The most groups, when some were added, beside what is allowed: max(groups at the edit, wanted) + maxSurge.
  int32_t most_groups = 0;
  int32_t allowed_groups = 0;
  // By how many hundredths of its target it was ahead of another role of its slice, at most.
  int32_t ahead_percent = 0;

  bool keeps_promise() const { return lowest_ready < 0 || lowest_ready >= counted_on; }
  bool keeps_ceiling() const { return most_groups <= allowed_groups; }
};

// A moment at which an old revision had groups of some of its roles only.
struct HalfRevision {
  absl::Duration time;
  int32_t slice = 0;
  std::string revision;
  std::string missing_role;
};

struct RoleReport {
  std::string set_name;
  uint64_t seed = 0;
  std::vector<RoleTimelineEntry> timeline;
  bool finished = false;
  absl::Duration duration;
  std::vector<RoleCourse> courses;  // by slice, then in the order of the spec
  // By how many hundredths of its target a role was ahead of another one of its slice, at most.
  int32_t skew_percent = 0;
  std::optional<HalfRevision> half_revision;  // the first
  int64_t pods_created = 0;
  std::vector<WaitingPod> waiting;   // at the end, what pods wait for, by slice and role
  std::vector<std::string> held;     // at the end, what the last pass waited for
  std::vector<std::string> refused;  // what the API server said of writes that it refused
  std::vector<RoleLane> last;        // the lanes at the end

  // Null when there was no such role.
  const RoleCourse* Find(int32_t slice, absl::string_view role) const;
};

// "   20.8s  slice 0  prefill OOOn ready 3 of 3  decode OO ready 2 of 2".
std::string ToString(const RoleTimelineEntry& entry);

// "finished after 1m5s", or "not finished after 5m: slice 0 decode 1 of 2 groups ready; REASONS".
std::string ScenarioOutcomeText(const RoleReport& report);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_ROLE_REPORT_H_
