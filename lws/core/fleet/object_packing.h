// Converts pods and StatefulSets, given as observations or facts, to their packed form and back to observations.
//
//   lws::internal::PackedLeader leader = {};
//   lws::internal::PackLeader(pod, names, &leader);    // lws::internal::Packing::kFits
//   lws::ObservedPod again;
//   lws::internal::UnpackLeader(leader, 0, names, &again);
//   again.meta.uid == pod.meta.uid;                    // true: it is equal to `pod` for every decision
//
// Laws:
//   1. After kFits, every decision on the unpacked object equals that on the object. Fields that no decision reads
//      come back empty: for leaders the controller; for workers the resource version, the node, readiness, annotations
//      and the group key; for StatefulSets the resource version and the texts of the two revisions, which decisions
//      only compare with each other.
//   2. After kFactsOnly, existence, revision, phase and readiness are still right.
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

// The texts that the objects of a set share.
struct PackingNames {
  const std::string& namespace_name;
  const std::string& set_name;
  NameTable* revisions;
  NameTable* nodes;
};

enum class Packing {
  kFits,
  kFactsOnly,  // the object differs from what Kubernetes and LeaderWorkerSet make
  kNone,       // no number is left for the revision
};

// REQUIRES: the pod is a leader, or the StatefulSet one of workers, and its name agrees with its labels.
Packing PackLeader(const ObservedPod& pod, const PackingNames& names, PackedLeader* leader);
// If the StatefulSet fits, `owner` is set to the UID of its controller, the leader pod with its name.
Packing PackStatefulSet(const ObservedStatefulSet& statefulset, const PackingNames& names, PackedStatefulSet* workers,
                        PackedUid* owner);
// REQUIRES: the pod's name is SET-GROUP-WORKER and agrees with its labels. If it fits, `owner` is set to the UID of
// its controller, the StatefulSet SET-GROUP.
Packing PackWorker(const ObservedPod& pod, const PackingNames& names, PackedWorker* worker, PackedUid* owner);

// Packs facts, which always fit.
PackedLeader PackLeader(const PodFacts& facts);
PackedStatefulSet PackStatefulSet(const WorkersFacts& facts);
PackedWorker PackWorker(const PodFacts& facts);

// Writes every field of the result.
void UnpackLeader(const PackedLeader& leader, int32_t group, const PackingNames& names, ObservedPod* pod);
void UnpackStatefulSet(const PackedGroup& packed, int32_t group, const PackingNames& names,
                       ObservedStatefulSet* statefulset);
void UnpackWorker(const PackedWorker& packed, const PackedUid& owner, int32_t group, int32_t worker,
                  const PackingNames& names, ObservedPod* pod);

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_OBJECT_PACKING_H_
