// One pass over a DisaggregatedSet: what is there comes in, what should be written next goes out.
//
//   lws::DisaggregatedObservation observation;
//   observation.set = &set;
//   lws::Plan plan = lws::ReconcileDisaggregatedSet(observation, now);
//   plan.actions[0].target.name;    // llm-0-daf1923f-prefill
//
// Expected flow: slices that are no more go at once; scalers; legacy children, when there are several slices; every
// slice by itself; the status of scalers and set. A slice that fails stops there, and the others go on.
//
// Laws:
//   1. A pure function: equal input, equal plan.
//   2. A plan carried out, and its children become ready, leads in finitely many passes to an empty plan, unless a name
//   is
//      taken by somebody else.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_RECONCILE_DISAGGREGATED_SET_H_
#define LWS_CORE_DISAGGREGATED_RECONCILE_DISAGGREGATED_SET_H_

#include "absl/time/time.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/plan/plan.h"

namespace lws {

// The time is that of conditions that change. Complexity: O(children * log(children)).
Plan ReconcileDisaggregatedSet(const DisaggregatedObservation& observation, absl::Time now,
                               const DisaggregatedOptions& options = {});

}  // namespace lws

#endif  // LWS_CORE_DISAGGREGATED_RECONCILE_DISAGGREGATED_SET_H_
