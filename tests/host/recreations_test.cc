// Waits before an object is made again. The laws are those of recreations.h.
#include "lws/adapters/host/recreations.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/core/plan/plan.h"

namespace lws {
namespace {

using internal::Recreations;

const absl::Time kStart = absl::FromUnixSeconds(1767225600);
const ObjectRef kWorkers = {"StatefulSet", "n", "s-0"};

Recreations Made() { return Recreations(absl::Milliseconds(5), absl::Minutes(1)); }

TEST(RecreationsTest, Law1WhatOthersMadeAndWhatLivedLongHasNoWait) {
  Recreations made = Made();
  EXPECT_EQ(made.Gone(kWorkers, "u", kStart), absl::ZeroDuration());
  made.Wrote(kWorkers, "u", "o", kStart);
  EXPECT_EQ(made.Gone(kWorkers, "another", kStart), absl::ZeroDuration());
  EXPECT_EQ(made.Gone({"StatefulSet", "n", "s-1"}, "u", kStart), absl::ZeroDuration());
  EXPECT_EQ(made.Gone(kWorkers, "u", kStart + absl::Seconds(61)), absl::ZeroDuration());
  made.Wrote(kWorkers, "u", "o", kStart + absl::Seconds(50));  // an apply to the same object
  EXPECT_EQ(made.Gone(kWorkers, "u", kStart + absl::Seconds(61)), absl::ZeroDuration());
}

TEST(RecreationsTest, Law2TheWaitDoublesUpToTheLongest) {
  Recreations made = Made();
  absl::Duration wanted = absl::Milliseconds(5);
  for (int i = 0; i < 20; ++i) {
    const std::string uid = absl::StrCat("u", i);
    made.Wrote(kWorkers, uid, "o", kStart);
    EXPECT_EQ(made.Gone(kWorkers, uid, kStart + absl::Seconds(1)), wanted) << i;
    wanted = std::min(wanted * 2, absl::Minutes(1));
  }
}

TEST(RecreationsTest, Law3AnotherOwnerAndTenMinutesEndTheRow) {
  Recreations made = Made();
  for (const char* uid : {"a", "b"}) {
    made.Wrote(kWorkers, uid, "o", kStart);
    made.Gone(kWorkers, uid, kStart);
  }
  made.Wrote(kWorkers, "c", "the next owner", kStart);
  EXPECT_EQ(made.Gone(kWorkers, "c", kStart), absl::Milliseconds(5));
  made.Wrote(kWorkers, "d", "the next owner", kStart + absl::Minutes(9));
  EXPECT_EQ(made.Gone(kWorkers, "d", kStart + absl::Minutes(9)), absl::Milliseconds(10));
  made.Wrote({"Service", "n", "x"}, "x", "o", kStart + absl::Minutes(20));
  EXPECT_EQ(made.size(), 1u);
  made.Wrote(kWorkers, "e", "the next owner", kStart + absl::Minutes(20));
  EXPECT_EQ(made.Gone(kWorkers, "e", kStart + absl::Minutes(20)), absl::Milliseconds(5));
}

}  // namespace
}  // namespace lws
