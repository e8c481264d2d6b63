// Who may read metrics. The laws are those of metrics_auth.h.
#include "lws/adapters/kubernetes/serving/metrics_auth.h"

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/serving/api_request.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"

namespace {

// The blocks that operator new gave out and nobody freed yet, as a list through their heads.
struct alignas(alignof(std::max_align_t)) BlockHead {
  BlockHead* previous;
  BlockHead* next;
  size_t size;
};
BlockHead live_blocks = {&live_blocks, &live_blocks, 0};

// How many live blocks have the text in them.
int BlocksWith(const char* begin, size_t size) {
  int count = 0;
  for (const BlockHead* block = live_blocks.next; block != &live_blocks; block = block->next) {
    const char* bytes = reinterpret_cast<const char*>(block + 1);
    for (size_t at = 0; at + size <= block->size; ++at) {
      if (std::char_traits<char>::compare(bytes + at, begin, size) != 0) continue;
      ++count;
      break;
    }
  }
  return count;
}

}  // namespace

// These tests run on one thread. The block is empty at first, so that it shows nothing of a block that was freed.
void* operator new(size_t size) {
  auto* block = static_cast<BlockHead*>(std::calloc(1, sizeof(BlockHead) + size));
  if (block == nullptr) std::abort();
  *block = {&live_blocks, live_blocks.next, size};
  block->next->previous = block;
  live_blocks.next = block;
  return block + 1;
}

void operator delete(void* pointer) noexcept {
  if (pointer == nullptr) return;
  BlockHead* block = static_cast<BlockHead*>(pointer) - 1;
  block->previous->next = block->next;
  block->next->previous = block->previous;
  std::free(block);
}

void operator delete(void* pointer, size_t) noexcept { operator delete(pointer); }

namespace lws::internal {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'790'000'000);

// An API server that knows the token "good", of the user "prometheus", who may read /metrics.
class Reviews {
 public:
  ApiAnswer Answer(const ApiRequest& request) {
    asked_.push_back(request.path.substr(request.path.rfind('/') + 1));
    const Json spec = Json::parse(request.body)["spec"];
    if (is_down) return {};
    if (asked_.back() == "tokenreviews") {
      if (spec["token"] == "good" || spec["token"] == "guest") {
        const std::string name = spec["token"] == "good" ? "prometheus" : "guest";
        return {201,
                Json({{"status",
                       {{"authenticated", true}, {"user", {{"username", name}, {"groups", {"g"}}, {"uid", "u"}}}}}})
                    .dump()};
      }
      return {201, R"({"status": {"error": "unknown"}})"};
    }
    const Json wanted = {{"user", "prometheus"},
                         {"groups", {"g"}},
                         {"uid", "u"},
                         {"nonResourceAttributes", {{"path", "/metrics"}, {"verb", "get"}}}};
    return {201, Json({{"status", {{"allowed", spec == wanted}}}}).dump()};
  }

  // The requests since the last call.
  std::vector<std::string> Asked() { return std::exchange(asked_, {}); }

  bool is_down = false;

