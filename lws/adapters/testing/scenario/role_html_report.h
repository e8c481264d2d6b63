// Shows reports of scenarios of DisaggregatedSets as one page of HTML: a lane per slice and role over time, the ready
// groups of the old and of the new revision, and what happened when.
//
//   std::string page = lws::RoleScenarioHtmlReport({{"keep-role-budgets", report}});
//
// The page has the form of that of html_report.h. A lane shows the groups of its role, the old ones above the new ones.
//
// Laws:
//   1. Equal reports give equal bytes.
//   2. The texts of the reports are always shown as texts, and never read as HTML.
//   3. The page begins with PASS if every report passes, and else with FAIL, and then each expectation that failed.
//
// Thread-safety: may be called concurrently. Complexity: O(changes of lanes).
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_ROLE_HTML_REPORT_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_ROLE_HTML_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "lws/adapters/testing/scenario/html_report.h"
#include "lws/adapters/testing/scenario/role_report.h"

namespace lws {

struct TitledRoleReport {
  std::string title;  // of this report's part of the page
  RoleReport report;
  // The expectations that were not met. Without a value nothing is expected but that the set finishes.
  std::optional<std::vector<std::string>> failed = std::nullopt;
};

std::string RoleScenarioHtmlReport(const std::vector<TitledRoleReport>& reports, const ReportPage& page = {});

// One page of reports of both kinds of sets: those of LeaderWorkerSets come first.
std::string ScenarioHtmlReport(const std::vector<TitledReport>& sets, const std::vector<TitledRoleReport>& roles,
                               const ReportPage& page = {});

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_ROLE_HTML_REPORT_H_
