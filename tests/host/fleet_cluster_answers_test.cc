// A host whose writes are answered by hand, before or after what the watches and lists tell. The laws are those of
// fleet_cluster.h.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/fleet_cluster.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"
#include "tests/host/set_documents.h"

namespace lws {
namespace {

// A host whose writes are answered by hand.
class HeldWrites final : public FleetCluster {
 public:
  struct Write {
    Action action;
    WriteDone done;
    size_t revisions = 0;  // that the view had then
  };

  void Start(const Action& action, absl::Time, WriteDone done) override {
    writes.push_back({action, std::move(done), Revisions().size()});
  }
  void Record(const Event&) override {}

  std::vector<const ObservedRevision*> Revisions() { return fleet().ObserveSet("n", "a").revisions; }

  // Answers the oldest write that waits, with the object as it was sent.
  void Answer(const std::string& version, bool has_object) {
    const Write write = writes.at(answered_++);
    WriteAnswer answer;
    answer.uid = absl::StrCat("uid-", write.action.target.name);
    answer.resource_version = version;
    if (has_object) answer.object = std::make_shared<const Json>(Sent(write.action, version));
    write.done(answer, absl::UnixEpoch());
  }

  Json Sent(const Action& action, const std::string& version) const {
    Json object = action.object.Document();
    object["metadata"]["uid"] = absl::StrCat("uid-", action.target.name);
    object["metadata"]["resourceVersion"] = version;
    return object;
  }

  // Refuses the oldest write that waits.
  void Refuse(const absl::Status& status) { writes.at(answered_++).done(status, absl::UnixEpoch()); }

  bool waits() const { return answered_ < writes.size(); }

  std::vector<Write> writes;

