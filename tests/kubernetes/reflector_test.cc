// A reflector against an API server that cuts, repeats, refuses and is silent. The laws are those of reflector.h.
#include "lws/adapters/kubernetes/reflector.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/kind_watch.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/api/json.h"
#include "lws/api/object_kind.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/fake_api_server.h"

namespace lws {
namespace {

using internal::FindApiResource;
using internal::HttpHead;
using internal::HttpRequest;
using internal::KindWatch;
using internal::Reflector;
using internal::ReflectorOptions;
using internal::ReflectorStore;

constexpr uint64_t kSeed = 20261126;
#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kSeeds = 20;
#else
constexpr uint64_t kSeeds = 200;
#endif

// The versions of the nodes as they were at a version, by name.
std::map<std::string, std::string> VersionsAt(const FakeApiServer& wire, int64_t version) {
  std::map<std::string, std::string> versions;
  for (const auto& [name, object] : wire.ObjectsAt("Node", version)) {
    versions[name] = (*object)["metadata"].value("resourceVersion", "");
  }
  return versions;
}

// What the store was told, and the sweep at the end of a relist.
class NamesStore final : public ReflectorStore {
 public:
  void BeginRelist() override {
    is_listing_ = true;
    listed_.clear();
    calls_.push_back("begin");
  }
  absl::StatusOr<std::string> Tell(absl::string_view object) override {
    const Json document = Json::parse(std::string(object));
    const auto [name, version] = Read(document);
    names_[name] = version;
    listed_[name] = version;
    calls_.push_back(name);
    ++told_;
    return version;
  }
  absl::StatusOr<std::string> TellGone(absl::string_view object) override {
    const auto [name, version] = Read(Json::parse(std::string(object)));
    names_.erase(name);
    listed_.erase(name);
    return version;
  }
  void EndRelist(absl::string_view) override {
    EXPECT_TRUE(is_listing_);
    is_listing_ = false;
    names_ = listed_;
    calls_.push_back("end");
  }

  const std::map<std::string, std::string>& names() const { return names_; }
  bool is_listing() const { return is_listing_; }
  int told() const { return told_; }
  // "begin", "end" and the names in between, in the order of the calls.
  const std::vector<std::string>& calls() const { return calls_; }

 private:
  static std::pair<std::string, std::string> Read(const Json& object) {
    const Json& metadata = object["metadata"];
    return {absl::StrCat(metadata.value("namespace", ""), "/", metadata.value("name", "")),
            metadata.value("resourceVersion", "")};
  }

  std::map<std::string, std::string> names_;
  std::map<std::string, std::string> listed_;
  std::vector<std::string> calls_;
  bool is_listing_ = false;
  int told_ = 0;
};

Json NodeNamed(int number, int value) {
  return {{"apiVersion", "v1"},
          {"kind", "Node"},
          {"metadata", {{"name", absl::StrCat("n", number)}, {"labels", {{"value", absl::StrCat(value)}}}}}};
}

// Nodes that come, change and go, and a reflector that follows them.
class Following {
 public:
  Following(uint64_t seed, WireFaults faults)
      : random_(seed), server_(&clock_), wire_(&clock_, &server_, seed, faults) {
    ReflectorOptions options;
    options.resource = *FindApiResource(ObjectKind::kNode);
    options.page_limit = 3;
    options.on_problem = [this](const absl::Status&) { ++problems_; };
    watch_ = std::make_unique<KindWatch>(std::move(options), &wire_, &store_, seed, [this] { return clock_.now(); });
  }

  // Changes something at intervals, and checks the view whenever the reflector says that it is whole.
  void Run(absl::Duration duration, absl::Duration between_changes) {
    const absl::Time end = clock_.now() + duration;
    absl::Time change = clock_.now();
    while (clock_.now() < end) {
      if (between_changes != absl::InfiniteDuration() && clock_.now() >= change) {
        Change();
        change += between_changes;
      }
      watch_->Advance(clock_.now());
      Check();
      absl::Time next =
          std::min(clock_.next().value_or(absl::InfiniteFuture()), watch_->NextDue().value_or(absl::InfiniteFuture()));
      if (between_changes != absl::InfiniteDuration()) next = std::min(next, change);
      if (clock_.next().has_value() && *clock_.next() <= next) {
        clock_.Advance();
      } else {
        clock_.MoveTo(std::min(next, end));
      }
    }
  }

