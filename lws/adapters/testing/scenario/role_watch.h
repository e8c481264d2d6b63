// Watches one DisaggregatedSet of a simulated cluster: the groups of its roles, and what an update promises of them.
//
//   lws::internal::RoleWatch watch(&simulation, "default", &report);
//   simulation.cluster().Settle();
//   watch.Look(time);    // an entry for every slice that changed
//
// A slice is updated from its first old group until all its groups are new and ready. What is promised of a role then
// is min(initial, wanted) - maxUnavailable ready groups, where `initial` is what its old revisions had when they became
// old; but never more than were ready since the update began, as the ledger of promise.h keeps it. In a scenario
// failures count as well. The swarm excuses them: a loss of ready groups that no write of the controller explains, and
// what the controller cannot have seen, lower the promise until the groups are ready again. Half a revision that an
// interrupted pass left behind is excused, too.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_ROLE_WATCH_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_ROLE_WATCH_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "lws/adapters/simulation/disaggregated_simulation.h"
#include "lws/adapters/testing/promise.h"
#include "lws/adapters/testing/scenario/role_report.h"
#include "lws/api/observed_roles.h"
#include "lws/core/disaggregated/role_observation.h"

namespace lws::internal {

// A number of groups in hundredths of the target, at most 100. REQUIRES: groups >= 0, target > 0.
int32_t PercentOfTarget(int32_t groups, int32_t target);

enum class RoleFailures { kCounted, kExcused };

class RoleWatch {
 public:
  // Borrows both. The report's set_name is set already.
  RoleWatch(DisaggregatedSimulation* simulation, std::string namespace_name, RoleReport* report,
            RoleFailures failures = RoleFailures::kCounted)
      : simulation_(simulation), namespace_(std::move(namespace_name)), report_(report), failures_(failures) {}

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
    int32_t leaving = 0;  // groups above the replicas that the status still counts
    int32_t steady = 0;   // groups that are ready whichever of those groups leave
  };
  static Groups GroupsOf(const ObservedChild& child);
  // A role of one slice at the present look.
  struct RoleView {
    std::string name;
    int32_t wanted = 0;
    int32_t surge = 0;
    int32_t unavailable = 0;
    Groups old_groups;
    Groups new_groups;
    int32_t initial = 0;                      // of the old revisions that have groups
    std::map<std::string, Groups> revisions;  // all children of the role
    int32_t unseen = 0;                       // ready groups that the controller counts on although they are not
    int32_t proven = 0;                       // steady groups that the controller sees as such

    int32_t ready() const { return old_groups.ready + new_groups.ready; }
    int32_t groups() const { return old_groups.replicas + new_groups.replicas; }
    int32_t steady() const { return old_groups.steady + new_groups.steady; }
  };
  // What a role had since the update of its slice began.
  struct RoleUpdate {
    Promise promise;
    RoleView last;                         // at the last look
    std::map<std::string, int32_t> taken;  // by revision: taken groups whose loss may still show
    int32_t initial = 0;                   // when the slice had old groups for the last time
  };
  // The children of an old revision of a slice by role.
  using OldRevision = std::map<std::string, Groups>;

  // Forgets the slices that the set has no longer, and adds an entry without groups for each.
  void ForgetSlicesFrom(int32_t slices, absl::Duration time, std::vector<RoleTimelineEntry>* entries);
  // Null when there is no role of this name.
  static RoleView* FindRole(const std::string& name, std::vector<RoleView>* roles);
  std::vector<RoleView> ReadSlice(const DisaggregatedObservation& observation, int32_t slice, absl::Duration time);
  void ReadOldRevision(int32_t slice, const std::string& revision, const OldRevision& children, absl::Duration time,
                       std::vector<RoleView>* roles);
  void ReadUnseen(const DisaggregatedObservation& observation, int32_t slice, std::vector<RoleView>* roles) const;
  void NoteHalf(int32_t slice, const std::string& revision, const std::string& role, absl::Duration time);
  void NoteCourse(int32_t slice, const std::vector<RoleView>& roles);
  void NoteRole(int32_t slice, const RoleView& role, RoleUpdate* update);
  void NoteWaitingPods();
  void NoteSkew(int32_t slice, const std::vector<RoleView>& roles);
  static int32_t Failures(const RoleView& role, RoleUpdate* update);
  RoleCourse& CourseOf(int32_t slice, const std::string& role);

  DisaggregatedSimulation* const simulation_;
  const std::string namespace_;
  RoleReport* const report_;
  const RoleFailures failures_;
  std::map<int32_t, std::vector<RoleLane>> lanes_;  // by slice, at the last look
  // The replicas of a role when its revision became old, by slice, revision and role.
  std::map<std::pair<int32_t, std::string>, std::map<std::string, int32_t>> initial_;
  std::map<int32_t, std::map<std::string, RoleUpdate>> updates_;  // by slice and role, of slices that are updated
  std::set<std::pair<int32_t, std::string>> interrupted_;  // slices and old revisions that an interrupted pass halved
  bool is_done_ = false;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_ROLE_WATCH_H_
