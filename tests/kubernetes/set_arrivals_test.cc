// Sets that arrive before the StatefulSet of their name was looked up. The laws are those of set_arrivals.h.
#include "lws/adapters/kubernetes/set_arrivals.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/scripted_http_client.h"

namespace lws::internal {
namespace {

using Names = std::vector<std::string>;

std::string SetText(const std::string& name, const std::string& version = "1") {
  return Json({{"metadata", {{"namespace", "n"}, {"name", name}, {"resourceVersion", version}}}}).dump();
}

std::string StatefulSetText(const std::string& name, bool has_label) {
  Json object = {{"metadata", {{"namespace", "n"}, {"name", name}}}};
  if (has_label) object["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/name"] = name;
  return object.dump();
}

class SetArrivalsTest : public testing::Test {
 protected:
  // A view that writes down what it is told: "set NAME VERSION", "gone NAME", "statefulset NAME".
  ArrivalsView View() {
    ArrivalsView view;
    view.has_set = [this](absl::string_view, absl::string_view name) { return sets_.count(std::string(name)) > 0; };
    view.has_leader_statefulset = [this](absl::string_view, absl::string_view name) {
      return statefulsets_.count(std::string(name)) > 0;
    };
    view.tell_set = [this](absl::string_view text) {
      const Json metadata = Json::parse(std::string(text))["metadata"];
      sets_.insert(metadata["name"].get<std::string>());
      told_.push_back(absl::StrCat("set ", metadata["name"].get<std::string>(), " ",
                                   metadata["resourceVersion"].get<std::string>()));
      return metadata["resourceVersion"].get<std::string>();
    };
    view.tell_set_gone = [this](absl::string_view text) {
      const std::string name = Json::parse(std::string(text))["metadata"]["name"];
      if (sets_.erase(name) > 0) told_.push_back("gone " + name);
      return std::string("9");
    };
    view.tell_statefulset = [this](absl::string_view text) {
      const std::string name = Json::parse(std::string(text))["metadata"]["name"];
      statefulsets_.insert(name);
      told_.push_back("statefulset " + name);
    };
    return view;
  }

  // The only request that has no answer.
  uint64_t Open() {
    const std::vector<uint64_t> open = client_.Open();
    EXPECT_EQ(open.size(), 1u);
    return open.empty() ? 0 : open.front();
  }
  Names Told() { return std::exchange(told_, {}); }

