#include "lws/api/manifest.h"

#include <string>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// The one object of a YAML text, or the error.
std::string Read(const std::string& text) {
  const absl::StatusOr<std::vector<ManifestObject>> objects = ReadManifest(text, "f");
  if (!objects.ok()) return std::string(objects.status().message());
  return objects->size() == 1 ? (*objects)[0].object->dump() : std::to_string(objects->size()) + " objects";
}

TEST(ManifestTest, ScalarsAreThoseOfYaml11) {
  EXPECT_EQ(Read("a: yes"), R"({"a":true})");
  EXPECT_EQ(Read("a: 'yes'"), R"({"a":"yes"})");
  EXPECT_EQ(Read("a: off"), R"({"a":false})");
  EXPECT_EQ(Read("a: 017"), R"({"a":15})");
  EXPECT_EQ(Read("a: 0x1f"), R"({"a":31})");
  EXPECT_EQ(Read("a: 1.5"), R"({"a":1.5})");
  EXPECT_EQ(Read("a: 1.5Gi"), R"({"a":"1.5Gi"})");
  EXPECT_EQ(Read("a: ~"), R"({"a":null})");
  EXPECT_EQ(Read("a: 2025-01-01"), R"({"a":"2025-01-01"})");
}

TEST(ManifestTest, AnchorsMergesBlocksAndComments) {
  EXPECT_EQ(Read("p: &x {a: 1, b: 2}\nq:\n  <<: *x\n  b: 3  # mine"), R"({"p":{"a":1,"b":2},"q":{"a":1,"b":3}})");
  EXPECT_EQ(Read("a: |\n  one\n  two\n"), R"({"a":"one\ntwo\n"})");
}

TEST(ManifestTest, DocumentsAndLists) {
  EXPECT_EQ(Read("a: 1\n---\n---\nb: 2\n"), "2 objects");
  EXPECT_EQ(Read("kind: List\nitems: [{a: 1}, {a: 2}, {a: 3}]"), "3 objects");
  EXPECT_EQ(Read(R"({"kind": "PodList", "items": [{"a": 1}]})"), R"({"a":1,"kind":"Pod"})");
}

TEST(ManifestTest, ErrorsNameTheLine) {
  EXPECT_EQ(Read("a: 1\nb: 2\na: 3"), "f:3: key \"a\" is already set");
  EXPECT_EQ(Read("- 1\n- 2"), "f:1: the document is not an object");
  EXPECT_EQ(Read("a:\n\tb: 1").substr(0, 4), "f:2:");
  EXPECT_EQ(Read("a: [1").substr(0, 2), "f:");
  EXPECT_EQ(Read(std::string(5000, '[')).substr(0, 4), "f:1:");
}

}  // namespace
}  // namespace lws
