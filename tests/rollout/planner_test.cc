#include "lws/rollout/planner.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/rollout/planner_oracle.h"

namespace lws {
namespace {

RolloutInput ToInput(const OracleInput& in, const GroupBits* groups) {
  RolloutInput input;
  input.replicas = in.replicas;
  input.max_surge = IntOrPercent::Int(in.surge);
  input.max_unavailable = IntOrPercent::Int(in.unavailable);
  input.spec_partition = in.floor;
  input.updated = in.updated;
  input.current = LeaderState{in.current_replicas, in.current_partition, in.annotation, groups};
  return input;
}

std::string Show(const OracleInput& in) {
  return absl::StrCat("R=", in.replicas, " MS=", in.surge, " MU=", in.unavailable, " floor=", in.floor,
                      " updated=", in.updated, " S=", in.current_replicas, " P=", in.current_partition,
                      " annotation=", in.annotation, " [", in.groups, "]");
}

// Every word of `length` letters over the four group states.
std::string Word(int number, int length) {
  std::string word;
  for (int i = 0; i < length; ++i, number /= 4) word += ".RUB"[number % 4];
  return word;
}

// Compares all states of up to 6 groups with the oracle, and checks laws 1 to 5.
class ExhaustivePlannerTest : public testing::TestWithParam<int> {};

void Check(const OracleInput& in, const GroupBits& groups) {
  const absl::StatusOr<RolloutStep> step = PlanRollout(ToInput(in, &groups));
  ASSERT_TRUE(step.ok());
  const OracleAnswer expected = PlanByTheBook(in);
  ASSERT_EQ(step->partition, expected.partition) << Show(in);
  ASSERT_EQ(step->replicas, expected.replicas) << Show(in);
  ASSERT_GE(step->partition, in.floor) << "law 1: " << Show(in);
  const bool at_rest = !in.updated && in.current_partition == 0 && in.current_replicas == in.replicas;
  if (at_rest) {
    ASSERT_TRUE(step->partition == in.floor && step->replicas == in.replicas) << "law 2: " << Show(in);
  }
  if (!in.updated && in.floor <= in.current_partition) {
    ASSERT_LE(step->partition, in.current_partition) << "law 3: " << Show(in);
  }
  ASSERT_TRUE(step->replicas >= in.replicas && step->replicas <= in.replicas + std::min(in.surge, in.replicas))
      << "law 4: " << Show(in);
  if (!in.updated && in.current_replicas < in.replicas) {
    ASSERT_EQ(step->partition, std::max(in.current_partition, in.floor)) << "law 5: " << Show(in);
  }
}

TEST_P(ExhaustivePlannerTest, EqualsTheOracle) {
  const int length = GetParam();
  int words = 1;
  for (int i = 0; i < length; ++i) words *= 4;
  for (int number = 0; number < words; ++number) {
    const std::string word = Word(number, length);
    const GroupBits groups = GroupBits::Parse(word);
    for (int replicas = 0; replicas <= 6; ++replicas) {
      for (int surge = 0; surge <= 3; ++surge) {
        for (int unavailable = 0; unavailable <= 3; ++unavailable) {
          for (int partition = 0; partition <= length; ++partition) {
            for (const int floor : {0, 2}) {
              Check({replicas, surge, unavailable, floor, false, length, partition, replicas, word}, groups);
              if (HasFatalFailure()) return;
            }
          }
          Check({replicas, surge, unavailable, 0, true, length, length, replicas, word}, groups);
          Check({replicas, surge, unavailable, 0, false, length, length, replicas + 1, word}, groups);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(UpToSixGroups, ExhaustivePlannerTest, testing::Range(0, 7));

TEST(PlannerTest, NoStatefulSetNeedsNoBudget) {
  RolloutInput input;
  input.replicas = 3;
  input.max_surge = IntOrPercent::Text("nonsense");
  const absl::StatusOr<RolloutStep> step = PlanRollout(input);
  ASSERT_TRUE(step.ok());
  EXPECT_EQ(step->replicas, 3);
  EXPECT_EQ(step->reason, RolloutReason::kCreate);
}

TEST(PlannerTest, BrokenInputIsAnError) {
  const GroupBits groups = GroupBits::Parse("RRR");
  RolloutInput input;
  input.replicas = 2;
  input.max_surge = IntOrPercent::Int(1);
  input.current = LeaderState{3, 2, std::nullopt, &groups};
  EXPECT_FALSE(PlanRollout(input).ok());
  input.current->replicas_annotation = 2;
  EXPECT_TRUE(PlanRollout(input).ok());
  input.max_unavailable = IntOrPercent::Text("x");
  EXPECT_FALSE(PlanRollout(input).ok());
}

}  // namespace
}  // namespace lws