  void Heal() { wire_.faults() = WireFaults(); }

  void ExpectWhole(const std::string& where) const {
    EXPECT_TRUE(watch_->reflector().has_synced()) << where;
    EXPECT_EQ(store_.names(), VersionsAt(wire_, std::numeric_limits<int64_t>::max())) << where;
  }
  const FakeApiServer& wire() const { return wire_; }
  const NamesStore& store() const { return store_; }
  int checks() const { return checks_; }
  int problems() const { return problems_; }
  int64_t relists() const { return watch_->reflector().relists(); }

 private:
  void Change() {
    const int number = static_cast<int>(random_() % 12);
    const ObjectRef key = {"Node", "", absl::StrCat("n", number)};
    const SharedJson live = server_.Get(key);
    if (live == nullptr) {
      ASSERT_TRUE(server_.Create(NodeNamed(number, 0)).ok());
    } else if (random_() % 3 == 0) {
      ASSERT_TRUE(server_.Delete(key, {}).ok());
    } else {
      Json next = *live;
      next["metadata"]["labels"]["value"] = absl::StrCat(random_());
      ASSERT_TRUE(server_.Update(next).ok());
    }
  }

  // Law 1.
  void Check() {
    int64_t version = 0;
    const std::string& told = watch_->reflector().resource_version();
    if (store_.is_listing() || told.empty() || told == checked_) return;
    checked_ = told;
    ASSERT_TRUE(absl::SimpleAtoi(told, &version));
    ++checks_;
    EXPECT_EQ(store_.names(), VersionsAt(wire_, version)) << "at version " << version;
  }

  std::mt19937_64 random_;
  simulation::VirtualClock clock_{absl::FromUnixSeconds(1767225600)};
  simulation::ApiServer server_;
  FakeApiServer wire_;
  NamesStore store_;
  std::unique_ptr<KindWatch> watch_;
  std::string checked_;
  int checks_ = 0;
  int problems_ = 0;
};

WireFaults AllFaults() {
  WireFaults faults;
  faults.refused_for_now = 100;
  faults.error = 100;
  faults.lost_before = 50;
  faults.lost_after = 50;
  faults.cut = 100;
  faults.expired = 150;
  faults.watch_cut = 20;
  faults.watch_error = 20;
  faults.watch_silent = 5;
  faults.watch_strange = 10;
  faults.most_slow = absl::Milliseconds(700);
  return faults;
}

TEST(ReflectorTest, WithoutFaultsItListsOnceAndWatches) {
  Following following(kSeed, {});
  following.Run(absl::Hours(1), absl::Seconds(5));
  following.Run(absl::Minutes(1), absl::InfiniteDuration());
  following.ExpectWhole("");
  EXPECT_EQ(following.relists(), 1);
  EXPECT_EQ(following.problems(), 0);
  EXPECT_EQ(following.wire().requests().at("LIST nodes"), 1);
  // The server may end a watch every five to ten minutes.
  EXPECT_GE(following.wire().requests().at("WATCH nodes"), 6);
  EXPECT_LE(following.wire().requests().at("WATCH nodes"), 13);
  EXPECT_GT(following.checks(), 500);
}

TEST(ReflectorTest, WhateverIsDroppedRepeatedOrCutTheViewIsThatOfTheServer) {
  int64_t relists = 0;
  for (uint64_t seed = kSeed; seed < kSeed + kSeeds; ++seed) {
    Following following(seed, AllFaults());
    following.Run(absl::Minutes(30), absl::Seconds(7));
    following.Heal();
    following.Run(absl::Minutes(15), absl::InfiniteDuration());
    following.ExpectWhole(absl::StrCat("seed ", seed));
    EXPECT_EQ(following.wire().too_early(), 0) << "seed " << seed;
    EXPECT_GT(following.problems(), 0) << "seed " << seed;
    relists += following.relists();
  }
  EXPECT_GT(relists, static_cast<int64_t>(kSeeds) * 2);
}

ReflectorOptions PodOptions() {
  ReflectorOptions options;
  options.resource = *FindApiResource(ObjectKind::kPod);
  return options;
}

constexpr char kEmptyPage[] = R"({"metadata": {"resourceVersion": "7"}, "items": []})";

class ReflectorTable : public testing::Test {
 protected:
  // The request that is due now.
  HttpRequest Next() {
    now_ = std::max(now_, reflector_.NextDue().value_or(now_));
    std::optional<HttpRequest> request = reflector_.NextRequest(now_);
    EXPECT_TRUE(request.has_value());
    return request.value_or(HttpRequest());
  }
  void Answer(int code, const std::string& body) {
    reflector_.Head({code, std::nullopt}, now_);
    if (reflector_.Bytes(body, now_)) reflector_.End(absl::OkStatus(), now_);
  }
  void Sync() {
    Next();
    Answer(200, kEmptyPage);
  }
  absl::Duration Wait() { return *reflector_.NextDue() - now_; }

