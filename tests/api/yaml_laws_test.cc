// The laws of reading and writing YAML, over all short scalars, drawn maps with merge keys, and drawn documents.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/api/json_packer.h"
#include "lws/api/manifest.h"
#include "lws/api/yaml_manifest.h"
#include "lws/api/yaml_scalar.h"
#include "lws/api/yaml_text.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::JsonPacker;
using internal::kAliasAllowance;
using internal::kAliasFactor;
using internal::PlainYamlIsText;
using internal::ResolveYamlScalar;
using internal::YamlManifestReader;

void ExpectLaw1OfScalars(const std::string& text) {
  const absl::StatusOr<Json> value = ResolveYamlScalar(text, "");
  EXPECT_EQ(PlainYamlIsText(text), value.ok() && *value == Json(text)) << "\"" << text << "\"";
}

TEST(YamlScalarTest, Law1PlainTextsAreThoseThatResolveToThemselves) {
  const std::string characters = "01789aeEfoxXby+-._:~ =<";
  std::vector<std::string> texts = {""};
  size_t first = 0;
  for (int length = 1; length <= 4; ++length) {
    const size_t last = texts.size();
    for (; first < last; ++first) {
      for (const char c : characters) texts.push_back(texts[first] + c);
    }
  }
  for (const char* word : {"yes", "no", "on", "off", "true", "false", "null", "y", "n", ".inf", "-.inf", ".nan",
                           "1_000", "0b11", "0o17", "2025-01-01", "12:30:00", "1e999", "0x1f"}) {
    std::string upper = word;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) { return c >= 'a' ? c - 32 : c; });
    std::string title = word;
    title[0] = upper[0];
    for (const std::string& form : {std::string(word), upper, title, absl::StrCat(word, "s")}) texts.push_back(form);
  }
  for (const std::string& text : texts) ExpectLaw1OfScalars(text);
  EXPECT_FALSE(PlainYamlIsText("yes"));
  EXPECT_TRUE(PlainYamlIsText("word"));
}

// The one document of the text; nullopt when it does not parse.
std::optional<Json> ReadDocument(const std::string& text) {
  YamlManifestReader reader(text, "f", /*line=*/1);
  JsonPacker document;
  const absl::StatusOr<bool> found = reader.Next(&document);
  if (!found.ok()) return std::nullopt;
  EXPECT_TRUE(*found) << text;
  return document.Document().Unpack();
}

// The bytes of all texts and keys below a value.
int64_t Bytes(const Json& value) {
  int64_t bytes = value.is_string() ? static_cast<int64_t>(value.get_ref<const std::string&>().size()) : 0;
  for (const auto& [key, below] : value.items()) {
    if (value.is_object()) bytes += static_cast<int64_t>(key.size());
    if (value.is_structured()) bytes += Bytes(below);
  }
  return bytes;
}

TEST(YamlManifestTest, Law1CopiesHoldAtMostTheirAllowance) {
  int refused = 0;
  for (const int64_t size : {1000, 100000, 1000000}) {
    for (const int copies : {1, 2, 4, 10, 100, 2000}) {
      for (const bool is_merge : {false, true}) {
        std::string text = absl::StrCat("p: &x {t: ", std::string(static_cast<size_t>(size), 't'), "}\nq:\n");
        for (int i = 0; i < copies; ++i) text += is_merge ? "- {<<: *x}\n" : "- *x\n";
        const int64_t allowance = kAliasAllowance + kAliasFactor * static_cast<int64_t>(text.size());
        const std::optional<Json> document = ReadDocument(text);
        if (document.has_value()) {
          EXPECT_EQ((*document)["q"].size(), copies);
          EXPECT_LE(Bytes((*document)["q"]), allowance) << size << " bytes, " << copies << " copies";
        } else {
          ++refused;
          // Besides its bytes every value of a copy costs something, but not more than this.
          EXPECT_GT(copies * (size + 200), allowance) << size << " bytes, " << copies << " copies";
        }
      }
    }
  }
  EXPECT_GT(refused, 0);
}

// A map in a flow, with keys of its own and merge keys, and what it should read as; nullopt when a key is there twice.
struct DrawnMap {
  std::string text;
  std::optional<std::map<std::string, int>> expected;
};

