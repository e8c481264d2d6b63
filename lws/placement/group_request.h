// What a group asks of a topology: the shapes of its pods, and how close together they must be.
//
//   lws::GroupRequest request;
//   request.worker.amounts = {{"nvidia.com/gpu", 8}};
//   request.workers = 7;
//   request.leader = request.worker;
//   request.closeness = lws::Closeness::kRequired;
//   request.level = "cloud/rack";
//
// Thread-safety: plain data.
#ifndef LWS_PLACEMENT_GROUP_REQUEST_H_
#define LWS_PLACEMENT_GROUP_REQUEST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lws/placement/node_filter.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/resource_amounts.h"

namespace lws {

// What one pod asks for. Every pod also takes one of "pods".
struct PodShape {
  ResourceAmounts amounts;
  NodeFilter filter;
  // What the pod asks of other pods, and what they may ask of it; null for neither.
  std::shared_ptr<const PodRules> rules;
};

enum class Closeness {
  kUnconstrained,  // any nodes
  kRequired,       // one domain of the level
  kPreferred,  // one domain of the level, else of the next wider one, ..., else over as few widest domains as possible
};

// kBestFit takes the fewest domains, and the tightest one last. kLeastFree takes the smallest domain that holds
// everything, or else the smallest nodes first. kBalanced takes the fewest domains, and spreads evenly over them.
enum class PlacementProfile { kBestFit, kLeastFree, kBalanced };

// Puts every `size` pods into one domain of `level`.
struct SubgroupLayer {
  int64_t size = 0;
  std::string level;
  // Whether a domain takes only one subgroup, counting those of all groups of the namespace.
  bool exclusive = false;
};

enum class SubgroupLeader {
  kMember,   // in the first subgroup, whose size counts the leader
  kExtra,    // with the first subgroup, whose size does not count the leader
  kOutside,  // with no subgroup
};

struct GroupRequest {
  std::optional<PodShape> leader;
  PodShape worker;
  int64_t workers = 0;

  Closeness closeness = Closeness::kUnconstrained;
  std::string level;
  // With kRequired, a narrower level: all pods are in one domain of it if there is room, else in one of the next wider
  // level, and so on up to `level`. Empty for none.
  std::string preferred_within;

  // At most kMaxSubgroupLayers, nested: each size divides the next larger one, whose level is not narrower.
  std::vector<SubgroupLayer> subgroups;
  SubgroupLeader subgroup_leader = SubgroupLeader::kMember;

  // The namespace of the group. Domains that groups of other namespaces hold do not matter to it.
  std::string namespace_name;
  // All pods go into one domain of each of these levels, and no other exclusive group of the namespace may be in it.
  std::vector<std::string> exclusive_levels;

  PlacementProfile profile = PlacementProfile::kBestFit;
  // Whether a domain that is in use comes before an empty one that is equally tight, so that empty domains stay empty.
  bool keeps_empty = false;

  // Constraints that bind the pods to nodes but have no field here: "resourceClaims of workerTemplate".
  std::vector<std::string> not_looked_at;

  // The leader, if there is one, and the workers.
  int64_t Pods() const { return workers + leader.has_value(); }
};

inline constexpr size_t kMaxSubgroupLayers = 3;
// The most pods of one group: the largest size that a LeaderWorkerSet can have.
inline constexpr int64_t kMaxGroupPods = 2147483647;

}  // namespace lws

#endif  // LWS_PLACEMENT_GROUP_REQUEST_H_
