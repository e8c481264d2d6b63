// The whole life of a DisaggregatedSet: its controller's passes alternate with a world in which children become ready
// by a fixed rule.
//
//   lws::conformance::RunDisaggregatedTimeline(vector["input"]);    // {"rows":[...],"ended":true}
#ifndef LWS_TESTS_CONFORMANCE_DISAGGREGATED_TIMELINE_H_
#define LWS_TESTS_CONFORMANCE_DISAGGREGATED_TIMELINE_H_

#include "lws/api/json.h"

namespace lws {
namespace conformance {

// A row for every pass, and whether the set came to rest with no edits left. Throws what nlohmann/json throws for an
// input of another shape.
Json RunDisaggregatedTimeline(const Json& input);

}  // namespace conformance
}  // namespace lws

#endif  // LWS_TESTS_CONFORMANCE_DISAGGREGATED_TIMELINE_H_