DrawnMap DrawMap(const std::vector<std::map<std::string, int>>& sources, std::mt19937* random) {
  DrawnMap drawn;
  std::map<std::string, int> value;
  std::set<std::string> own;
  bool is_twice = false;
  std::vector<std::string> entries;
  for (unsigned i = (*random)() % 5; i > 0; --i) {
    if ((*random)() % 3 == 0) {
      std::map<std::string, int> merged;
      std::vector<std::string> aliases;
      for (unsigned n = 1 + (*random)() % 2; n > 0; --n) {
        const size_t source = (*random)() % sources.size();
        aliases.push_back(absl::StrCat("*m", source));
        merged.insert(sources[source].begin(), sources[source].end());
      }
      for (const auto& [key, number] : merged) value[key] = number;
      entries.push_back(absl::StrCat("<<: [", absl::StrJoin(aliases, ", "), "]"));
    } else {
      const std::string key(1, static_cast<char>('a' + (*random)() % 4));
      const int number = static_cast<int>((*random)() % 100);
      const char* quote = (*random)() % 2 == 0 ? "" : "\"";
      is_twice |= !own.insert(key).second;
      value[key] = number;
      entries.push_back(absl::StrCat(quote, key, quote, ": ", number));
    }
  }
  drawn.text = absl::StrCat("{", absl::StrJoin(entries, ", "), "}");
  if (!is_twice) drawn.expected = value;
  return drawn;
}

TEST(YamlManifestTest, Law2KeysAreSetOnceAndTheLaterOfOwnAndMergedOnesCounts) {
  constexpr unsigned kSeed = 20261126;
  std::mt19937 random(kSeed);
  const std::vector<std::map<std::string, int>> sources = {{{"a", 101}, {"b", 102}}, {{"b", 103}, {"c", 104}}};
  const std::string anchors = "m0: &m0 {a: 101, b: 102}\nm1: &m1 {b: 103, c: 104}\n";
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    const DrawnMap drawn = DrawMap(sources, &random);
    const std::optional<Json> document = ReadDocument(absl::StrCat(anchors, "q: ", drawn.text, "\n"));
    ASSERT_EQ(document.has_value(), drawn.expected.has_value()) << drawn.text << ", seed " << kSeed;
    refused += !document.has_value();
    if (!document.has_value()) continue;
    ASSERT_EQ((*document)["q"], Json(*drawn.expected)) << drawn.text << ", seed " << kSeed;
  }
  EXPECT_GT(refused, 100);
}

class DocumentDrawer {
 public:
  explicit DocumentDrawer(unsigned seed) : random_(seed) {}

  Json Object(int depth) {
    Json object = Json::object();
    for (unsigned i = random_() % 4; i > 0; --i) object[Text()] = Value(depth + 1);
    return object;
  }

 private:
  std::string Text() {
    static constexpr const char* kPieces[] = {"a",
                                              "word",
                                              " ",
                                              "\n",
                                              "\t",
                                              ":",
                                              "#",
                                              "-",
                                              "'",
                                              "\"",
                                              "1",
                                              ".",
                                              "~",
                                              "[",
                                              "{",
                                              "&",
                                              "*",
                                              "!",
                                              "|",
                                              ">",
                                              "%",
                                              "@",
                                              "`",
                                              ",",
                                              "?",
                                              "=",
                                              "<<",
                                              "0",
                                              "e",
                                              "\xc3\xa9",
                                              "\xc2\x85",
                                              "\\",
                                              "\r",
                                              "yes",
                                              "null",
                                              "\x01",
                                              "\x7f",
                                              "\xe2\x80\xa8",
                                              "\xef\xbb\xbf",
                                              "\xf0\x9f\x98\x80"};
    std::string text;
    for (unsigned i = random_() % 6; i > 0; --i) text += kPieces[random_() % std::size(kPieces)];
    return text;
  }

  Json Value(int depth) {
    switch (random_() % (depth > 3 ? 6 : 8)) {
      case 0:
        return nullptr;
      case 1:
        return random_() % 2 == 0;
      case 2:
        return static_cast<int64_t>(random_()) - (int64_t{1} << 31);
      case 3:
        return static_cast<double>(random_()) / 1000.0 + 0.0005;
      case 4:
      case 5:
        return Text();
      case 6: {
        Json list = Json::array();
        for (unsigned i = random_() % 4; i > 0; --i) list.push_back(Value(depth + 1));
        return list;
      }
      default:
        return Object(depth);
    }
  }

  std::mt19937 random_;
};

