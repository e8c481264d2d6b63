// Controls of a rollout: each law in an example, and with every policy.
#include "lws/rollout/controls.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/planner.h"
#include "lws/rollout/replace_unready_first.h"

namespace lws {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1767225600);

// A set of 8 groups with maxUnavailable 2, and a host that keeps the progress.
class Host {
 public:
  explicit Host(RolloutControls controls, RolloutPolicy policy = KeepBudget)
      : controls(std::move(controls)), policy_(policy) {}

  ControlledStep Look(const std::string& groups, int32_t partition, absl::Duration after = absl::ZeroDuration(),
                      bool updated = false) {
    now_ += after;
    const GroupBits bits = GroupBits::Parse(groups);
    RolloutInput input;
    input.replicas = 8;
    input.max_surge = IntOrPercent::Int(0);
    input.max_unavailable = IntOrPercent::Int(2);
    input.updated = updated;
    input.current = LeaderState{bits.size(), partition, 8, &bits, policy_ == ReplaceUnreadyFirst};
    ControlledStep step = *PlanControlledRollout(policy_, input, "k", controls, progress, now_);
    progress = step.progress;
    return step;
  }

  RolloutControls controls;
  RolloutProgress progress;

 private:
  RolloutPolicy policy_;
  absl::Time now_ = kStart;
};

TEST(ControlsTest, NoneLeaveTheStepAsItIs) {
  for (const char* groups : {"RRRRRRRR", "RRRRRRBB", "RRRR.RBB", "BBBBBBBB", "RRRRRRRRB"}) {
    for (int32_t partition = 0; partition <= 8; ++partition) {
      const GroupBits bits = GroupBits::Parse(groups);
      RolloutInput input;
      input.replicas = 8;
      input.max_unavailable = IntOrPercent::Int(2);
      input.current = LeaderState{bits.size(), partition, 8, &bits};
      const RolloutStep plain = *PlanRollout(input);
      const ControlledStep step = *PlanControlledRollout(PlanRollout, input, "k", {}, {}, kStart);
      EXPECT_EQ(step.step.partition, plain.partition);
      EXPECT_EQ(step.step.replicas, plain.replicas);
      EXPECT_EQ(step.step.reason, plain.reason);
      EXPECT_EQ(step.hold, RolloutHold::kNone);
      EXPECT_FALSE(step.look_again_in.has_value());
    }
  }
}

TEST(ControlsTest, Law1PausedNothingIsReleasedNamedOrTakenAway) {
  RolloutControls controls;
  controls.paused = true;
  Host host(controls);
  EXPECT_EQ(host.Look("RRRRRRRR", 8).step.partition, 8);
  EXPECT_EQ(host.Look("RRRRRRRR", 8).step.reason, RolloutReason::kPaused);
  EXPECT_EQ(host.Look("RRRRRRBBB", 6).step.replicas, 9);  // the surge group stays
  EXPECT_EQ(host.Look("RRRRRR", 6).step.replicas, 8);     // missing groups are created
  EXPECT_EQ(host.Look("RRRRRRRR", 0, absl::ZeroDuration(), /*updated=*/true).step.partition, 8);
  Host other(controls, ReplaceUnreadyFirst);
  EXPECT_TRUE(other.Look("RR.RRRRR", 8).step.replace.empty());
  other.controls.paused = false;
  EXPECT_FALSE(other.Look("RR.RRRRR", 8).step.replace.empty());
}

TEST(ControlsTest, Law2AGroupHasToBeReadyForAWhileWithoutABreak) {
  RolloutControls controls;
  controls.min_ready = absl::Seconds(30);
  Host host(controls);
  host.Look("RRRRRRRR", 8);
  ControlledStep step = host.Look("RRRRRRRR", 8, absl::Seconds(30));
  EXPECT_EQ(step.step.partition, 6);
  EXPECT_FALSE(step.look_again_in.has_value());
  step = host.Look("RRRRRRBB", 6, absl::Seconds(10));  // groups 6 and 7 had been ready before
  EXPECT_EQ(step.step.partition, 4);
  step = host.Look("RRRR..BB", 4, absl::Seconds(1));
  EXPECT_EQ(step.step.partition, 4);
  step = host.Look("RRRRBBBB", 4, absl::Seconds(1));
  EXPECT_EQ(step.step.partition, 4);
  EXPECT_EQ(step.look_again_in, absl::Seconds(30));
  host.Look("RRRR.BBB", 4, absl::Seconds(20));
  step = host.Look("RRRRBBBB", 4, absl::Seconds(10));  // group 5 was ready for 30 s, and group 4 starts again
  EXPECT_EQ(step.step.partition, 3);
  EXPECT_EQ(step.look_again_in, absl::Seconds(30));
  EXPECT_EQ(host.Look("RRRRBBBB", 3, absl::Seconds(30)).step.partition, 2);
}

