// Vectors of a DisaggregatedSet, each kind replayed through the public API.
//
//   lws::conformance::CompareDsPlan(vector["input"], vector["expect"], &comparison);
//
// Deviations from what is expected become differences of the comparison.
#ifndef LWS_TESTS_CONFORMANCE_DISAGGREGATED_H_
#define LWS_TESTS_CONFORMANCE_DISAGGREGATED_H_

#include "lws/api/json.h"
#include "tests/conformance/comparison.h"

namespace lws {
namespace conformance {

void CompareDsAdmit(const Json& input, const Json& expect, Comparison* result);
void CompareDsPlan(const Json& input, const Json& expect, Comparison* result);
void CompareDsPlanStep(const Json& input, const Json& expect, Comparison* result);
void CompareDsReconcile(const Json& input, const Json& expect, Comparison* result);
void CompareDsTimeline(const Json& input, const Json& expect, Comparison* result);

}  // namespace conformance
}  // namespace lws

#endif  // LWS_TESTS_CONFORMANCE_DISAGGREGATED_H_
