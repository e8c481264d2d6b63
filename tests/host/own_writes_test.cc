// News and echoes of own writes. The laws are those of own_writes.h.
#include "lws/adapters/host/own_writes.h"

#include <cstdint>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/resource_version.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {
namespace {

const ObjectRef kPod = {"Pod", "n", "s-0"};

TEST(OwnWritesTest, Law1WhatWasNotWrittenIsNews) {
  OwnWrites writes;
  EXPECT_TRUE(writes.IsNews(kPod, "u", "1"));
  writes.Starts(kPod);
  writes.Failed(kPod);
  EXPECT_TRUE(writes.IsNews(kPod, "u", "1"));
  EXPECT_EQ(writes.size(), 0u);
}

TEST(OwnWritesTest, Law2OlderNewsAndTheEchoArePassedOver) {
  OwnWrites writes;
  writes.Starts(kPod);
  EXPECT_TRUE(writes.Wrote(kPod, "u", "12"));
  EXPECT_FALSE(writes.IsNews(kPod, "u", "11"));
  EXPECT_FALSE(writes.IsNews(kPod, "u", "9"));
  EXPECT_TRUE(writes.IsNews({"Pod", "n", "s-1"}, "u", "9"));
  EXPECT_FALSE(writes.IsNews(kPod, "u", "12"));
  EXPECT_EQ(writes.size(), 0u);
  EXPECT_TRUE(writes.IsNews(kPod, "u", "13"));
}

TEST(OwnWritesTest, Law2HigherNewsCountsEvenWithoutTheEcho) {
  OwnWrites writes;
  writes.Starts(kPod);
  EXPECT_TRUE(writes.Wrote(kPod, "u", "12"));
  EXPECT_TRUE(writes.IsNews(kPod, "u", "100"));
  EXPECT_EQ(writes.size(), 0u);
}

TEST(OwnWritesTest, Law2VersionsThatAreNoNumbersAreComparedForEquality) {
  OwnWrites writes;
  writes.Starts(kPod);
  EXPECT_TRUE(writes.Wrote(kPod, "u", "x"));
  EXPECT_FALSE(writes.IsNews(kPod, "u", "x"));
  writes.Starts(kPod);
  EXPECT_TRUE(writes.Wrote(kPod, "u", "y"));
  EXPECT_TRUE(writes.IsNews(kPod, "u", "x"));
}

TEST(ResourceVersionTest, Laws1And2InASmallUniverse) {
  const char* versions[] = {"", "0", "9", "12", "012", "18446744073709551615", "x", "y", "newest"};
  const auto number = [](absl::string_view text) {
    uint64_t value = 0;
    return absl::SimpleAtoi(text, &value) ? std::optional<uint64_t>(value) : std::nullopt;
  };
  for (const char* a : versions) {
    for (const char* b : versions) {
      const bool are_numbers = number(a).has_value() && number(b).has_value();
      EXPECT_EQ(IsOlderResourceVersion(a, b), are_numbers && *number(a) < *number(b)) << a << " " << b;
      const bool is_same = absl::string_view(a) == b || absl::string_view(a) == kNewestVersion;
      EXPECT_EQ(IsAsNewResourceVersion(a, b), are_numbers ? *number(a) >= *number(b) : is_same) << a << " " << b;
    }
  }
  EXPECT_EQ(ResourceVersionOrNewest(""), kNewestVersion);
  EXPECT_EQ(ResourceVersionOrNewest("7"), "7");
}

TEST(OwnWritesTest, Law3ADeletedObjectStaysDeletedUnderItsUid) {
  OwnWrites writes;
  writes.Starts(kPod);
  EXPECT_TRUE(writes.WroteGone(kPod, "u"));
  EXPECT_FALSE(writes.IsNews(kPod, "u", "11"));
  EXPECT_FALSE(writes.IsNews(kPod, "u", "12", /*is_gone=*/true));
  EXPECT_EQ(writes.size(), 0u);
  writes.Starts(kPod);
  EXPECT_TRUE(writes.WroteGone(kPod, "u"));
  EXPECT_TRUE(writes.IsNews(kPod, "another", "13"));
}

TEST(OwnWritesTest, Law3TheDeletionOfAnOlderObjectOfTheNameIsOldNews) {
  OwnWrites writes;
  writes.Starts(kPod);
  EXPECT_TRUE(writes.Wrote(kPod, "next", "20"));
  EXPECT_FALSE(writes.IsNews(kPod, "former", "19", /*is_gone=*/true));
  EXPECT_TRUE(writes.IsNews(kPod, "next", "21", /*is_gone=*/true));
}

TEST(OwnWritesTest, Law4AnAnswerThatIsSlowerThanTheWatchIsNotTakenIn) {
  OwnWrites writes;
  writes.Starts(kPod);
  EXPECT_TRUE(writes.IsNews(kPod, "u", "12"));
  EXPECT_TRUE(writes.IsNews(kPod, "u", "13"));
  EXPECT_FALSE(writes.Wrote(kPod, "u", "12"));
  EXPECT_EQ(writes.size(), 0u);
}

TEST(OwnWritesTest, Law4AnAnswerFromBeforeTheNextObjectOfTheNameDoesNotTakeItAway) {
  OwnWrites writes;
  writes.Starts(kPod);
  EXPECT_TRUE(writes.IsNews(kPod, "u", "12", /*is_gone=*/true));
  EXPECT_TRUE(writes.IsNews(kPod, "next", "13"));
  EXPECT_FALSE(writes.WroteGone(kPod, "u"));
  EXPECT_EQ(writes.size(), 0u);
  for (const char* version : {"20", ""}) {
    writes.Starts(kPod);
    writes.Listed("Pod", version);
    EXPECT_FALSE(writes.WroteGone(kPod, "u")) << version;
  }
  writes.Starts(kPod);
  EXPECT_TRUE(writes.IsNews(kPod, "u", "21"));
  EXPECT_TRUE(writes.WroteGone(kPod, "u"));
}

TEST(OwnWritesTest, Law5AListEndsTheEntriesOfItsKind) {
  OwnWrites writes;
  writes.Starts(kPod);
  writes.Wrote(kPod, "u", "12");
  writes.Starts({"Service", "n", "s"});
  writes.Wrote({"Service", "n", "s"}, "v", "13");
  writes.Listed("Pod", "20");
  EXPECT_EQ(writes.size(), 1u);
  EXPECT_TRUE(writes.IsNews(kPod, "u", "11"));
}

TEST(OwnWritesTest, AListTellsWhichWritesAreGoneAgain) {
  const struct {
    const char* told;  // by a watch or the list itself; null: nothing
    const char* list;
    bool is_gone;
  } cases[] = {{nullptr, "11", false}, {nullptr, "12", true}, {nullptr, "20", true}, {nullptr, "", false},
               {"11", "20", true},     {"12", "20", false},   {"13", "20", false}};
  for (const auto& one : cases) {
    OwnWrites writes;
    writes.Starts(kPod);
    writes.Wrote(kPod, "u", "12");
    if (one.told != nullptr) writes.IsNews(kPod, "u", one.told);
    EXPECT_EQ(writes.Listed("Service", "30").size(), 0u);
    EXPECT_EQ(writes.Listed("Pod", one.list).size(), one.is_gone ? 1u : 0u) << one.list;
    EXPECT_EQ(writes.Listed("Pod", "30").size(), 0u);
  }
}

TEST(OwnWritesTest, Law4AnAnswerFromBeforeAListDoesNotBringBackWhatTheListHasNot) {
  for (const char* version : {"20", ""}) {
    OwnWrites writes;
    writes.Starts(kPod);
    writes.Listed("Pod", version);
    EXPECT_FALSE(writes.Wrote(kPod, "u", "12")) << version;
  }
  OwnWrites writes;
  writes.Starts(kPod);
  writes.Listed("Pod", "20");
  EXPECT_TRUE(writes.Wrote(kPod, "u", "21"));
}

}  // namespace
}  // namespace lws::internal
