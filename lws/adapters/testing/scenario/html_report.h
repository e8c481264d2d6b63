// Shows reports of scenarios as one page of HTML: a lane per group over time, the number of ready groups against the
// line of the budget, and what happened when.
//
//   std::string page = lws::ScenarioHtmlReport({{"keep-budget", report}});
//
// The page is self-contained: it has no script and uses no network. It follows the reader's choice of light or dark.
// Old groups are hatched and groups that are not ready are dotted, for readers who cannot tell the colors. A small
// screen scrolls the drawing. Pointing at the lanes or the chart shows the time, the groups and the last decision with
// its reason.
//
// Laws:
//   1. Equal reports give equal bytes.
//   2. The texts of the reports are always shown as texts, and never read as HTML.
//   3. The page begins with PASS if every report passes, and else with FAIL, and then each expectation that failed.
//
// Thread-safety: may be called concurrently. Complexity: O(changes of groups).
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_HTML_REPORT_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_HTML_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "lws/adapters/testing/page/page_facts.h"
#include "lws/adapters/testing/scenario/run_scenario.h"

namespace lws {

struct TitledReport {
  std::string title;  // of this report's part of the page
  ScenarioReport report;
  // The expectations that were not met. Without a value nothing is expected but that the set finishes.
  std::optional<std::vector<std::string>> failed = std::nullopt;
};

std::string ScenarioHtmlReport(const std::vector<TitledReport>& reports, const ReportPage& page = {});

namespace internal {

struct ReportParts;  // report_page.h

// What the reports add to a page with other reports (role_html_report.h).
ReportParts PartsOfScenarioReports(const std::vector<TitledReport>& reports, bool has_one_scale);

}  // namespace internal

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_HTML_REPORT_H_
