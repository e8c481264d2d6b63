// Scenario files.
#ifndef LWS_EXAMPLES_LWSCTL_SCENARIO_H_
#define LWS_EXAMPLES_LWSCTL_SCENARIO_H_

#include <string>

#include "absl/status/statusor.h"
#include "examples/lwsctl/input.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/api/json.h"

namespace lwsctl {

// A scenario file, with one object: an empty one when the file is empty. Where `nodes` names a file, beside this one,
// the Nodes of that file take its place.
absl::StatusOr<InputFile> ReadScenarioDocument(const std::string& path);

// The scenario of a file for the set, or the usual scenario for "". Errors: "FILE:LINE: KEY: ..." for what cannot be
// read.
absl::StatusOr<lws::Scenario> ReadScenarioFile(const lws::Json& manifest, const std::string& path);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SCENARIO_H_
