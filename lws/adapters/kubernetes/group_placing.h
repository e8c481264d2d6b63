// Places groups on a real cluster: it watches the nodes and all pods, asks PlaceGroups (lws/core/reconcile) while pods
// wait behind their gate, and sends its plans.
//
//   lws::internal::GroupPlacing placing(&client, options, view, clock);
//   placing.Advance(absl::Now(), /*leads=*/true);    // call it again at placing.NextDue()
//
// It keeps what a topology reads of each node, and PlacementFactsOfPod of each pod as text. It keeps nothing of a pod
// that is finished, and of one that neither has a node nor waits for its place (placement_view.h).
//
// Laws:
//   1. It decides only while it leads, after both kinds were listed, and when no write of an earlier decision is under
//      way. Between two decisions is a rest of at least 200 ms, and of five times as long as the last decision took.
//   2. Its own writes are known at once, and older news of the same pod change nothing.
//   3. Without a pod that waits, nothing is decided.
//   4. A write that fails ends its plan. The next decision, about all groups, comes after a second at the earliest.
//
// Thread-safety: none; the client calls back on the same thread.
#ifndef LWS_ADAPTERS_KUBERNETES_GROUP_PLACING_H_
#define LWS_ADAPTERS_KUBERNETES_GROUP_PLACING_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "lws/placement/set_request.h"

namespace lws::internal {

struct GroupPlacingOptions {
  // The node labels of the topology, widest first.
  std::vector<std::string> levels = {"kubernetes.io/hostname"};
  // What groups ask for beside what their sets say.
  SetPlacement placement;
  uint64_t seed = 1;
};

struct GroupPlacingView {
  // The set and its revisions. The result is used until the next call.
  std::function<SetObservation(const std::string& namespace_name, const std::string& name)> observe_set;
  std::function<void(const Event&)> record;
  // Told of what went wrong, for people.
  std::function<void(const absl::Status&)> on_problem;
};

class GroupPlacing {
 public:
  // Borrows `client`.
  GroupPlacing(HttpClient* client, GroupPlacingOptions options, GroupPlacingView view,
               std::function<absl::Time()> clock);
  ~GroupPlacing();

  void Advance(absl::Time now, bool leads);
  std::optional<absl::Time> NextDue() const;
  // Writes without an answer.
  int32_t under_way() const;
  // The pods that are kept.
  size_t pods() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_GROUP_PLACING_H_
