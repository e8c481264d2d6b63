#include "lws/api/manifest.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// The one object of a YAML text, or the error.
std::string Read(const std::string& text) {
  const absl::StatusOr<std::vector<ManifestObject>> objects = ReadManifest(text, "f");
  if (!objects.ok()) return std::string(objects.status().message());
  return objects->size() == 1 ? (*objects)[0].object.Unpack().dump() : std::to_string(objects->size()) + " objects";
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

TEST(ManifestTest, NumbersAreThoseOfGo) {
  EXPECT_EQ(Read("a: [1_000, 0x1F, 0o17, 0b11, -0x10, 08, 1e3, 2.0, .5, 1.]"),
            R"({"a":[1000,31,15,3,-16,8,1000,2,0.5,1]})");
  EXPECT_EQ(Read("a: 18446744073709551615"), R"({"a":18446744073709551615})");
  EXPECT_EQ(Read("a: [12:30, 1e999, 0x, +, 1.2.3]"), R"({"a":["12:30","1e999","0x","+","1.2.3"]})");
  EXPECT_EQ(Read("a: .inf"), "f:1: .inf is not a number that JSON has");
  EXPECT_EQ(Read(R"({"a": 2.0})"), R"({"a":2})");
}

TEST(ManifestTest, TagsAndKeys) {
  EXPECT_EQ(Read("a: !!str 1"), R"({"a":"1"})");
  EXPECT_EQ(Read("a: !!float 1\nb: !!binary aGk="), R"({"a":1,"b":"hi"})");
  EXPECT_EQ(Read("a: !!int x"), "f:1: cannot decode !!str `x` as a !!int");
  EXPECT_EQ(Read("1: a\nyes: b\n1.5: c"), R"({"1":"a","1.5":"c","true":"b"})");
  EXPECT_EQ(Read("~: a"), "f:1: a key is null");
  EXPECT_EQ(Read("? [a]\n: b"), "f:1: a key is not a text");
}

// As in go-yaml, the later one of a merge key and the map's own keys counts.
TEST(ManifestTest, MergeKeys) {
  EXPECT_EQ(Read("p: &x {a: 1}\nq: {a: 2, <<: *x}"), R"({"p":{"a":1},"q":{"a":1}})");
  EXPECT_EQ(Read("p: &x {a: 1, b: 1}\nr: &y {a: 2, c: 2}\nq: {<<: [*x, *y]}"),
            R"({"p":{"a":1,"b":1},"q":{"a":1,"b":1,"c":2},"r":{"a":2,"c":2}})");
  EXPECT_EQ(Read("q: {<<: {a: &z 1}, b: *z, \"<<\": 2}"), R"({"q":{"<<":2,"a":1,"b":1}})");
  EXPECT_EQ(Read("q: {<<: 3}"), "f:1: map merge requires a map, or a list of maps");
}

TEST(ManifestTest, AliasesAreBoundedByTheText) {
  EXPECT_EQ(Read("a: *x"), "f:1: unknown anchor 'x' referenced");
  EXPECT_EQ(Read("a: &x [*x]"), "f:1: anchor 'x' value contains itself");
  std::string text = "a: &x " + std::string(100000, 't') + "\nb:\n";
  for (int i = 0; i < 20000; ++i) text += "- *x\n";
  EXPECT_EQ(Read(text), "f:21: the aliases and merge keys repeat too much");
  std::string lol = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 40; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    lol += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last + ", " + last + ", " + last + "]\n";
  }
  EXPECT_EQ(Read(lol).substr(0, 2), "f:");
}

TEST(ManifestTest, ByteOrderMarksCountOnlyInTheMiddle) {
  EXPECT_EQ(Read("\xef\xbb\xbf"
                 "a: 1"),
            R"({"a":1})");
  EXPECT_EQ(Read("\xef\xbb\xbf{\"a\": 1}"), R"({"a":1})");
  EXPECT_EQ(Read("a: 1\n\xef\xbb\xbf"
                 "b: x\xef\xbb\xbf"),
            "{\"a\":1,\"\xef\xbb\xbf"
            "b\":\"x\xef\xbb\xbf\"}");
}

