// The swarm of DisaggregatedSets, with both controllers: which laws the policies of roles keep under it, and that it
// finds violations of the reference.
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "lws/adapters/testing/swarm/swarm.h"
#include "lws/api/manifest.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/rollout/keep_role_budgets.h"
#include "lws/rollout/role_policies.h"
#include "lws/rollout/role_rollout.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr uint64_t kRoleSeeds = 60;

DisaggregatedOptions RolePolicy(const char* name) { return DisaggregatedOptionsFor(*FindRolePolicy(name)); }

TEST(RoleSwarmTest, Laws4To7KeepRoleBudgetsKeepsItsPromiseAndComesToItsEnd) {
  const DisaggregatedOptions careful = RolePolicy("keep-role-budgets");
  int64_t steps = 0;
  int32_t skew = 0;
  for (uint64_t seed = 1; seed <= kRoleSeeds; ++seed) {
    const SwarmCase what = DrawRoleSwarmCase(seed);
    const SwarmResult result = RunRoleSwarmCase(what, careful);
    steps += result.steps;
    skew = std::max(skew, result.skew_percent);
    if (result.broken_law.empty()) continue;
    ADD_FAILURE() << "seed " << seed << ": " << result.broken_law << "\n"
                  << SwarmCaseToYaml(MinimizeRoleSwarmCase(what, careful));
    break;
  }
  EXPECT_GT(steps, 10000);
  EXPECT_GT(skew, 0);
}

// The seeds under which the reference breaks each law.
std::map<std::string, std::vector<uint64_t>> BrokenRoleSeeds() {
  std::map<std::string, std::vector<uint64_t>> seeds;
  for (uint64_t seed = 1; seed <= kRoleSeeds; ++seed) {
    const std::string law = RunRoleSwarmCase(DrawRoleSwarmCase(seed), RolePolicy("reference")).broken_law;
    if (!law.empty()) seeds[law].push_back(seed);
  }
  return seeds;
}

// The control: what the reference is known to break is found. It leaves no half revisions.
TEST(RoleSwarmTest, TheReferenceBreaksEachLawAndItsCasesAreMinimizedAndShowTheSameFromTheirFiles) {
  const DisaggregatedOptions reference = RolePolicy("reference");
  const std::map<std::string, std::vector<uint64_t>> broken = BrokenRoleSeeds();
  for (const char* law : {"fewer groups are ready than promised", "more surge groups than maxSurge",
                          "the faults have stopped, and it does not come right"}) {
    ASSERT_EQ(broken.count(law), 1u) << law;
    const SwarmCase drawn = DrawRoleSwarmCase(broken.at(law).front());
    const SwarmCase least = MinimizeRoleSwarmCase(drawn, reference);
    EXPECT_LE(least.events.size(), drawn.events.size());
    EXPECT_EQ(RunRoleSwarmCase(least, RolePolicy("keep-role-budgets")).broken_law, "") << SwarmCaseToYaml(least);
    const std::vector<ManifestObject> read = *ReadManifest(SwarmCaseToYaml(least), "swarm");
    ASSERT_EQ(read.size(), 1u);
    const absl::StatusOr<SwarmCase> again = ReadSwarmCase(read[0].object.Unpack());
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(SwarmCaseToYaml(*again), SwarmCaseToYaml(least));
    const SwarmResult result = RunRoleSwarmCase(least, reference);
    const SwarmResult replayed = RunRoleSwarmCase(*again, reference);
    EXPECT_EQ(result.broken_law, law);
    EXPECT_EQ(replayed.broken_law, law);
    EXPECT_EQ(replayed.when, result.when);
    EXPECT_EQ(replayed.log, result.log);
  }
}

TEST(RoleSwarmTest, SameCaseSameLog) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const SwarmCase what = DrawRoleSwarmCase(seed);
    const SwarmResult result = RunRoleSwarmCase(what, RolePolicy("keep-role-budgets"));
    EXPECT_EQ(RunRoleSwarmCase(what, RolePolicy("keep-role-budgets")).log, result.log);
    EXPECT_NE(result.log, 0u);
  }
}

// A policy that takes one old group more than it may.
TEST(RoleSwarmTest, AWrongRolePolicyIsFound) {
  const RoleRolloutPolicy wrong = [](const RoleRolloutInput& input) {
    RoleRolloutStep step = KeepRoleBudgets(input);
    if (step.reason != RoleStepReason::kDrain) return step;
    for (int32_t& groups : step.old_groups) groups = std::max(0, groups - 1);
    return step;
  };
  int found = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    found += !RunRoleSwarmCase(DrawRoleSwarmCase(seed), {wrong, /*mends=*/true}).broken_law.empty();
  }
  EXPECT_GT(found, 5);
}

}  // namespace
}  // namespace lws
