// The parts of a page of HTML that all reports of scenarios share: its styles, the verdict, facts, and texts of times.
//
//   std::string page = lws::internal::ReportBegin();
//   absl::StrAppend(&page, lws::internal::ReportVerdict(""));    // PASS
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_REPORT_PAGE_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_REPORT_PAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace lws::internal {

// The beginning of the page, up to its title.
std::string ReportBegin();

// What the colors mean, and a hint for narrow screens.
std::string ReportKey();

// A list item for ReportVerdict: what failed in the run of this title.
std::string ReportFailure(absl::string_view title, absl::string_view text);

// "FAIL" with the list items of `failures`, or "PASS" when there are none.
std::string ReportVerdict(const std::string& failures);

// What the head of the page tells of the run. Empty texts are left out.
std::string ReportFacts(const std::string& version, const std::string& file, const std::string& date);

// A name with its value, both as texts.
std::string ReportFigure(absl::string_view name, absl::string_view value, bool is_bad = false);

// A row of ReportStory. What the scenario did stands out.
std::string ReportStoryRow(absl::Duration time, absl::string_view text, bool is_scenario);

// What runs add to a page: a section of HTML each, and the list items of what failed in them.
struct ReportParts {
  std::string failures;
  std::string sections;
};

// The whole page of these parts. The texts are those of ReportFacts.
std::string ReportWhole(const ReportParts& parts, const std::string& version, const std::string& file,
                        const std::string& date);

// What happened, folded up.
std::string ReportStory(const std::string& rows);

// The duration in tenths of a second.
std::string ShortReportTime(absl::Duration duration);

// The round time between two marks of an axis of this length, which then has from 4 to 10.
absl::Duration ReportTimeStep(absl::Duration end);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_REPORT_PAGE_H_
