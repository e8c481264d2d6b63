// The sets that need a pass and the pods that need a decision, each listed once.
//
//   lws::internal::DueList due;
//   due.AddSet(&set);
//   due.AddSet(&set);
//   due.TakeSets(&numbers);    // the number of the set, once
//
// A set or packed member carries a mark while it is due, so adding it again costs one read.
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_DUE_LIST_H_
#define LWS_CORE_FLEET_DUE_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/slot.h"

namespace lws::internal {

class DueList {
 public:
  void AddSet(FleetSet* set) {
    if (set->is_due) return;
    set->is_due = true;
    sets_.push_back(set);
  }

  // Adds a leader, or a packed worker.
  void AddMember(FleetSet* set, int32_t group, int32_t worker) {
    if (worker == 0) {
      PackedLeader& leader = set->groups.At(group).leader;
      if (leader.is_due) return;
      leader.is_due = 1;
    } else {
      PackedWorker& packed = *set->groups.FindWorker(group, worker);
      if (packed.is_due) return;
      packed.is_due = 1;
    }
    pods_.push_back({set, group, worker});
  }

  bool empty() const { return sets_.empty() && pods_.empty(); }

  // Adds a pod without a slot. Such a pod has no mark, so it may be listed more than once.
  void AddName(absl::string_view namespace_name, absl::string_view name);

  // Append what is due, in the order in which it became due, and empty the list.
  void TakeSets(std::vector<uint32_t>* sets);
  std::vector<FleetName> TakeSets();
  void TakePods(std::vector<Member>* members, std::vector<FleetName>* others);
  std::vector<FleetName> TakePods();

 private:
  std::vector<FleetSet*> sets_;
  std::vector<Slot> pods_;  // without a set, `group` is an index in names_
  std::vector<FleetName> names_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_DUE_LIST_H_
