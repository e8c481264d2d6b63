// docs/map.md names every room of the library, and each type that it names lies in the room beside it.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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

}  // namespace
}  // namespace lws
