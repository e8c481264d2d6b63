// The whole life of a DisaggregatedSet: its controller's passes alternate with a world in which children become ready
// by a fixed rule.
//
//   lws::conformance::RunDisaggregatedTimeline(vector["input"]);    // {"rows":[...],"ended":true}
#ifndef LWS_TESTS_CONFORMANCE_DISAGGREGATED_TIMELINE_H_
#define LWS_TESTS_CONFORMANCE_DISAGGREGATED_TIMELINE_H_

#include <functional>

#include "lws/api/json.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/plan/plan.h"

namespace lws {
namespace conformance {

using PassObserver = std::function<void(const DisaggregatedObservation& observation, const Plan& plan)>;

// A row for every pass, and whether the set came to rest with no edits left. `observe`, if given, is called with every
// pass. Throws the exceptions of nlohmann/json for an input of another shape.
Json RunDisaggregatedTimeline(const Json& input, const DisaggregatedOptions& options = {},
                              const PassObserver& observe = nullptr);

}  // namespace conformance
}  // namespace lws

#endif  // LWS_TESTS_CONFORMANCE_DISAGGREGATED_TIMELINE_H_
