// Compares a plan with the writes, events and other results that a vector expects.
//
//   lws::conformance::ComparePlan(plan, vector["expect"], &comparison);
#ifndef LWS_TESTS_CONFORMANCE_PLAN_COMPARISON_H_
#define LWS_TESTS_CONFORMANCE_PLAN_COMPARISON_H_

#include "lws/api/json.h"
#include "lws/core/plan/plan.h"
#include "tests/conformance/comparison.h"

namespace lws {
namespace conformance {

// The plan in the form of vectors, with the text of its error.
Json PlanToJson(const Plan& plan);

// Compares the whole plan. For an error it only checks that there is one.
void ComparePlan(const Plan& plan, Json expect, Comparison* result);

// The same for a plan in the form of vectors. Compares the error's text, too.
void ComparePlan(Json actual, Json expect, Comparison* result);

}  // namespace conformance
}  // namespace lws

#endif  // LWS_TESTS_CONFORMANCE_PLAN_COMPARISON_H_
