// The queue of keys. The laws are those of work_queue.h.
#include "lws/adapters/host/work_queue.h"

#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/work_key.h"

namespace lws::internal {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1767225600);
const WorkKey kSet = {WorkKey::Kind::kSet, "n", "s"};
const WorkKey kPod = {WorkKey::Kind::kPod, "n", "s-0"};

WorkQueue Queue() { return WorkQueue(absl::Milliseconds(100), absl::Milliseconds(300)); }

// Takes the key, which must be due now and not earlier.
void ExpectTaken(WorkQueue* queue, const WorkKey& key, absl::Time now) {
  EXPECT_EQ(queue->Take(now - absl::Nanoseconds(1)), std::nullopt);
  EXPECT_EQ(queue->Take(now), key);
}

TEST(WorkQueueTest, Law1ABusyKeyIsNotTakenAgainBeforeItsEnd) {
  WorkQueue queue = Queue();
  queue.Add(kSet);
  EXPECT_EQ(queue.Take(kNow), kSet);
  queue.Add(kSet);
  EXPECT_EQ(queue.busy(), 1);
  EXPECT_EQ(queue.NextDue(), std::nullopt);
  EXPECT_EQ(queue.Take(kNow), std::nullopt);
  queue.Succeed(kSet, kNow);
  EXPECT_EQ(queue.busy(), 0);
  EXPECT_EQ(queue.Take(kNow), kSet);
}

TEST(WorkQueueTest, Law2KeysComeInTheOrderOfTheirTimesAndThenAsTheyWereAdded) {
  WorkQueue queue = Queue();
  queue.Add(kPod);
  queue.Add(kSet);
  queue.Add(kPod);
  EXPECT_EQ(queue.Take(kNow), kPod);
  EXPECT_EQ(queue.Take(kNow), kSet);
  queue.AddAt(kSet, kNow + absl::Seconds(5));
  queue.AddAt(kSet, kNow + absl::Seconds(7));
  queue.Succeed(kSet, kNow);
  queue.AddAt(kPod, kNow + absl::Seconds(4));
  queue.Succeed(kPod, kNow);
  ExpectTaken(&queue, kPod, kNow + absl::Seconds(4));
  ExpectTaken(&queue, kSet, kNow + absl::Seconds(5));
}

TEST(WorkQueueTest, Law2AKeyThatIsNotBusyMayBecomeDueLater) {
  WorkQueue queue = Queue();
  queue.AddAt(kSet, kNow + absl::Seconds(5));
  EXPECT_EQ(queue.NextDue(), kNow + absl::Seconds(5));
  ExpectTaken(&queue, kSet, kNow + absl::Seconds(5));
  queue.Succeed(kSet, kNow + absl::Seconds(5));
  EXPECT_EQ(queue.size(), 0u);
  queue.AddAt(kSet, kNow + absl::Seconds(9));
  queue.Add(kSet);
  EXPECT_EQ(queue.Take(kNow), kSet);
}

TEST(WorkQueueTest, Law3FailuresInARowWaitLongerAndASuccessEndsTheRow) {
  WorkQueue queue = Queue();
  queue.Add(kSet);
  absl::Time now = kNow;
  for (const int wait : {0, 200, 300, 300}) {
    ASSERT_EQ(queue.Take(now), kSet);
    queue.Fail(kSet, now, /*at_once=*/true);
    EXPECT_EQ(queue.NextDue(), now + absl::Milliseconds(wait));
    now += absl::Milliseconds(wait);
  }
  EXPECT_TRUE(queue.OnlyRepeatsFailures(4));
  EXPECT_FALSE(queue.OnlyRepeatsFailures(5));
  ASSERT_EQ(queue.Take(now), kSet);
  queue.Succeed(kSet, now);
  queue.Add(kSet);
  ASSERT_EQ(queue.Take(now), kSet);
  queue.Fail(kSet, now, /*at_once=*/false);
  ExpectTaken(&queue, kSet, now + absl::Milliseconds(100));
}

