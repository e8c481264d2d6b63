// Scenario files.
#ifndef LWS_EXAMPLES_LWSCTL_SCENARIO_H_
#define LWS_EXAMPLES_LWSCTL_SCENARIO_H_

#include <string>

#include "absl/status/statusor.h"
#include "examples/lwsctl/file_kind.h"
#include "examples/lwsctl/input.h"
#include "lws/adapters/testing/scenario/html_report.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/api/json.h"

namespace lwsctl {

// A file of the wanted kind (a scenario, a test or a swarm case), with one object: an empty one when the file is empty,
// except for a swarm case, which says what is replayed.
// Where `nodes` names a file, beside this one, the Nodes of that file take its place. Errors: InvalidArgument for a
// file of another kind, and for an empty swarm case.
absl::StatusOr<InputFile> ReadScenarioDocument(const std::string& path, FileKind wanted);

// A scenario, and where it comes from.
struct ScenarioFile {
  lws::Scenario scenario;
  InputFile file;  // has no objects when the scenario is the usual one of a manifest

  // "FILE:LINE: MESSAGE" for an error of a run, or "FILE: MESSAGE" where it is not about one event.
  absl::Status Locate(const absl::Status& status) const;
};

// The scenario of a file for the set of the manifest, or the usual scenario for "". Errors: "FILE:LINE: KEY: ..." for
// what cannot be read.
absl::StatusOr<ScenarioFile> ReadScenarioFile(const lws::Json& manifest, const std::string& path,
                                              const std::string& manifest_path);

// One line on the nodes that a run makes for a scenario without nodes; "" when the scenario names some, or
// wants too many pods to be run.
std::string MadeNodesText(const lws::Scenario& scenario, bool is_in_numbers);

// What a page of --report tells of its run: this program, the file, and the present time.
lws::ReportPage ReportPageOf(const std::string& file, const std::string& scenario = "");

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SCENARIO_H_
