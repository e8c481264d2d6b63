// A plan as JSON, for the languages that read that best.
//
//   lws::internal::PlanToJson(plan).dump();    // {"actions":[{"verb":"create",...}],"events":[...]}
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_C_PLAN_JSON_H_
#define LWS_ADAPTERS_C_PLAN_JSON_H_

#include "lws/api/json.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

// Keys: actions (verb, apiVersion, kind, namespace, name, object, foreground, uid, resourceVersion, conflictIsRetry,
// failureEvent), events (afterAction, type, reason, action, note, regarding, related), requeueAfterSeconds, revertTo,
// error, decisions. What is empty or false is left out, but for actions and events.
Json PlanToJson(const Plan& plan);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_C_PLAN_JSON_H_
