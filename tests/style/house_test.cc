// The rooms of the house: which room may include which, who may enter a private room, which headers a host includes,
// that the dependencies of a target are what its files include, and how large a type may grow.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/style/cmake_targets.h"
#include "tests/style/source_tree.h"
#include "tests/style/type_sizes.h"

namespace lws {
namespace {

// What each room may include besides itself. Lower rooms come first. A room never includes one that comes later, so
// the list has no circle.
struct Room {
  std::string path;
  std::vector<std::string> includes;
};

const std::vector<Room>& Rooms() {
  static const auto& rooms = *new std::vector<Room>{
      {"lws/api", {}},
      {"lws/rollout", {"lws/api"}},
      {"lws/placement", {"lws/api", "lws/placement/search"}},
      {"lws/placement/search", {"lws/placement"}},
      {"lws/placement/pods", {"lws/api", "lws/placement"}},
      {"lws/placement/providers", {}},
      {"lws/core", {"lws/api"}},
      {"lws/core/plan", {"lws/api", "lws/rollout"}},
      {"lws/core/revision", {"lws/api"}},
      {"lws/core/desired", {"lws/api", "lws/rollout", "lws/placement", "lws/core/revision"}},
      {"lws/core/groups", {"lws/api", "lws/rollout", "lws/core"}},
      {"lws/core/pod", {"lws/api", "lws/core", "lws/core/plan", "lws/core/revision"}},
      {"lws/core/reconcile",
       {"lws/api", "lws/rollout", "lws/placement", "lws/placement/pods", "lws/placement/providers", "lws/core",
        "lws/core/plan", "lws/core/revision", "lws/core/desired", "lws/core/groups", "lws/core/pod"}},
      {"lws/core/disaggregated", {"lws/api", "lws/rollout", "lws/placement", "lws/core/plan", "lws/core/revision"}},
      {"lws/core/snapshot", {"lws/api", "lws/core", "lws/core/revision", "lws/core/desired", "lws/core/pod"}},
      {"lws/core/fleet",
       {"lws/api", "lws/rollout", "lws/placement/providers", "lws/core", "lws/core/revision", "lws/core/desired",
        "lws/core/groups", "lws/core/pod"}},
      {"lws/adapters/host",
       {"lws/api", "lws/rollout", "lws/placement/providers", "lws/core", "lws/core/plan", "lws/core/pod",
        "lws/core/reconcile", "lws/core/fleet"}},
      {"lws/adapters/kubernetes",
       {"lws/api", "lws/placement", "lws/core", "lws/core/plan", "lws/core/fleet", "lws/core/reconcile",
        "lws/core/disaggregated", "lws/adapters/host"}},
      {"lws/adapters/kubernetes/serving", {"lws/api", "lws/core/reconcile"}},
      {"lws/adapters/simulation/kubernetes", {"lws/api", "lws/placement"}},
      {"lws/adapters/simulation",
       {"lws/api", "lws/placement", "lws/core/plan", "lws/core/fleet", "lws/core/reconcile", "lws/core/disaggregated",
        "lws/adapters/host", "lws/adapters/simulation/kubernetes"}},
      {"lws/adapters/simulation/numbers",
       {"lws/api", "lws/core/plan", "lws/core/desired", "lws/core/groups", "lws/core/pod", "lws/core/reconcile",
        "lws/core/fleet", "lws/adapters/simulation/kubernetes", "lws/adapters/simulation"}},
      {"lws/adapters/testing", {}},
      {"lws/adapters/testing/page", {}},
      {"lws/adapters/testing/conformance",
       {"lws/api", "lws/core", "lws/core/plan", "lws/core/reconcile", "lws/adapters/host"}},
      {"lws/adapters/testing/scenario",
       {"lws/api", "lws/rollout", "lws/core", "lws/core/groups", "lws/core/plan", "lws/core/pod", "lws/core/reconcile",
        "lws/core/disaggregated", "lws/placement", "lws/adapters/host", "lws/adapters/simulation/kubernetes",
        "lws/adapters/simulation", "lws/adapters/testing", "lws/adapters/testing/page"}},
      {"lws/adapters/testing/swarm",
       {"lws/api", "lws/rollout", "lws/core/reconcile", "lws/core/fleet", "lws/core/disaggregated",
        "lws/adapters/simulation", "lws/adapters/simulation/kubernetes", "lws/adapters/simulation/numbers",
        "lws/adapters/testing", "lws/adapters/testing/scenario"}},
      {"lws/adapters/testing/checker",
       {"lws/api", "lws/rollout", "lws/core/groups", "lws/core/pod", "lws/adapters/testing",
        "lws/adapters/testing/page"}},
      {"lws/adapters/c",
       {"lws/api", "lws/rollout", "lws/placement", "lws/placement/providers", "lws/core", "lws/core/plan",
        "lws/core/pod", "lws/core/reconcile", "lws/core/disaggregated", "lws/core/snapshot", "lws/core/fleet",
        "lws/adapters/host", "lws/adapters/testing/checker", "lws/adapters/testing/scenario"}},
  };
  return rooms;
}

TEST(HouseTest, RoomsIncludeOnlyWhatIsBelowThem) {
  std::map<std::string, std::set<std::string>> allowed;
  for (const Room& room : Rooms()) allowed[room.path] = {room.includes.begin(), room.includes.end()};
  std::map<std::string, std::set<std::string>> seen;
  for (const Source& source : Sources()) {
    const std::string room = RoomOf(source.path);
    if (!absl::StartsWith(room, "lws/")) continue;
    ASSERT_EQ(allowed.count(room), 1) << source.path << " lies in a room that this test does not know";
    for (const std::string& included : QuotedIncludes(source)) {
      const std::string other = RoomOf(included);
      if (!absl::StartsWith(other, "lws/") || other == room) continue;
      EXPECT_EQ(allowed[room].count(other), 1) << source.path << " includes " << included;
      seen[room].insert(other);
    }
  }
  for (const auto& [room, others] : allowed) {
    for (const std::string& other : others) {
      EXPECT_EQ(seen[room].count(other), 1) << room << " may include " << other << ", and does not";
    }
  }
}

// A room and the private rooms inside it are one house: they may include each other.
TEST(HouseTest, TheListOfRoomsHasNoCircle) {
  std::map<std::string, size_t> place;
  for (size_t i = 0; i < Rooms().size(); ++i) place[Rooms()[i].path] = i;
  for (const Room& room : Rooms()) {
    for (const std::string& other : room.includes) {
      const bool one_house = absl::StartsWith(other, room.path + "/search");
      EXPECT_TRUE(one_house || place.at(other) < place.at(room.path)) << room.path << " includes " << other;
    }
  }
}

TEST(HouseTest, PrivateRoomsAreEnteredFromTheirOwnHouse) {
  const std::vector<std::pair<std::string, std::string>> houses = {
      {"lws/placement/search", "lws/placement"},
      {"lws/placement/pods", "lws/core/reconcile"},
  };
  for (const Source& source : Sources()) {
    if (!absl::StartsWith(source.path, "lws/")) continue;
    for (const std::string& included : QuotedIncludes(source)) {
      for (const auto& [room, house] : houses) {
        if (RoomOf(included) != room || RoomOf(source.path) == room) continue;
        EXPECT_EQ(RoomOf(source.path), house) << source.path << " includes " << included;
      }
    }
  }
}

// The words of a text that begin like a constant: "kNameLabel".
std::set<std::string> ConstantsIn(const std::string& text) {
  std::set<std::string> constants;
  const auto is_break = [](char c) { return !absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_'; };
  size_t begin = 0;
  for (size_t end = 0; end <= text.size(); ++end) {
    if (end < text.size() && !is_break(text[end])) continue;
    const bool is_constant =
        end > begin + 1 && text[begin] == 'k' && absl::ascii_isupper(static_cast<unsigned char>(text[begin + 1]));
    if (is_constant) constants.insert(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return constants;
}

// The simulated API server and its controllers are those of Kubernetes: what LeaderWorkerSet needs is given to them.
TEST(HouseTest, TheSimulatedKubernetesKnowsNoLeaderWorkerSet) {
  std::set<std::string> of_sets;  // the constants that are texts of its API
  for (const absl::string_view line : absl::StrSplit(ReadText("lws/api/well_known.h"), '\n')) {
    if (!absl::StrContains(absl::AsciiStrToLower(line), "leaderworkerset")) continue;
    for (const std::string& constant : ConstantsIn(std::string(line))) of_sets.insert(constant);
  }
  EXPECT_EQ(of_sets.count("kNameLabel"), 1u);
  EXPECT_GT(of_sets.size(), 10u);
  int files = 0;
  for (const Source& source : Sources()) {
    if (RoomOf(source.path) != "lws/adapters/simulation/kubernetes") continue;
    ++files;
    const std::string text = absl::StrJoin(source.lines, "\n");
    for (const char* word : {"LeaderWorkerSet", "leader_worker_set", "leaderworkerset", "isaggregated", "RoleScaler"}) {
      EXPECT_FALSE(absl::StrContains(text, word)) << source.path << ": " << word;
    }
    for (const std::string& constant : ConstantsIn(text)) {
      EXPECT_EQ(of_sets.count(constant), 0u) << source.path << ": " << constant;
    }
  }
  EXPECT_GT(files, 20);
}

// The headers that a host includes, which the version number promises to keep.
TEST(HouseTest, PublicHeadersAreThoseOfTheList) {
  std::vector<std::string> listed;
  for (const auto line : absl::StrSplit(ReadText("tests/style/public_headers.txt"), '\n', absl::SkipEmpty())) {
    listed.emplace_back(line);
  }
  std::vector<std::string> is_public;
  for (const BuildTarget& target : BuildTargets()) {
    if (!absl::StartsWith(target.package, "lws/") || !target.is_public) continue;
    for (const std::string& header : target.headers) is_public.push_back(absl::StrCat(target.package, "/", header));
  }
  std::sort(is_public.begin(), is_public.end());
  EXPECT_EQ(absl::StrJoin(is_public, "\n"), absl::StrJoin(listed, "\n"));
}

// What a workspace that uses the library may depend on beside the headers of the list.
const std::set<std::string>& PublicWithoutHeaders() {
  static const auto& labels = *new std::set<std::string>{
      "//examples/lwsctl:kubectl_plugin",
      "//examples/lwsctl:lwsctl",
      "//lws/adapters/c:c",
      "//lws/adapters/c:c_testing",
      "//lws/adapters/c:liblws.so",
      "//lws/adapters/c:liblws-testing.so",
      "//lws/adapters/c:fleet_state_proto",
      "//lws/adapters/host:kept_state_proto",
      "//lws/api:disaggregated_set_cc_proto",
      "//lws/api:disaggregated_set_proto",
      "//lws/api:leader_worker_set_cc_proto",
      "//lws/api:leader_worker_set_proto",
      "//lws/core/plan:plan_cc_proto",
      "//lws/core/plan:plan_proto",
      "//lws/core/snapshot:cluster_state_cc_proto",
      "//lws/core/snapshot:cluster_state_proto",
  };
  return labels;
}

// Whether only packages of this tree see what has the visibility.
bool StaysInTheTree(const std::string& visibility) {
  if (visibility == "//visibility:private") return true;
  return std::any_of(std::begin(kSourceFolders), std::end(kSourceFolders), [&visibility](const std::string& folder) {
    return absl::StartsWith(visibility, absl::StrCat("//", folder, ":")) ||
           absl::StartsWith(visibility, absl::StrCat("//", folder, "/"));
  });
}

TEST(HouseTest, PrivateTargetsAreNotVisibleBeyondTheTree) {
  for (const auto& [package, visibilities] : DefaultVisibilities()) {
    if (absl::StartsWith(package, "tests/consumers/")) continue;  // workspaces of their own
    EXPECT_FALSE(visibilities.empty()) << package << " says no default visibility";
    for (const std::string& visibility : visibilities) EXPECT_TRUE(StaysInTheTree(visibility)) << package;
  }
  std::set<std::string> without_headers;
  for (const BuildTarget& target : BuildTargets()) {
    if (target.is_public && target.headers.empty()) without_headers.insert(target.label);
    const bool is_of_the_library = target.package == "lws" || absl::StartsWith(target.package, "lws/");
    EXPECT_TRUE(!target.is_public || target.headers.empty() || is_of_the_library) << target.label;
    if (target.is_public) continue;
    for (const std::string& visibility : target.visibility) {
      EXPECT_TRUE(StaysInTheTree(visibility)) << target.label << " is visible to " << visibility;
    }
  }
  EXPECT_EQ(absl::StrJoin(without_headers, "\n"), absl::StrJoin(PublicWithoutHeaders(), "\n"));
}

// Every header's example is compiled: the tests of examples are made of all headers of these folders.
TEST(HouseTest, ExamplesOfEveryRoomAreTried) {
  const std::string build = ReadText("tests/headers/BUILD.bazel");
  int rooms = 0;
  std::string last;
  for (const Source& source : Sources()) {
    const std::string room = RoomOf(source.path);
    const bool is_program = absl::StartsWith(room, "examples/");
    if (!absl::EndsWith(source.path, ".h") || !(room == "lws" || absl::StartsWith(room, "lws/") || is_program))
      continue;
    const std::string tried =
        room == "lws" ? std::filesystem::path(source.path).filename().string() : absl::StrCat("//", room);
    EXPECT_TRUE(absl::StrContains(build, absl::StrCat("\"", tried, "\""))) << source.path;
    rooms += room != last;
    last = room;
  }
  EXPECT_GT(rooms, 20);
}

// A host is some thirty lines, and the README shows them as they are.
TEST(HouseTest, AHostIsSomeThirtyLines) {
  const std::string host = ReadText("examples/minimal_host.cc");
  EXPECT_LE(std::count(host.begin(), host.end(), '\n'), 37);
  const size_t begin = host.find("class PrintingHost");
  ASSERT_NE(begin, std::string::npos);
  EXPECT_TRUE(absl::StrContains(ReadText("README.md"), absl::StrCat("```cpp\n", host.substr(begin), "```\n")));
}

// The host that sends its actions is compiled and run where it lies, and docs/consuming.md shows it as it is.
TEST(HouseTest, TheHostOfTheGuideIsOneThatRuns) {
  const std::string test = ReadText("tests/host/client_host_test.cc");
  const size_t begin = test.find("class ClientHost");
  const size_t end = test.find("\nTEST(ClientHostTest");
  ASSERT_LT(begin, end);
  EXPECT_TRUE(absl::StrContains(ReadText("docs/consuming.md"),
                                absl::StrCat("```cpp\n", test.substr(begin, end - begin), "```\n")));
}

// One header for each part of the library; together they have every header of the list but the C interface's.
TEST(HouseTest, UmbrellaHeadersHaveEveryPublicHeader) {
  std::set<std::string> included = {"lws/adapters/c/lws.h"};
  for (const Source& source : Sources()) {
    if (RoomOf(source.path) != "lws") continue;
    for (const std::string& header : QuotedIncludes(source)) included.insert(header);
  }
  EXPECT_EQ(absl::StrCat(absl::StrJoin(included, "\n"), "\n"), ReadText("tests/style/public_headers.txt"));
}

// The build by CMake knows the files that the build by Bazel knows.
TEST(HouseTest, CMakeKnowsTheTargetsOfBazel) {
  EXPECT_EQ(ReadText("cmake/targets.cmake"), CMakeTargets())
      << "write it anew: bazel run //tests/style:cmake_targets > cmake/targets.cmake";
}

// The flags of this tree's .bazelrc are not those of a workspace that uses it.
TEST(HouseTest, TargetsOfTheLibrarySayTheirLanguageThemselves) {
  for (const BuildTarget& target : BuildTargets()) {
    if (target.package != "lws" && !absl::StartsWith(target.package, "lws/")) continue;
    const std::string build = ReadText(absl::StrCat(target.package, "/BUILD.bazel"));
    EXPECT_FALSE(absl::StrContains(build, "@rules_cc")) << target.package << ": load //bazel:cc.bzl instead";
  }
}

// The namespace of the header's declarations: the last one that it opens.
std::string NamespaceOf(const Source& source) {
  std::string name;
  for (const std::string& line : source.lines) {
    if (absl::StartsWith(line, "namespace lws")) name = line.substr(10, line.size() - 12);
  }
  return name;
}

TEST(HouseTest, PublicHeadersAreInLwsAndOthersAreNot) {
  const std::vector<std::string> listed = absl::StrSplit(ReadText("tests/style/public_headers.txt"), '\n');
  for (const Source& source : Sources()) {
    // Umbrella headers, in lws itself, declare nothing.
    const bool is_umbrella = RoomOf(source.path) == "lws";
    if (!absl::StartsWith(source.path, "lws/") || !absl::EndsWith(source.path, ".h") || is_umbrella) continue;
    const bool is_public = std::find(listed.begin(), listed.end(), source.path) != listed.end();
    const bool is_kubernetes = RoomOf(source.path) == "lws/adapters/simulation/kubernetes";
    if (source.path == "lws/adapters/c/lws.h") continue;  // C has no namespaces.
    const std::string expected = is_public ? "lws" : is_kubernetes ? "lws::simulation" : "lws::internal";
    EXPECT_EQ(NamespaceOf(source), expected) << source.path;
  }
}

TEST(HouseTest, DependenciesAreWhatTheFilesInclude) {
  const std::vector<BuildTarget> targets = BuildTargets();
  std::map<std::string, std::string> target_of;  // by header
  for (const BuildTarget& target : targets) {
    for (const std::string& header : target.headers)
      target_of[absl::StrCat(target.package, "/", header)] = target.label;
    if (target.kind != "cc_proto_library") continue;
    const std::string name = target.label.substr(target.label.find(':') + 1);
    target_of[absl::StrCat(target.package, "/", name.substr(0, name.size() - 9), ".pb.h")] = target.label;
  }
  std::map<std::string, Source> sources;
  for (Source& source : Sources()) sources[source.path] = source;
  for (const BuildTarget& target : targets) {
    if (target.kind != "cc_library" && target.kind != "cc_test" && target.kind != "cc_binary") continue;
    std::set<std::string> needed;
    for (const std::vector<std::string>* files : {&target.headers, &target.sources}) {
      for (const std::string& file : *files) {
        const auto source = sources.find(absl::StrCat(target.package, "/", file));
        if (source == sources.end()) continue;
        for (const std::string& included : QuotedIncludes(source->second)) {
          const auto found = target_of.find(included);
          if (found != target_of.end() && found->second != target.label) needed.insert(found->second);
        }
      }
    }
    // Generated sources, and programs of a whole folder, list no files here.
    const bool has_unknown_source = std::any_of(
        target.sources.begin(), target.sources.end(),
        [&](const std::string& file) { return sources.count(absl::StrCat(target.package, "/", file)) == 0; });
    if (has_unknown_source) continue;
    for (const std::string& dep : needed) {
      EXPECT_EQ(std::count(target.deps.begin(), target.deps.end(), dep), 1) << target.label << " lacks " << dep;
    }
    for (const std::string& dep : target.deps) {
      const bool has_header =
          std::any_of(target_of.begin(), target_of.end(), [&dep](const auto& entry) { return entry.second == dep; });
      EXPECT_TRUE(!has_header || needed.count(dep) == 1) << target.label << " does not include anything of " << dep;
    }
  }
}

constexpr int kMostFunctions = 25;
constexpr int kMostMembers = 20;

// The first group of every match.
std::set<std::string> AllMatches(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it) found.insert((*it)[1].str());
  return found;
}

TEST(HouseTest, ModulesAndWorkspacesNameTheSameRepositories) {
  std::set<std::string> of_workspaces =
      AllMatches(ReadText("bazel/system/packages.bzl"), "_declare\\(\\s*name = \"([^\"]+)\"");
  const std::string repositories = ReadText("bazel/repositories.bzl");
  of_workspaces.merge(AllMatches(repositories, "_declare\\([^,()]+, \"([^\"]+)\""));
  // A Bazel that reads modules has these itself.
  EXPECT_EQ(of_workspaces.erase("remote_coverage_tools") + of_workspaces.erase("rules_java"), 2u);
  const std::string module = ReadText("MODULE.bazel");
  std::set<std::string> of_modules = AllMatches(module, "bazel_dep\\([^)]*repo_name = \"([^\"]+)\"");
  of_modules.merge(AllMatches(module, "bazel_dep\\(name = \"([^\"]+)\", version = \"[^\"]+\"\\)"));
  EXPECT_EQ(absl::StrJoin(of_modules, "\n"), absl::StrJoin(of_workspaces, "\n"));
}

TEST(HouseTest, TypesAreSmall) {
  int checked = 0;
  for (const Source& source : Sources()) {
    for (const TypeSize& size : TypeSizes(absl::StrJoin(source.lines, "\n"))) {
      ++checked;
      EXPECT_TRUE(size.functions <= kMostFunctions && size.members <= kMostMembers)
          << source.path << ": " << size.name << " has " << size.functions << " functions and " << size.members
          << " members: part it, a type has at most " << kMostFunctions << " and " << kMostMembers;
    }
  }
  EXPECT_GT(checked, 200);
}

}  // namespace
}  // namespace lws
