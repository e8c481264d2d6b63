// docs/map.md names every room of the library, its picture has the arrows and stars that the files give it, and each
// type that it names lies in the room beside it. docs/words.md tells each word once.
#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "tests/style/source_tree.h"

namespace lws {
namespace {

// The main types of each room, as the table of docs/map.md has them.
std::map<std::string, std::vector<std::string>> RoomsOfMap() {
  std::map<std::string, std::vector<std::string>> rooms;
  for (const absl::string_view line : absl::StrSplit(ReadText("docs/map.md"), '\n')) {
    const std::vector<absl::string_view> cells = absl::StrSplit(line, '|');
    if (cells.size() != 5 || !absl::StartsWith(line, "| lws/")) continue;
    const std::vector<std::string> types = absl::StrSplit(cells[3], absl::ByAnyChar(" ,`"), absl::SkipWhitespace());
    for (const absl::string_view room : absl::StrSplit(cells[1], absl::ByAnyChar(" ,"), absl::SkipEmpty())) {
      rooms[std::string(room)] = types;
    }
  }
  return rooms;
}

// Whether the line begins the definition of the type.
bool Defines(absl::string_view line, const std::string& type) {
  line = absl::StripLeadingAsciiWhitespace(line);
  for (const absl::string_view keyword : {"class ", "struct ", "enum class ", "typedef struct ", "using "}) {
    absl::string_view rest = line;
    if (!absl::ConsumePrefix(&rest, keyword) || !absl::ConsumePrefix(&rest, type)) continue;
    return absl::StartsWith(rest, " {") || absl::StartsWith(rest, " : ") || absl::StartsWith(rest, " final") ||
           absl::StartsWith(rest, " = ") || absl::StartsWith(rest, absl::StrCat(" ", type, ";"));
  }
  return false;
}

bool IsInRoom(const std::vector<Source>& sources, const std::string& room, const std::string& type) {
  for (const Source& source : sources) {
    if (RoomOf(source.path) != room || !absl::EndsWith(source.path, ".h")) continue;
    for (const std::string& line : source.lines) {
      if (Defines(line, type)) return true;
    }
  }
  return false;
}

TEST(MapTest, NamesEveryRoom) {
  const std::map<std::string, std::vector<std::string>> map = RoomsOfMap();
  std::set<std::string> rooms;
  for (const Source& source : Sources()) {
    if (absl::StartsWith(source.path, "lws/") && absl::EndsWith(source.path, ".h")) rooms.insert(RoomOf(source.path));
  }
  ASSERT_GT(rooms.size(), 20u);
  // Umbrella headers, and what the rooms of lws/core share.
  rooms.erase("lws");
  rooms.erase("lws/core");
  for (const std::string& room : rooms) EXPECT_TRUE(map.count(room) > 0) << room << " is not in docs/map.md";
}

// A room of the picture, with the line on which it stands.
struct DrawnRoom {
  size_t line = 0;
  bool has_star = false;
  std::set<std::string> arrows;
};

using Arrows = std::map<std::string, std::set<std::string>>;

// The rooms of the library, and what each one includes itself. Umbrella headers are no room.
Arrows IncludesOfRooms(const std::vector<Source>& sources) {
  Arrows includes;
  for (const Source& source : sources) {
    const std::string room = RoomOf(source.path);
    if (!absl::StartsWith(room, "lws/") || !absl::EndsWith(source.path, ".h")) continue;
    includes[room];
  }
  for (const Source& source : sources) {
    const auto room = includes.find(RoomOf(source.path));
    if (room == includes.end()) continue;
    for (const std::string& included : QuotedIncludes(source)) {
      const std::string other = RoomOf(included);
      if (includes.count(other) > 0 && other != room->first) room->second.insert(other);
    }
  }
  return includes;
}

// Whether `to` can be reached from `from` along at least one arrow.
bool Reaches(const Arrows& arrows, const std::string& from, const std::string& to) {
  std::set<std::string> seen;
  std::vector<std::string> open = {from};
  while (!open.empty()) {
    const std::string room = open.back();
    open.pop_back();
    for (const std::string& next : arrows.at(room)) {
      if (next == to) return true;
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return false;
}

// The arrows without those that another one implies.
Arrows Reduced(const Arrows& includes) {
  Arrows reduced;
  for (const auto& entry : includes) {
    const std::string& room = entry.first;
    const std::set<std::string>& others = entry.second;
    reduced[room];
    for (const std::string& other : others) {
      // Two rooms that include each other do not imply each other's arrows.
      const bool is_implied = std::any_of(others.begin(), others.end(), [&](const std::string& by) {
        return by != other && Reaches(includes, by, other) && !Reaches(includes, other, by) &&
               !Reaches(includes, by, room);
      });
      if (!is_implied) reduced[room].insert(other);
    }
  }
  return reduced;
}

// A name in the picture, as it stands below the name of its house.
std::string RoomNamed(absl::string_view name, const std::string& house, const Arrows& includes) {
  const std::string whole = absl::StrCat("lws/", name);
  return includes.count(whole) > 0 ? whole : absl::StrCat(house, "/", name);
}

std::map<std::string, DrawnRoom> RoomsOfPicture(const std::string& map, const Arrows& includes) {
  const std::vector<std::string> parts = absl::StrSplit(map, "```");
  std::map<std::string, DrawnRoom> rooms;
  if (parts.size() < 2) return rooms;
  std::string house;
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(parts[1], '\n')) {
    ++number;
    if (absl::StartsWith(line, "lws/")) house = std::string(line.substr(0, line.find(' ')));
    if (!absl::StartsWith(line, "  ")) continue;
    const std::vector<absl::string_view> sides = absl::StrSplit(line, absl::MaxSplits("->", 1));
    const std::vector<absl::string_view> words = absl::StrSplit(sides[0], ' ', absl::SkipEmpty());
    if (words.empty()) continue;
    DrawnRoom& room = rooms[RoomNamed(words[0], house, includes)];
    room.line = number;
    room.has_star = words.size() > 1 && words[1] == "*";
    if (sides.size() < 2) continue;
    for (const absl::string_view name : absl::StrSplit(sides[1], absl::ByAnyChar(", "), absl::SkipEmpty())) {
      room.arrows.insert(RoomNamed(name, house, includes));
    }
  }
  return rooms;
}

TEST(MapTest, ThePictureHasTheArrowsThatTheFilesGiveIt) {
  const Arrows includes = IncludesOfRooms(Sources());
  Arrows expected = Reduced(includes);
  expected["lws/placement/search"].erase("lws/placement");  // the inside of its house
  const std::map<std::string, DrawnRoom> drawn = RoomsOfPicture(ReadText("docs/map.md"), includes);
  for (const auto& [room, arrows] : expected) {
    const auto found = drawn.find(room);
    ASSERT_NE(found, drawn.end()) << room << " is not in the picture";
    EXPECT_EQ(absl::StrJoin(found->second.arrows, ", "), absl::StrJoin(arrows, ", ")) << "the arrows of " << room;
    for (const std::string& other : arrows) {
      EXPECT_GT(drawn.at(other).line, found->second.line) << room << " includes " << other << ", which stands above it";
    }
  }
  for (const auto& [room, unused] : drawn) EXPECT_EQ(expected.count(room), 1u) << room << " is no room";
}

TEST(MapTest, StarsAreAtRoomsWithoutPublicHeaders) {
  const Arrows includes = IncludesOfRooms(Sources());
  std::set<std::string> with_public;
  const std::string listed = ReadText("tests/style/public_headers.txt");
  for (const absl::string_view header : absl::StrSplit(listed, '\n')) {
    with_public.insert(RoomOf(std::string(header)));
  }
  for (const auto& [room, drawn] : RoomsOfPicture(ReadText("docs/map.md"), includes)) {
    EXPECT_EQ(drawn.has_star, with_public.count(room) == 0) << room;
  }
}

// The test itself sees what is wrong with a picture.
TEST(MapTest, ArrowsThatOthersImplyAreNotDrawn) {
  const Arrows includes = {{"a", {"b", "c"}}, {"b", {"c"}}, {"c", {}}};
  EXPECT_EQ(Reduced(includes), (Arrows{{"a", {"b"}}, {"b", {"c"}}, {"c", {}}}));
  const std::map<std::string, DrawnRoom> drawn =
      RoomsOfPicture("```\nlws/x   words -> none\n  b *  -> a\n  a\n```", {{"lws/x/a", {}}, {"lws/x/b", {}}});
  ASSERT_EQ(drawn.size(), 2u);
  EXPECT_TRUE(drawn.at("lws/x/b").has_star);
  EXPECT_EQ(drawn.at("lws/x/b").arrows, std::set<std::string>{"lws/x/a"});
  EXPECT_LT(drawn.at("lws/x/b").line, drawn.at("lws/x/a").line);
}

TEST(MapTest, TypesLieInTheRoomBesideThem) {
  const std::vector<Source> sources = Sources();
  size_t types = 0;
  for (const auto& [room, names] : RoomsOfMap()) {
    for (const std::string& name : names) {
      ++types;
      EXPECT_TRUE(IsInRoom(sources, room, name)) << "no header of " << room << " defines " << name;
    }
  }
  EXPECT_GT(types, 50u);
}

// The words of docs/words.md, without marks of code.
std::vector<std::string> Words() {
  std::vector<std::string> words;
  for (const absl::string_view line : absl::StrSplit(ReadText("docs/words.md"), '\n')) {
    const std::vector<absl::string_view> cells = absl::StrSplit(line, '|');
    if (cells.size() != 4 || absl::StartsWith(line, "|-")) continue;
    words.emplace_back(absl::StripAsciiWhitespace(cells[1]));
  }
  return words;
}

TEST(WordsTest, EachIsToldOnceAndInOrder) {
  std::vector<std::string> words = Words();
  ASSERT_GT(words.size(), 60u);
  words.erase(words.begin());  // the head of the table
  const std::set<std::string> different(words.begin(), words.end());
  EXPECT_EQ(different.size(), words.size());
  std::vector<std::string> keys;
  for (const std::string& word : words) keys.push_back(absl::AsciiStrToLower(absl::StrReplaceAll(word, {{"`", ""}})));
  for (size_t i = 1; i < keys.size(); ++i) EXPECT_LE(keys[i - 1], keys[i]);
}

// The words that the map and other documents use in a meaning of their own are told, and none has a second word.
TEST(WordsTest, WordsOfTheDocumentsAreTold) {
  const std::vector<std::string> words = Words();
  for (const char* word : {"course", "guarantee", "house", "promise", "rank", "room", "verdict"}) {
    EXPECT_EQ(std::count(words.begin(), words.end(), word), 1) << word;
  }
  for (const char* document : {"README.md", "CONTRIBUTING.md", "docs/consuming.md", "docs/costs.md", "docs/lwsctl.md",
                               "docs/map.md", "docs/operator.md", "docs/policies.md", "docs/words.md"}) {
    const std::string text = ReadText(document);
    ASSERT_FALSE(text.empty()) << document;
    EXPECT_FALSE(absl::StrContains(text, "worker index")) << document << ": say rank";
  }
}

// One word for one thing: names that had a second word do not come back.
TEST(WordsTest, FormerNamesStayAway) {
  const std::map<std::string, std::string> names = {
      {"RestartVerdict", "GroupRestartDecision"},
      {"FailNode", "LoseNode"},
      {"KillNode", "LoseNode"},
      {"FailPod(", "EndPod"},
      {"DecideLeaderSet", "DecideLeaderStatefulSet"},
      {".LeaderSet(", "LeaderStatefulSet"},
      {".WorkerSet(", "WorkerStatefulSet"},
      {"HasFleetPlace", "HasFleetSlot"},
      {"TellSliceS", "RecordSlice"},
      {"InvalidValue(", "FieldInvalid"},
      {"RequiredValue(", "FieldRequired"},
      {"DuplicateValue(", "FieldDuplicate"},
      {"UnsupportedValue(", "FieldNotSupported"},
  };
  for (const Source& source : Sources()) {
    if (source.path == "tests/style/map_test.cc") continue;
    for (const std::string& line : source.lines) {
      for (const auto& [former, present] : names) {
        EXPECT_FALSE(absl::StrContains(line, former)) << source.path << ": say " << present << " for " << former;
      }
    }
  }
}

}  // namespace
}  // namespace lws
