// The places of the members of a set's groups.
//
//   lws::internal::Place place = {&set, /*group=*/12, /*worker=*/3};
//   lws::internal::FleetMemberName(set, place.group, place.worker);    // "vllm-12-3"
//
// Thread-safety: values; all functions here may be called concurrently.
#ifndef LWS_CORE_FLEET_PLACE_H_
#define LWS_CORE_FLEET_PLACE_H_

#include <cstdint>
#include <string>

#include "lws/api/observed.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/rollout/group_bits.h"

namespace lws::internal {

// The place of a member of a group. It has no set when there is no place.
struct Place {
  FleetSet* set = nullptr;
  int32_t group = 0;
  int32_t worker = 0;

  friend bool operator==(const Place& a, const Place& b) {
    return a.set == b.set && a.group == b.group && a.worker == b.worker;
  }
};

// SET-GROUP, or SET-GROUP-WORKER.
std::string FleetMemberName(const FleetSet& set, int32_t group, int32_t worker);

// Whether the page of the group has room for the member. REQUIRES: place.set != nullptr.
inline bool HasRoom(const Place& place) { return place.worker <= place.set->groups.workers(place.group); }

// Whether the object's name gives its group, and the group's number is small enough for a place.
inline bool HasFleetPlace(const ObservedMeta& meta) {
  return meta.group_in_name >= 0 && meta.group_in_name < kMaxGroups;
}

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_PLACE_H_
