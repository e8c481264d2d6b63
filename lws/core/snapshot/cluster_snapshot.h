// The projected objects of a cluster, and observations of them.
//
//   lws::ClusterSnapshot cluster;
//   for (const lws::Json& object : objects) cluster.Add(object).IgnoreError();
//   lws::Plan plan = lws::ReconcileSet(cluster.ObserveSet("default", "vllm"), now);
//
// A Fleet (fleet.h) makes the same observations much faster, and knows what is due.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_CORE_SNAPSHOT_CLUSTER_SNAPSHOT_H_
#define LWS_CORE_SNAPSHOT_CLUSTER_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/core/observation.h"

namespace lws {

inline namespace v1 {
class ClusterStateProto;
}  // namespace v1

class ClusterSnapshot {
 public:
  ClusterSnapshot();
  ~ClusterSnapshot();
  ClusterSnapshot(ClusterSnapshot&&) noexcept;
  ClusterSnapshot& operator=(ClusterSnapshot&&) noexcept;

  // Adds the object, replacing one of the same kind, namespace and name. Kinds that no decision reads are ignored.
  // Errors: InvalidArgument naming the object and the field that does not parse; the snapshot is then unchanged.
  absl::Status Add(const Json& object);

  // Removes the object, if it is there.
  void Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name);

  // Save returns the whole snapshot; Load replaces this one by a saved one, which gives the same decisions. Errors:
  // InvalidArgument; the snapshot is then unchanged.
  ClusterStateProto Save() const;
  absl::Status Load(const ClusterStateProto& state);

  // The results borrow from this snapshot. Complexity: O(objects of the set).
  SetObservation ObserveSet(absl::string_view namespace_name, absl::string_view name) const;
  // Complexity: O(pods of the group + revisions of the set).
  PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name) const;

  // {namespace, name} of all sets, and of all pods.
  std::vector<std::pair<std::string, std::string>> SetNames() const;
  std::vector<std::pair<std::string, std::string>> PodNames() const;

 private:
  struct Objects;
  struct Adder;

  std::vector<int32_t> GroupsToRestart(absl::string_view namespace_name, absl::string_view name) const;

  std::unique_ptr<Objects> objects_;
};

}  // namespace lws

#endif  // LWS_CORE_SNAPSHOT_CLUSTER_SNAPSHOT_H_
