// Elections: the elector alone, step by step, and many of them over a Lease on a simulated server with clocks that
// differ, answers that are late or lost, crashes and releases. The laws are those of lease_elector.h.
#include "lws/adapters/kubernetes/serving/lease_elector.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/serving/api_request.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'790'000'000);

LeaseElectorOptions Options(const std::string& identity) {
  LeaseElectorOptions options;
  options.namespace_name = "lws-system";
  options.name = "b8b2488c.x-k8s.io";
  options.identity = identity;
  return options;
}

// A server with one Lease.
class LeaseServer {
 public:
  ApiAnswer Answer(const ApiRequest& request) {
    if (request.method == "GET") return lease_.is_null() ? ApiAnswer{404, "{}"} : ApiAnswer{200, lease_.dump()};
    Json sent = Json::parse(request.body);
    if (request.method == "POST" && !lease_.is_null()) return {409, "{}"};
    if (request.method == "PUT" && (lease_.is_null() || sent["metadata"]["resourceVersion"] != Version())) {
      return {409, "{}"};
    }
    lease_ = std::move(sent);
    lease_["metadata"]["resourceVersion"] = absl::StrCat(++version_);
    return {request.method == "POST" ? 201 : 200, lease_.dump()};
  }

  Json& lease() { return lease_; }

 private:
  std::string Version() const { return absl::StrCat(version_); }

  Json lease_;
  int64_t version_ = 0;
};

double NoJitter() { return 0; }

// Calls Tick until nothing is due at `now`.
void Settle(LeaseServer* server, LeaseElector* elector, absl::Time now) {
  while (elector->NextTick() <= now) {
    std::optional<ApiRequest> request = elector->Tick(now);
    if (request.has_value()) elector->Heard(server->Answer(*request), now);
  }
}