TEST(ControlsTest, Law3CanaryStepsHoldOneAfterTheOther) {
  RolloutControls controls;
  controls.steps = {{IntOrPercent::Int(2), absl::Minutes(10), false},
                    {IntOrPercent::Text("50%"), absl::ZeroDuration(), true}};
  Host host(controls);
  host.Look("RRRRRRRR", 0, absl::ZeroDuration(), /*updated=*/true);
  ControlledStep step = host.Look("RRRRRRRR", 8, absl::Seconds(1));
  EXPECT_EQ(step.step.partition, 6);
  EXPECT_EQ(step.hold, RolloutHold::kCanaryGroups);
  step = host.Look("RRRRRR.B", 6, absl::Minutes(20));
  EXPECT_EQ(step.hold, RolloutHold::kCanaryGroups);
  step = host.Look("RRRRRRBB", 6, absl::Seconds(1));
  EXPECT_EQ(step.hold, RolloutHold::kCanaryWait);
  EXPECT_EQ(step.look_again_in, absl::Minutes(10));
  EXPECT_EQ(step.step.partition, 6);
  // When a group fails during the wait, the wait starts again.
  EXPECT_EQ(host.Look("RRRRRR.B", 6, absl::Minutes(9)).hold, RolloutHold::kCanaryGroups);
  EXPECT_EQ(host.Look("RRRRRRBB", 6, absl::Minutes(2)).hold, RolloutHold::kCanaryWait);
  step = host.Look("RRRRRRBB", 6, absl::Minutes(10));
  EXPECT_EQ(step.hold, RolloutHold::kCanaryGroups);
  EXPECT_EQ(step.step.partition, 4);
  step = host.Look("RRRRBBBB", 4, absl::Hours(10));
  EXPECT_EQ(step.hold, RolloutHold::kCanaryApproval);
  EXPECT_FALSE(step.look_again_in.has_value());
  host.controls.approved_steps = 2;
  step = host.Look("RRRRBBBB", 4, absl::Seconds(1));
  EXPECT_EQ(step.hold, RolloutHold::kNone);
  EXPECT_EQ(step.step.partition, 2);
}

TEST(ControlsTest, Law3UnderEachPolicyNothingBelowTheStepIsReleasedOrNamed) {
  for (const RolloutPolicy policy : {PlanRollout, KeepBudget, ReplaceUnreadyFirst}) {
    RolloutControls controls;
    controls.steps = {{IntOrPercent::Int(3), absl::Hours(1), false}};
    Host host(controls, policy);
    for (const char* groups : {"RRRRRRRR", ".R.R.R.R", "BBBBRRRR", "RRRRRBBB", "........"}) {
      const ControlledStep step = host.Look(groups, 8);
      EXPECT_GE(step.step.partition, 5) << groups;
      for (const int32_t group : step.step.replace) EXPECT_GE(group, 5) << groups;
    }
  }
}

TEST(ControlsTest, Law4TheDeadlineIsExceededWithoutProgress) {
  RolloutControls controls;
  controls.progress_deadline = absl::Minutes(10);
  Host host(controls);
  host.Look("RRRRRRRR", 0, absl::ZeroDuration(), /*updated=*/true);
  EXPECT_EQ(host.Look("RRRRRRRR", 8).look_again_in, absl::Minutes(10));
  EXPECT_FALSE(host.Look("RRRRRR..", 6, absl::Minutes(9)).progress.deadline_exceeded);
  EXPECT_FALSE(host.Look("RRRRRR.B", 6, absl::Seconds(30)).progress.deadline_exceeded);  // progress
  EXPECT_FALSE(host.Look("RRRRRR.B", 6, absl::Minutes(9)).progress.deadline_exceeded);
  EXPECT_TRUE(host.Look("RRRRRR.B", 6, absl::Minutes(1)).progress.deadline_exceeded);
  EXPECT_FALSE(host.Look("RRRRRRBB", 6, absl::Minutes(1)).progress.deadline_exceeded);
  host.controls.paused = true;
  EXPECT_FALSE(host.Look("RRRRRRBB", 6, absl::Hours(1)).progress.deadline_exceeded);
  EXPECT_FALSE(host.Look("BBBBBBBB", 0, absl::Hours(1)).progress.deadline_exceeded);
}

