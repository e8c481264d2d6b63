// Bytes of messages do not depend on the order in which maps keep their entries.
#include "lws/api/message_bytes.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/leader_worker_set.pb.h"

namespace lws::internal {
namespace {

LeaderWorkerSet WithLabels(int first, int last) {
  LeaderWorkerSet set;
  for (int i = first; i != last; i += first < last ? 1 : -1) {
    (*set.mutable_metadata()->mutable_labels())[absl::StrCat("label-", i)] = absl::StrCat(i);
  }
  return set;
}

TEST(MessageBytesTest, Law1MapsAreInTheOrderOfTheirKeys) {
  const LeaderWorkerSet upwards = WithLabels(0, 100);
  const LeaderWorkerSet downwards = WithLabels(99, -1);
  EXPECT_EQ(MessageBytes(upwards), MessageBytes(downwards));
  EXPECT_NE(MessageBytes(upwards), MessageBytes(WithLabels(0, 99)));
  const std::string bytes = MessageBytes(upwards);
  EXPECT_LT(bytes.find("label-10"), bytes.find("label-11"));
  LeaderWorkerSet read;
  ASSERT_TRUE(read.ParseFromString(bytes));
  EXPECT_EQ(read.metadata().labels().size(), 100u);
}

}  // namespace
}  // namespace lws::internal
