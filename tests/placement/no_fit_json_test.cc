// Everything that a no-fit says is in its JSON, whoever answers with it.
#include "lws/placement/no_fit_json.h"

#include "gtest/gtest.h"
#include "lws/placement/assignment.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

TEST(NoFitJsonTest, HasWhatTheNoFitSays) {
  NoFit no_fit;
  no_fit.reason = NoFitReason::kNoSubgroupFits;
  no_fit.level = "cloud/rack";
  no_fit.best_domain = {"r1"};
  no_fit.best_pods = 2;
  no_fit.excluded = {{"taint", 3}};
  no_fit.limited = {{"hostPort", 4}};
  no_fit.rules = {"podAffinity"};
  no_fit.subgroup_level = "cloud/rack";
  no_fit.subgroup_size = 2;
  no_fit.wanted_subgroups = 5;
  no_fit.best_subgroups = 1;
  Json expected = Json::parse(R"({
    "level": "cloud/rack", "best": {"domain": ["r1"], "pods": 2}, "excluded": {"taint": 3}, "limited": {"hostPort": 4},
    "rules": ["podAffinity"], "subgroups": {"size": 2, "level": "cloud/rack", "wanted": 5, "fit": 1}})");
  expected["reason"] = NoFitReasonText(no_fit.reason);
  EXPECT_EQ(internal::NoFitToJson(no_fit), expected);
}

TEST(NoFitJsonTest, LeavesOutWhatThereIsNot) {
  const Json json = internal::NoFitToJson(NoFit());
  EXPECT_EQ(json.size(), 4u);
  EXPECT_EQ(json["excluded"], Json::object());
}

}  // namespace
}  // namespace lws