TEST(ControlsTest, Law5ANewRevisionBeginsAnew) {
  RolloutControls controls;
  controls.steps = {{IntOrPercent::Int(2), absl::ZeroDuration(), false}};
  Host host(controls);
  EXPECT_EQ(host.Look("RRRRRRBB", 6).progress.step, 1);
  EXPECT_EQ(host.Look("RRRRRRRR", 6, absl::Seconds(1), /*updated=*/true).progress.step, 0);
}

TEST(ControlsTest, Law5AFirstCreationHasNoCanary) {
  RolloutControls controls;
  controls.steps = {{IntOrPercent::Int(2), absl::ZeroDuration(), false}};
  RolloutInput input;
  input.replicas = 8;
  const ControlledStep step = *PlanControlledRollout(KeepBudget, input, "k", controls, {}, kStart);
  EXPECT_EQ(step.progress.step, 1);
  EXPECT_EQ(step.hold, RolloutHold::kNone);
}

TEST(ControlsTest, Law6EqualArgumentsEqualAnswer) {
  constexpr unsigned kSeed = 20261126;
  std::mt19937 random(kSeed);
  const auto draw = [&random](unsigned count) { return static_cast<int32_t>(random() % count); };
  std::set<std::string> groups_seen;
  for (int round = 0; round < 2000; ++round) {
    RolloutControls controls;
    controls.paused = draw(8) == 0;
    controls.min_ready = absl::Seconds(10) * draw(3);
    for (int i = draw(3); i > 0; --i)
      controls.steps.push_back({IntOrPercent::Int(1 + draw(4)), absl::Minutes(draw(2))});
    if (draw(2) == 0) controls.progress_deadline = absl::Minutes(1 + draw(3));
    RolloutProgress progress;
    for (int look = 0; look < 5; ++look) {
      std::string letters;
      for (int i = 0; i < 8; ++i) letters += "RB."[draw(3)];
      groups_seen.insert(letters);
      const absl::Time now = kStart + absl::Seconds(20) * (look + draw(2));
      const int32_t partition = draw(9);
      const auto answer = [&](RolloutControls own_controls, RolloutProgress own_progress) {
        const GroupBits bits = GroupBits::Parse(letters);
        RolloutInput input;
        input.replicas = 8;
        input.max_surge = IntOrPercent::Int(1);
        input.max_unavailable = IntOrPercent::Int(2);
        input.current = LeaderState{bits.size(), partition, 8, &bits};
        return *PlanControlledRollout(KeepBudget, input, "k", own_controls, own_progress, now);
      };
      const ControlledStep one = answer(controls, progress);
      const ControlledStep other = answer(controls, progress);
      const std::string where = "seed " + std::to_string(kSeed) + ", round " + std::to_string(round);
      ASSERT_EQ(one.step.partition, other.step.partition) << where;
      ASSERT_EQ(one.step.replicas, other.step.replicas) << where;
      ASSERT_EQ(one.step.reason, other.step.reason) << where;
      ASSERT_EQ(one.step.replace, other.step.replace) << where;
      ASSERT_EQ(one.hold, other.hold) << where;
      ASSERT_EQ(one.look_again_in, other.look_again_in) << where;
      ASSERT_TRUE(one.progress == other.progress) << where;
      progress = one.progress;
    }
  }
  EXPECT_GT(groups_seen.size(), 1000);
}

TEST(ControlsTest, AStepThatIsNoPercentageIsAnError) {
  RolloutControls controls;
  controls.steps = {{IntOrPercent::Text("half"), absl::ZeroDuration(), false}};
  const GroupBits bits = GroupBits::Parse("RRRRRRRR");
  RolloutInput input;
  input.replicas = 8;
  input.current = LeaderState{8, 8, 8, &bits};
  EXPECT_FALSE(PlanControlledRollout(PlanRollout, input, "k", controls, {}, kStart).ok());
}

// R13: only in the reference a first deployment with a partition gets surge groups.
TEST(ControlsTest, R13AFirstDeploymentDoesNotSurge) {
  const GroupBits groups = GroupBits::Parse("......");
  RolloutInput input;
  input.replicas = 6;
  input.max_surge = IntOrPercent::Int(3);
  input.max_unavailable = IntOrPercent::Int(2);
  input.spec_partition = 9;
  input.current = LeaderState{6, 9, 6, &groups};
  EXPECT_EQ(PlanRollout(input)->replicas, 9);
  EXPECT_EQ(KeepBudget(input)->replicas, 6);
  input.current->on_delete = true;
  EXPECT_EQ(ReplaceUnreadyFirst(input)->replicas, 6);
}

}  // namespace
}  // namespace lws
