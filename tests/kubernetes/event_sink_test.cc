// The laws of event_sink.h.
#include "lws/adapters/kubernetes/event_sink.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::EventObject;
using internal::EventRequest;
using internal::EventSink;
using internal::EventSinkOptions;

Event Told(const std::string& reason, const std::string& note) {
  Event event;
  event.reason = reason;
  event.action = "Create";
  event.note = note;
  event.regarding = {"LeaderWorkerSet", "n", "vllm"};
  return event;
}

EventObject Set(const std::string& version) {
  return {{"LeaderWorkerSet", "n", "vllm"}, "leaderworkerset.x-k8s.io/v1", "uid-1", version};
}

class EventSinkTest : public testing::Test {
 protected:
  void Record(const std::string& reason, const std::string& note, const std::string& version = "7") {
    sink_.Record(Told(reason, note), Set(version), std::nullopt, now_);
  }
  // All requests that can be sent now.
  std::vector<EventRequest> Due() {
    std::vector<EventRequest> due;
    while (std::optional<EventRequest> request = sink_.NextRequest(now_)) due.push_back(*std::move(request));
    return due;
  }
  EventRequest One() {
    std::vector<EventRequest> due = Due();
    EXPECT_EQ(due.size(), 1u);
    return due.empty() ? EventRequest() : due.front();
  }

  EventSink sink_{EventSinkOptions{"leaderworkerset", "leaderworkerset-host"}};
  absl::Time now_ = absl::FromUnixNanos(1767225600123456789);
};

TEST_F(EventSinkTest, AnEventIsWrittenAsKubernetesHasIt) {
  sink_.Record(Told("GroupsProgressing", "Created"), Set("7"), EventObject{{"Pod", "n", "vllm-0"}, "v1", "uid-2", "8"},
               now_);
  const EventRequest request = One();
  EXPECT_EQ(request.request.method, "POST");
  EXPECT_EQ(request.request.path, "/apis/events.k8s.io/v1/namespaces/n/events");
  const Json expected = Json::parse(R"({
    "apiVersion": "events.k8s.io/v1", "kind": "Event",
    "metadata": {"name": "vllm.18867251f555cd15", "namespace": "n"},
    "eventTime": "2026-01-01T00:00:00.123456Z", "type": "Normal", "reason": "GroupsProgressing", "action": "Create",
    "note": "Created", "reportingController": "leaderworkerset", "reportingInstance": "leaderworkerset-host",
    "regarding": {"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "namespace": "n",
                  "name": "vllm", "uid": "uid-1", "resourceVersion": "7"},
    "related": {"apiVersion": "v1", "kind": "Pod", "namespace": "n", "name": "vllm-0", "uid": "uid-2",
                "resourceVersion": "8"}})");
  EXPECT_EQ(Json::parse(request.request.body), expected);
}

TEST_F(EventSinkTest, Law1TheSecondMakesASeriesAndLaterOnesOnlyCount) {
  Record("A", "first");
  sink_.Answered(One().number, 201, now_);
  Record("A", "second");
  const EventRequest patch = One();
  EXPECT_EQ(patch.request.method, "PATCH");
  EXPECT_EQ(patch.request.content_type, "application/strategic-merge-patch+json");
  EXPECT_EQ(Json::parse(patch.request.body)["series"]["count"], 2);
  sink_.Answered(patch.number, 200, now_);
  Record("A", "third");
  EXPECT_TRUE(Due().empty());
  Record("B", "another reason");
  Record("A", "another version of the set", "8");
  EXPECT_EQ(Due().size(), 2u);
}

TEST_F(EventSinkTest, Law2ASeriesIsWrittenOnceMoreAsItEnds) {
  for (int i = 0; i < 5; ++i) Record("A", "again");
  sink_.Answered(One().number, 201, now_);
  sink_.Answered(One().number, 200, now_);
  EXPECT_TRUE(Due().empty());
  now_ += absl::Seconds(1);
  Record("A", "again");
  now_ += absl::Minutes(13);
  const EventRequest last = One();
  EXPECT_EQ(Json::parse(last.request.body)["series"]["count"], 6);
  sink_.Answered(last.number, 200, now_);
  now_ += absl::Minutes(7);
  EXPECT_TRUE(Due().empty());
  Record("A", "a new series");
  EXPECT_EQ(One().request.method, "POST");
}

TEST_F(EventSinkTest, Law3WithoutAnAnswerItIsSentAgain) {
  Record("A", "first");
  for (int i = 0; i < 12; ++i) {
    const EventRequest request = One();
    sink_.Answered(request.number, 0, now_);
    EXPECT_TRUE(Due().empty());
    now_ += absl::Seconds(10);
  }
  EXPECT_TRUE(Due().empty()) << "twelve tries";
  Record("B", "refused");
  sink_.Answered(One().number, 403, now_);
  now_ += absl::Minutes(1);
  EXPECT_TRUE(Due().empty());
}

TEST_F(EventSinkTest, Law3ItIsNotSentAgainBeforeTheServerSaid) {
  Record("A", "first");
  sink_.Answered(One().number, 429, now_, absl::Seconds(30));
  now_ += absl::Seconds(29);
  EXPECT_TRUE(Due().empty());
  now_ += absl::Seconds(1);
  EXPECT_EQ(Due().size(), 1u);
}

TEST_F(EventSinkTest, Law3ASeriesWhoseEventIsGoneIsCreatedAnew) {
  Record("A", "first");
  sink_.Answered(One().number, 201, now_);
  Record("A", "second");
  sink_.Answered(One().number, 404, now_);
  const EventRequest again = One();
  EXPECT_EQ(again.request.method, "POST");
  EXPECT_EQ(Json::parse(again.request.body)["series"]["count"], 2);
}

TEST_F(EventSinkTest, Law4OneRequestOfASeriesAtATimeAndSoManyWait) {
  Record("A", "first");
  Record("A", "second");
  const EventRequest first = One();
  EXPECT_EQ(first.request.method, "POST");
  sink_.Answered(first.number, 201, now_);
  EXPECT_EQ(One().request.method, "PATCH");
  EventSinkOptions options{"c", "i"};
  options.most_waiting = 3;
  EventSink small(options);
  for (int i = 0; i < 5; ++i) small.Record(Told(absl::StrCat("R", i), "note"), Set("7"), std::nullopt, now_);
  EXPECT_EQ(small.dropped(), 2);
}

TEST_F(EventSinkTest, Law5ALongNoteIsCutAtACharacter) {
  std::string note(1023, 'x');
  note += "\xc3\xa4 and more";
  Record("A", note);
  EXPECT_EQ(Json::parse(One().request.body)["note"], std::string(1023, 'x'));
}

}  // namespace
}  // namespace lws
