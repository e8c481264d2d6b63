// The sections of a page, one for each report of a scenario, for reports of both kinds of sets.
//
//   std::vector<lws::TitledReport> reports = {{"keep-budget", report}};
//   lws::internal::ReportParts parts = lws::internal::SectionsOfScenarioReports(
//       reports, /*has_one_scale=*/false, [](const lws::ScenarioReport&) { return std::string("<dl></dl>"); },
//       [](const lws::ScenarioReport&, absl::Duration) { return std::string("<svg></svg>"); });
//   parts.failures;    // ""
//
// A `Titled` is a TitledReport or a TitledRoleReport.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_REPORT_SECTIONS_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_REPORT_SECTIONS_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/adapters/testing/page/escape_markup.h"
#include "lws/adapters/testing/page/report_page.h"

namespace lws::internal {

// So long that the end is visible.
template <typename Report>
absl::Duration ShownScenarioTime(const Report& report) {
  return std::max(report.duration * 1.03, absl::Seconds(1));
}

template <typename Titled>
bool PassesTitled(const Titled& titled) {
  return titled.failed.has_value() ? titled.failed->empty() : titled.report.finished;
}

// How it ended; "" for a set that finished.
template <typename Titled>
std::string OutcomeOfTitled(const Titled& titled) {
  if (titled.report.finished) return "";
  const std::string outcome = EscapeHtmlMarkup(ScenarioOutcomeText(titled.report));
  return PassesTitled(titled) ? absl::StrCat("<p>", outcome, ", as expected</p>\n")
                              : absl::StrCat("<p class=\"bad\">", outcome, "</p>\n");
}

// What failed; "" for a report that passes.
template <typename Titled>
std::string FailuresOfTitled(const Titled& titled) {
  if (PassesTitled(titled)) return "";
  const std::vector<std::string> texts =
      titled.failed.value_or(std::vector<std::string>{ScenarioOutcomeText(titled.report)});
  std::string failures;
  for (const std::string& text : texts) absl::StrAppend(&failures, ReportFailure(titled.title, text));
  return failures;
}

template <typename Report>
std::string StoryOfScenarioReport(const Report& report) {
  std::string rows;
  for (const auto& entry : report.timeline) {
    using Kind = decltype(entry.kind);
    if (entry.kind == Kind::kState) continue;
    absl::StrAppend(&rows, ReportStoryRow(ShortReportTime(entry.time), entry.text, entry.kind == Kind::kScenario));
  }
  return ReportStory(rows);
}

// `figures(report)` and `drawing(report, end)` return markup; the times of the drawing go until `end`.
template <typename Titled, typename Figures, typename Drawing>
ReportParts SectionsOfScenarioReports(const std::vector<Titled>& reports, bool has_one_scale, const Figures& figures,
                                      const Drawing& drawing) {
  absl::Duration longest;
  for (const Titled& titled : reports) longest = std::max(longest, ShownScenarioTime(titled.report));
  ReportParts parts;
  for (const Titled& titled : reports) {
    const absl::Duration end = has_one_scale ? longest : ShownScenarioTime(titled.report);
    absl::StrAppend(&parts.failures, FailuresOfTitled(titled));
    absl::StrAppend(&parts.sections, "<section>\n<h2>", EscapeHtmlMarkup(titled.title), "</h2>\n",
                    figures(titled.report), OutcomeOfTitled(titled), "<div class=\"drawing\" tabindex=\"0\">\n",
                    drawing(titled.report, end), "</div>\n", StoryOfScenarioReport(titled.report), "</section>\n");
  }
  return parts;
}

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_REPORT_SECTIONS_H_