 private:
  std::vector<std::string> asked_;
};

int Code(Reviews* reviews, MetricsAuth* auth, const std::string& token, absl::Time now,
         const std::string& path = "/metrics") {
  AuthStep step = auth->Begin(token, path, now);
  while (step.verdict == AuthVerdict::kAsk) step = auth->Heard(step.id, reviews->Answer(step.request), now);
  return HttpCodeOfVerdict(step.verdict);
}

using Asked = std::vector<std::string>;

TEST(MetricsAuthTest, Verdicts) {
  Reviews reviews;
  MetricsAuth auth;
  EXPECT_EQ(Code(&reviews, &auth, "good", kStart), 200);
  EXPECT_EQ(Code(&reviews, &auth, "bad", kStart), 401);
  EXPECT_EQ(Code(&reviews, &auth, "", kStart), 401);
  EXPECT_EQ(Code(&reviews, &auth, "guest", kStart), 403);
  EXPECT_EQ(Code(&reviews, &auth, "good", kStart, "/debug"), 403);
}

TEST(MetricsAuthTest, Law1AnswersAreRememberedForAWhile) {
  Reviews reviews;
  MetricsAuth auth;
  const struct {
    const char* about;
    const char* token;
    absl::Duration at;
    Asked asked;
  } cases[] = {
      {"first", "good", absl::ZeroDuration(), {"tokenreviews", "subjectaccessreviews"}},
      {"again", "good", absl::Seconds(59), {}},
      {"the token is old", "good", absl::Seconds(60), {"tokenreviews"}},
      {"the access too", "good", absl::Minutes(5), {"tokenreviews", "subjectaccessreviews"}},
      {"a bad token", "bad", absl::Minutes(6), {"tokenreviews"}},
      {"a bad token again", "bad", absl::Minutes(6) + absl::Seconds(29), {}},
      {"a bad token later", "bad", absl::Minutes(6) + absl::Seconds(30), {"tokenreviews"}},
      {"a refusal", "guest", absl::Minutes(7), {"tokenreviews", "subjectaccessreviews"}},
      {"a refusal again", "guest", absl::Minutes(7) + absl::Seconds(29), {}},
      {"a refusal later", "guest", absl::Minutes(7) + absl::Seconds(30), {"subjectaccessreviews"}},
  };
  for (const auto& c : cases) {
    Code(&reviews, &auth, c.token, kStart + c.at);
    EXPECT_EQ(reviews.Asked(), c.asked) << c.about;
  }
}

TEST(MetricsAuthTest, Law2NoAnswerIsNotRemembered) {
  Reviews reviews;
  MetricsAuth auth;
  reviews.is_down = true;
  EXPECT_EQ(Code(&reviews, &auth, "good", kStart), 500);
  reviews.is_down = false;
  EXPECT_EQ(Code(&reviews, &auth, "good", kStart), 200);
  for (const ApiAnswer& odd : {ApiAnswer{403, "{}"}, ApiAnswer{201, ""}, ApiAnswer{201, "[]"}, ApiAnswer{201, "{}"},
                               ApiAnswer{201, R"({"status": 3})"}}) {
    const AuthStep step = auth.Begin("other", "/metrics", kStart);
    ASSERT_EQ(step.verdict, AuthVerdict::kAsk);
    EXPECT_EQ(auth.Heard(step.id, odd, kStart).verdict, AuthVerdict::kUnavailable) << odd.body;
    EXPECT_EQ(auth.Heard(step.id, odd, kStart).verdict, AuthVerdict::kUnavailable);
  }
  const AuthStep step = auth.Begin("third", "/metrics", kStart);
  EXPECT_EQ(auth.Heard(step.id, {201, R"({"status": {"authenticated": "yes", "user": []}})"}, kStart).verdict,
            AuthVerdict::kUnauthenticated);
}

TEST(MetricsAuthTest, Law3TokensAreNotKept) {
  // The literals are not on the heap, and are long enough for no other text to have them.
  constexpr char kTokens[][24] = {"token-that-is-taken-123", "token-that-is-refused-1", "token-without-answer-12"};
  constexpr size_t kSize = sizeof(kTokens[0]) - 1;
  const auto auth = std::make_unique<MetricsAuth>();
  const auto ask = [&auth](const char* token, const ApiAnswer& answer) {
    const AuthStep step = auth->Begin(token, "/metrics", kStart);
    EXPECT_GT(BlocksWith(token, kSize), 0) << "the request has the token, until it is sent";
    return auth->Heard(step.id, answer, kStart).verdict;
  };
  const std::string user = R"({"status": {"authenticated": true, "user": {"username": "the-user-of-this-test"}}})";
  EXPECT_EQ(ask(kTokens[0], {201, user}), AuthVerdict::kAsk);
  EXPECT_EQ(ask(kTokens[1], {201, R"({"status": {"authenticated": false}})"}), AuthVerdict::kUnauthenticated);
  EXPECT_EQ(ask(kTokens[2], {}), AuthVerdict::kUnavailable);
  for (const char* token : kTokens) EXPECT_EQ(BlocksWith(token, kSize), 0) << token;
  EXPECT_GT(BlocksWith("the-user-of-this-test", 21), 0) << "the search finds what is kept";
}

TEST(MetricsAuthTest, ManyTokensAreNotAllRemembered) {
  Reviews reviews;
  MetricsAuth auth;
  for (int i = 0; i < 3000; ++i) EXPECT_EQ(Code(&reviews, &auth, std::to_string(i), kStart), 401);
  reviews.Asked();
  EXPECT_EQ(Code(&reviews, &auth, "0", kStart), 401);
  EXPECT_EQ(reviews.Asked(), Asked{"tokenreviews"});
}

TEST(MetricsAuthTest, BearerTokens) {
  EXPECT_EQ(BearerToken("Bearer abc"), "abc");
  EXPECT_EQ(BearerToken("bearer  abc "), "abc");
  EXPECT_EQ(BearerToken("Basic abc"), "");
  EXPECT_EQ(BearerToken("Bearer"), "");
  EXPECT_EQ(BearerToken(""), "");
}

}  // namespace
}  // namespace lws::internal
