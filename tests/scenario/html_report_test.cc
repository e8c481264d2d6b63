// The page of HTML: its laws, its size, and that it refers to nothing else.
#include "lws/adapters/testing/scenario/html_report.h"

#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace lws {
namespace {

// A rollout of this number of groups, one after the other.
ScenarioReport Rollout(int groups) {
  ScenarioReport report;
  report.set_name = "s";
  report.set_replicas = groups;
  report.promised_ready = groups - 1;
  report.lowest_ready = groups - 1;
  report.finished = true;
  report.duration = absl::Seconds(groups + 1);
  TimelineEntry edit;
  edit.kind = TimelineEntry::Kind::kScenario;
  edit.text = "the set is edited";
  report.timeline.push_back(edit);
  for (int i = groups; i >= 0; --i) {
    TimelineEntry state;
    state.time = absl::Seconds(groups - i);
    state.groups = std::string(static_cast<size_t>(i), 'O') + std::string(static_cast<size_t>(groups - i), 'N');
    state.replicas = groups;
    state.partition = i;
    state.ready = groups;
    state.promised_ready = groups - 1;
    state.decision = "leader StatefulSet: one rolling step";
    report.timeline.push_back(state);
  }
  return report;
}

size_t Count(const std::string& page, const std::string& text) {
  size_t count = 0;
  for (size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) ++count;
  return count;
}

TEST(HtmlReportTest, HasALanePerGroupTheBudgetAndWhatHappened) {
  const std::string page = ScenarioHtmlReport({{"reference", Rollout(4)}});
  EXPECT_EQ(Count(page, "<rect class=\"O\" x="), 4u);
  EXPECT_EQ(Count(page, "<rect class=\"N\" x="), 4u);
  EXPECT_EQ(Count(page, "<line class=\"budget\""), 1u);
  EXPECT_EQ(Count(page, "<line class=\"fault\""), 1u);
  EXPECT_EQ(Count(page, "<title>"), 7u);  // one for the page, one for each state, and one for the edit
  EXPECT_TRUE(absl::StrContains(page, "one rolling step"));
  EXPECT_TRUE(absl::StrContains(page, "prefers-color-scheme: dark"));
}

TEST(HtmlReportTest, Law1SameReportsSameBytes) {
  EXPECT_EQ(ScenarioHtmlReport({{"a", Rollout(3)}}), ScenarioHtmlReport({{"a", Rollout(3)}}));
}

TEST(HtmlReportTest, Law2TextsAreNeverReadAsHtml) {
  ScenarioReport report = Rollout(2);
  report.timeline[0].text = "<script>alert(\"&\")</script>";
  report.timeline[1].decision = "</title><b>";
  report.set_name = "<i>";
  const std::string page = ScenarioHtmlReport({{"<h1>title", report}});
  for (const char* text : {"<script", "<b>", "<i>", "<h1>title"}) EXPECT_FALSE(absl::StrContains(page, text)) << text;
  EXPECT_TRUE(absl::StrContains(page, "&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;"));
}

TEST(HtmlReportTest, NeedsNothingBesideItself) {
  const std::string page = ScenarioHtmlReport({{"a", Rollout(3)}});
  for (const char* text : {"http:", "https:", "src=", "<link", "@import", "url(h", "url(/", "url(\""}) {
    EXPECT_FALSE(absl::StrContains(page, text)) << text;
  }
}

TEST(HtmlReportTest, HoldsAThousandGroups) {
  const std::string page = ScenarioHtmlReport({{"a", Rollout(1000)}, {"b", Rollout(1)}});
  EXPECT_EQ(Count(page, "<rect class=\"O\" x="), 1001u);
  EXPECT_LT(page.size(), 2000000u);
}

TEST(HtmlReportTest, ABudgetThatChangesHasALineForEachPromise) {
  ScenarioReport report = Rollout(4);
  report.timeline.back().promised_ready = 1;
  const std::string page = ScenarioHtmlReport({{"edited", report}});
  EXPECT_EQ(Count(page, "<line class=\"budget\""), 2u);
  EXPECT_TRUE(absl::StrContains(page, "the budget promises 1<"));
}

TEST(HtmlReportTest, WhatIsNotFinishedSaysWhy) {
  ScenarioReport report = Rollout(4);
  EXPECT_FALSE(absl::StrContains(ScenarioHtmlReport({{"a", report}}), "<p class=\"bad\">"));
  report.finished = false;
  report.ready = 3;
  report.updated = 3;
  report.wanted = 4;
  report.waiting = {{"s-3", {PodWait::kSchedulingGates, "waiting for its scheduling gates (<b>)"}}};
  EXPECT_TRUE(absl::StrContains(ScenarioHtmlReport({{"a", report}}),
                                "<p class=\"bad\">not finished after 5s: 3 of 4 groups ready; s-3: waiting for its "
                                "scheduling gates (&lt;b&gt;)</p>"));
}

TEST(HtmlReportTest, Law3ThePageBeginsWithItsVerdict) {
  ScenarioReport report = Rollout(4);
  const auto page = [&report](std::optional<std::vector<std::string>> failed) {
    return ScenarioHtmlReport({{"first", Rollout(2)}, {"a <b>", report, std::move(failed)}});
  };
  EXPECT_TRUE(absl::StrContains(page(std::nullopt), "good\">PASS<"));
  EXPECT_TRUE(absl::StrContains(page(std::vector<std::string>()), "good\">PASS<"));
  const std::string failed = page(std::vector<std::string>{"seed 7: too few", "too late"});
  EXPECT_FALSE(absl::StrContains(failed, "PASS"));
  EXPECT_TRUE(absl::StrContains(failed,
                                "bad\">FAIL</p>\n<ul>\n<li>a &lt;b&gt;: seed 7: too few</li>\n"
                                "<li>a &lt;b&gt;: too late</li>\n</ul>"));
  EXPECT_LT(failed.find("FAIL"), failed.find("<section>"));
  report.finished = false;
  EXPECT_TRUE(absl::StrContains(page(std::nullopt), "FAIL"));
  EXPECT_TRUE(absl::StrContains(page(std::vector<std::string>()), ", as expected</p>"));
}

TEST(HtmlReportTest, TheHeadTellsOfTheRun) {
  ReportPage facts;
  EXPECT_FALSE(absl::StrContains(ScenarioHtmlReport({{"a", Rollout(1)}}, facts), "<dt>version</dt>"));
  facts.version = "lwsctl 1";
  facts.file = "<a>.yaml";
  facts.date = "2026-01-01";
  const std::string page = ScenarioHtmlReport({{"a", Rollout(1)}}, facts);
  EXPECT_TRUE(absl::StrContains(page, "<dt>version</dt><dd>lwsctl 1</dd>"));
  EXPECT_TRUE(absl::StrContains(page, "<dt>file</dt><dd>&lt;a&gt;.yaml</dd>"));
  EXPECT_TRUE(absl::StrContains(page, "<dt>date</dt><dd>2026-01-01</dd>"));
}

// The first group of the short run is drawn over the whole width, or over its share of the longer run.
TEST(HtmlReportTest, AComparisonHasOneScale) {
  ReportPage facts;
  const std::vector<TitledReport> reports = {{"short", Rollout(1)}, {"long", Rollout(99)}};
  EXPECT_EQ(Count(ScenarioHtmlReport(reports, facts), ">1m30s</text>"), 1u);
  facts.has_one_scale = true;
  const std::string page = ScenarioHtmlReport(reports, facts);
  EXPECT_EQ(Count(page, ">1m30s</text>"), 2u);
  EXPECT_EQ(Count(page, ">15s</text>"), 2u);  // round marks
}

TEST(HtmlReportTest, StatesAreToldWithoutColors) {
  const std::string page = ScenarioHtmlReport({{"a", Rollout(4)}});
  EXPECT_EQ(Count(page, "<rect class=\"hatch-O\" x="), Count(page, "<rect class=\"O\" x="));
  EXPECT_EQ(Count(page, "<rect class=\"hatch-N\""), 0u);
  EXPECT_EQ(Count(ScenarioHtmlReport({{"a", Rollout(1000)}}), "hatch-O\" x="), 0u);
}

TEST(HtmlReportTest, TextsGiveWayWhereThereIsNoRoom) {
  ScenarioReport report = Rollout(4);
  for (int i = 0; i < 20; ++i) report.timeline.push_back(report.timeline[0]);
  const std::string page = ScenarioHtmlReport({{"a", report}});
  EXPECT_EQ(Count(page, "<line class=\"fault\""), 21u);
  EXPECT_EQ(Count(page, "class=\"fault-text\""), 2u);
}

// The budget's line is at the top of the chart, where the texts of the scenario are.
TEST(HtmlReportTest, TextsOfALargeSetHaveRoomBesideEachOther) {
  ScenarioReport report = Rollout(200);
  for (size_t i = 1; i < report.timeline.size(); ++i) {
    report.timeline[i].groups += "n";  // a surge group
    report.timeline[i].promised_ready = 190 + static_cast<int32_t>(i % 9);
  }
  const std::string page = ScenarioHtmlReport({{"a", report}});
  EXPECT_EQ(Count(page, ">200</text>"), 1u);
  EXPECT_EQ(Count(page, ">201</text>"), 0u);
  double end = 0;
  for (size_t at = page.find("class=\"budget-text\""); at != std::string::npos;
       at = page.find("class=\"budget-text\"", at + 1)) {
    const size_t begin = page.rfind("<text x=\"", at);
    double x = 0, y = 0;
    ASSERT_EQ(std::sscanf(page.c_str() + begin, "<text x=\"%lf\" y=\"%lf\"", &x, &y), 2);
    EXPECT_GE(x, end);
    EXPECT_GE(y, 40 + 11) << "the texts of the scenario end at 40";
    end = x + 130;
  }
  EXPECT_GT(end, 500);
}

TEST(HtmlReportTest, WhatCouldNotBeRunFails) {
  ReportPage facts;
  facts.errors = {"a.yaml: is <empty>"};
  facts.scenario = "lost-node.yaml";
  const std::string page = ScenarioHtmlReport({{"b", Rollout(1)}}, facts);
  EXPECT_TRUE(absl::StrContains(page, "bad\">FAIL</p>\n<ul>\n<li>not run: a.yaml: is &lt;empty&gt;</li>\n</ul>"));
  EXPECT_TRUE(absl::StrContains(page, "<dt>scenario</dt><dd>lost-node.yaml</dd>"));
}

TEST(HtmlReportTest, AReportOfNothingIsAPage) {
  const std::string page = ScenarioHtmlReport({{"nothing", ScenarioReport()}});
  EXPECT_TRUE(absl::EndsWith(page, "</html>\n"));
}

}  // namespace
}  // namespace lws
