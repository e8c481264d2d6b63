// Watches one DisaggregatedSet of a simulated cluster: the groups of its roles, and what an update promises of them.
//
//   lws::internal::RoleWatch watch(&simulation, "default", &report);
//   simulation.cluster().Settle();
//   watch.Look(time);    // an entry for every slice that changed
//
// A slice is updated from its first old group until all its groups are new and ready. What is promised of a role then
// is min(initial, wanted) - maxUnavailable ready groups, where `initial` is what its old revisions had when they became
// old; but never more than were ready since the update began. Failures count as well.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_ROLE_WATCH_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_ROLE_WATCH_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "lws/adapters/simulation/disaggregated_simulation.h"
#include "lws/adapters/testing/scenario/role_report.h"
#include "lws/core/disaggregated/role_observation.h"

namespace lws::internal {

class RoleWatch {
 public:
  // Borrows both. The report's set_name is set already.
  RoleWatch(DisaggregatedSimulation* simulation, std::string namespace_name, RoleReport* report)
      : simulation_(simulation), namespace_(std::move(namespace_name)), report_(report) {}

  // The slices that changed, `time` after the beginning. REQUIRES: the simulation has settled.
  std::vector<RoleTimelineEntry> Look(absl::Duration time);

  // Whether every role has the wanted groups, all new and ready, and no old child is left.
  bool is_done() const { return is_done_; }

  // Writes the final lanes into the report.
  void Finish(absl::Duration time);

 private:
  struct Groups {
    int32_t replicas = 0;
    int32_t ready = 0;
  };
  // A role of one slice at the present look.
  struct RoleView {
    std::string name;
    int32_t wanted = 0;
    int32_t surge = 0;
    int32_t unavailable = 0;
    Groups old_groups;
    Groups new_groups;
    int32_t initial = 0;  // of the old revisions that have groups

    int32_t ready() const { return old_groups.ready + new_groups.ready; }
    int32_t groups() const { return old_groups.replicas + new_groups.replicas; }
  };
  // What a role had since the update of its slice began.
  struct RoleUpdate {
    int32_t most_ready = 0;
    int32_t groups = 0;   // at the last look
    int32_t initial = 0;  // when the slice had old groups for the last time
  };
  // The children of an old revision of a slice by role.
  using OldRevision = std::map<std::string, Groups>;

  std::vector<RoleView> ReadSlice(const DisaggregatedObservation& observation, int32_t slice, absl::Duration time);
  void ReadOldRevision(int32_t slice, const std::string& revision, const OldRevision& children, absl::Duration time,
                       std::vector<RoleView>* roles);
  void NoteCourse(int32_t slice, const std::vector<RoleView>& roles);
  RoleCourse& CourseOf(int32_t slice, const std::string& role);

  DisaggregatedSimulation* const simulation_;
  const std::string namespace_;
  RoleReport* const report_;
  std::map<int32_t, std::vector<RoleLane>> lanes_;  // by slice, at the last look
  // The replicas of a role when its revision became old, by slice, revision and role.
  std::map<std::pair<int32_t, std::string>, std::map<std::string, int32_t>> initial_;
  std::map<int32_t, std::map<std::string, RoleUpdate>> updates_;  // by slice and role, of slices that are updated
  bool is_done_ = false;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_ROLE_WATCH_H_
