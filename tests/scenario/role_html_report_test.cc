// The page of a report of a DisaggregatedSet.
#include "lws/adapters/testing/scenario/role_html_report.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/testing/scenario/role_report.h"

namespace lws {
namespace {

int Count(const std::string& page, const std::string& text) {
  int count = 0;
  for (size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) ++count;
  return count;
}

RoleTimelineEntry State(double seconds, std::vector<RoleLane> lanes) {
  RoleTimelineEntry entry;
  entry.time = absl::Seconds(seconds);
  entry.lanes = std::move(lanes);
  return entry;
}

// Two slices of two roles. In slice 1 the one group of decode is replaced.
RoleReport MakeReport() {
  RoleReport report;
  report.set_name = "llm";
  report.finished = true;
  report.duration = absl::Seconds(30);
  report.pods_created = 5;
  report.courses = {{1, "decode", /*lowest_ready=*/0, /*promised_ready=*/1, /*counted_on=*/1, /*most_groups=*/1,
                     /*allowed_groups=*/1}};
  report.timeline.push_back(State(0, {{0, "prefill", "OO", 2, 2}, {0, "decode", "O", 1, 1}}));
  report.timeline.push_back(State(0, {{1, "prefill", "OO", 2, 2}, {1, "decode", "O", 1, 1}}));
  RoleTimelineEntry edit;
  edit.kind = RoleTimelineEntry::Kind::kScenario;
  edit.time = absl::Seconds(5);
  edit.text = "the image <b> changes";
  report.timeline.push_back(edit);
  report.timeline.push_back(State(10, {{1, "prefill", "OO", 2, 2}, {1, "decode", "n", 0, 1}}));
  report.timeline.push_back(State(20, {{1, "prefill", "OO", 2, 2}, {1, "decode", "N", 1, 1}}));
  return report;
}

TEST(RoleHtmlReportTest, HasALanePerSliceAndRole) {
  const std::string page = RoleScenarioHtmlReport({{"llm, reference", MakeReport()}});
  for (const char* lane : {"slice 0 prefill", "slice 0 decode", "slice 1 prefill", "slice 1 decode"}) {
    EXPECT_TRUE(absl::StrContains(page, std::string(">") + lane + "</text>")) << lane;
  }
  EXPECT_TRUE(absl::StrContains(page, "<h2>llm, reference</h2>"));
  // Five groups of two slices that stay, and the old one that is replaced. The key shows one of each.
  EXPECT_EQ(Count(page, "<rect class=\"O\""), 6 + 1);
  EXPECT_EQ(Count(page, "<rect class=\"n\""), 1 + 1);
  EXPECT_EQ(Count(page, "<rect class=\"N\""), 1 + 1);
}

// The curves of the old side, the new side, both, and what is wanted.
TEST(RoleHtmlReportTest, DrawsTheCapacityOfBothSides) {
  const std::string page = RoleScenarioHtmlReport({{"", MakeReport()}});
  EXPECT_EQ(Count(page, "<path fill=\"none\""), 4);
  EXPECT_TRUE(
      absl::StrContains(page, "0 to 10s\n6 old and 0 new groups ready, 6 wanted\nslice 0 prefill OO ready 2 of 2"));
  EXPECT_TRUE(absl::StrContains(page, "10s to 20s\n5 old and 0 new groups ready, 6 wanted"));
  EXPECT_TRUE(absl::StrContains(page, "20s to 30.9s\n5 old and 1 new groups ready, 6 wanted"));
  EXPECT_TRUE(absl::StrContains(page, "slice 1 decode: 0, 1 promised"));
}

TEST(RoleHtmlReportTest, Law1EqualReportsGiveEqualBytes) {
  EXPECT_EQ(RoleScenarioHtmlReport({{"a", MakeReport()}}), RoleScenarioHtmlReport({{"a", MakeReport()}}));
}

TEST(RoleHtmlReportTest, Law2TextsStayTexts) {
  const std::string page = RoleScenarioHtmlReport({{"<i>", MakeReport()}});
  EXPECT_FALSE(absl::StrContains(page, "<b>"));
  EXPECT_FALSE(absl::StrContains(page, "<i>"));
  EXPECT_TRUE(absl::StrContains(page, "the image &lt;b&gt; changes"));
}

TEST(RoleHtmlReportTest, Law3BeginsWithTheVerdict) {
  RoleReport report = MakeReport();
  EXPECT_TRUE(absl::StrContains(RoleScenarioHtmlReport({{"a", report}}), "<p class=\"verdict good\">PASS</p>"));
  report.finished = false;
  report.held = {"slice 1: decode is held"};
  const std::string page = RoleScenarioHtmlReport({{"a", MakeReport()}, {"other", report}});
  EXPECT_TRUE(absl::StrContains(page, "<p class=\"verdict bad\">FAIL</p>\n<ul>\n<li>other: not finished after 30s"));
  EXPECT_TRUE(absl::EndsWith(page, "</html>\n"));
}

}  // namespace
}  // namespace lws
