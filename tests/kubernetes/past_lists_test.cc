// Lists of earlier versions, page by page. The law is that of past_lists.h.
#include "lws/adapters/kubernetes/past_lists.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/resource.h"
#include "tests/kubernetes/scripted_http_client.h"

namespace lws::internal {
namespace {

const Resource& Pods() { return *FindApiResource("v1", "Pod"); }
const Resource& Services() { return *FindApiResource("v1", "Service"); }

std::string Page(const std::string& items, const std::string& token) {
  return absl::StrCat(R"({"metadata": {"resourceVersion": "7", "continue": ")", token, R"("}, "items": [)", items,
                      "]}");
}

struct Reading {
  explicit Reading(std::string refused = "")
      : past(
            &client,
            [this, refused](const Resource& resource, absl::string_view text) {
              if (text == refused) return absl::InvalidArgumentError("refused");
              told.push_back(absl::StrCat(resource.kind, " ", text));
              return absl::OkStatus();
            },
            [this](const absl::Status& status) { ends.push_back(status); }) {}

  ScriptedHttpClient client;
  std::vector<std::string> told;
  std::vector<absl::Status> ends;
  PastLists past;
};

TEST(PastListsTest, Law1EveryPageIsToldAndThenTheEnd) {
  Reading reading;
  reading.past.Read({{&Pods(), "7"}, {&Services(), "5"}});
  ASSERT_EQ(reading.client.Open().size(), 2u);
  const std::string pods = reading.client.Find(1)->path;
  EXPECT_TRUE(absl::StrContains(pods, "&resourceVersion=7&resourceVersionMatch=Exact")) << pods;
  EXPECT_TRUE(absl::StrContains(pods, "labelSelector=")) << pods;
  reading.client.Answer(1, 200, Page(R"({"n": 1}, {"n": 2})", "next"));
  ASSERT_NE(reading.client.Find(3), nullptr);
  EXPECT_TRUE(absl::StrContains(reading.client.Find(3)->path, "&continue=next"));
  EXPECT_FALSE(absl::StrContains(reading.client.Find(3)->path, "resourceVersion")) << "the token has it";
  reading.client.Answer(2, 200, Page(R"({"n": 3})", ""));
  EXPECT_TRUE(reading.ends.empty());
  EXPECT_TRUE(reading.past.is_reading());
  reading.client.Answer(3, 200, Page(R"({"n": 4})", ""));
  EXPECT_EQ(reading.told,
            (std::vector<std::string>{R"(Pod {"n": 1})", R"(Pod {"n": 2})", R"(Service {"n": 3})", R"(Pod {"n": 4})"}));
  ASSERT_EQ(reading.ends.size(), 1u);
  EXPECT_TRUE(reading.ends[0].ok());
  EXPECT_FALSE(reading.past.is_reading());
}

TEST(PastListsTest, Law1NothingIsToldAfterAnError) {
  const struct {
    int code;
    std::string body;
  } table[] = {{410, R"({"code": 410, "reason": "Expired"})"},
               {500, ""},
               {200, "no list"},
               {200, Page(R"({"n": 1}, {"n": 2})", "")}};
  for (const auto& row : table) {
    Reading reading(/*refused=*/R"({"n": 2})");
    reading.past.Read({{&Pods(), "7"}, {&Services(), "5"}});
    reading.client.Answer(1, row.code, row.body);
    const std::vector<std::string> told = reading.told;
    ASSERT_EQ(reading.ends.size(), 1u) << row.code << " " << row.body;
    EXPECT_FALSE(reading.ends[0].ok());
    EXPECT_FALSE(reading.past.is_reading());
    reading.client.Answer(2, 200, Page(R"({"n": 3})", ""));
    EXPECT_EQ(reading.told, told);
    EXPECT_EQ(reading.ends.size(), 1u);
  }
}

}  // namespace
}  // namespace lws::internal
