// The watch of the roles of a DisaggregatedSet, with more groups than a scenario simulates.
#include "lws/adapters/testing/scenario/role_watch.h"

#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace lws {
namespace {

using internal::PercentOfTarget;

// A hundred times as many groups may be more than an int32 holds.
TEST(RoleWatchTest, SharesOfTheLargestNumbersOfGroupsAreHundredthsOfThem) {
  constexpr int32_t kLargest = std::numeric_limits<int32_t>::max();
  EXPECT_EQ(PercentOfTarget(0, kLargest), 0);
  EXPECT_EQ(PercentOfTarget(1, kLargest), 0);
  EXPECT_EQ(PercentOfTarget(15000000, 30000000), 50);
  EXPECT_EQ(PercentOfTarget(30000000, 30000000), 100);
  EXPECT_EQ(PercentOfTarget(kLargest / 2 + 1, kLargest), 50);
  EXPECT_EQ(PercentOfTarget(kLargest, kLargest), 100);
  EXPECT_EQ(PercentOfTarget(kLargest, 1), 100);
}

TEST(RoleWatchTest, SharesRoundDownAndEndAtTheTarget) {
  for (int64_t target = 1; target <= 300; ++target) {
    for (int64_t groups = 0; groups <= 2 * target; ++groups) {
      const int32_t percent = PercentOfTarget(static_cast<int32_t>(groups), static_cast<int32_t>(target));
      EXPECT_EQ(percent, groups >= target ? 100 : groups * 100 / target) << groups << " of " << target;
    }
  }
}

}  // namespace
}  // namespace lws
