// What `lwsctl serve` answers, without a connection.
#include "examples/lwsctl/serve/served_pages.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/serving/https_server.h"

namespace lwsctl {
namespace {

using lws::internal::ServedAnswer;
using lws::internal::ServedRequest;

// A request whose answer may come later.
class Asked {
 public:
  Asked(ServedPages* pages, const std::string& path, const std::string& host = "127.0.0.1:8123",
        const std::string& method = "GET") {
    pages->Answer(ServedRequest{method, path, {{"Host", host}}, ""},
                  [this](ServedAnswer answer) { answer_ = std::move(answer); });
  }

  bool is_answered() const { return answer_.has_value(); }
  int code() const { return answer_.has_value() ? answer_->code : 0; }
  std::string body() const { return answer_.has_value() ? answer_->body : ""; }

 private:
  std::optional<ServedAnswer> answer_;
};

TEST(ServedPagesTest, OnePageIsTheFirst) {
  ServedPages pages({"a.yaml"});
  EXPECT_TRUE(absl::StrContains(Asked(&pages, "/").body(), "The page of a.yaml is being made."));
  pages.Set(0, "<body>one</body>");
  EXPECT_TRUE(absl::StrContains(Asked(&pages, "/").body(), "<body>one<script>"));
  EXPECT_TRUE(absl::StrContains(Asked(&pages, "/0").body(), "fetch(\"/changed/0/1\")"));
}

TEST(ServedPagesTest, SeveralPagesHaveAList) {
  ServedPages pages({"a.yaml", "<b>.yaml"});
  EXPECT_TRUE(absl::StrContains(Asked(&pages, "/").body(), "<a href=\"/1\">&lt;b&gt;.yaml</a>"));
  EXPECT_EQ(Asked(&pages, "/1").code(), 200);
  EXPECT_EQ(Asked(&pages, "/2").code(), 404);
  EXPECT_EQ(Asked(&pages, "/-1").code(), 404);
  EXPECT_EQ(Asked(&pages, "/../etc").code(), 404);
  EXPECT_EQ(Asked(&pages, "").code(), 404);
}

TEST(ServedPagesTest, WhoWaitsIsToldOfAChangeOfThatPage) {
  ServedPages pages({"a", "b"});
  const Asked of_a(&pages, "/changed/0/0");
  const Asked of_b(&pages, "/changed/1/0");
  EXPECT_FALSE(of_a.is_answered());
  pages.Set(1, "new");
  EXPECT_FALSE(of_a.is_answered());
  EXPECT_EQ(of_b.code(), 200);
  EXPECT_EQ(Asked(&pages, "/changed/1/0").code(), 200);  // changed before it was asked
  pages.Expire();
  EXPECT_EQ(of_a.code(), 204);
  EXPECT_EQ(Asked(&pages, "/changed/2/0").code(), 404);
  EXPECT_EQ(Asked(&pages, "/changed/0/x").code(), 404);
  EXPECT_EQ(Asked(&pages, "/changed/0/7").code(), 200);  // a version of a server before this one
}

TEST(ServedPagesTest, ForeignNamesAndMethodsAreRefused) {
  ServedPages pages({"a"});
  EXPECT_EQ(Asked(&pages, "/", "evil.example:8123").code(), 403);
  EXPECT_EQ(Asked(&pages, "/", "127.0.0.1.evil.example").code(), 403);
  EXPECT_EQ(Asked(&pages, "/", "").code(), 403);
  EXPECT_EQ(Asked(&pages, "/", "localhost:1").code(), 200);
  EXPECT_EQ(Asked(&pages, "/", "localhost").code(), 200);
  EXPECT_EQ(Asked(&pages, "/", "[::1]:8123").code(), 200);
  EXPECT_EQ(Asked(&pages, "/", "127.0.0.1", "POST").code(), 405);
}

TEST(ServedPagesTest, ManyWhoWaitDoNotFillTheMemory) {
  ServedPages pages({"a"});
  for (int i = 0; i < 1000; ++i)
    pages.Answer({"GET", "/changed/0/0", {{"Host", "localhost"}}, ""}, [](ServedAnswer) {});
  EXPECT_EQ(Asked(&pages, "/changed/0/0").code(), 204);
}

}  // namespace
}  // namespace lwsctl
