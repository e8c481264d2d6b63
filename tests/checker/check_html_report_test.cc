// The page of a check: its laws, and what its drawing shows.
#include "lws/adapters/testing/checker/check_html_report.h"

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "lws/adapters/testing/checker/check_roles.h"
#include "lws/adapters/testing/checker/check_rollout.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/planner.h"

namespace lws {
namespace {

size_t Count(const std::string& page, const std::string& text) {
  size_t count = 0;
  for (size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) ++count;
  return count;
}

// Releases the only group at once, although the budget promises it.
absl::StatusOr<RolloutStep> Rush(const RolloutInput& input) {
  RolloutStep step;
  step.replicas = input.replicas + 1;
  return step;
}

RolloutCheck Check(RolloutPolicy policy) {
  RolloutWorldOptions options;
  options.replicas = 1;
  options.max_surge = 1;
  options.max_unavailable = 0;
  options.policy = policy;
  return CheckRollout(options, CheckFrom::kTemplateChange, {});
}

TitledCheck Titled(const std::string& title, const RolloutCheck& check) {
  return {title, check.broken_law, check.complete, check.states, check.moments};
}

TEST(CheckHtmlReportTest, ACounterexampleIsDrawnAsLanes) {
  const RolloutCheck check = Check(Rush);
  ASSERT_EQ(check.moments.size(), 3u);
  EXPECT_EQ(check.moments[0].step, "initial state");
  EXPECT_EQ(check.moments[0].lanes[0].groups, "O");
  EXPECT_EQ(check.moments[1].detail, "partition 0, replicas 2 of 1");
  EXPECT_EQ(check.moments[2].step, "group 0 is being replaced");
  EXPECT_EQ(check.moments[2].lanes[0].groups, "x");
  EXPECT_EQ(check.moments[2].lanes[0].ready, 0);
  EXPECT_EQ(check.moments[2].lanes[0].promised, 1);
  EXPECT_FALSE(check.moments[2].from_outside);

  const std::string page = CheckHtmlReport(Titled("replicas 1", check));
  EXPECT_EQ(Count(page, "<rect class=\"O\" x="), 1u);  // the first two steps in one box
  EXPECT_EQ(Count(page, "<rect class=\"x\" x="), 1u);
  EXPECT_EQ(Count(page, "<rect class=\"hatch-x\" x="), 1u);
  EXPECT_EQ(Count(page, "<path class=\"budget\""), 1u);
  EXPECT_EQ(Count(page, "<rect class=\"hover\""), 3u);
  EXPECT_EQ(Count(page, "<tr>"), 3u);
  EXPECT_EQ(Count(page, "<line class=\"fault\""), 0u);
  EXPECT_TRUE(absl::StrContains(page, "replicas 1: fewer groups are ready than promised"));
}

TEST(CheckHtmlReportTest, FailuresAndEditsAreMarked) {
  CheckedMoment first{"initial state", false, "", {{"", "OO", 2, 1}}};
  CheckedMoment fault{"FAULT: group 1 is not ready", true, "", {{"", "Oo", 1, 1}}};
  const std::string page = CheckHtmlReport({"a", "it may never finish", true, 2, {first, fault}});
  EXPECT_EQ(Count(page, "<line class=\"fault\""), 1u);
  EXPECT_EQ(Count(page, "<td class=\"bad\">FAULT: group 1 is not ready</td>"), 1u);
}

TEST(CheckHtmlReportTest, RolesHaveALaneEach) {
  RoleWorldOptions options;
  options.roles = {{"prefill", 2, 2, {0, 1}}, {"decode", 1, 1, {0, 1}}};
  options.faults = 1;
  const RoleCheck check = CheckRoles(options, CheckFrom::kTemplateChange, {});
  ASSERT_NE(check.broken_law, "");
  ASSERT_EQ(check.moments[0].lanes.size(), 2u);
  EXPECT_EQ(check.moments[0].lanes[0].name, "prefill");
  EXPECT_EQ(check.moments[0].lanes[0].groups, "OO");
  EXPECT_EQ(check.moments[0].lanes[1].groups, "O");
  const std::string page = CheckHtmlReport({"roles", check.broken_law, true, check.states, check.moments});
  EXPECT_TRUE(absl::StrContains(page, ">prefill: groups ready; dashed: promised</text>"));
  EXPECT_TRUE(absl::StrContains(page, ">decode: groups ready; dashed: promised</text>"));
}

TEST(CheckHtmlReportTest, Law1EqualOutcomesGiveEqualBytes) {
  EXPECT_EQ(CheckHtmlReport(Titled("a", Check(Rush))), CheckHtmlReport(Titled("a", Check(Rush))));
}

TEST(CheckHtmlReportTest, Law2TextsStayTexts) {
  const std::string evil = "<script>&\"";
  CheckedMoment moment{evil, true, evil, {{evil, "N", 1, 1}}};
  ReportPage facts;
  facts.file = evil;
  const std::string page = CheckHtmlReport({evil, evil, true, 1, {moment}}, facts);
  EXPECT_EQ(Count(page, "<script"), 0u);
  EXPECT_GE(Count(page, "&lt;script&gt;&amp;&quot;"), 7u);
}

TEST(CheckHtmlReportTest, Law3PassOnlyIfAllStatesWereSeen) {
  const RolloutCheck kept = Check(KeepBudget);
  ASSERT_EQ(kept.broken_law, "");
  EXPECT_TRUE(kept.moments.empty());
  const std::string passed = CheckHtmlReport(Titled("a", kept));
  EXPECT_TRUE(absl::StrContains(passed, ">PASS<"));
  EXPECT_EQ(Count(passed, "<svg viewBox=\"0 0 1"), 5u);  // the key's, no drawing

  TitledCheck stopped = Titled("a", kept);
  stopped.complete = false;
  EXPECT_TRUE(absl::StrContains(CheckHtmlReport(stopped), ">FAIL<"));
  EXPECT_TRUE(absl::StrContains(CheckHtmlReport(stopped), "a: stopped before all states were seen"));
  EXPECT_TRUE(absl::StrContains(CheckHtmlReport(Titled("a", Check(Rush))), ">FAIL<"));
}

// A page of HTML shows the same course as the text.
TEST(CheckHtmlReportTest, MomentsAgreeWithTheTrace) {
  for (const RolloutPolicy policy : {RolloutPolicy(Rush), RolloutPolicy(PlanRollout)}) {
    const RolloutCheck check = Check(policy);
    EXPECT_EQ(Count(check.trace, "\n"), check.moments.size());
    for (const CheckedMoment& moment : check.moments) EXPECT_TRUE(absl::StrContains(check.trace, moment.step));
  }
}

}  // namespace
}  // namespace lws
