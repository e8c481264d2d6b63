// A case of the swarm: one LeaderWorkerSet or DisaggregatedSet, the rates of faults, and the events that happen to it.
//
//   lws::SwarmCase swarm_case;
//   swarm_case.replicas = 4;
//   swarm_case.faults.late = 300;    // 300 of a thousand changes are reported late
//   swarm_case.events.push_back({absl::Minutes(1), lws::SwarmEvent::Kind::kNewImage});
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_TESTING_SWARM_SWARM_CASE_H_
#define LWS_ADAPTERS_TESTING_SWARM_SWARM_CASE_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "lws/adapters/simulation/faults.h"

namespace lws {

struct SwarmEvent {
  // kBrokenImage is one that cannot be pulled until the faults end. kRevert goes back to the image before.
  enum class Kind { kNewImage, kBrokenImage, kScale, kFailContainer, kDeletePod, kLoseNode, kFlapNode, kRevert };
  absl::Duration at;
  Kind kind = Kind::kNewImage;
  int32_t replicas = 0;   // to scale to
  int32_t group = 0;      // of the container or pod
  int32_t worker = 0;     // 0 is the leader
  int32_t node = 0;       // to lose or flap
  absl::Duration outage;  // of a node that flaps
  int32_t slice = 0;      // of the container or pod, of a DisaggregatedSet
  int32_t role = 0;       // to scale, or of the container or pod
};

// A role of a DisaggregatedSet.
struct SwarmRole {
  int32_t replicas = 1;  // of an External role: what its autoscaler asks for at the beginning
  int32_t max_surge = 0;
  int32_t max_unavailable = 1;
  bool is_external = false;
};

struct SwarmCase {
  uint64_t seed = 0;  // for the delays and for faults at the rates
  int32_t replicas = 1;
  int32_t size = 1;
  int32_t max_surge = 0;
  int32_t max_unavailable = 1;
  bool max_unavailable_statefulset = false;  // MaxUnavailableStatefulSet
  int32_t nodes = 1;
  int32_t min_ready_seconds = 0;  // min_ready of RolloutControls
  internal::SimulationFaults faults;
  std::vector<SwarmEvent> events;  // sorted by time
  // The roles of a DisaggregatedSet, with replicas and budgets of their own. Empty for a LeaderWorkerSet.
  std::vector<SwarmRole> roles;
  int32_t slices = 1;
};

inline void SortSwarmEvents(std::vector<SwarmEvent>* events) {
  std::stable_sort(events->begin(), events->end(),
                   [](const SwarmEvent& a, const SwarmEvent& b) { return a.at < b.at; });
}

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SWARM_SWARM_CASE_H_
