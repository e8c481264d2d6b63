// How a plan compares with the writes, events and the rest that a vector expects.
//
//   lws::conformance::ComparePlan(plan, vector["expect"], &comparison);
#ifndef LWS_TESTS_CONFORMANCE_PLAN_COMPARISON_H_
#define LWS_TESTS_CONFORMANCE_PLAN_COMPARISON_H_

#include "lws/api/json.h"
#include "lws/core/plan/plan.h"
#include "tests/conformance/comparison.h"

namespace lws {
namespace conformance {

// The plan as vectors write it, with the text of its error.
Json PlanToJson(const Plan& plan);

// Compares all of the plan; of an error only that there is one.
void ComparePlan(const Plan& plan, Json expect, Comparison* result);

// The same for a plan that is written down, its error's text included.
void ComparePlan(Json actual, Json expect, Comparison* result);

}  // namespace conformance
}  // namespace lws

#endif  // LWS_TESTS_CONFORMANCE_PLAN_COMPARISON_H_
