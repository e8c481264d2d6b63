// The laws of watch_lines.h.
#include "lws/adapters/kubernetes/watch_lines.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::ReadWatchEvent;
using internal::WatchEvent;
using internal::WatchEventType;
using internal::WatchLines;

constexpr uint64_t kSeed = 20261126;

TEST(WatchLinesTest, Law1And2HoweverTheBytesAreCutTheSameLinesComeOut) {
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> lines;
    std::string stream;
    for (uint64_t i = 0; i < random() % 6; ++i) {
      std::string line(random() % 40, static_cast<char>('a' + i));
      stream += line + "\n";
      if (!line.empty()) lines.push_back(std::move(line));
    }
    stream += std::string(random() % 10, 'z');  // a line without its line break
    WatchLines reader;
    std::vector<std::string> told;
    for (size_t at = 0; at < stream.size();) {
      const size_t size = 1 + random() % 20;
      ASSERT_TRUE(reader
                      .Feed(absl::string_view(stream).substr(at, size),
                            [&told](absl::string_view line) { told.emplace_back(line); })
                      .ok());
      at += size;
    }
    EXPECT_EQ(told, lines) << "seed " << kSeed << ", round " << round;
  }
}

TEST(WatchLinesTest, Law3ALineThatIsTooLongEndsTheStream) {
  WatchLines reader(10);
  int told = 0;
  const auto count = [&told](absl::string_view) { ++told; };
  EXPECT_TRUE(reader.Feed("0123456789\n0123", count).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(reader.Feed("4567890\nab\n", count)));
  EXPECT_TRUE(absl::IsResourceExhausted(reader.Feed("ab\n", count)));
  EXPECT_EQ(told, 1);
  reader.Clear();
  EXPECT_TRUE(reader.Feed("ab\n", count).ok());
  EXPECT_EQ(told, 2);
}

TEST(WatchEventTest, AsServersWriteItAndOtherwise) {
  const struct {
    std::string line;
    WatchEventType type;
    std::string object;
  } table[] = {
      {R"({"type":"ADDED","object":{"a":{"b":1}}})", WatchEventType::kAdded, R"({"a":{"b":1}})"},
      {R"({"type":"MODIFIED","object":{}})", WatchEventType::kModified, "{}"},
      {R"({"type":"DELETED","object":{"a":"}}"}})", WatchEventType::kDeleted, R"({"a":"}}"})"},
      {R"({"type":"BOOKMARK","object":{"a":1}})", WatchEventType::kBookmark, R"({"a":1})"},
      {R"({ "object": {"a": [1, 2]}, "type": "ERROR" })", WatchEventType::kError, R"({"a": [1, 2]})"},
      {R"({"object":{"x":{}},"type":"ADDED"})", WatchEventType::kAdded, R"({"x":{}})"},
  };
  for (const auto& row : table) {
    const absl::StatusOr<WatchEvent> event = ReadWatchEvent(row.line);
    ASSERT_TRUE(event.ok()) << row.line << ": " << event.status();
    EXPECT_EQ(event->type, row.type) << row.line;
    EXPECT_EQ(std::string(event->object), row.object) << row.line;
  }
}

TEST(WatchEventTest, WhatIsNoEventIsAnError) {
  for (const char* line : {"", "{", "[]", "7", "null", R"({"type":"ADDED"})", R"({"object":{}})",
                           R"({"type":"ADDED","object":7})", R"({"type":"STRANGE","object":{}})",
                           R"({"type":7,"object":{}})", R"({"type":"ADDED","object":{"a":1})", "\xff\xfe"}) {
    const absl::StatusOr<WatchEvent> event = ReadWatchEvent(line);
    EXPECT_TRUE(absl::IsInvalidArgument(event.status())) << line;
  }
}

// Any bytes give an event whose object lies in the line, or an error.
TEST(WatchEventTest, AnyBytesAreReadWithoutHarm) {
  std::mt19937_64 random(kSeed);
  const std::string valid = R"({"type":"MODIFIED","object":{"metadata":{"name":"a","labels":{"x":"y"}},"n":[1,2,{}]}})";
  for (int round = 0; round < 20000; ++round) {
    std::string line = valid;
    for (uint64_t i = 0; i <= random() % 4; ++i) {
      const size_t at = random() % line.size();
      switch (random() % 3) {
        case 0:
          line[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          line.erase(at, 1 + random() % 5);
          break;
        default:
          line.insert(at, 1, R"({}[]",:\)"[random() % 9]);
      }
      if (line.empty()) line = "{";
    }
    const absl::StatusOr<WatchEvent> event = ReadWatchEvent(line);
    if (!event.ok()) continue;
    EXPECT_GE(event->object.data(), line.data()) << "seed " << kSeed << ": " << line;
    EXPECT_LE(event->object.data() + event->object.size(), line.data() + line.size()) << line;
    EXPECT_EQ(event->object.front(), '{') << line;
  }
}

// Both ways of reading give the same for lines as servers write them.
TEST(WatchEventTest, TheQuickWayAgreesWithTheCarefulOne) {
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 500; ++round) {
    nlohmann::json object = {{"metadata", {{"name", absl::StrCat("pod-", random() % 1000)}}}};
    for (uint64_t i = 0; i < random() % 5; ++i) object[absl::StrCat("k", i)] = std::string(random() % 8, '"');
    const std::string text = object.dump();
    const absl::StatusOr<WatchEvent> quick = ReadWatchEvent(absl::StrCat(R"({"type":"ADDED","object":)", text, "}"));
    const std::string other = absl::StrCat(R"({"object":)", text, R"(,"type":"ADDED"})");
    const absl::StatusOr<WatchEvent> careful = ReadWatchEvent(other);
    ASSERT_TRUE(quick.ok() && careful.ok()) << text;
    EXPECT_EQ(careful->type, quick->type);
    EXPECT_EQ(std::string(careful->object), text);
  }
}

}  // namespace
}  // namespace lws
