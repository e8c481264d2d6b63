// The laws of apply_memo.h.
#include "lws/adapters/kubernetes/apply_memo.h"

#include "gtest/gtest.h"

namespace lws {
namespace {

using internal::ApplyMemo;

const ObjectRef kLeader = {"StatefulSet", "n", "vllm"};
const ObjectRef kOther = {"StatefulSet", "n", "other"};

TEST(ApplyMemoTest, Law1OnlyTheSameBodyOnTheSameObjectAsItWasIsTheSame) {
  ApplyMemo memo;
  EXPECT_FALSE(memo.IsSame(kLeader, "body", "uid", "applied"));
  memo.Applied(kLeader, "body", "uid", "applied");
  EXPECT_TRUE(memo.IsSame(kLeader, "body", "uid", "applied"));
  EXPECT_FALSE(memo.IsSame(kLeader, "body 2", "uid", "applied"));
  EXPECT_FALSE(memo.IsSame(kLeader, "body", "uid 2", "applied"));
  EXPECT_FALSE(memo.IsSame(kLeader, "body", "uid", "applied 2"));
  EXPECT_FALSE(memo.IsSame(kOther, "body", "uid", "applied"));
  EXPECT_FALSE(memo.IsSame(kLeader, "bod", "yuid", "applied")) << "texts are kept apart";
  memo.Applied(kLeader, "body 2", "uid", "applied");
  EXPECT_FALSE(memo.IsSame(kLeader, "body", "uid", "applied")) << "the last counts";
}

TEST(ApplyMemoTest, Law2NothingIsLeftOfWhatWasForgotten) {
  ApplyMemo memo;
  memo.Applied(kLeader, "body", "uid", "applied");
  memo.Applied(kOther, "body", "uid", "applied");
  memo.Forget(kLeader);
  EXPECT_EQ(memo.size(), 1u);
  EXPECT_FALSE(memo.IsSame(kLeader, "body", "uid", "applied"));
  memo.Applied(kLeader, "body", "uid", "applied");
  memo.ForgetAllBut([](const ObjectRef& object) { return object.name == "other"; });
  EXPECT_EQ(memo.size(), 1u);
  EXPECT_TRUE(memo.IsSame(kOther, "body", "uid", "applied"));
}

}  // namespace
}  // namespace lws
