// Scenario files.
#ifndef LWS_EXAMPLES_LWSCTL_SCENARIO_H_
#define LWS_EXAMPLES_LWSCTL_SCENARIO_H_

#include <string>

#include "absl/status/statusor.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/api/json.h"

namespace lwsctl {

// The one object of a scenario file.
absl::StatusOr<lws::Json> ReadScenarioDocument(const std::string& path);

// The scenario of a file for the set, the usual one for "".
absl::StatusOr<lws::Scenario> ReadScenarioFile(const lws::Json& manifest, const std::string& path);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SCENARIO_H_
