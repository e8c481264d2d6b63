// Everything that a decision about a DisaggregatedSet may look at: the set, and the objects of its namespace around
// it. All are borrowed.
//
//   lws::DisaggregatedObservation observation;
//   observation.set = &set;
//   lws::Plan plan = lws::ReconcileDisaggregatedSet(observation, now);    // creates all children
//
// Thread-safety: values.
#ifndef LWS_CORE_DISAGGREGATED_ROLE_OBSERVATION_H_
#define LWS_CORE_DISAGGREGATED_ROLE_OBSERVATION_H_

#include <string>
#include <vector>

#include "lws/api/observed_roles.h"

namespace lws {

inline namespace v1 {
class DisaggregatedSet;
class DisaggregatedSetRoleScaler;
}  // namespace v1

// Lists are sorted by name. When two objects compete for one place, the last listed wins.
struct DisaggregatedObservation {
  // Null when the set does not exist. The other fields are then not read.
  const DisaggregatedSet* set = nullptr;
  // DisaggregatedRevisionKey of the set. When it is empty, the pass computes it, which costs time.
  std::string revision;
  // LeaderWorkerSets of the set's namespace: those that the set controls and that carry its name label, and those with
  // a name that its children have or would have.
  std::vector<const ObservedChild*> children;
  // Services of the namespace that carry the set's name label, or have a name that its Services would have.
  std::vector<const ObservedRoleService*> services;
  // Scalers of the namespace that the set controls and that carry its name label, or that have a name of its scalers.
  std::vector<const DisaggregatedSetRoleScaler*> scalers;
};

}  // namespace lws

#endif  // LWS_CORE_DISAGGREGATED_ROLE_OBSERVATION_H_
