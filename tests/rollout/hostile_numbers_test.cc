// Policies and controls on numbers at the ends of int32, and on progress that no look has made: an answer or an error,
// at the cost of the groups that are there.
#include <chrono>
#include <cstdint>
#include <limits>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/int_or_percent.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/planner.h"
#include "lws/rollout/policies.h"

namespace lws {
namespace {

constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
constexpr int32_t kMax = std::numeric_limits<int32_t>::max();
constexpr int32_t kNumbers[] = {kMin, -1000, -1, 0, 3, 4, 5, kMax - 1, kMax};

// Steps that name no groups which are not there, and never a partition or replicas below 0.
void ExpectInRange(const absl::StatusOr<RolloutStep>& step) {
  if (!step.ok()) {
    EXPECT_EQ(step.status().code(), absl::StatusCode::kInvalidArgument) << step.status();
    return;
  }
  EXPECT_GE(step->replicas, 0);
  EXPECT_LE(step->replace.size(), 4u);
  for (const int32_t group : step->replace) EXPECT_LT(group, 4);
}

TEST(HostileNumbersTest, PoliciesAnswerAtTheCostOfTheGroups) {
  const GroupBits groups = GroupBits::Parse("RRRR");
  const auto begin = std::chrono::steady_clock::now();
  for (const NamedRolloutPolicy& named : RolloutPolicies()) {
    for (const int32_t replicas : kNumbers) {
      for (const int32_t leader_replicas : kNumbers) {
        for (const int32_t partition : kNumbers) {
          for (const int32_t spec_partition : kNumbers) {
            for (const bool on_delete : {false, true}) {
              RolloutInput input;
              input.replicas = replicas;
              input.spec_partition = spec_partition;
              input.max_unavailable = IntOrPercent::Int(1);
              input.current = LeaderState{leader_replicas, partition, replicas, &groups, on_delete};
              ExpectInRange(named.policy(input));
            }
          }
        }
      }
    }
  }
  // 39,366 looks: a loop over the numbers would take minutes for each.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

TEST(HostileNumbersTest, ANegativePartitionIsNoPartition) {
  const GroupBits groups = GroupBits::Parse("RRRR");
  for (const NamedRolloutPolicy& named : RolloutPolicies()) {
    for (const bool on_delete : {false, true}) {
      RolloutInput input;
      input.replicas = 4;
      input.max_unavailable = IntOrPercent::Int(1);
      input.current = LeaderState{4, 4, 4, &groups, on_delete};
      const absl::StatusOr<RolloutStep> wanted = named.policy(input);
      input.spec_partition = -1000;
      const absl::StatusOr<RolloutStep> step = named.policy(input);
      ASSERT_TRUE(wanted.ok() && step.ok()) << named.name;
      EXPECT_EQ(step->partition, wanted->partition) << named.name;
      EXPECT_EQ(step->replicas, wanted->replicas) << named.name;
      EXPECT_EQ(step->replace, wanted->replace) << named.name;
    }
  }
}

TEST(HostileNumbersTest, KeptStepsOutOfRangeBeginWithTheFirst) {
  const GroupBits groups = GroupBits::Parse("RRRR");
  RolloutControls controls;
  controls.steps = {{IntOrPercent::Int(1), absl::Seconds(1), false}};
  RolloutInput input;
  input.replicas = 4;
  input.max_unavailable = IntOrPercent::Int(1);
  input.current = LeaderState{4, 4, 4, &groups, false};
  RolloutProgress first;
  first.revision_key = "k";
  for (const NamedRolloutPolicy& named : RolloutPolicies()) {
    const absl::StatusOr<ControlledStep> wanted =
        PlanControlledRollout(named.policy, input, "k", controls, first, absl::UnixEpoch());
    ASSERT_TRUE(wanted.ok()) << wanted.status();
    for (const int32_t step : {kMin, -1}) {
      RolloutProgress progress = first;
      progress.step = step;
      const absl::StatusOr<ControlledStep> look =
          PlanControlledRollout(named.policy, input, "k", controls, progress, absl::UnixEpoch());
      ASSERT_TRUE(look.ok()) << look.status();
      EXPECT_EQ(look->progress.step, wanted->progress.step) << named.name;
      EXPECT_EQ(look->step.partition, wanted->step.partition) << named.name;
    }
    RolloutProgress progress = first;
    progress.step = kMax;
    EXPECT_TRUE(PlanControlledRollout(named.policy, input, "k", controls, progress, absl::UnixEpoch()).ok());
  }
}

}  // namespace
}  // namespace lws