  ScriptedHttpClient client_;
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  std::set<std::string> sets_;
  std::set<std::string> statefulsets_;
  Names told_;
  SetArrivals arrivals_{&client_, View(), [this] { return now_; }};
};

TEST_F(SetArrivalsTest, Law1ASetIsToldAfterTheStatefulSetOfItsName) {
  arrivals_.Open();
  EXPECT_EQ(*arrivals_.Tell(SetText("a")), "1");
  EXPECT_EQ(Told(), Names()) << "nothing before the answer";
  EXPECT_EQ(client_.Find(Open())->path, "/apis/apps/v1/namespaces/n/statefulsets/a");
  client_.Answer(Open(), 200, StatefulSetText("a", false));
  EXPECT_EQ(Told(), (Names{"statefulset a", "set a 1"}));
  EXPECT_EQ(*arrivals_.Tell(SetText("b")), "1");
  client_.Answer(Open(), 404, "{}");
  EXPECT_EQ(Told(), Names{"set b 1"});
}

TEST_F(SetArrivalsTest, Law1ASetIsToldAtOnceIfTheViewHasItOrItsStatefulSet) {
  arrivals_.Open();
  sets_ = {"a"};
  statefulsets_ = {"b"};
  arrivals_.Tell(SetText("a")).IgnoreError();
  arrivals_.Tell(SetText("b")).IgnoreError();
  EXPECT_EQ(Told(), (Names{"set a 1", "set b 1"}));
  EXPECT_TRUE(client_.Open().empty());
}

TEST_F(SetArrivalsTest, Law1TheNewestTextOfTheSetIsTold) {
  arrivals_.Open();
  arrivals_.Tell(SetText("a", "1")).IgnoreError();
  EXPECT_EQ(*arrivals_.Tell(SetText("a", "2")), "2");
  EXPECT_EQ(Told(), Names());
  client_.Answer(Open(), 404, "{}");
  EXPECT_EQ(Told(), Names{"set a 2"});
}

TEST_F(SetArrivalsTest, Law1NothingIsToldOfASetThatGoesMeanwhile) {
  for (const bool by_list : {false, true}) {
    arrivals_.Open();
    arrivals_.Tell(SetText("a")).IgnoreError();
    if (by_list) {
      arrivals_.BeginRelist();
      arrivals_.EndRelist();
    } else {
      arrivals_.TellGone(SetText("a")).IgnoreError();
    }
    client_.Answer(Open(), 200, StatefulSetText("a", false));
    EXPECT_EQ(Told(), Names()) << by_list;
  }
}

TEST_F(SetArrivalsTest, Law1AListThatHasTheSetKeepsIt) {
  arrivals_.Open();
  arrivals_.Tell(SetText("a", "1")).IgnoreError();
  arrivals_.BeginRelist();
  arrivals_.Tell(SetText("a", "3")).IgnoreError();
  arrivals_.EndRelist();
  client_.Answer(Open(), 404, "{}");
  EXPECT_EQ(Told(), Names{"set a 3"});
}

TEST_F(SetArrivalsTest, SetsThatWereToldEarlyAreLookedUpWhenItOpens) {
  statefulsets_ = {"b"};
  arrivals_.Tell(SetText("a")).IgnoreError();
  arrivals_.Tell(SetText("b")).IgnoreError();
  EXPECT_EQ(Told(), (Names{"set a 1", "set b 1"}));
  EXPECT_TRUE(client_.Open().empty()) << "the list of StatefulSets may not have come yet";
  arrivals_.Open();
  EXPECT_TRUE(arrivals_.is_looking());
  client_.Answer(Open(), 200, StatefulSetText("a", false));
  EXPECT_FALSE(arrivals_.is_looking());
  EXPECT_EQ(Told(), Names{"statefulset a"});
}

TEST_F(SetArrivalsTest, Law2AGetWithoutAnAnswerIsSentAgainInItsTime) {
  arrivals_.Open();
  arrivals_.Tell(SetText("a")).IgnoreError();
  const struct {
    int code;
    std::optional<absl::Duration> retry_after;
    absl::Duration wait;
  } cases[] = {
      {0, std::nullopt, absl::Seconds(1)},
      {500, std::nullopt, absl::Seconds(1)},
      {429, absl::Seconds(7), absl::Seconds(7)},
      {429, absl::ZeroDuration(), absl::Seconds(1)},
  };
  for (const auto& c : cases) {
    const uint64_t id = Open();
    if (c.code != 0) client_.Head(id, {c.code, c.retry_after});
    client_.End(id, c.code == 0 ? absl::UnavailableError("lost") : absl::OkStatus());
    EXPECT_EQ(arrivals_.NextDue(), now_ + c.wait) << c.code;
    now_ += c.wait - absl::Nanoseconds(1);
    arrivals_.Advance(now_);
    EXPECT_TRUE(client_.Open().empty()) << c.code << ": too early";
    now_ += absl::Nanoseconds(1);
    arrivals_.Advance(now_);
  }
  EXPECT_EQ(Told(), Names());
  client_.Answer(Open(), 404, "{}");
  EXPECT_EQ(Told(), Names{"set a 1"});
  EXPECT_EQ(arrivals_.NextDue(), std::nullopt);
}

TEST_F(SetArrivalsTest, Law3FoundStatefulSetsStayOverAList) {
  arrivals_.Open();
  arrivals_.Tell(SetText("a")).IgnoreError();
  client_.Answer(Open(), 200, StatefulSetText("a", false));
  arrivals_.Tell(SetText("b")).IgnoreError();
  client_.Answer(Open(), 200, StatefulSetText("b", true));
  Told();
  // The list names b, which has the label.
  arrivals_.TellFoundAgain();
  EXPECT_EQ(Told(), Names{"statefulset a"});
  // What a write finds counts, too.
  arrivals_.Found("n", "c", StatefulSetText("c", false));
  arrivals_.Found("n", "a", std::nullopt);
  arrivals_.TellFoundAgain();
  EXPECT_EQ(Told(), Names{"statefulset c"});
}

TEST_F(SetArrivalsTest, ATextThatDoesNotParseIsAnErrorAndAsksForNothing) {
  arrivals_.Open();
  for (const char* text : {"", "{", R"({"metadata": {"name": 3}})"}) {
    EXPECT_FALSE(arrivals_.Tell(text).ok()) << text;
    EXPECT_FALSE(arrivals_.TellGone(text).ok()) << text;
  }
  EXPECT_TRUE(client_.Open().empty());
}

}  // namespace
}  // namespace lws::internal
