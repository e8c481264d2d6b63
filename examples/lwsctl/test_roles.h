// The test files of `lwsctl test` whose set is a DisaggregatedSet.
#ifndef LWS_EXAMPLES_LWSCTL_TEST_ROLES_H_
#define LWS_EXAMPLES_LWSCTL_TEST_ROLES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "examples/lwsctl/scenario_test_file.h"
#include "lws/adapters/testing/scenario/role_report.h"

namespace lwsctl {

struct RoleTestOutcome {
  std::string passed;                // what was done, when nothing failed
  std::vector<std::string> failure;  // lines
  absl::Duration simulated;
  bool stopped = false;  // before the last seed, without a failure until then
  // The run of the first seed that fails, or else that of the first seed.
  std::optional<lws::RoleReport> report;
};

// Runs seeds until one fails. `role_policy` replaces what the file says, unless it is empty. REQUIRES: the file's set
// is a DisaggregatedSet.
absl::StatusOr<RoleTestOutcome> RunRoleTest(const ScenarioTestFile& file, const std::string& role_policy);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_TEST_ROLES_H_
