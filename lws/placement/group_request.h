// What a group asks of a topology: shapes of its pods, and how close together they must be.
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

// What one pod asks for. One of "pods" is always added.
struct PodShape {
  ResourceAmounts amounts;
  NodeFilter filter;
  // What it asks of other pods, and what others may ask of it; null for nothing.
  std::shared_ptr<const PodRules> rules;
};

enum class Closeness {
  kUnconstrained,  // any nodes
  kRequired,       // one domain of the level
  kPreferred,  // one domain of the level, else of the next wider one, ..., else over as few widest domains as possible
};

// The fewest domains, and the tightest last one; the smallest domain that holds everything, else the smallest nodes
// first; or the fewest domains, and evenly.
enum class PlacementProfile { kBestFit, kLeastFree, kBalanced };

// Every `size` pods in one domain of `level`.
struct SubgroupLayer {
  int64_t size = 0;
  std::string level;
  // No two subgroups of any groups of the namespace in one domain.
  bool exclusive = false;
};

enum class SubgroupLeader {
  kMember,   // of the first subgroup, whose size counts the leader
  kExtra,    // with the first subgroup, whose size does not count the leader
  kOutside,  // with none
};

struct GroupRequest {
  std::optional<PodShape> leader;
  PodShape worker;
  int64_t workers = 0;

  Closeness closeness = Closeness::kUnconstrained;
  std::string level;

  // At most kMaxSubgroupLayers, one around the other: each size divides the next larger one, which is not of a narrower
  // level.
  std::vector<SubgroupLayer> subgroups;
  SubgroupLeader subgroup_leader = SubgroupLeader::kMember;

  // Where the group lives. It does not mind what groups of other namespaces hold.
  std::string namespace_name;
  // All pods in one domain of each of these levels, which holds no other group of the namespace that is exclusive.
  std::vector<std::string> exclusive_levels;

  PlacementProfile profile = PlacementProfile::kBestFit;

  // What binds the pods to nodes and is in none of the fields above: "resourceClaims of workerTemplate".
  std::vector<std::string> not_looked_at;
};

inline constexpr size_t kMaxSubgroupLayers = 3;
// Most pods of one group: what the size of a LeaderWorkerSet can say.
inline constexpr int64_t kMaxGroupPods = 2147483647;

}  // namespace lws

#endif  // LWS_PLACEMENT_GROUP_REQUEST_H_
