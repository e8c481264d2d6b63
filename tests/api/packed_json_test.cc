// The laws of packed documents, over drawn documents.
#include "lws/api/packed_json.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/api/json_packer.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

Json Draw(int depth, std::mt19937* random) {
  const std::vector<Json> scalars = {nullptr, true,      false,     0,          1,
                                     -1,      INT64_MAX, INT64_MIN, UINT64_MAX, 0.5,
                                     -1e300,  5U,        "",        "a.b",      std::string(200, 'x'),
                                     "\n"};
  const unsigned kind = (*random)() % 8;
  if (depth > 4 || kind < 4) return scalars[(*random)() % scalars.size()];
  Json value = kind < 6 ? Json::array() : Json::object();
  for (unsigned i = (*random)() % 6; i > 0; --i) {
    if (kind < 6) {
      value.push_back(Draw(depth + 1, random));
    } else {
      value[std::string((*random)() % 3, static_cast<char>('a' + (*random)() % 3))] = Draw(depth + 1, random);
    }
  }
  return value;
}

bool HaveSameTypes(const Json& a, const Json& b) {
  if (a.type() != b.type() || a.size() != b.size()) return false;
  if (!a.is_structured()) return a == b;
  return std::equal(a.begin(), a.end(), b.begin(), HaveSameTypes);
}

TEST(PackedJsonTest, Law1UnpackReturnsWhatWasPacked) {
  constexpr unsigned kSeed = 20261127;
  std::mt19937 random(kSeed);
  for (int i = 0; i < 20000; ++i) {
    const Json document = Draw(0, &random);
    const Json again = PackJson(document).Unpack();
    ASSERT_EQ(again, document) << "seed " << kSeed;
    ASSERT_TRUE(HaveSameTypes(again, document)) << document.dump() << ", seed " << kSeed;
  }
  EXPECT_EQ(PackedJson().Unpack(), Json());
  EXPECT_EQ(PackedJson().line(), 1);
}

// Packs a drawn document, every value on a line of its own, and keeps the line of each path.
class Printer {
 public:
  explicit Printer(std::mt19937* random) : random_(random) {}

  std::vector<std::pair<std::string, int>> lines;
  JsonPacker packer;

  void Print(const std::string& path, int depth) {
    const int line = line_;
    lines.emplace_back(path, line);
    const unsigned kind = depth > 4 ? 0 : (*random_)() % 3;
    if (kind == 0) return packer.Scalar((*random_)() % 2 == 0 ? Json(7) : Json("text"), line);
    kind == 1 ? packer.StartList(line) : packer.StartMap(line);
    const unsigned size = (*random_)() % 5;
    for (unsigned i = 0; i < size; ++i) {
      line_ += 1 + static_cast<int>((*random_)() % 200);
      // Every other order of keys is not the sorted one.
      const std::string key = absl::StrCat("k", line % 2 == 0 ? i : size - i);
      if (kind == 2) packer.Key(key, line_);
      Print(kind == 1 ? absl::StrCat(path, "[", i, "]") : absl::StrCat(path, path.empty() ? "" : ".", key), depth + 1);
    }
    packer.End();
  }

 private:
  std::mt19937* random_;
  int line_ = 1;
};

TEST(PackedJsonTest, Law2ValuesHaveLines) {
  constexpr unsigned kSeed = 20261127;
  std::mt19937 random(kSeed);
  for (int i = 0; i < 2000; ++i) {
    Printer printer(&random);
    printer.Print("", 0);
    const PackedJson packed = printer.packer.Document();
    for (const auto& [path, line] : printer.lines) {
      ASSERT_EQ(packed.LineOf(path), line) << path << ", seed " << kSeed;
      // There is nothing below a path that goes on like this.
      ASSERT_EQ(packed.LineOf(absl::StrCat(path, path.empty() ? "" : ".", "nothing[3].x")), line) << path;
      ASSERT_EQ(packed.LineOf(absl::StrCat(path, "[99].k1")), line) << path;
    }
  }
}

TEST(PackedJsonTest, Law2CopiesStandWhereTheyWerePut) {
  JsonPacker packer;
  packer.StartMap(1);
  packer.Key("a", 2);
  const size_t begin = packer.size();
  packer.StartMap(3);
  packer.Key("b", 4);
  packer.Text("x", 4);
  packer.End();
  packer.Key("c", 9);
  packer.Copy(packer.At(begin), 9);
  packer.End();
  const PackedJson packed = packer.Document();
  EXPECT_EQ(packed.Unpack(), Json::parse(R"({"a": {"b": "x"}, "c": {"b": "x"}})"));
  EXPECT_EQ(packed.LineOf("a.b"), 4);
  EXPECT_EQ(packed.LineOf("c.b"), 9);
  EXPECT_EQ(packed.LineOf("c"), 9);
}

TEST(PackedJsonTest, KeysAreSetOnceUnlessTheyAreSetAgain) {
  JsonPacker packer;
  packer.StartMap(1);
  const std::vector<std::pair<std::string, bool>> keys = {{"b", true},  {"d", true}, {"d", false}, {"a", true},
                                                          {"b", false}, {"e", true}, {"a", false}, {"c", true}};
  for (const auto& [key, is_new] : keys) {
    EXPECT_EQ(packer.Key(key, 1), is_new) << key;
    if (is_new) packer.Text(key, 1);
  }
  packer.KeyAgain("b", 5);
  packer.Text("later", 5);
  packer.End();
  EXPECT_EQ(packer.Document().Unpack().dump(), R"({"a":"a","b":"later","c":"c","d":"d","e":"e"})");
  const PackedJson more = PackedMapWithEntry(packer.Document().value(), 1, "f", {{"g", 1}});
  EXPECT_EQ(more.Unpack().dump(), R"({"a":"a","b":"later","c":"c","d":"d","e":"e","f":{"g":1}})");
  EXPECT_EQ(more.LineOf("b"), 5);
}

}  // namespace
}  // namespace lws::internal
