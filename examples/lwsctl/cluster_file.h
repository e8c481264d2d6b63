// A saved cluster state: its objects, and the kinds that it contains.
#ifndef LWS_EXAMPLES_LWSCTL_CLUSTER_FILE_H_
#define LWS_EXAMPLES_LWSCTL_CLUSTER_FILE_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/adapters/host/kept_state.h"
#include "lws/adapters/host/restart_counts.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/packed_json.h"
#include "lws/core/disaggregated/disaggregated_snapshot.h"
#include "lws/core/snapshot/cluster_snapshot.h"

namespace lwsctl {

struct ClusterFile {
  lws::ClusterSnapshot cluster;
  // The DisaggregatedSets of the file, with their children, Services and scalers.
  lws::DisaggregatedSnapshot disaggregated;
  // The objects that decisions on DisaggregatedSets read, for SaveCluster.
  std::vector<lws::PackedJson> read_for_roles;
  // The kinds of which the file has an object. Nothing is known about other kinds: their objects may exist.
  std::set<std::string> kinds;
  // What the pods of every set wait for, by namespace and name of the set; empty for a saved observation.
  std::map<std::pair<std::string, std::string>, std::vector<lws::WaitingPod>> waiting;
  // What an operator has kept of the sets (ConfigMaps with the label lws-policies/set).
  lws::KeptState kept;
  // How often containers of pods restarted, which restart policies go by. Saved observations do not tell it.
  lws::internal::RestartCounts restarts;
  // Kinds that could not be read: nothing is known about their objects, whatever the file is said to hold.
  std::set<std::string> unread;
  // Whether some StatefulSet names the owners of its fields.
  bool has_managed_fields = false;
};

// Reads objects, or an observation that SaveCluster wrote. `now` is used to say how long pods have waited. Errors:
// NotFound for a file that cannot be read, InvalidArgument naming the file, line, object and field. Complexity:
// O(file).
absl::StatusOr<ClusterFile> ReadClusterFile(const std::string& path, absl::Time now);

// The same for a text that was read already.
absl::StatusOr<ClusterFile> ParseClusterFile(const std::string& path, std::string text, absl::Time now);

// Writes an observation that decides as the file does. With DisaggregatedSets, the objects that decisions on them read
// follow it as documents. Errors: those of WriteFile.
absl::Status SaveCluster(const ClusterFile& file, const std::string& path);

// Whether none of the file's sets has a status, and nothing in it is made by controllers alone, such as pods: these are
// manifests, with what their user may have written beside them, and no state of a cluster.
bool HasOnlyManifests(const ClusterFile& file);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_CLUSTER_FILE_H_