TEST(LeaseElectorTest, Law2AFreeLeaseIsTakenAndKept) {
  LeaseServer server;
  LeaseElector elector(Options("a"), NoJitter);
  Settle(&server, &elector, kStart);
  EXPECT_TRUE(elector.Leads(kStart));
  EXPECT_EQ(elector.LeadsUntil(), kStart + absl::Seconds(10));
  EXPECT_EQ(elector.NextTick(), kStart + absl::Seconds(2));
  EXPECT_EQ(server.lease()["spec"],
            Json({{"holderIdentity", "a"},
                  {"leaseDurationSeconds", 15},
                  {"leaseTransitions", 0},
                  {"acquireTime", absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", kStart, absl::UTCTimeZone())},
                  {"renewTime", absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", kStart, absl::UTCTimeZone())}}));
  const Json acquired = server.lease()["spec"]["acquireTime"];
  for (int i = 1; i <= 20; ++i) Settle(&server, &elector, kStart + i * absl::Seconds(2));
  EXPECT_TRUE(elector.Leads(kStart + absl::Seconds(49)));
  EXPECT_EQ(server.lease()["spec"]["acquireTime"], acquired);
  EXPECT_EQ(server.lease()["spec"]["leaseTransitions"], 0);
}

TEST(LeaseElectorTest, Law2ALeaseOfAnotherIsTakenOnceItIsOld) {
  LeaseServer server;
  LeaseElector first(Options("a"), NoJitter), second(Options("b"), NoJitter);
  Settle(&server, &first, kStart);
  absl::Time now = kStart + absl::Seconds(5);
  // The age counts from when the Lease was seen, whatever its renewTime says.
  while (now < kStart + absl::Seconds(20)) {
    Settle(&server, &second, now);
    ASSERT_FALSE(second.Leads(now)) << now - kStart;
    EXPECT_EQ(second.holder(), "a");
    now = second.NextTick();
  }
  Settle(&server, &second, now);
  EXPECT_TRUE(second.Leads(now));
  EXPECT_EQ(server.lease()["spec"]["leaseTransitions"], 1);
  Settle(&server, &first, now);
  EXPECT_FALSE(first.Leads(now));
}

TEST(LeaseElectorTest, Law3ALeaderWithoutAnswersStops) {
  LeaseServer server;
  LeaseElector elector(Options("a"), NoJitter);
  Settle(&server, &elector, kStart);
  absl::Time now = elector.NextTick();
  while (now < kStart + absl::Seconds(12)) {
    if (elector.Tick(now).has_value()) elector.Heard({0, ""}, now);
    now = elector.NextTick();
  }
  EXPECT_TRUE(elector.Leads(kStart + absl::Milliseconds(9999)));
  EXPECT_FALSE(elector.Leads(kStart + absl::Seconds(10)));
  EXPECT_EQ(elector.problem().message(), "no answer about the Lease");
}

TEST(LeaseElectorTest, Law3TheDeadlineCountsFromTheSendingNotFromTheAnswer) {
  LeaseServer server;
  LeaseElector elector(Options("a"), NoJitter);
  elector.Heard(server.Answer(*elector.Tick(kStart)), kStart);
  const std::optional<ApiRequest> write = elector.Tick(kStart);
  ASSERT_TRUE(write.has_value());
  EXPECT_EQ(elector.NextTick(), absl::InfiniteFuture());
  EXPECT_FALSE(elector.Tick(kStart + absl::Seconds(3)).has_value());
  elector.Heard(server.Answer(*write), kStart + absl::Seconds(4));
  EXPECT_EQ(elector.LeadsUntil(), kStart + absl::Seconds(10));
}

TEST(LeaseElectorTest, AnAnswerThatWasLostIsMadeUpForAtOnce) {
  LeaseServer server;
  LeaseElector elector(Options("a"), NoJitter);
  Settle(&server, &elector, kStart);
  absl::Time now = kStart + absl::Seconds(2);
  server.Answer(*elector.Tick(now));
  elector.Heard({0, ""}, now);
  now = elector.NextTick();
  Settle(&server, &elector, now);
  EXPECT_EQ(elector.LeadsUntil(), now + absl::Seconds(10));
  EXPECT_EQ(server.lease()["spec"]["leaseTransitions"], 0);
}

TEST(LeaseElectorTest, Law4WhatOthersWroteStays) {
  LeaseServer server;
  LeaseElector elector(Options("a"), NoJitter);
  server.lease() = Json::parse(R"({"metadata": {"name": "l", "labels": {"x": "y"}, "resourceVersion": "0"},
                                   "spec": {"strategy": "OldestEmulationVersion", "leaseTransitions": 4}})");
  Settle(&server, &elector, kStart);
  EXPECT_EQ(server.lease()["metadata"]["labels"]["x"], "y");
  EXPECT_EQ(server.lease()["spec"]["strategy"], "OldestEmulationVersion");
  EXPECT_EQ(server.lease()["spec"]["leaseTransitions"], 5);
  EXPECT_EQ(server.lease()["spec"]["holderIdentity"], "a");
}

TEST(LeaseElectorTest, Law2ALeaseIsTakenAtOnceFromAHolderThatHasEnded) {
  LeaseServer server;
  LeaseElector first(Options("host_1"), NoJitter), other(Options("other_1"), NoJitter);
  Settle(&server, &first, kStart);
  LeaseElectorOptions options = Options("host_2");
  options.has_ended = [](const std::string& identity) { return absl::StartsWith(identity, "host_"); };
  LeaseElector second(options, NoJitter);
  const absl::Time later = kStart + absl::Milliseconds(100);
  Settle(&server, &other, later);
  EXPECT_FALSE(other.Leads(later)) << "it does not know of the end";
  EXPECT_FALSE(second.knows_lease());
  Settle(&server, &second, later);
  EXPECT_TRUE(second.knows_lease());
  EXPECT_TRUE(second.Leads(later));
  EXPECT_EQ(server.lease()["spec"]["leaseTransitions"], 1);
  LeaseElectorOptions of_other = Options("other_2");
  of_other.has_ended = [](const std::string&) { return false; };
  LeaseElector third(of_other, NoJitter);
  Settle(&server, &third, later);
  EXPECT_FALSE(third.Leads(later));
}

TEST(LeaseElectorTest, Law5ALeaderNotesWhatItIsAskedToAndSoonAfterNews) {
  LeaseServer server;
  std::optional<std::string> note;
  LeaseElectorOptions options = Options("a");
  options.note = [&note] { return note; };
  LeaseElector first(options, NoJitter);
  Settle(&server, &first, kStart);
  EXPECT_FALSE(server.lease()["metadata"].contains("annotations"));
  note = "one";
  const absl::Time soon = kStart + absl::Milliseconds(500);
  EXPECT_EQ(first.NextTick(), kStart + absl::Seconds(2));
  first.HasNews(kStart + absl::Milliseconds(100));
  EXPECT_EQ(first.NextTick(), soon);
  EXPECT_FALSE(first.Tick(kStart + absl::Milliseconds(499)).has_value());
  const std::optional<ApiRequest> write = first.Tick(soon);
  ASSERT_TRUE(write.has_value());
  first.HasNews(soon);
  first.Heard(server.Answer(*write), soon);
  EXPECT_EQ(first.NextTick(), soon + absl::Milliseconds(500)) << "news that came while the write was under way";
  EXPECT_EQ(first.noted(), "one");
  EXPECT_EQ(first.noted_at(), soon);
  Settle(&server, &first, soon + absl::Milliseconds(500));
  EXPECT_EQ(first.NextTick(), soon + absl::Milliseconds(2500)) << "no news";
  note.reset();
  Settle(&server, &first, soon + absl::Milliseconds(2500));
  EXPECT_EQ(first.noted(), "one");
}

TEST(LeaseElectorTest, Law5ANoteOutlivesItsProcessUnlessThatGivesTheLeaseBack) {
  for (const bool releases : {true, false}) {
    LeaseServer server;
    LeaseElectorOptions options = Options("a");
    options.note = [] { return std::optional<std::string>("one"); };
    LeaseElector first(options, NoJitter), second(Options("b"), NoJitter);
    server.lease() = Json::parse(R"({"metadata": {"annotations": {"other": "stays"}, "resourceVersion": "0"}})");
    Settle(&server, &first, kStart);
    Settle(&server, &second, kStart);
    second.HasNews(kStart);
    EXPECT_GT(second.NextTick(), kStart + absl::Seconds(1)) << "it does not lead";
    if (releases) {
      Settle(&server, &first, kStart + absl::Seconds(2));
      EXPECT_EQ(server.Answer(*first.Release(kStart + absl::Seconds(2))).code, 200);
      EXPECT_EQ(server.lease()["metadata"]["annotations"], Json({{"other", "stays"}}));
    }
    for (absl::Time now = kStart; now < kStart + absl::Seconds(30); now += absl::Seconds(1)) {
      Settle(&server, &second, now);
    }
    EXPECT_TRUE(second.Leads(kStart + absl::Seconds(30)));
    EXPECT_EQ(second.noted(), releases ? "" : "one");
  }
}

// Others may write anything into the Lease.
TEST(LeaseElectorTest, Law5AStrangeLeaseIsNoted) {
  LeaseServer server;
  server.lease() = Json::parse(R"({"metadata": {"annotations": 7, "resourceVersion": "0"}, "spec": {"renewTime": 7}})");
  LeaseElectorOptions options = Options("a");
  options.note = [] { return std::optional<std::string>("one"); };
  LeaseElector elector(options, NoJitter);
  elector.Heard(server.Answer(*elector.Tick(kStart)), kStart);
  EXPECT_EQ(elector.noted(), "");
  EXPECT_EQ(elector.noted_at(), absl::InfinitePast());
  Settle(&server, &elector, kStart);
  EXPECT_TRUE(elector.Leads(kStart));
  EXPECT_EQ(elector.noted(), "one");
}

TEST(LeaseElectorTest, AReleasedLeaseIsTakenAtTheNextLook) {
  LeaseServer server;
  LeaseElector first(Options("a"), NoJitter), second(Options("b"), NoJitter);
  Settle(&server, &first, kStart);
  Settle(&server, &second, kStart);
  const std::optional<ApiRequest> release = first.Release(kStart + absl::Seconds(1));
  ASSERT_TRUE(release.has_value());
  EXPECT_FALSE(first.Leads(kStart + absl::Seconds(1)));
  EXPECT_EQ(server.Answer(*release).code, 200);
  EXPECT_EQ(server.lease()["spec"]["leaseDurationSeconds"], 1);
  Settle(&server, &second, second.NextTick());
  EXPECT_TRUE(second.Leads(kStart + absl::Seconds(2)));
  EXPECT_FALSE(first.Tick(kStart + absl::Hours(1)).has_value());
  EXPECT_FALSE(first.Release(kStart + absl::Hours(1)).has_value());
}

TEST(LeaseElectorTest, AReleaseThatAWatchSeesIsTakenAtOnce) {
  LeaseServer server;
  LeaseElector first(Options("a"), NoJitter), second(Options("b"), NoJitter);
  Settle(&server, &first, kStart);
  Settle(&server, &second, kStart);
  const auto seen = [&server] { return std::make_shared<const Json>(server.lease()); };
  const absl::Time later = kStart + absl::Milliseconds(300);
  second.SawLease(seen(), later);
  EXPECT_GT(second.NextTick(), later) << "somebody holds it";
  EXPECT_EQ(server.Answer(*first.Release(later)).code, 200);
  first.SawLease(seen(), later);
  EXPECT_FALSE(first.Tick(later).has_value()) << "it has ended its election";
  second.SawLease(seen(), later);
  Settle(&server, &second, later);
  EXPECT_TRUE(second.Leads(later));
  const absl::Time next = second.NextTick();
  second.SawLease(std::make_shared<const Json>(), later);
  EXPECT_EQ(second.NextTick(), next) << "a leader goes by its own requests";
}

TEST(LeaseElectorTest, OddAnswersAreNoReasonToLead) {
  for (const ApiAnswer& answer : {ApiAnswer{200, ""}, ApiAnswer{200, "[]"}, ApiAnswer{200, "{\"spec\""},
                                  ApiAnswer{403, "{}"}, ApiAnswer{500, ""}, ApiAnswer{0, ""}}) {
    LeaseElector elector(Options("a"), NoJitter);
    ASSERT_TRUE(elector.Tick(kStart).has_value());
    elector.Heard(answer, kStart);
    EXPECT_FALSE(elector.Leads(kStart));
    EXPECT_FALSE(elector.problem().ok()) << answer.body;
    EXPECT_EQ(elector.NextTick(), kStart + absl::Seconds(2));
  }
  // A spec with wrong types belongs to nobody.
  LeaseServer server;
  LeaseElector elector(Options("a"), NoJitter);
  server.lease() = Json::parse(R"({"metadata": {"resourceVersion": "0"}, "spec": {"holderIdentity": 3,
                                   "leaseDurationSeconds": "x", "leaseTransitions": []}})");
  Settle(&server, &elector, kStart);
  EXPECT_TRUE(elector.Leads(kStart));
}

TEST(LeaseElectorTest, OptionsThatDoNotGoTogetherAreRefused) {
  LeaseElectorOptions options = Options("a");
  EXPECT_TRUE(CheckLeaseOptions(options).ok());
  options.renew_deadline = absl::Seconds(15);
  EXPECT_EQ(CheckLeaseOptions(options).message(), "leaseDuration must be greater than renewDeadline");
  options = Options("a");
  options.retry_period = absl::Seconds(9);
  EXPECT_EQ(CheckLeaseOptions(options).message(), "renewDeadline must be greater than retryPeriod*1.2");
  options.retry_period = absl::ZeroDuration();
  EXPECT_EQ(CheckLeaseOptions(options).message(), "retryPeriod must be greater than zero");
  options.lease_duration = absl::Milliseconds(500);
  EXPECT_EQ(CheckLeaseOptions(options).message(), "leaseDuration is below a second");
}

// --- Law 1: a seed draws elections.

constexpr absl::Duration kTroubles = absl::Seconds(45);
constexpr absl::Duration kElection = absl::Seconds(120);

class Election {
 public:
  explicit Election(uint64_t seed) : random_(seed) {
    const int candidates = 2 + static_cast<int>(random_() % 3);
    for (int i = 0; i < candidates; ++i) Join(kStart + absl::Seconds(Draw() * 5));
  }

  // The first fault; "" without one.
  std::string Run() {
    while (!events_.empty() && events_.top().at < kStart + kElection) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      Happen(event);
      if (Leaders() > 1) return absl::StrCat("two leaders at ", absl::FormatDuration(now_ - kStart));
      led_ |= Leaders() == 1;
    }
    now_ = kStart + kElection;
    if (Leaders() != 1) return "nobody leads at the end";
    return led_ ? "" : "nobody ever led";
  }

 private:
  enum class Kind { kTick, kArrives, kAnswered, kTimeout, kCrash, kRelease };
  struct Event {
    absl::Time at;
    uint64_t number;
    Kind kind;
    size_t candidate;
    uint64_t request;
    std::shared_ptr<ApiRequest> sent;
    std::shared_ptr<ApiAnswer> answer;
    bool operator<(const Event& other) const {
      return at != other.at ? at > other.at : number > other.number;  // the earliest is on top
    }
  };
  struct Candidate {
    std::unique_ptr<LeaseElector> elector;
    absl::Duration offset;
    double speed;
    uint64_t request = 0;  // under way; 0 for none
    bool is_gone = false;
  };

  double Draw() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  bool Often(double share) { return Draw() < share; }
  bool InTrouble() const { return now_ < kStart + kTroubles; }

  // The time on the candidate's clock. The speeds of any two clocks differ by less than 15 to 10.
  absl::Time Clock(const Candidate& candidate, absl::Time at) const {
    return kStart + candidate.offset + (at - kStart) * candidate.speed;
  }
  absl::Time FromClock(const Candidate& candidate, absl::Time shown) const {
    return kStart + (shown - kStart - candidate.offset) / candidate.speed;
  }

  int Leaders() const {
    int leaders = 0;
    for (const Candidate& candidate : candidates_) {
      leaders += !candidate.is_gone && candidate.elector->Leads(Clock(candidate, now_));
    }
    return leaders;
  }

  void Push(absl::Time at, Kind kind, size_t candidate, uint64_t request = 0,
            std::shared_ptr<ApiRequest> sent = nullptr, std::shared_ptr<ApiAnswer> answer = nullptr) {
    events_.push({at, ++number_, kind, candidate, request, std::move(sent), std::move(answer)});
  }

  void Join(absl::Time at) {
    const size_t index = candidates_.size();
    Candidate candidate;
    candidate.elector = std::make_unique<LeaseElector>(Options(absl::StrCat("c", index)), [this] { return Draw(); });
    candidate.offset = absl::Seconds(Draw() * 7200 - 3600);
    candidate.speed = 0.85 + Draw() * 0.3;
    candidates_.push_back(std::move(candidate));
    Push(at, Kind::kTick, index);
    const absl::Time leaves = at + absl::Seconds(Draw() * 40);
    if (Often(0.5) && leaves < kStart + kTroubles) Push(leaves, Often(0.5) ? Kind::kCrash : Kind::kRelease, index);
  }

  absl::Duration Delay() {
    if (!InTrouble()) return absl::Milliseconds(1 + Draw() * 20);
    const double kind = Draw();
    if (kind < 0.6) return absl::Milliseconds(1 + Draw() * 50);
    if (kind < 0.9) return absl::Seconds(Draw() * 4);
    return absl::Seconds(Draw() * 30);
  }

  void Send(size_t index, const ApiRequest& request) {
    Candidate& candidate = candidates_[index];
    candidate.request = ++requests_;
    auto sent = std::make_shared<ApiRequest>(request);
    Push(now_ + request.timeout / candidate.speed, Kind::kTimeout, index, candidate.request);
    if (!(InTrouble() && Often(0.1))) Push(now_ + Delay(), Kind::kArrives, index, candidate.request, std::move(sent));
  }

  void Happen(const Event& event) {
    Candidate& candidate = candidates_[event.candidate];
    const absl::Time clock = Clock(candidate, now_);
    switch (event.kind) {
      case Kind::kArrives: {
        auto answer = std::make_shared<ApiAnswer>(server_.Answer(*event.sent));
        if (InTrouble() && Often(0.05)) *answer = {500, ""};
        if (InTrouble() && Often(0.1)) return;
        return Push(now_ + Delay(), Kind::kAnswered, event.candidate, event.request, nullptr, std::move(answer));
      }
      case Kind::kAnswered:
      case Kind::kTimeout:
        if (candidate.is_gone || candidate.request != event.request) return;
        candidate.request = 0;
        candidate.elector->Heard(event.answer != nullptr ? *event.answer : ApiAnswer(), clock);
        return Tick(event.candidate);
      case Kind::kTick:
        return Tick(event.candidate);
      case Kind::kCrash:
      case Kind::kRelease:
        return Leave(event.candidate, event.kind == Kind::kRelease);
    }
  }

  void Tick(size_t index) {
    Candidate& candidate = candidates_[index];
    if (candidate.is_gone || candidate.request != 0) return;
    const std::optional<ApiRequest> request = candidate.elector->Tick(Clock(candidate, now_));
    if (request.has_value()) return Send(index, *request);
    // The rounding of a clock must not cause an endless loop.
    Push(std::max(FromClock(candidate, candidate.elector->NextTick()), now_ + absl::Milliseconds(1)), Kind::kTick,
         index);
  }

  void Leave(size_t index, bool releases) {
    if (candidates_[index].is_gone) return;
    candidates_[index].is_gone = true;
    const std::optional<ApiRequest> request =
        releases ? candidates_[index].elector->Release(Clock(candidates_[index], now_)) : std::nullopt;
    if (request.has_value()) {
      Push(now_ + Delay(), Kind::kArrives, index, ++requests_, std::make_shared<ApiRequest>(*request));
    }
    Join(now_ + absl::Seconds(Draw() * 3));
  }

  std::mt19937_64 random_;
  absl::Time now_ = kStart;
  LeaseServer server_;
  std::vector<Candidate> candidates_;
  std::priority_queue<Event> events_;
  uint64_t number_ = 0;
  uint64_t requests_ = 0;
  bool led_ = false;
};

TEST(LeaseElectorTest, Law1NeverTwoLeadersIn10000Elections) {
  for (uint64_t seed = 1; seed <= 10000; ++seed) {
    ASSERT_EQ(Election(seed).Run(), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace lws::internal
