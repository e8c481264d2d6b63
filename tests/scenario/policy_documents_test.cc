// Reads controls and restart policies from files, and checks that errors name the key.
#include "lws/adapters/host/policy_documents.h"

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

TEST(PolicyDocumentsTest, ControlsAreRead) {
  const RolloutControls controls = *ReadRolloutControls(Json::parse(R"({
    "paused": true, "minReady": "30s", "approvedSteps": 1, "progressDeadline": "10m", "reverts": true,
    "steps": [{"groups": 2, "wait": "10m"}, {"groups": "50%", "approval": true}]})"));
  EXPECT_TRUE(controls.paused);
  EXPECT_TRUE(controls.reverts);
  EXPECT_EQ(controls.min_ready, absl::Seconds(30));
  EXPECT_EQ(controls.approved_steps, 1);
  EXPECT_EQ(controls.progress_deadline, absl::Minutes(10));
  ASSERT_EQ(controls.steps.size(), 2u);
  EXPECT_EQ(*controls.steps[0].groups.Scale(9, Rounding::kUp), 2);
  EXPECT_EQ(controls.steps[0].wait, absl::Minutes(10));
  EXPECT_EQ(*controls.steps[1].groups.Scale(9, Rounding::kUp), 5);
  EXPECT_TRUE(controls.steps[1].needs_approval);
}

TEST(PolicyDocumentsTest, RestartPoliciesAreRead) {
  const RestartPolicy policy = *ReadRestartPolicy(Json::parse(R"({
    "atMost": 3, "firstBackoff": "10s", "mostBackoff": "1m", "stableAfter": "5m",
    "rules": [{"exitCodes": [42, 43], "action": "ignore"}, {"reason": "OOMKilled", "action": "failSet"}]})"));
  EXPECT_EQ(policy.max_restarts, 3);
  EXPECT_EQ(policy.first_backoff, absl::Seconds(10));
  EXPECT_EQ(policy.max_backoff, absl::Minutes(1));
  EXPECT_EQ(policy.stable_after, absl::Minutes(5));
  ASSERT_EQ(policy.rules.size(), 2u);
  EXPECT_EQ(policy.rules[0].exit_codes, (std::vector<int32_t>{42, 43}));
  EXPECT_EQ(policy.rules[0].action, RestartAction::kIgnore);
  EXPECT_EQ(policy.rules[1].reason, "OOMKilled");
  EXPECT_EQ(policy.rules[1].action, RestartAction::kFailSet);
}

TEST(PolicyDocumentsTest, ErrorsNameTheKey) {
  const auto controls = [](const char* document) {
    return std::string(ReadRolloutControls(Json::parse(document)).status().message());
  };
  const auto restarts = [](const char* document) {
    return std::string(ReadRestartPolicy(Json::parse(document)).status().message());
  };
  EXPECT_EQ(controls(R"({"pause": true})"), "controls.pause: unknown key, did you mean \"paused\"?");
  EXPECT_EQ(controls(R"({"minReady": 30})"), "controls.minReady: not a duration such as 90s: 30");
  EXPECT_EQ(controls(R"({"steps": [{"groups": "half"}]})"),
            "controls.steps[0].groups: neither a number nor a percentage: \"half\"");
  EXPECT_EQ(controls(R"({"steps": [{"part": 2}]})"), "controls.steps[0].part: unknown key");
  EXPECT_EQ(controls("[]"), "controls: not a map: []");
  EXPECT_EQ(restarts(R"({"atMost": -1})"), "restarts.atMost: not between 0 and 1000000: -1");
  EXPECT_EQ(restarts(R"({"rules": [{"action": "retry"}]})"),
            "restarts.rules[0].action: not one of ignore, restartGroup, failSet: \"retry\"");
  EXPECT_EQ(restarts(R"({"rules": [{"exitCodes": 3}]})"), "restarts.rules[0].exitCodes: not a list: 3");
}

}  // namespace
}  // namespace lws
