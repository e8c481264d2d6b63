#include "examples/lwsctl/test_roles.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/interruption.h"
#include "lws/adapters/testing/scenario/role_expectations.h"
#include "lws/adapters/testing/scenario/run_role_scenario.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/rollout/role_policies.h"

namespace lwsctl {

absl::StatusOr<RoleTestOutcome> RunRoleTest(const ScenarioTestFile& file, const std::string& role_policy) {
  const absl::StatusOr<lws::NamedRolePolicy> policy =
      ReadRolePolicy("--role-policy", role_policy.empty() ? file.role_policy : role_policy);
  if (!policy.ok()) return policy.status();
  RoleTestOutcome outcome;
  size_t done = 0;  // seeds
  for (const uint64_t seed : file.seeds) {
    const absl::StatusOr<lws::RoleReport> report =
        lws::RunRoleScenario(file.scenario, {seed, lws::DisaggregatedOptionsFor(*policy), IsInterrupted});
    if (!report.ok()) return report.status();
    outcome.simulated += report->duration;
    if (WasStopped(report->finished)) {
      outcome.stopped = true;
      outcome.passed = absl::StrCat(done, " of ", file.seeds.size(), " seeds");
      return outcome;
    }
    if (++done == 1) outcome.report = *report;
    const std::vector<std::string> unmet = lws::UnmetExpectations(file.role_expected, *report);
    if (unmet.empty()) continue;
    outcome.report = *report;
    outcome.failure.push_back(absl::StrCat("seed ", seed, ": ", absl::StrJoin(unmet, "; ")));
    const std::string nodes = MadeNodesText(file.scenario, /*is_in_numbers=*/false);
    if (!nodes.empty()) outcome.failure.push_back(nodes);
    for (const lws::RoleTimelineEntry& entry : report->timeline) outcome.failure.push_back(lws::ToString(entry));
    return outcome;
  }
  outcome.passed = absl::StrCat(file.seeds.size(), file.seeds.size() == 1 ? " seed" : " seeds");
  return outcome;
}

}  // namespace lwsctl
