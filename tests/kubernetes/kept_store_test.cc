// What policies remember, on its way to ConfigMaps and back. The laws are those of kept_store.h.
#include "lws/adapters/kubernetes/kept_store.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/scripted_http_client.h"

namespace lws {
namespace {

using internal::KeptStore;
using internal::KeptStoreView;

class KeptStoreTest : public testing::Test {
 protected:
  KeptStoreView View() {
    KeptStoreView view;
    view.add = [this](absl::string_view bytes) {
      if (bytes == "broken") return absl::InvalidArgumentError("no state");
      added_.emplace_back(bytes);
      return absl::OkStatus();
    };
    view.on_problem = [this](const absl::Status& status) { problems_.emplace_back(status.message()); };
    return view;
  }
  bool Keep(const std::string& bytes, const std::string& uid = "u") {
    return store_.Keep({"n", "s", uid}, bytes, [this, bytes](const absl::Status& status, absl::Time) {
      done_.push_back({bytes, status});
    });
  }
  uint64_t Open() {
    const std::vector<uint64_t> open = client_.Open();
    EXPECT_EQ(open.size(), 1u);
    return open.empty() ? 0 : open.front();
  }
  void Refuse(int code, absl::Duration retry_after) {
    const uint64_t id = Open();
    client_.Head(id, {code, retry_after});
    client_.End(id, absl::OkStatus());
  }
  std::string SentBytes() {
    const Json body = Json::parse(client_.Find(Open())->body);
    std::string bytes;
    EXPECT_TRUE(absl::Base64Unescape(body["binaryData"]["kept"].get<std::string>(), &bytes));
    return bytes;
  }
  void AdvanceBy(absl::Duration duration) {
    now_ += duration;
    store_.Advance(now_);
  }

