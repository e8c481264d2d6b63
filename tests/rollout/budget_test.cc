// The laws of budgets for small sets and for the largest and smallest numbers.
#include "lws/rollout/budget.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/int_or_percent.h"

namespace lws {
namespace {

constexpr int32_t kMost = std::numeric_limits<int32_t>::max();

TEST(BudgetTest, Laws1And3OverPercentages) {
  for (int32_t replicas = 0; replicas <= 12; ++replicas) {
    for (int percent = 0; percent <= 150; percent += 5) {
      const IntOrPercent value = IntOrPercent::Text(absl::StrCat(percent, "%"));
      const auto budget = ScaleBudget(replicas, value, value);
      ASSERT_TRUE(budget.ok()) << budget.status();
      const int64_t hundredths = int64_t{replicas} * percent;
      EXPECT_LE(budget->surge, replicas) << "law 1: " << percent << "% of " << replicas;
      EXPECT_GE(budget->surge, 0) << "law 1: " << percent << "% of " << replicas;
      EXPECT_EQ(budget->surge, std::min<int64_t>(replicas, (hundredths + 99) / 100)) << "law 3: " << percent << "%";
      EXPECT_EQ(budget->unavailable, hundredths / 100) << "law 3: " << percent << "%";
    }
  }
}

TEST(BudgetTest, Laws1And2AtTheEndsOfInt32) {
  for (const int32_t replicas : {0, 1, kMost / 2, kMost - 1, kMost}) {
    for (const int32_t surge : {0, 1, kMost}) {
      for (const int32_t unavailable : {0, 1, kMost}) {
        const auto budget = ScaleBudget(replicas, IntOrPercent::Int(surge), IntOrPercent::Int(unavailable));
        if (!budget.ok()) continue;
        EXPECT_LE(budget->surge, replicas) << "law 1";
        const int64_t most = int64_t{replicas} + budget->surge;
        EXPECT_LE(most, kMost) << "law 2";
        EXPECT_GE(most - budget->unavailable, std::numeric_limits<int32_t>::min()) << "law 2";
      }
    }
  }
  EXPECT_FALSE(ScaleBudget(kMost, IntOrPercent::Int(kMost), IntOrPercent::Int(1)).ok()) << "law 2";
}

}  // namespace
}  // namespace lws
