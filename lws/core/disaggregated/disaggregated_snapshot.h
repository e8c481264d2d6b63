// The projected objects around DisaggregatedSets, and observations of them.
//
//   lws::DisaggregatedSnapshot cluster;
//   for (const lws::Json& object : objects) cluster.Add(object);
//   lws::Plan plan = lws::ReconcileDisaggregatedSet(cluster.Observe("default", "llm"), now);
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_DISAGGREGATED_SNAPSHOT_H_
#define LWS_CORE_DISAGGREGATED_DISAGGREGATED_SNAPSHOT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/core/disaggregated/role_observation.h"

namespace lws {

class DisaggregatedSnapshot {
 public:
  DisaggregatedSnapshot();
  ~DisaggregatedSnapshot();
  DisaggregatedSnapshot(DisaggregatedSnapshot&&) noexcept;
  DisaggregatedSnapshot& operator=(DisaggregatedSnapshot&&) noexcept;

  // Adds the object, replacing one of the same kind, namespace and name. Kinds other than DisaggregatedSet,
  // LeaderWorkerSet, Service and DisaggregatedSetRoleScaler are ignored, and objects of these names of other groups and
  // versions; an object without apiVersion counts. Errors: InvalidArgument naming the object and
  // the field that does not parse; the snapshot is then unchanged.
  absl::Status Add(const Json& object);

  // Removes the object, if it is there.
  void Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name);

  // Observes the set of this name, with the other objects of its namespace. Complexity: O(objects of the namespace).
  // The result borrows from this snapshot.
  DisaggregatedObservation Observe(absl::string_view namespace_name, absl::string_view name) const;

  // The namespace and name of every DisaggregatedSet, sorted.
  std::vector<std::pair<std::string, std::string>> SetNames() const;

 private:
  struct Objects;

  std::unique_ptr<Objects> objects_;
};

}  // namespace lws

#endif  // LWS_CORE_DISAGGREGATED_DISAGGREGATED_SNAPSHOT_H_
