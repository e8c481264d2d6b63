// Writes a plan as JSON, for languages that read JSON best, without a document in between.
//
//   std::string text;
//   lws::internal::AppendPlanForCaller(plan, lws::Why::kLeftOut, &text);
//   text;    // {"actions":[{"verb":"create",...}],"events":[...]}
//
// Thread-safety: may be called concurrently for distinct outputs.
#ifndef LWS_ADAPTERS_C_PLAN_TEXT_H_
#define LWS_ADAPTERS_C_PLAN_TEXT_H_

#include <string>

#include "lws/core/plan/plan.h"
#include "lws/core/plan/plan_serialization.h"

namespace lws::internal {

// Keys: actions (verb, apiVersion, kind, namespace, name, object, foreground, uid, resourceVersion, conflictIsRetry,
// failureEvent), events (afterAction, type, reason, action, note, regarding, related), requeueAfterSeconds, revertTo,
// error, decisions. Empty and false values are left out, except actions and events. Complexity: O(text).
void AppendPlanForCaller(const Plan& plan, Why why, std::string* out);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_C_PLAN_TEXT_H_
