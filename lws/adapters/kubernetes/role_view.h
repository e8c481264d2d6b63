// What a host of DisaggregatedSets knows of the cluster: its watches, its lists and the answers to its own writes, as a
// RoleFleet that is never older than what the host has written.
//
//   lws::internal::RoleView view;
//   view.BeginRelist("DisaggregatedSet");
//   view.Tell(*lws::internal::FindApiResource("disaggregatedset.x-k8s.io/v1", "DisaggregatedSet"), set_text);
//   view.EndRelist("DisaggregatedSet", "12");
//   view.fleet().TakeDueSets();
//
// Laws:
//   1. What a watch tells of an object that is not newer than the answer to an own write changes nothing.
//   2. After EndRelist, the view has of the kind what was told since BeginRelist, and what was written after the
//      list's version.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_KUBERNETES_ROLE_VIEW_H_
#define LWS_ADAPTERS_KUBERNETES_ROLE_VIEW_H_

#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/own_writes.h"
#include "lws/adapters/kubernetes/event_sink.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/api/json.h"
#include "lws/core/disaggregated/role_fleet.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

class RoleView {
 public:
  explicit RoleView(const DisaggregatedOptions& options = {}) : fleet_(options) {}

  // The object exists as the text says, or is gone. Both return its resource version. Errors: InvalidArgument naming
  // the object and the field that does not parse; nothing is then changed. Complexity: O(text).
  absl::StatusOr<std::string> Tell(const Resource& resource, absl::string_view text);
  absl::StatusOr<std::string> TellGone(const Resource& resource, absl::string_view text);
  void BeginRelist(absl::string_view kind);
  void EndRelist(absl::string_view kind, absl::string_view resource_version);

  // A write starts; TakeIn must end it, and returns the status of the write.
  void Starts(const Action& action) { own_writes_.Starts(action.target); }
  absl::Status TakeIn(const Action& action, const absl::StatusOr<WriteAnswer>& answer);

  // The object as an event refers to it.
  EventObject Refer(const ObjectRef& ref) const;
  bool has_sets() const { return !known_.empty() && known_.count("DisaggregatedSet") > 0; }
  RoleFleet& fleet() { return fleet_; }

 private:
  struct Known {
    std::string api_version;
    std::string uid;
    std::string resource_version;
    bool was_told = false;  // by the list that began with BeginRelist
  };
  using Name = std::pair<std::string, std::string>;  // namespace and name

  absl::Status Add(const Json& object);
  void Remove(const ObjectRef& ref);

  RoleFleet fleet_;
  OwnWrites own_writes_;
  std::map<std::string, std::map<Name, Known>> known_;  // by kind, without empty maps
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_ROLE_VIEW_H_
