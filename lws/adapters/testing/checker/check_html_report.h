// Shows the outcome of a check as one page of HTML: PASS, or the law that is broken with the shortest way to break it,
// a lane per group and a column per step.
//
//   lws::CheckedMoment moment;
//   moment.step = "initial state";
//   moment.lanes = {{"", "OO", /*ready=*/2, /*promised=*/1}};
//   lws::TitledCheck check{"replicas 2", "it may never finish", /*complete=*/true, /*states=*/1, {moment}};
//   std::string page = lws::CheckHtmlReport(check);    // begins with FAIL and the law
//
// The page looks as that of a scenario (html_report.h): self-contained, light and dark, hatched beside colored.
//
// Laws:
//   1. Equal outcomes give equal bytes.
//   2. Names and texts are always shown as texts, and never read as HTML.
//   3. The page begins with PASS only if no law is broken and all states were seen.
//
// Thread-safety: may be called concurrently. Complexity: O(steps x groups).
#ifndef LWS_ADAPTERS_TESTING_CHECKER_CHECK_HTML_REPORT_H_
#define LWS_ADAPTERS_TESTING_CHECKER_CHECK_HTML_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lws/adapters/testing/checker/checked_moment.h"
#include "lws/adapters/testing/page/page_facts.h"

namespace lws {

// The outcome of CheckRollout or CheckRoles.
struct TitledCheck {
  std::string title;  // what was checked, such as CheckedBudgetText
  std::string broken_law;
  bool complete = true;
  int64_t states = 0;
  std::vector<CheckedMoment> moments;
};

std::string CheckHtmlReport(const TitledCheck& check, const ReportPage& page = {});

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_CHECKER_CHECK_HTML_REPORT_H_
