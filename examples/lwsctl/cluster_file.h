// A saved cluster state: its objects, and the kinds that it tells of.
#ifndef LWS_EXAMPLES_LWSCTL_CLUSTER_FILE_H_
#define LWS_EXAMPLES_LWSCTL_CLUSTER_FILE_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "lws/core/snapshot/cluster_snapshot.h"

namespace lwsctl {

struct ClusterFile {
  lws::ClusterSnapshot cluster;
  // Kinds of which it has an object. Of another kind it says nothing: not that there is none.
  std::set<std::string> kinds;
  // The pods of every set, by namespace and name of the set, as they were written; none of a saved observation.
  std::map<std::pair<std::string, std::string>, std::vector<lws::SharedJson>> pods;
  // Some StatefulSet tells who owns its fields.
  bool has_managed_fields = false;
};

// Reads objects, or an observation that SaveCluster wrote. Errors: NotFound for a file that cannot be read,
// InvalidArgument naming the file, line, object and field. Complexity: O(file).
absl::StatusOr<ClusterFile> ReadClusterFile(const std::string& path);

absl::Status SaveCluster(const lws::ClusterSnapshot& cluster, const std::string& path);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_CLUSTER_FILE_H_
