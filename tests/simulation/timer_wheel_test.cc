// The wheel, compared with a map of lists.
#include "lws/adapters/simulation/numbers/timer_wheel.h"

#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace lws {
namespace {

using internal::TimerWheel;

constexpr unsigned kSeed = 20261125;

TEST(TimerWheelTest, EqualsAMap) {
  for (unsigned seed = kSeed; seed < kSeed + 20; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    TimerWheel<int> wheel;
    std::map<int64_t, std::vector<int>> wanted;
    for (int step = 0; step < 2000; ++step) {
      for (uint32_t i = random() % 4; i > 0; --i) {
        // Now, soon, around the wheel, and far beyond it.
        const int64_t ranges[] = {1, 100, 40000, 1000000};
        const int64_t when = wheel.now() + static_cast<int64_t>(random() % ranges[random() % 4]);
        wheel.Add(when, step);
        wanted[when].push_back(step);
      }
      ASSERT_EQ(wheel.Next().has_value(), !wanted.empty());
      if (wanted.empty()) continue;
      ASSERT_EQ(*wheel.Next(), wanted.begin()->first);
      wheel.MoveTo(*wheel.Next());
      std::vector<int> timers;
      wheel.Take(&timers);
      ASSERT_EQ(timers, wanted.begin()->second);
      wanted.erase(wanted.begin());
    }
  }
}

}  // namespace
}  // namespace lws
