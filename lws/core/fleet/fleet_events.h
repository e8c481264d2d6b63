// Pods and worker StatefulSets of a Fleet as numbers, for hosts that look up a name once and then use its number.
//
//   lws::PodFacts facts;
//   facts.member = {/*set=*/0, /*group=*/12, /*worker=*/0};
//   facts.phase = lws::PodPhase::kRunning;
//   facts.has_ready_condition = true;
//   // fleet.TellPods({&facts, 1}) tells the same as AddPod of the pod SET-12 that LeaderWorkerSet makes
//
// Facts stand for objects that Kubernetes and LeaderWorkerSet made: the leader controls the StatefulSet of its group,
// that StatefulSet controls the workers, and the group key is derived from the leader's name.
#ifndef LWS_CORE_FLEET_FLEET_EVENTS_H_
#define LWS_CORE_FLEET_FLEET_EVENTS_H_

#include <cstdint>
#include <string>

#include "lws/api/observed.h"
#include "lws/core/fleet/object_ids.h"

namespace lws {

struct FleetName {
  std::string namespace_name;
  std::string name;

  friend bool operator==(const FleetName& a, const FleetName& b) {
    return a.namespace_name == b.namespace_name && a.name == b.name;
  }
};

// A member of a group; worker 0 is the leader. FleetNumbers::OfSet returned the number `set`.
struct Member {
  uint32_t set = 0;
  int32_t group = 0;
  int32_t worker = 0;
};

struct PodFacts {
  Member member;
  bool exists = true;  // false: the pod is gone, and the other fields are not read
  PodPhase phase = PodPhase::kPending;
  bool has_ready_condition = false;
  bool restarted = false;
  bool terminating = false;
  RevisionId revision = 0;        // from FleetNumbers::OfRevision
  NodeId node = 0;                // from FleetNumbers::OfNode; only for leaders
  uint64_t resource_version = 0;  // only for leaders
  PackedUid uid;
  // The UID of the StatefulSet that controls a worker. A pod keeps its owner for its life, so this is read only when
  // the pod's UID is new.
  PackedUid owner_uid;
};

// The StatefulSet of a group's workers.
struct WorkersFacts {
  uint32_t set = 0;
  int32_t group = 0;
  bool exists = true;
  bool terminating = false;
  bool one_revision = true;  // its currentRevision equals its updateRevision
  RevisionId revision = 0;
  int32_t replicas = 0;
  int32_t available_replicas = 0;
  int32_t status_replicas = 0;
  PackedUid uid;
  PackedUid leader_uid;  // the UID of its controller
};

// Counts over all existing sets, made by reading every object.
struct FleetCounts {
  int64_t sets = 0;
  int64_t groups = 0;  // that have a leader
  int64_t ready = 0;   // leader and workers
  int64_t pods = 0;
  int64_t failing = 0;  // pods that restart their group, as far as it can restart
  // Sets that take memory: they exist, have objects, are still due, or have a held number. Equality ignores this
  // field.
  int64_t known_sets = 0;

  friend bool operator==(const FleetCounts& a, const FleetCounts& b) {
    return a.sets == b.sets && a.groups == b.groups && a.ready == b.ready && a.pods == b.pods && a.failing == b.failing;
  }
};

}  // namespace lws

#endif  // LWS_CORE_FLEET_FLEET_EVENTS_H_