 private:
  size_t answered_ = 0;
};

TEST(FleetClusterAnswersTest, Law1AnAnswerWithItsObjectIsInTheViewBeforeThePlanGoesOn) {
  HeldWrites host;
  ASSERT_TRUE(host.Tell(SetAtVersion("a", 1, "1")).ok());
  host.RunDue(absl::UnixEpoch());
  ASSERT_EQ(host.writes.size(), 1u);
  ASSERT_EQ(host.writes[0].action.target.kind, "ControllerRevision");
  EXPECT_EQ(host.writes[0].revisions, 0u);
  host.Answer("10", /*has_object=*/true);
  ASSERT_EQ(host.writes.size(), 2u) << "the plan goes on";
  EXPECT_EQ(host.writes[1].revisions, 1u);
  // Older news, and the echo, change nothing; higher news does.
  const int64_t number = host.Revisions()[0]->number;
  for (const char* version : {"9", "10", "11"}) {
    Json news = host.Sent(host.writes[0].action, version);
    news["revision"] = number + 7;
    ASSERT_TRUE(host.Tell(news).ok());
    const bool is_higher = std::string(version) == "11";
    EXPECT_EQ(host.Revisions()[0]->number, is_higher ? number + 7 : number) << version;
  }
}

TEST(FleetClusterAnswersTest, Law1AnAnswerWithItsVersionAloneHoldsItsKeyBack) {
  HeldWrites host;
  ASSERT_TRUE(host.Tell(SetAtVersion("a", 1, "1")).ok());
  host.RunDue(absl::UnixEpoch());
  int version = 10;
  while (host.waits()) host.Answer(absl::StrCat(version++), /*has_object=*/false);
  const std::vector<HeldWrites::Write> first = host.writes;
  ASSERT_GT(first.size(), 1u);
  EXPECT_TRUE(host.Revisions().empty());
  // Another replica is wanted, and nothing is written: the view does not have what was written before.
  ASSERT_TRUE(host.Tell(SetAtVersion("a", 2, "20")).ok());
  host.RunDue(absl::UnixEpoch() + absl::Hours(1));
  EXPECT_EQ(host.writes.size(), first.size());
  for (size_t i = 0; i < first.size(); ++i) {
    const std::string at = absl::StrCat(10 + i);
    Json told = host.Sent(first[i].action, at);
    if (first[i].action.verb == Verb::kUpdateStatus) told = SetAtVersion("a", 2, at);
    ASSERT_TRUE(host.Tell(told).ok());
  }
  ASSERT_TRUE(host.Tell(SetAtVersion("a", 2, "30")).ok());
  host.RunDue(absl::UnixEpoch() + absl::Hours(1));
  EXPECT_GT(host.writes.size(), first.size());
}

TEST(FleetClusterAnswersTest, Law4AnAnswerFromBeforeAListBringsNothingBack) {
  for (const bool is_listed : {false, true}) {
    HeldWrites host;
    ASSERT_TRUE(host.Tell(SetAtVersion("a", 1, "1")).ok());
    host.RunDue(absl::UnixEpoch());
    ASSERT_EQ(host.writes.size(), 1u);
    if (is_listed) {
      host.BeginRelist("ControllerRevision");
      host.EndRelist("ControllerRevision", "100");
    }
    host.Answer("50", /*has_object=*/true);
    EXPECT_EQ(host.Revisions().empty(), is_listed);
  }
}

// The answer comes while the list is on its way. If the list is newer and does not have the object, it is gone.
TEST(FleetClusterAnswersTest, Law4AnAnswerWhileAListIsOnItsWayDoesNotOutliveTheList) {
  for (const char* version : {"49", "50", "100", ""}) {
    for (const bool is_listed : {false, true}) {
      HeldWrites host;
      ASSERT_TRUE(host.Tell(SetAtVersion("a", 1, "1")).ok());
      host.RunDue(absl::UnixEpoch());
      ASSERT_EQ(host.writes.size(), 1u);
      host.BeginRelist("ControllerRevision");
      host.Answer("50", /*has_object=*/true);
      if (is_listed) {
        ASSERT_TRUE(host.Tell(host.Sent(host.writes[0].action, "50")).ok());
      }
      host.EndRelist("ControllerRevision", version);
      const bool is_newer = std::string(version) == "50" || std::string(version) == "100";
      EXPECT_EQ(host.Revisions().empty(), is_newer && !is_listed) << version;
    }
  }
}

// A watch that tells of an older state does not say that the list has the object.
TEST(FleetClusterAnswersTest, Law4LateNewsDuringAListDoNotKeepWhatTheListHasNot) {
  for (const char* told : {"40", "50"}) {
    HeldWrites host;
    ASSERT_TRUE(host.Tell(SetAtVersion("a", 1, "1")).ok());
    host.RunDue(absl::UnixEpoch());
    ASSERT_EQ(host.writes.size(), 1u);
    host.BeginRelist("ControllerRevision");
    host.Answer("50", /*has_object=*/true);
    ASSERT_TRUE(host.Tell(host.Sent(host.writes[0].action, told)).ok());
    host.EndRelist("ControllerRevision", "100");
    EXPECT_EQ(host.Revisions().empty(), std::string(told) == "40");
  }
}

TEST(FleetClusterAnswersTest, Law4EverySetOfAListIsLookedAt) {
  HeldWrites host;
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(host.Tell(SetAtVersion(name, 1, "1")).ok());
  host.RunDue(absl::UnixEpoch());
  while (host.waits()) host.Answer("2", /*has_object=*/true);
  while (host.RunDue(absl::UnixEpoch() + absl::Hours(1)) > 0) {
    while (host.waits()) host.Answer("3", /*has_object=*/true);
  }
  EXPECT_EQ(host.RunDue(absl::UnixEpoch() + absl::Hours(2)), 0);
  host.BeginRelist("LeaderWorkerSet");
  for (const char* name : {"a", "b"}) ASSERT_TRUE(host.Tell(SetAtVersion(name, 1, "4")).ok());
  host.EndRelist("LeaderWorkerSet", "5");
  EXPECT_GE(host.RunDue(absl::UnixEpoch() + absl::Hours(2)), 2);
}

// The watch may be faster than the answer. If its news of the write counted as a change by somebody else, a write that
// fails each time would be tried again at once each time.
TEST(FleetClusterAnswersTest, Law5NewsOfAnObjectDuringItsWriteCountsAsThatWrite) {
  for (const bool is_taken : {false, true}) {
    HeldWrites host;
    ASSERT_TRUE(host.Tell(SetAtVersion("a", 1, "1")).ok());
    host.RunDue(absl::UnixEpoch());
    ASSERT_EQ(host.writes.size(), 1u);
    ASSERT_TRUE(host.Tell(host.Sent(host.writes[0].action, "10")).ok());
    if (is_taken) {
      while (host.waits()) host.Answer("10", /*has_object=*/true);
      EXPECT_LE(host.NextDue(), absl::UnixEpoch()) << "its plan succeeded, so the key looks once more";
    } else {
      host.Refuse(absl::InternalError("no"));
      EXPECT_EQ(host.NextDue(), absl::UnixEpoch() + absl::Milliseconds(100)) << "a backoff, as after any failure";
    }
  }
}

TEST(FleetClusterAnswersTest, Law9WhatIsGoneSoonAfterItWasMadeWaits) {
  HeldWrites host;
  ASSERT_TRUE(host.Tell(SetAtVersion("a", 1, "1")).ok());
  host.RunDue(absl::UnixEpoch());
  int version = 10;
  while (host.waits()) host.Answer(absl::StrCat(version++), /*has_object=*/true);
  while (host.RunDue(absl::UnixEpoch()) > 0) {
    while (host.waits()) host.Answer(absl::StrCat(version++), /*has_object=*/true);
  }
  const auto service = std::find_if(host.writes.begin(), host.writes.end(),
                                    [](const auto& write) { return write.action.target.kind == "Service"; });
  ASSERT_NE(service, host.writes.end());
  ASSERT_TRUE(host.TellGone(host.Sent(service->action, "99")).ok());
  EXPECT_EQ(host.RunDue(absl::UnixEpoch()), 0);
  EXPECT_EQ(host.NextDue(), absl::UnixEpoch() + absl::Milliseconds(100));
  EXPECT_EQ(host.RunDue(absl::UnixEpoch() + absl::Milliseconds(100)), 1);
  while (host.waits() && host.writes.back().action.target.kind != "Service") host.Answer("100", /*has_object=*/true);
  EXPECT_EQ(host.writes.back().action.target.kind, "Service");
}

}  // namespace
}  // namespace lws