// Texts, and what kubectl writes for them.
constexpr std::pair<const char*, const char*> kWritten[] = {
    {"", R"("")"},
    {"nginx:1.27", "nginx:1.27"},
    {"10.0.0.1:8080", "10.0.0.1:8080"},
    {"192.0.2.7", "192.0.2.7"},
    {"::1", "::1"},
    {"1:30", R"("1:30")"},
    {"-1:30:59.5", R"("-1:30:59.5")"},
    {"1:60", "1:60"},
    {"8:90", "8:90"},
    {"1:2:", "'1:2:'"},
    {"1:", "'1:'"},
    {"12:30:45", R"("12:30:45")"},
    {"1", R"("1")"},
    {"-1", R"("-1")"},
    {"1.5", R"("1.5")"},
    {"1e3", R"("1e3")"},
    {"0x1f", R"("0x1f")"},
    {"017", R"("017")"},
    {"1_000", R"("1_000")"},
    {"08", R"("08")"},
    {"1.2.3", "1.2.3"},
    {"1Gi", "1Gi"},
    {"500m", "500m"},
    {"50%", "50%"},
    {".5", R"(".5")"},
    {".inf", R"(".inf")"},
    {"NaN", "NaN"},
    {".nan", R"(".nan")"},
    {"yes", R"("yes")"},
    {"y", R"("y")"},
    {"No", R"("No")"},
    {"off", R"("off")"},
    {"true", R"("true")"},
    {"TRUE", R"("TRUE")"},
    {"truE", "truE"},
    {"null", R"("null")"},
    {"~", R"("~")"},
    {"2026-01-31", R"("2026-01-31")"},
    {"2026-01-31T06:30:00Z", R"("2026-01-31T06:30:00Z")"},
    {"2026-01-31T06:30:00.123456+01:00", R"("2026-01-31T06:30:00.123456+01:00")"},
    {"2026-01-31 06:30:00", R"("2026-01-31 06:30:00")"},
    {"2026-01", "2026-01"},
    {"2026-01-31-a", "2026-01-31-a"},
    {"a: b", "'a: b'"},
    {"a:b", "a:b"},
    {"a #b", "'a #b'"},
    {"a#b", "a#b"},
    {"#a", "'#a'"},
    {"*a", "'*a'"},
    {"&a", "'&a'"},
    {"!a", "'!a'"},
    {"%a", "'%a'"},
    {"@a", "'@a'"},
    {"`a", "'`a'"},
    {"|", "'|'"},
    {"-", "'-'"},
    {"- a", "'- a'"},
    {"-a", "-a"},
    {"--flag=x", "--flag=x"},
    {"?", "'?'"},
    {"[a]", "'[a]'"},
    {"{a}", "'{a}'"},
    {"a, b", "a, b"},
    {"it's", "it's"},
    {"'a'", "'''a'''"},
    {"\"a\"", R"('"a"')"},
    {" a", "' a'"},
    {"a ", "'a '"},
    {"a\tb", R"("a\tb")"},
    {"\\", R"(\)"},
    {"<<", R"("<<")"},
    {"$(NAME)", "$(NAME)"},
    {"\xc3\xa9", "\xc3\xa9"},
};

TEST(YamlTextTest, QuotesAreThoseOfKubectl) {
  for (const auto& [text, written] : kWritten) {
    const std::string yaml = ToYaml({{"a", text}});
    EXPECT_EQ(yaml, absl::StrCat("a: ", written, "\n")) << text;
    const absl::StatusOr<std::vector<ManifestObject>> read = ReadManifest(yaml, "f");
    ASSERT_TRUE(read.ok() && read->size() == 1) << yaml;
    EXPECT_EQ(read->front().object.Unpack(), Json({{"a", text}})) << yaml;
  }
  EXPECT_EQ(ToYaml({{"a", {1, {{"b", "c"}, {"d", Json::array()}}, Json::object()}}, {"e", "f\ng\n"}, {"h", "i\nj"}}),
            "a:\n- 1\n- b: c\n  d: []\n- {}\ne: |\n  f\n  g\nh: |-\n  i\n  j\n");
}

TEST(YamlTextTest, Law1WhatIsWrittenReadsAgain) {
  constexpr unsigned kSeed = 20261126;
  DocumentDrawer drawer(kSeed);
  for (int i = 0; i < 20000; ++i) {
    const Json object = drawer.Object(0);
    const std::string text = ToYaml(object);
    const absl::StatusOr<std::vector<ManifestObject>> objects = ReadManifest(text, "f");
    ASSERT_TRUE(objects.ok()) << objects.status() << "\n" << object.dump() << "\n" << text << "seed " << kSeed;
    ASSERT_EQ(objects->size(), 1) << object.dump() << "\n" << text << "seed " << kSeed;
    ASSERT_EQ((*objects)[0].object.Unpack(), object) << text << "seed " << kSeed;
  }
}

}  // namespace
}  // namespace lws