  NamesStore store_;
  Reflector reflector_{PodOptions(), &store_, kSeed};
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
};

TEST_F(ReflectorTable, TheFirstRequestIsAPageOfTheSelectedObjects) {
  const HttpRequest request = Next();
  EXPECT_EQ(request.path, "/api/v1/pods?limit=250&labelSelector=leaderworkerset.sigs.k8s.io%2Fname");
  EXPECT_TRUE(request.accepts_gzip);
  EXPECT_FALSE(request.is_stream);
  EXPECT_EQ(reflector_.NextRequest(now_), std::nullopt) << "one request at a time";
}

TEST_F(ReflectorTable, PagesFollowUntilOneHasNoContinue) {
  Next();
  Answer(200, R"({"metadata": {"resourceVersion": "7", "continue": "a/b"}, "items": [{"metadata": {"name": "x"}}]})");
  EXPECT_FALSE(reflector_.has_synced());
  EXPECT_EQ(Next().path, "/api/v1/pods?limit=250&labelSelector=leaderworkerset.sigs.k8s.io%2Fname&continue=a%2Fb");
  Answer(200, kEmptyPage);
  EXPECT_TRUE(reflector_.has_synced());
  const HttpRequest watch = Next();
  EXPECT_TRUE(watch.is_stream);
  EXPECT_EQ(watch.idle_limit, absl::Seconds(180));
  EXPECT_EQ(watch.path.substr(0, 79),
            "/api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSecon");
}

TEST_F(ReflectorTable, Law3AListThatBeginsAgainTellsItsItemsBetweenItsOwnMarks) {
  const auto page = [](const std::string& items, bool is_last) {
    return absl::StrCat(R"({"metadata": {"resourceVersion": "7")", is_last ? "" : R"(, "continue": "t")",
                        R"(}, "items": [)", items, "]}");
  };
  Next();
  Answer(200, page(R"({"metadata": {"name": "x"}}, {"metadata": {"name": "y"}})", false));
  Next();
  Answer(410, "{}");
  Next();
  Answer(200, page(R"({"metadata": {"name": "y"}})", false));
  Next();
  Answer(200, page(R"({"metadata": {"name": "z"}})", true));
  EXPECT_EQ(store_.calls(), (std::vector<std::string>{"begin", "/x", "/y", "begin", "/y", "/z", "end"}));
  EXPECT_EQ(store_.names().size(), 2u);
}

// What an answer may be: a page, a watch with events, a refusal, an end in the middle, or silence.
void Feed(uint64_t draw, absl::Time now, Reflector* reflector) {
  const auto end = [&](const absl::Status& status) { reflector->End(status, now); };
  const int codes[] = {200, 200, 200, 410, 429, 500};
  const int code = codes[draw % 6];
  if (draw % 7 == 0) return end(absl::UnavailableError("cut"));
  reflector->Head({code, code == 429 ? std::optional<absl::Duration>(absl::Seconds(3)) : std::nullopt}, now);
  const std::string bodies[] = {
      kEmptyPage, R"({"metadata": {"resourceVersion": "8", "continue": "t"}, "items": []})",
      "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"x\",\"resourceVersion\":\"9\"}}}\n", "junk\n"};
  if (reflector->Bytes(bodies[draw / 6 % 4], now)) end(absl::OkStatus());
}

TEST(ReflectorTest, Law4EqualInputsGiveEqualRequests) {
  // The requests, and when they are due, of a reflector over drawn answers.
  const auto run = [](uint64_t seed) {
    std::string log;
    NamesStore store;
    Reflector reflector(PodOptions(), &store, seed);
    std::mt19937_64 random(kSeed);
    absl::Time now = absl::FromUnixSeconds(1767225600);
    for (int i = 0; i < 200; ++i) {
      now = std::max(now, reflector.NextDue().value_or(now));
      const std::optional<HttpRequest> request = reflector.NextRequest(now);
      EXPECT_TRUE(request.has_value());
      absl::StrAppend(&log, absl::FormatTime(now), " ", request->path, "\n");
      now += absl::Milliseconds(static_cast<int64_t>(random() % 5000));
      Feed(random(), now, &reflector);
    }
    return log;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2)) << "the seed draws backoffs and the lengths of watches";
}

TEST_F(ReflectorTable, ABookmarkMovesTheVersionAndTellsNothing) {
  Sync();
  Next();
  reflector_.Head({200, std::nullopt}, now_);
  EXPECT_TRUE(
      reflector_.Bytes("{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"900\"}}}\n", now_));
  EXPECT_EQ(reflector_.resource_version(), "900");
  EXPECT_EQ(store_.told(), 0);
}

TEST_F(ReflectorTable, A410MeansANewListAtOnceAndThenAfterABackoff) {
  Sync();
  Next();
  Answer(410, "{}");
  EXPECT_EQ(Wait(), absl::ZeroDuration());
  EXPECT_FALSE(Next().is_stream);
  Answer(200, kEmptyPage);
  Next();
  Answer(410, "{}");
  EXPECT_GE(Wait(), absl::Milliseconds(400));
}

TEST_F(ReflectorTable, AnErrorEventOf410MeansANewList) {
  Sync();
  Next();
  reflector_.Head({200, std::nullopt}, now_);
  EXPECT_FALSE(reflector_.Bytes(
      "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\"}}\n", now_));
  EXPECT_EQ(Wait(), absl::ZeroDuration());
  EXPECT_FALSE(Next().is_stream);
}

TEST_F(ReflectorTable, OtherEndsOfAWatchResumeAtTheLastVersion) {
  Sync();
  Next();
  reflector_.End(absl::UnavailableError("cut"), now_);
  EXPECT_GT(Wait(), absl::ZeroDuration());
  EXPECT_NE(Next().path.find("resourceVersion=7&"), std::string::npos);
  now_ += absl::Minutes(5);
  Answer(200, "");
  EXPECT_EQ(Wait(), absl::ZeroDuration()) << "the server ended it in its time";
  Next();
  Answer(200, "");
  EXPECT_GT(Wait(), absl::ZeroDuration()) << "the server ended it at once";
}

// Law 2.
TEST_F(ReflectorTable, BackoffDoublesUpToItsMost) {
  absl::Duration whole = absl::Milliseconds(800);
  for (int i = 0; i < 12; ++i) {
    Next();
    reflector_.End(absl::UnavailableError("nobody there"), now_);
    EXPECT_GE(Wait(), whole / 2) << i;
    EXPECT_LE(Wait(), whole) << i;
    whole = std::min(whole * 2, absl::Seconds(30));
  }
}

TEST_F(ReflectorTable, RetryAfterIsObeyed) {
  Next();
  reflector_.Head({429, absl::Seconds(17)}, now_);
  reflector_.End(absl::OkStatus(), now_);
  EXPECT_EQ(Wait(), absl::Seconds(17));
}

TEST_F(ReflectorTable, ABodyThatDoesNotReadTellsNothing) {
  for (const char* body : {"", "[]", "{", R"({"items": []})", R"({"metadata": {}, "items": []})",
                           R"({"metadata": {"resourceVersion": "1"}, "items": {}})",
                           R"({"metadata": {"resourceVersion": "1"}, "items": [{"metadata": {"name": "x"}})"}) {
    Next();
    Answer(200, body);
    EXPECT_FALSE(reflector_.has_synced()) << body;
    EXPECT_EQ(store_.told(), 0) << body;
    EXPECT_GT(Wait(), absl::ZeroDuration()) << body;
  }
}

}  // namespace
}  // namespace lws
