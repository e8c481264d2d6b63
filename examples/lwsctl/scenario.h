// What happens to a simulated set, and what its manifest promises.
#ifndef LWS_EXAMPLES_LWSCTL_SCENARIO_H_
#define LWS_EXAMPLES_LWSCTL_SCENARIO_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/api/json.h"

namespace lwsctl {

// How long a story runs on before it is given up.
inline constexpr absl::Duration kPatience = absl::Hours(24);

// The one object of a scenario file.
absl::StatusOr<lws::Json> ReadScenario(const std::string& path);

// `from[key]`, which is `otherwise` when absent. Errors: InvalidArgument for a text that is no duration.
absl::StatusOr<absl::Duration> ReadDuration(const lws::Json& from, const char* key, absl::Duration otherwise);

// A merge patch that gives the first container of every template a next version.
lws::Json NextImages(const lws::Json& manifest);

// How many groups are to be ready during updates: replicas - maxUnavailable.
int64_t PromisedReady(const lws::Json& manifest);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SCENARIO_H_
