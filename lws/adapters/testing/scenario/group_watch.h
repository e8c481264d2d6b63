// Watches one set of a simulated cluster: its groups, its promise, and the costs of its life.
//
//   lws::internal::GroupWatch watch(&simulation, "default", &report);
//   simulation.Settle();
//   watch.Look(absl::ZeroDuration(), /*step=*/0).has_value();    // true: something about the groups changed
//
// Laws:
//   1. A look reads the groups that changed since the last one, as OnChange told, and no others: it sees what one sees
//      that reads all groups.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_GROUP_WATCH_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_GROUP_WATCH_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/promise.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/json.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "lws/rollout/group_bits.h"

namespace lws::internal {

class GroupWatch {
 public:
  // Borrows `simulation`, which may be constructed later than this, and `report`, whose set_name is set already.
  GroupWatch(Simulation* simulation, std::string namespace_name, ScenarioReport* report);

  // Call it with every change in the simulation's log.
  void OnChange(const simulation::ObjectChange& change);
  void OnPlan(const Plan& plan, const absl::Status& status);

  // Applies the patch to the set, with which an update begins. Errors: those of Simulation::EditSet.
  absl::Status Edit(const Json& patch);

  // The present groups, `time` after the beginning; nullopt when nothing about them changed since they were last
  // reported. With a step above 0, a change counts when so many groups became ready, unready, updated or old, or their
  // number is another. REQUIRES: the simulation has settled.
  std::optional<TimelineEntry> Look(absl::Duration time, int32_t step);

  // Whether all groups are ready and, from the set's partition up, have the newest revision.
  bool is_done() const { return is_done_; }

  // Writes the final state into the report, and what pods wait for.
  void Finish(absl::Duration time);

 private:
  // The revision labels of a group's leader and worker StatefulSet; "" for absent ones.
  struct Revisions {
    bool has_leader = false;
    std::string leader;
    std::string workers;
  };

  // The numbers of the present set.
  struct Wanted {
    int32_t replicas = 1;
    int32_t partition = 0;
    int32_t size = 1;
    int32_t promised = 0;  // replicas - maxUnavailable
  };

  // What a change is looked for in, besides the groups.
  struct Reported {
    int32_t partition = 0;
    int32_t replicas = 0;
    int32_t ready = 0;
    int32_t updated = 0;
    int32_t promised_ready = 0;
    bool on_delete = false;
  };

  void ReadSet();
  // Whether the groups are to be reported. Complexity: O(1) without a step, else O(groups).
  bool IsDue(const Reported& present, int32_t step) const;
  void ReadRefusals();
  void ReadGroups(const ObservedStatefulSet& leader, const GroupBits& bits);
  void ReadGroup(const GroupBits& bits, int32_t group);
  int32_t Guarantee(const SetObservation& observation, const GroupBits& bits) const;
  void CheckPromise(const SetObservation& observation, const GroupBits& bits);

  Simulation* const simulation_;
  const std::string namespace_;
  ScenarioReport* const report_;
  std::map<int32_t, Revisions> revisions_;  // by group
  std::set<int32_t> changed_;               // groups, since the last look
  std::set<int32_t> mixed_;
  TimelineEntry now_;
  bool has_state_ = false;
  Reported reported_;
  bool has_changed_ = false;  // a character of the groups, since they were last reported
  std::string revision_key_;  // of the leader StatefulSet
  // The leader StatefulSet's revision at the last template edit. From then on its surge groups do not count.
  std::string edited_revision_key_;
  std::string decision_;
  Promise promise_;
  Wanted wanted_;
  int64_t pods_ = 0;
  int64_t pods_before_ = 0;  // at the last look
  absl::Duration last_look_;
  bool is_updating_ = false;
  bool is_done_ = false;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_GROUP_WATCH_H_
