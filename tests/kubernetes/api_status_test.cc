// The table of api_status.h.
#include "lws/adapters/kubernetes/api_status.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace lws {
namespace {

using internal::IsHttpRefusedForNow;
using internal::StatusOfHttpAnswer;

TEST(ApiStatusTest, CodesAndReasonsSayWhatToDo) {
  const struct {
    int code;
    std::string body;
    absl::StatusCode status;
    std::string message;
  } table[] = {
      {200, "anything", absl::StatusCode::kOk, ""},
      {201, "", absl::StatusCode::kOk, ""},
      {409, R"({"reason": "AlreadyExists", "message": "pods \"a\" already exists"})", absl::StatusCode::kAlreadyExists,
       "pods \"a\" already exists"},
      {409, R"({"reason": "Conflict", "message": "modified"})", absl::StatusCode::kAborted, "modified"},
      {422, R"({"reason": "Invalid", "message": "m", "details": {"causes": [{"field": "metadata.uid"}]}})",
       absl::StatusCode::kAborted, "m"},
      {422, R"({"reason": "Invalid", "message": "m", "details": {"causes": [{"field": "spec"}]}})",
       absl::StatusCode::kInvalidArgument, "m"},
      {422, R"({"message": "m", "details": {"causes": "none"}})", absl::StatusCode::kInvalidArgument, "m"},
      {400, R"({"message": "m"})", absl::StatusCode::kInvalidArgument, "m"},
      {413, "", absl::StatusCode::kInvalidArgument, "the server answered 413"},
      {401, "Unauthorized", absl::StatusCode::kUnauthenticated, "the server answered 401: Unauthorized"},
      {403, R"({"message": "admission webhook denied"})", absl::StatusCode::kPermissionDenied,
       "admission webhook denied"},
      {404, "{}", absl::StatusCode::kNotFound, "the server answered 404"},
      {405, "{}", absl::StatusCode::kUnimplemented, "the server answered 405"},
      {410, "{}", absl::StatusCode::kOutOfRange, "the server answered 410"},
      {500, R"({"reason": "Expired", "message": "m"})", absl::StatusCode::kOutOfRange, "m"},
      {429, "{}", absl::StatusCode::kUnavailable, "the server answered 429"},
      {503, "[]", absl::StatusCode::kUnavailable, "the server answered 503: []"},
      {504, "{}", absl::StatusCode::kDeadlineExceeded, "the server answered 504"},
      {500, R"({"message": 7})", absl::StatusCode::kInternal, "the server answered 500"},
      {302, "", absl::StatusCode::kInternal, "the server answered 302"},
  };
  for (const auto& row : table) {
    const absl::Status status = StatusOfHttpAnswer(row.code, row.body);
    EXPECT_EQ(status.code(), row.status) << row.code << " " << row.body;
    EXPECT_EQ(std::string(status.message()), row.message) << row.code << " " << row.body;
  }
}

TEST(ApiStatusTest, ALongBodyThatIsNoStatusIsCut) {
  const absl::Status status = StatusOfHttpAnswer(500, std::string(10000, 'x'));
  EXPECT_LT(status.message().size(), 400u);
}

TEST(ApiStatusTest, TheServerAsksToComeBack) {
  EXPECT_TRUE(IsHttpRefusedForNow(429));
  EXPECT_TRUE(IsHttpRefusedForNow(503));
  EXPECT_FALSE(IsHttpRefusedForNow(500));
  EXPECT_FALSE(IsHttpRefusedForNow(200));
}

}  // namespace
}  // namespace lws
