// All that a decision about a DisaggregatedSet may look at: the set, and what its namespace holds around it, borrowed.
//
//   lws::DisaggregatedObservation observation;
//   observation.set = &set;
//   lws::Plan plan = lws::ReconcileDisaggregatedSet(observation, now);    // a set without children: they are all
//   created
//
// Thread-safety: values.
#ifndef LWS_CORE_DISAGGREGATED_ROLE_OBSERVATION_H_
#define LWS_CORE_DISAGGREGATED_ROLE_OBSERVATION_H_

#include <string>
#include <vector>

#include "lws/api/observed_roles.h"

namespace lws {

class DisaggregatedSet;
class DisaggregatedSetRoleScaler;

// Lists are in the order of names. Of two objects that compete for one place the last listed wins.
struct DisaggregatedObservation {
  // Null when the set does not exist; nothing else is then looked at.
  const DisaggregatedSet* set = nullptr;
  // DisaggregatedRevisionKey of the set; empty costs the pass the time to work it out.
  std::string revision;
  // The LeaderWorkerSets of the set's namespace: those that it controls and that carry its name label, and those that
  // bear a name of its children.
  std::vector<const ObservedChild*> children;
  // The Services of the namespace that carry the set's name label, or bear a name of its Services.
  std::vector<const ObservedRoleService*> services;
  // The scalers of the namespace that the set controls and that carry its name label, or bear a name of its scalers.
  std::vector<const DisaggregatedSetRoleScaler*> scalers;
};

}  // namespace lws

#endif  // LWS_CORE_DISAGGREGATED_ROLE_OBSERVATION_H_
