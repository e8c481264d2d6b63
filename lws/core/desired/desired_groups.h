// What a set wants before anything exists: its leader StatefulSet, its Service, and the workers of each group.
//
//   lws::DesiredSet desired = *lws::DesiredGroups(set);
//   desired.groups[2].leader_pod_name;       // "vllm-2"
//   desired.groups[2].workers;               // 1, the pod vllm-2-1
//
// ReconcileSet and ReconcilePod write the same objects on an empty cluster, apart from what only a cluster knows:
// UIDs, and the topology value of the leader's node.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_DESIRED_DESIRED_GROUPS_H_
#define LWS_CORE_DESIRED_DESIRED_GROUPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lws/api/json.h"

namespace lws {

inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1
class PlacedGroups;

struct DesiredGroup {
  int32_t index = 0;
  std::string leader_pod_name;
  // How many workers it has. Their pods have the leader's name with -1, -2 and so on behind it.
  int32_t workers = 0;
  SharedJson worker_statefulset;  // null for a group of one
  SharedJson service;             // null with a shared subdomain
  // For a group that has a place, by rank: what a host merges into the spec of each pod. The StatefulSets' templates
  // cannot hold this, because all pods of a StatefulSet share one template.
  std::vector<SharedJson> node_patches;
};

struct DesiredSet {
  std::string revision_key;
  SharedJson revision;
  SharedJson leader_statefulset;
  SharedJson service;  // null without a shared subdomain
  std::vector<DesiredGroup> groups;
};

// The group of this index, without a place. Complexity: O(templates), whatever the size.
DesiredGroup DesiredGroupAt(const LeaderWorkerSet& set, const std::string& revision_key, int32_t index);

// What the set wants beside its groups; `groups` is empty. Errors: as for DesiredGroups. Complexity: O(templates),
// whatever the replicas.
absl::StatusOr<DesiredSet> DesiredWithoutGroups(const LeaderWorkerSet& set);

// `placed`, which may be null, gives the places of groups. Errors: InvalidArgument for a maxSurge or maxUnavailable
// that is not a percentage. Complexity: O(replicas x templates), and O(pods) where they have places.
absl::StatusOr<DesiredSet> DesiredGroups(const LeaderWorkerSet& set, const PlacedGroups* placed = nullptr);

}  // namespace lws

#endif  // LWS_CORE_DESIRED_DESIRED_GROUPS_H_
