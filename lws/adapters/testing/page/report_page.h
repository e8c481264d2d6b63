// The parts of a page of HTML that all reports share: its styles, the verdict, facts, and texts of times.
//
//   std::string page = lws::internal::ReportBegin("Rollout report");
//   absl::StrAppend(&page, lws::internal::ReportVerdict(""));    // PASS
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_PAGE_REPORT_PAGE_H_
#define LWS_ADAPTERS_TESTING_PAGE_REPORT_PAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/testing/page/page_facts.h"

namespace lws::internal {

// The beginning of the page, with its title.
std::string ReportBegin(absl::string_view title);

// What the colors of these states mean, which are letters as in LaneDrawing::Lane, and a hint for narrow screens.
std::string ReportKey(absl::string_view states);

// A list item for ReportVerdict: what failed in the run of this title.
std::string ReportFailure(absl::string_view title, absl::string_view text);

// "FAIL" with the list items of `failures`, or "PASS" when there are none.
std::string ReportVerdict(const std::string& failures);

// What the head of the page tells of the run.
std::string ReportFacts(const ReportPage& page);

// A name with its value, both as texts.
std::string ReportFigure(absl::string_view name, absl::string_view value, bool is_bad = false);

// A row of ReportTable. `when` is a time or the number of a step. What the scenario did stands out.
std::string ReportStoryRow(absl::string_view when, absl::string_view text, bool is_scenario);

// What is beside the drawings of a page: its title, the states that it draws, and what runs add to it, which is a
// section of HTML each and the list items of what failed in them.
struct ReportParts {
  std::string title = "Rollout report";
  std::string states = "OoNn";  // as for ReportKey
  std::string failures;
  std::string sections;
};

// The whole page of these parts.
std::string ReportWhole(const ReportParts& parts, const ReportPage& page);

// The rows as a table, and the same folded up under "What happened".
std::string ReportTable(const std::string& rows);
std::string ReportStory(const std::string& rows);

// The duration in tenths of a second.
std::string ShortReportTime(absl::Duration duration);

// The round time between two marks of an axis of this length, which then has from 4 to 10.
absl::Duration ReportTimeStep(absl::Duration end);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_PAGE_REPORT_PAGE_H_
