// What a set wants, before anything exists: its leader StatefulSet, its Service, and for each group its workers.
//
//   lws::DesiredSet desired = *lws::DesiredGroups(set);
//   desired.groups[2].leader_pod_name;       // "vllm-2"
//   desired.groups[2].worker_pod_names;      // {"vllm-2-1"}
//
// The objects are those that ReconcileSet and ReconcilePod write on an empty cluster, but for what only a cluster
// knows: UIDs, and the topology value of the leader's node.
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

class LeaderWorkerSet;
class PlacedGroups;

struct DesiredGroup {
  int32_t index = 0;
  std::string leader_pod_name;
  std::vector<std::string> worker_pod_names;
  SharedJson worker_statefulset;  // null for a group of one
  SharedJson service;             // null for a shared subdomain
  // By rank, for a group that has a place: what a host merges into the spec of each pod. The StatefulSets' templates
  // cannot say it, since all their pods share one.
  std::vector<SharedJson> node_patches;
};

struct DesiredSet {
  std::string revision_key;
  SharedJson revision;
  SharedJson leader_statefulset;
  SharedJson service;  // null without a shared subdomain
  std::vector<DesiredGroup> groups;
};

// The group of that index alone, without a place. Complexity: O(size + templates).
DesiredGroup DesiredGroupAt(const LeaderWorkerSet& set, const std::string& revision_key, int32_t index);

// Errors: InvalidArgument for a maxSurge or maxUnavailable that is no percentage.
// Complexity: O(replicas x (size + templates)).
// `placed`, which may be null, tells where groups go.
absl::StatusOr<DesiredSet> DesiredGroups(const LeaderWorkerSet& set, const PlacedGroups* placed = nullptr);

}  // namespace lws

#endif  // LWS_CORE_DESIRED_DESIRED_GROUPS_H_
