// One set of a simulated cluster, watched: its groups as they change, its promise, and what its life costs.
//
//   lws::internal::GroupWatch watch(&simulation, "default", "vllm", &report);
//   simulation.Settle();
//   watch.Look(entry);    // the groups as they are now, when something of them changed
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
  // Borrows `simulation`, which may be made later than this, and `report`, whose set_name is there.
  GroupWatch(Simulation* simulation, std::string namespace_name, ScenarioReport* report);

  // What the simulation's log tells.
  void OnChange(const simulation::Change& change);
  void OnPlan(const Plan& plan, const absl::Status& status);

  // Applies the patch to the set: an update begins. Errors: those of Simulation::EditSet.
  absl::Status Edit(const Json& patch);

  // The groups as they are, with `time` since the beginning; nullopt when nothing of them changed. REQUIRES: the
  // simulation has settled.
  std::optional<TimelineEntry> Look(absl::Duration time);

  // All groups are ready, and of the newest revision from the set's partition up.
  bool is_done() const { return is_done_; }

  // Writes into the report what there is at the end, and what is waited for.
  void Finish(absl::Duration time);

 private:
  // What a group's leader and worker StatefulSet are labelled with; "" when they are absent.
  struct Revisions {
    bool has_leader = false;
    std::string leader;
    std::string workers;
  };

  // Of the set as it is now.
  struct Wanted {
    int32_t replicas = 1;
    int32_t partition = 0;
    int32_t size = 1;
    int32_t promised = 0;  // replicas - maxUnavailable
  };

  void ReadSet();
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
  std::string revision_key_;  // of the leader StatefulSet
  // That it had when the template was last edited: its surge groups are not counted on from then on.
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
