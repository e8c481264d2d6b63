// DisaggregatedSets and the objects around them, told one by one, ready to decide. A set is looked at again only when
// something that its last decision read has changed.
//
//   lws::RoleFleet fleet;
//   fleet.AddSet(set);
//   fleet.AddChild(child);                                     // a LeaderWorkerSet, whenever it changes
//   for (const lws::RoleSetName& due : fleet.TakeDueSets()) {
//     lws::Plan plan = fleet.Decide(due.namespace_name, due.name, now);
//   }
//
// Expected flow: a host tells every object and every change, takes the due sets, and performs the plans. What it has
// written comes back as changes. A plan that asks to be made again decides the same as long as nothing changes.
//
// A pass is a pure function of what it reads, so a set whose last plan was empty needs nothing as long as its objects
// are as they were then. The fleet remembers for each such set which of its children differ from what that pass read. A
// child that becomes unready and ready again differs, and then does not: the decision is that of the pass, at the cost
// of the two events. Both costs are the same whatever the number of sets and children
// (benchmarks/role_fleet_benchmark.cc). A set whose children differ is decided by ReconcileDisaggregatedSet. The
// fleet remembers the set's observation until an object comes or goes, so finding a set at rest (roles_at_rest.h)
// allocates nothing.
//
// Laws:
//   1. Decide equals ReconcileDisaggregatedSet of a whole look at the same objects.
//   2. A set is due from the first change of an object that its pass may read until it is taken.
//   3. Memory goes with the objects that are there: of a set that was removed, whose children were removed and which
//      was taken if it was due, nothing is left.
//
// Thread-safety: none.
#ifndef LWS_CORE_DISAGGREGATED_ROLE_FLEET_H_
#define LWS_CORE_DISAGGREGATED_ROLE_FLEET_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/api/observed_roles.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/plan/plan.h"

namespace lws {

struct RoleSetName {
  std::string namespace_name;
  std::string name;
};

class RoleFleet {
 public:
  explicit RoleFleet(const DisaggregatedOptions& options = {});
  ~RoleFleet();
  RoleFleet(const RoleFleet&) = delete;

  // Adds the object, or replaces the one of this namespace and name. Complexity: O(object); the set's revision is
  // computed here.
  void AddSet(const DisaggregatedSet& set);
  void AddChild(const ObservedChild& child);
  void AddService(const ObservedRoleService& service);
  void AddScaler(const DisaggregatedSetRoleScaler& scaler);

  // Removes the object, if it is there. The kinds are those above by their Kubernetes names.
  void Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name);

  // The sets that became due since the last call, in the order in which they did.
  std::vector<RoleSetName> TakeDueSets();

  // The plan for the set now; an empty one when there is no such set. `now` is as for ReconcileDisaggregatedSet.
  // Complexity: O(1) when the last plan was empty and the objects are as they were then, else as of Observe.
  Plan Decide(absl::string_view namespace_name, absl::string_view name, absl::Time now);

  // What a pass over the set reads: its own objects, and those of others whose names it would use. Valid until the next
  // change. Complexity: O(the set's objects, and the Services and scalers of its namespace).
  DisaggregatedObservation Observe(absl::string_view namespace_name, absl::string_view name) const;

 private:
  struct Objects;

  std::unique_ptr<Objects> objects_;
};

}  // namespace lws

#endif  // LWS_CORE_DISAGGREGATED_ROLE_FLEET_H_
