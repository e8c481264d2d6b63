// Pods and StatefulSets, as observed or as facts, to their packed form, and back to what is observed.
//
//   lws::internal::PackedLeader leader = {};
//   lws::internal::PackLeader(pod, &names, &leader);              // kFits
//   lws::internal::UnpackLeader(leader, 12, names, &again);       // equal for every decision
//
// Laws:
//   1. Where the answer is kFits, every decision on the unpacked object is that on the object. What no decision reads
//      comes back empty: of leaders the controller; of workers the resource version, the node, readiness, annotations
//      and the group key; of StatefulSets the resource version and the texts of the two revisions, which are only
//      compared with each other.
//   2. Where it is kFactsOnly, existence, revision, phase and readiness are good all the same.
//
// Thread-safety: may be called concurrently on different tables.
#ifndef LWS_CORE_FLEET_OBJECT_PACKING_H_
#define LWS_CORE_FLEET_OBJECT_PACKING_H_

#include <cstdint>
#include <optional>
#include <string>

#include "lws/api/observed.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/fleet/name_table.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/fleet/packed_group.h"

namespace lws::internal {

// What all objects of a set have in common.
struct PackingNames {
  const std::string& namespace_name;
  const std::string& set_name;
  NameTable* revisions;
  NameTable* nodes;
};

enum class Packing {
  kFits,
  kFactsOnly,  // something about the object is not as Kubernetes and LeaderWorkerSet make it
  kNone,       // no number is left for the revision
};

// REQUIRES: the pod is a leader, the StatefulSet one of workers, named after its labels.
Packing PackLeader(const ObservedPod& pod, const PackingNames& names, PackedLeader* leader);
// `owner` is set to the UID of the controller, the leader pod of its name, when it fits.
Packing PackStatefulSet(const ObservedStatefulSet& statefulset, const PackingNames& names, PackedStatefulSet* workers,
                        PackedUid* owner);
// REQUIRES: the pod is named SET-GROUP-WORKER after its labels. `owner` is set to the UID of the controller, the
// StatefulSet SET-GROUP, when it fits.
Packing PackWorker(const ObservedPod& pod, const PackingNames& names, PackedWorker* worker, PackedUid* owner);

// Facts stand for objects that fit.
PackedLeader PackLeader(const PodFacts& facts);
PackedStatefulSet PackStatefulSet(const WorkersFacts& facts);
PackedWorker PackWorker(const PodFacts& facts);

// Every field of the result is written.
void UnpackLeader(const PackedLeader& leader, int32_t group, const PackingNames& names, ObservedPod* pod);
void UnpackStatefulSet(const PackedGroup& packed, int32_t group, const PackingNames& names,
                       ObservedStatefulSet* statefulset);
void UnpackWorker(const PackedWorker& packed, const PackedUid& owner, int32_t group, int32_t worker,
                  const PackingNames& names, ObservedPod* pod);

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_OBJECT_PACKING_H_