  ScriptedHttpClient client_;
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  std::vector<std::string> added_;
  std::vector<std::string> problems_;
  std::vector<std::pair<std::string, absl::Status>> done_;
  KeptStore store_{&client_, View(), [this] { return now_; }};
};

std::string Item(const std::string& bytes) {
  return Json({{"metadata", {{"namespace", "n"}, {"name", "lws-kept-u"}}},
               {"binaryData", {{"kept", absl::Base64Escape(bytes)}}}})
      .dump();
}

TEST_F(KeptStoreTest, WhatIsSentIsAConfigMapOfTheSet) {
  EXPECT_FALSE(Keep("one"));
  const internal::HttpRequest& request = *client_.Find(Open());
  EXPECT_EQ(request.method, "PATCH");
  EXPECT_EQ(request.path, "/api/v1/namespaces/n/configmaps/lws-kept-u?fieldManager=lws&force=true");
  EXPECT_EQ(Json::parse(request.body)["metadata"], Json::parse(R"({"namespace": "n", "name": "lws-kept-u",
      "labels": {"lws-policies/set": "s"},
      "ownerReferences": [{"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "name": "s",
                           "uid": "u"}]})"));
  EXPECT_EQ(SentBytes(), "one");
  EXPECT_TRUE(Keep("")) << "nothing to keep";
}

TEST_F(KeptStoreTest, Law1DoneIsCalledWhenTheServerHasTheBytes) {
  EXPECT_FALSE(Keep("one"));
  EXPECT_FALSE(Keep("two")) << "Law 3: one write at a time";
  EXPECT_EQ(SentBytes(), "one");
  client_.Answer(Open(), 200, "{}");
  EXPECT_TRUE(done_.empty());
  EXPECT_EQ(SentBytes(), "two");
  client_.Answer(Open(), 200, "{}");
  ASSERT_EQ(done_.size(), 2u);
  for (const auto& [bytes, status] : done_) EXPECT_TRUE(status.ok());
}

TEST_F(KeptStoreTest, Law2AFailureIsToldAndSentAgain) {
  for (const absl::Duration wait : {absl::Seconds(1), absl::Seconds(2), absl::Seconds(4)}) {
    if (done_.empty()) EXPECT_FALSE(Keep("one"));
    client_.Answer(Open(), 500, "no Status");
    ASSERT_EQ(done_.size(), 1u);
    EXPECT_TRUE(absl::IsInternal(done_[0].second));
    EXPECT_TRUE(absl::StrContains(done_[0].second.message(), "LeaderWorkerSet n/s"));
    AdvanceBy(wait - absl::Milliseconds(1));
    EXPECT_TRUE(client_.Open().empty()) << wait;
    EXPECT_EQ(store_.NextDue(), now_ + absl::Milliseconds(1));
    AdvanceBy(absl::Milliseconds(1));
  }
  client_.Answer(Open(), 500, "no Status");
  EXPECT_FALSE(Keep("one")) << "another plan does not wait";
  client_.Answer(Open(), 200, "{}");
  EXPECT_TRUE(done_.back().second.ok());
  EXPECT_EQ(store_.NextDue(), std::nullopt);
}

TEST_F(KeptStoreTest, Law2ARefusalForNowIsSentAgainInItsTime) {
  EXPECT_FALSE(Keep("one"));
  Refuse(429, absl::Seconds(5));
  EXPECT_FALSE(Keep("two"));
  EXPECT_TRUE(client_.Open().empty()) << "too early";
  AdvanceBy(absl::Seconds(5));
  EXPECT_EQ(SentBytes(), "two");
  client_.Answer(Open(), 200, "{}");
  EXPECT_EQ(done_.size(), 2u);
}

TEST_F(KeptStoreTest, Law3TheSameBytesAreNotWrittenAgain) {
  EXPECT_FALSE(Keep("one"));
  client_.Answer(Open(), 200, "{}");
  EXPECT_TRUE(Keep("one"));
  EXPECT_FALSE(Keep("one", "the next set")) << "another set of the name";
  EXPECT_TRUE(absl::StrContains(client_.Find(Open())->path, "lws-kept-the%20next%20set"));
}

TEST_F(KeptStoreTest, WhoWaitsForASetThatGoesHearsOfIt) {
  EXPECT_FALSE(Keep("one"));
  store_.ForgetAllBut([](absl::string_view, absl::string_view name) { return name != "s"; });
  ASSERT_EQ(done_.size(), 1u);
  EXPECT_TRUE(absl::IsAborted(done_[0].second));
  client_.Answer(Open(), 200, "{}");
  EXPECT_EQ(done_.size(), 1u);
}

TEST_F(KeptStoreTest, Law4ReadingGoesThroughAllPages) {
  store_.Read();
  EXPECT_EQ(client_.Find(Open())->path, "/api/v1/configmaps?limit=100&labelSelector=lws-policies%2Fset");
  client_.Answer(Open(), 200, absl::StrCat(R"({"metadata": {"continue": "x"}, "items": [)", Item("a"), "]}"));
  EXPECT_FALSE(store_.has_read());
  EXPECT_TRUE(absl::EndsWith(client_.Find(Open())->path, "&continue=x"));
  client_.Answer(Open(), 200, absl::StrCat(R"({"items": [)", Item("b"), ",", Item("broken"), R"(, 7, {}]})"));
  EXPECT_TRUE(store_.has_read());
  EXPECT_EQ(added_, (std::vector<std::string>{"a", "b", ""}));
  EXPECT_EQ(problems_.size(), 2u) << "the broken one, and the number";
}

TEST_F(KeptStoreTest, Law4ReadingAsksUntilItHasAnAnswer) {
  store_.Read();
  Refuse(429, absl::Seconds(5));
  AdvanceBy(absl::Seconds(4));
  EXPECT_TRUE(client_.Open().empty());
  AdvanceBy(absl::Seconds(1));
  for (const char* body : {"[]", "no JSON"}) {
    client_.Answer(Open(), 200, body);
    EXPECT_FALSE(store_.has_read());
    AdvanceBy(absl::Seconds(1));
  }
  client_.Answer(Open(), 403, R"({"message": "no"})");
  EXPECT_TRUE(store_.has_read());
  EXPECT_EQ(problems_.back(), "no");
  store_.Read();
  EXPECT_FALSE(store_.has_read());
}

}  // namespace
}  // namespace lws
