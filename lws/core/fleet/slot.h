// The slots of the members of a set's groups.
//
//   lws::internal::Slot slot = {&set, /*group=*/12, /*worker=*/3};
//   lws::internal::FleetMemberName(set, slot.group, slot.worker);    // "vllm-12-3"
//
// Thread-safety: values; all functions here may be called concurrently.
#ifndef LWS_CORE_FLEET_SLOT_H_
#define LWS_CORE_FLEET_SLOT_H_

#include <cstdint>
#include <string>

#include "lws/api/observed.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/rollout/group_bits.h"

namespace lws::internal {

// The slot of a member of a group. It has no set when there is no slot.
struct Slot {
  FleetSet* set = nullptr;
  int32_t group = 0;
  int32_t worker = 0;

  friend bool operator==(const Slot& a, const Slot& b) {
    return a.set == b.set && a.group == b.group && a.worker == b.worker;
  }
};

// SET-GROUP, or SET-GROUP-WORKER.
std::string FleetMemberName(const FleetSet& set, int32_t group, int32_t worker);

// Whether the page of the group has room for the member. REQUIRES: slot.set != nullptr.
inline bool SlotHasRoom(const Slot& slot) { return slot.worker <= slot.set->groups.workers(slot.group); }

// Whether the object's name gives its group, and the group's number is small enough for a slot.
inline bool HasFleetSlot(const ObservedMeta& meta) {
  return meta.group_in_name >= 0 && meta.group_in_name < kMaxGroups;
}

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_SLOT_H_
