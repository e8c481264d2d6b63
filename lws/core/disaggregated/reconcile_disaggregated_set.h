// One pass over a DisaggregatedSet: it takes what was observed, and returns a plan of what to write next.
//
//   lws::DisaggregatedObservation observation;
//   observation.set = &set;
//   lws::Plan plan = lws::ReconcileDisaggregatedSet(observation, now);
//   plan.actions[0].target.name;    // llm-0-daf1923f-prefill
//
// Expected flow: slices that the set no longer has are deleted at once. Then come the scalers, legacy children if
// there are several slices, every slice by itself, and the status of scalers and set. An error ends the pass over its
// slice, and the other slices continue.
//
// Laws:
//   1. It is a pure function: equal input gives an equal plan.
//   2. If every plan is performed and the children become ready, finitely many passes lead to an empty plan, unless a
//      name is taken by somebody else's object.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_RECONCILE_DISAGGREGATED_SET_H_
#define LWS_CORE_DISAGGREGATED_RECONCILE_DISAGGREGATED_SET_H_

#include "absl/time/time.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/plan/plan.h"

namespace lws {

// `now` becomes the time of conditions that change. Complexity: O(children * log(children)); O(children + Services
// + scalers) without allocation where the set is at rest (roles_at_rest.h) and the observation has its revision.
Plan ReconcileDisaggregatedSet(const DisaggregatedObservation& observation, absl::Time now,
                               const DisaggregatedOptions& options = {});

}  // namespace lws

#endif  // LWS_CORE_DISAGGREGATED_RECONCILE_DISAGGREGATED_SET_H_
