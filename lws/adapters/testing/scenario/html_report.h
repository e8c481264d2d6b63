// Reports of scenarios as one page of HTML: a lane per group over time, the groups that are ready over the line of the
// budget, and what happened when.
//
//   std::string page = lws::HtmlReport({{"keep-budget", *report}});
//
// The page needs nothing beside itself: no script, no network. It follows the reader's choice of light or dark.
// Pointing at the lanes or the chart tells the time, the groups and the last decision with its reason.
//
// Laws:
//   1. Equal reports give equal bytes.
//   2. Whatever the texts of the reports hold, they are shown, and never read as HTML.
//
// Thread-safety: may be called concurrently. Complexity: O(changes of groups).
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_HTML_REPORT_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_HTML_REPORT_H_

#include <string>
#include <vector>

#include "lws/adapters/testing/scenario/run_scenario.h"

namespace lws {

struct TitledReport {
  std::string title;  // of its part of the page
  ScenarioReport report;
};

std::string HtmlReport(const std::vector<TitledReport>& reports);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_HTML_REPORT_H_