TEST(ManifestTest, JsonIsAStream) {
  EXPECT_EQ(Read("{\"a\": 1}{\"b\": 2}\n\n---\n{\"c\": 3}"), "3 objects");
  EXPECT_EQ(Read("{\"a\": 1}\n---\nb: 2\n"), "2 objects");
  EXPECT_EQ(Read(R"({"a": "\ud83d\ude00"})"), "{\"a\":\"\xf0\x9f\x98\x80\"}");
  EXPECT_EQ(Read("{a: 1}"), R"({"a":1})");
  EXPECT_EQ(Read("{\"a\": 1,\n\"a\": 2}"), "f:2: key \"a\" is already set");
  EXPECT_EQ(Read("{\"a\":\n" + std::string(2000, '[')).substr(0, 4), "f:2:");
}

TEST(ManifestTest, AnEmptyTextHoldsNothing) {
  for (const char* text : {"", "\n", "# nothing\n", "---\n", "---\n...\n---\n"})
    EXPECT_EQ(Read(text), "0 objects") << text;
}

TEST(ManifestTest, WhatIsNoUtf8IsAnError) {
  EXPECT_EQ(Read("a: 1\nb: x\xff\n"), "f:2: the text is not UTF-8");
  EXPECT_EQ(Read("{\"a\":\n\n\"\xc3\"}"), "f:3: the text is not UTF-8");
  EXPECT_EQ(Read("\xff\xfe"
                 "a"),
            "f:1: the text is UTF-16, not UTF-8");
  EXPECT_EQ(Read("a: \x1b[31m"), "f:1: control characters are not allowed");
}

// The line of a field of the object with this number.
int LineOf(const std::string& text, size_t number, const std::string& field) {
  const absl::StatusOr<std::vector<ManifestObject>> objects = ReadManifest(text, "f");
  return objects.ok() && number < objects->size() ? (*objects)[number].object.LineOf(field) : -1;
}

TEST(ManifestTest, FieldsHaveLines) {
  const std::string text = "a: 1\n---\nkind: List\nitems:\n- b:\n    c: [x,\n      y]\n- d: 4\n";
  EXPECT_EQ(LineOf(text, 0, "a"), 1);
  EXPECT_EQ(LineOf(text, 1, "b.c[1]"), 7);
  EXPECT_EQ(LineOf(text, 1, "b.nothing"), 5);
  EXPECT_EQ(LineOf(text, 1, ""), 5);
  EXPECT_EQ(LineOf(text, 2, "d"), 8);
  EXPECT_EQ(LineOf("{\"a\": 1}\n{\"b\":\n{\"c\":\n 2}}", 1, "b.c"), 3);
  EXPECT_EQ(LineOf("{\"a\": [\n1\n,2,\n-1.5\n]}", 0, "a[0]"), 2);
  EXPECT_EQ(LineOf("{\"a\": [\n1\n,2,\n-1.5\n]}", 0, "a[2]"), 4);
  // A PodList's items get their kind, and an alias stands where it is written.
  EXPECT_EQ(LineOf("kind: PodList\nitems:\n- a: 1\n  b:\n    c: 2\n", 0, "b.c"), 5);
  EXPECT_EQ(LineOf("a: &x\n  b:\n    c: 1\nd: 2\ne: *x\n", 0, "e.b.c"), 5);
  EXPECT_EQ(LineOf("a: &x\n  b:\n    c: 1\nd:\n  e: 2\n  <<: *x\n", 0, "d.b.c"), 4);
}

TEST(ManifestTest, DocumentsAndLists) {
  EXPECT_EQ(Read("a: 1\n---\n---\nb: 2\n"), "2 objects");
  EXPECT_EQ(Read("kind: List\nitems: [{a: 1}, {a: 2}, {a: 3}]"), "3 objects");
  EXPECT_EQ(Read(R"({"kind": "PodList", "items": [{"a": 1}]})"), R"({"a":1,"kind":"Pod"})");
  EXPECT_EQ(Read(R"({"kind": "PodList", "apiVersion": "v1", "items": [{"a": 1}]})"),
            R"({"a":1,"apiVersion":"v1","kind":"Pod"})");
  EXPECT_EQ(Read("kind: List\nitems:\n- {kind: List, items: [{a: 1}]}\n- {b: 1}"), "2 objects");
  EXPECT_EQ(Read("kind: List\nitems:\n- a: 1\n- 7"), "f:4: an item of the list is not an object");
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
