// Handovers as texts. The law is that of handover.h.
#include "lws/adapters/kubernetes/handover.h"

#include <cstdint>
#include <random>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/work_key.h"

namespace lws::internal {
namespace {

constexpr uint64_t kSeed = 20261127;

Handover Draw(uint64_t seed) {
  std::mt19937_64 random(seed);
  Handover handover;
  handover.program = seed % 2 == 0 ? "lws operator 0.1.0" : "";
  for (uint64_t i = 0; i < random() % 4; ++i)
    handover.versions[absl::StrCat("Kind", i)] = absl::StrCat(random() % 9999);
  for (uint64_t i = 0; i < random() % 4; ++i) {
    PendingKey pending;
    pending.key = {random() % 2 == 0 ? WorkKey::Kind::kSet : WorkKey::Kind::kPod, "n\"s", absl::StrCat("a-", i)};
    pending.failures = static_cast<int>(random() % 3);
    if (random() % 2 == 0) pending.due = absl::FromUnixMillis(static_cast<int64_t>(1767225600000 + random() % 100000));
    handover.pending.push_back(pending);
  }
  return handover;
}

TEST(HandoverTest, Law1WhatWasWrittenIsRead) {
  for (uint64_t seed = kSeed; seed < kSeed + 200; ++seed) {
    const Handover handover = Draw(seed);
    const absl::StatusOr<Handover> read = ParseHandover(HandoverText(handover));
    ASSERT_TRUE(read.ok()) << "seed " << seed << ": " << read.status();
    EXPECT_EQ(read->program, handover.program) << "seed " << seed;
    EXPECT_EQ(read->versions, handover.versions) << "seed " << seed;
    EXPECT_EQ(read->pending, handover.pending) << "seed " << seed;
  }
}

// Anybody who may write the Lease may write anything there.
TEST(HandoverTest, OtherTextsAreErrors) {
  const char* const texts[] = {
      "",
      "{",
      "[]",
      "{}",
      R"({"versions": []})",
      R"({"versions": {"Pod": 7}})",
      R"({"versions": {}, "pending": {}})",
      R"({"versions": {}, "pending": [7]})",
      R"({"versions": {}, "pending": [{"kind": "set"}]})",
      R"({"versions": {}, "pending": [{"kind": "node", "namespace": "n", "name": "a"}]})",
      R"({"versions": {}, "pending": [{"kind": "set", "namespace": "n", "name": 7}]})",
      R"({"versions": {}, "pending": [{"kind": "set", "namespace": "n", "name": "a", "due": "soon"}]})",
  };
  for (const char* text : texts) EXPECT_FALSE(ParseHandover(text).ok()) << text;
  const absl::StatusOr<Handover> strange =
      ParseHandover(R"({"versions": {}, "pending": [{"kind": "set", "name": "a", "failures": -7}]})");
  ASSERT_TRUE(strange.ok()) << strange.status();
  EXPECT_EQ(strange->pending[0].failures, 0);
}

}  // namespace
}  // namespace lws::internal
