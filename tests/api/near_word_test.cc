#include "lws/api/near_word.h"

#include "gtest/gtest.h"

namespace lws::internal {
namespace {

TEST(NearWordTest, FindsWhatWasMeant) {
  const std::vector<absl::string_view> known = {"events", "nodes", "images", "for", "replicas"};
  EXPECT_EQ(NearWord("evnts", known), "events");
  EXPECT_EQ(NearWord("enevts", known), "events");
  EXPECT_EQ(NearWord("Nodes", known), "nodes");
  EXPECT_EQ(NearWord("replcias", known), "replicas");
  EXPECT_EQ(NearWord("far", known), "for");
  EXPECT_EQ(NearWord("fur", known), "for");
  EXPECT_EQ(NearWord("Nod", {"Pod", "Node"}), "Node");
  EXPECT_EQ(NearWord("nod", {"Node", "Nods", "Pod"}), "Node");
  EXPECT_EQ(NearWord("taints", known), "");
  EXPECT_EQ(NearWord("fr", {"nodes"}), "");
  EXPECT_EQ(NearWord("", {"ab"}), "");
  EXPECT_EQ(DidYouMean("evnts", known), ", did you mean \"events\"?");
  EXPECT_EQ(DidYouMean("taints", known), "");
}

}  // namespace
}  // namespace lws::internal