TEST(WorkQueueTest, Law4OwnWritesMakeNoHotLoop) {
  WorkQueue queue = Queue();
  queue.Add(kSet);
  absl::Time now = kNow;
  for (const int wait : {0, 100, 200, 300, 300}) {
    ASSERT_EQ(queue.Take(now), kSet);
    queue.AddOwnWrite(kSet);
    queue.Succeed(kSet, now);
    if (wait > 0) {
      EXPECT_EQ(queue.NextDue(), now + absl::Milliseconds(wait));
    }
    now += absl::Milliseconds(wait);
  }
  // A change by somebody else.
  queue.Add(kSet);
  ASSERT_EQ(queue.Take(now - absl::Milliseconds(300)), kSet);
}

TEST(WorkQueueTest, Law4AfterAFailureTheDelayOfTheFailureCounts) {
  WorkQueue queue = Queue();
  queue.Add(kSet);
  ASSERT_EQ(queue.Take(kNow), kSet);
  queue.AddOwnWrite(kSet);
  queue.Fail(kSet, kNow, /*at_once=*/false);
  ExpectTaken(&queue, kSet, kNow + absl::Milliseconds(100));
}

TEST(WorkQueueTest, Laws1And5NothingIsKeptOfKeysThatAreDone) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    WorkQueue queue = Queue();
    std::set<std::string> busy;
    absl::Time now = kNow;
    for (int step = 0; step < 400; ++step) {
      const WorkKey key = {WorkKey::Kind::kSet, "n", absl::StrCat("s", random() % 5)};
      const unsigned draw = random() % 6;
      if (draw == 0) queue.Add(key);
      if (draw == 1) queue.AddOwnWrite(key);
      if (draw == 2) now += absl::Milliseconds(random() % 200);
      if (draw == 3) {
        const std::optional<WorkKey> next = queue.Take(now);
        if (next.has_value()) {
          ASSERT_TRUE(busy.insert(next->name).second) << "seed " << seed;
        }
      }
      if (draw >= 4 && busy.erase(key.name) > 0) {
        draw == 4 ? queue.Succeed(key, now) : queue.Fail(key, now, random() % 2 == 0);
      }
      ASSERT_EQ(queue.busy(), static_cast<int>(busy.size())) << "seed " << seed;
    }
    for (const std::string& name : busy) queue.Succeed({WorkKey::Kind::kSet, "n", name}, now);
    while (queue.NextDue().has_value()) {
      now += absl::Seconds(1);
      const std::optional<WorkKey> next = queue.Take(now);
      if (next.has_value()) queue.Succeed(*next, now);
    }
    EXPECT_EQ(queue.size(), 0u) << "seed " << seed;
  }
}

TEST(WorkQueueTest, Law6AnotherQueueGoesOnWhereThisOneIs) {
  WorkQueue queue = Queue();
  queue.Add(kSet);
  ASSERT_EQ(queue.Take(kNow), kSet);
  queue.Fail(kSet, kNow, false);
  ASSERT_EQ(queue.Take(kNow + absl::Milliseconds(100)), kSet);
  queue.Fail(kSet, kNow + absl::Milliseconds(100), false);
  queue.Add(kPod);
  ASSERT_EQ(queue.Take(kNow), kPod);
  EXPECT_EQ(queue.Pending(), (std::vector<PendingKey>{{kSet, 2, kNow + absl::Milliseconds(300)}, {kPod}}));
  WorkQueue next = Queue();
  for (const PendingKey& pending : queue.Pending()) next.Resume(pending);
  EXPECT_EQ(next.Take(kNow), kPod) << "nobody knows whether its plan was performed";
  ExpectTaken(&next, kSet, kNow + absl::Milliseconds(300));
  next.Fail(kSet, kNow, false);
  EXPECT_EQ(next.NextDue(), kNow + absl::Milliseconds(300)) << "the longest backoff, after three failures";
  next.Succeed(kPod, kNow);
  EXPECT_EQ(next.Take(kNow + absl::Milliseconds(300)), kSet);
  next.Succeed(kSet, kNow);
  EXPECT_TRUE(next.Pending().empty());
}

}  // namespace
}  // namespace lws::internal
