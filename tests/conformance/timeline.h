// A whole rollout in the simulated cluster, settling between passes of the set reconciler.
#ifndef LWS_TESTS_CONFORMANCE_TIMELINE_H_
#define LWS_TESTS_CONFORMANCE_TIMELINE_H_

#include "lws/api/json.h"

namespace lws {
namespace conformance {

// The steps [partition, replicas, groups] right after each pass, until nothing changes any more.
Json RunTimeline(const Json& input);

}  // namespace conformance
}  // namespace lws

#endif  // LWS_TESTS_CONFORMANCE_TIMELINE_H_
