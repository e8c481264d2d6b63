// Files of `lwsctl test`: a scenario, the set it is about, and what is expected.
#ifndef LWS_EXAMPLES_LWSCTL_SCENARIO_TEST_FILE_H_
#define LWS_EXAMPLES_LWSCTL_SCENARIO_TEST_FILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/scenario.h"
#include "lws/adapters/testing/scenario/expectations.h"
#include "lws/adapters/testing/scenario/role_expectations.h"
#include "lws/api/json.h"

namespace lwsctl {

struct ScenarioTestFile : ScenarioFile {
  lws::Expectations expected;
  std::vector<uint64_t> seeds;
  std::string policy;  // "" when the file names none
  // For a DisaggregatedSet, in place of `expected` and `policy`.
  lws::RoleExpectations role_expected;
  std::string role_policy = "reference";
  bool max_unavailable_statefulset = false;
  // If set, every course of an update of the set is checked, too, with this number of failures.
  std::optional<int32_t> exhaustive_faults;
};

// Errors: NotFound or InvalidArgument naming the file, the line and the error.
absl::StatusOr<ScenarioTestFile> ReadScenarioTestFile(const std::string& path, UnknownFields unknown);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SCENARIO_TEST_FILE_H_
