// What exists once: the sequence of decisions on a pod, the ledger of promises, the player of a scenario's events over
// all simulations, and the structs of options, which are passed whole.
#include <algorithm>
#include <cstddef>
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
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/style/source_tree.h"

namespace lws {
namespace {

// The code of a source, without comments and directives.
std::string CodeOf(const std::vector<std::string>& lines) {
  std::string code;
  for (const std::string& line : lines) {
    const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
    if (absl::StartsWith(text, "//") || absl::StartsWith(text, "#")) continue;
    absl::StrAppend(&code, line.substr(0, line.find("  // ")), "\n");
  }
  return code;
}

// The code of every source of the library and of the programs, by its path.
const std::map<std::string, std::string>& Code() {
  static const auto& code = *new auto([] {
    std::map<std::string, std::string> code;
    for (const Source& source : Sources()) {
      const bool is_test = absl::StartsWith(source.path, "tests/") || absl::StartsWith(source.path, "benchmarks/");
      if (!is_test) code[source.path] = CodeOf(source.lines);
    }
    return code;
  }());
  return code;
}

std::vector<std::smatch> Matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  return {std::sregex_iterator(text.begin(), text.end(), regex), std::sregex_iterator()};
}

// The beginning of the statement around `at`: what stands behind the last semicolon before it.
std::string StatementBefore(const std::string& code, size_t at) {
  const size_t end = code.rfind(';', at);
  return code.substr(end == std::string::npos ? 0 : end + 1, at - (end == std::string::npos ? 0 : end + 1));
}

// Calls of the leader's table that no call of DecidePod makes.
std::vector<std::string> DecisionsOnLeadersOutOfSequence(const std::string& code) {
  std::vector<std::string> found;
  for (const std::smatch& call : Matches(code, R"((\w+ )?DecideLeader\w*\()")) {
    const bool is_signature = call[1].matched && call[1] != "return ";
    const std::string before = StatementBefore(code, static_cast<size_t>(call.position()));
    if (!is_signature && !absl::StrContains(before, "DecidePod(")) found.push_back(before);
  }
  return found;
}

TEST(SinglePlacesTest, PodsAreDecidedInOneSequence) {
  EXPECT_EQ(DecisionsOnLeadersOutOfSequence("a; return DecidePod(r, true, [&] { return DecideLeader(f); });").size(),
            0u);
  EXPECT_EQ(DecisionsOnLeadersOutOfSequence("DecidePod(r); if (!r.stop) return DecideLeader(f);").size(), 1u);
  std::set<std::string> rooms;  // that decide on pods
  for (const auto& [path, code] : Code()) {
    if (!absl::StrContains(code, "DecideLeader") && !absl::StrContains(code, "PodDecision")) continue;
    // The leader's own table lies in its own file. A set's decision on its leader StatefulSet is another matter.
    const std::string others = std::regex_replace(code, std::regex("DecideLeaderStatefulSet"), "DecideStatefulSet");
    for (const std::string& statement : DecisionsOnLeadersOutOfSequence(others)) {
      ADD_FAILURE() << path << ": a leader's table is read outside of DecidePod: " << statement;
    }
    const bool is_sequence = absl::StartsWith(path, "lws/core/pod/pod_decision.");
    for (const std::smatch& use : Matches(code, R"((using [\w:]*)?\bPodDecision\b[^;]*;)")) {
      if (use[1].matched) continue;
      EXPECT_TRUE(is_sequence || !Matches(use.str(), R"(=\s+DecidePod\()").empty())
          << path << ": DecidePod alone makes a PodDecision: " << use.str();
      if (!is_sequence) rooms.insert(RoomOf(path));
    }
  }
  EXPECT_EQ(absl::StrJoin(rooms, " "),
            "lws/adapters/simulation/numbers lws/adapters/testing/checker lws/core/reconcile");
}

TEST(SinglePlacesTest, PromisesAreKeptInOneLedger) {
  std::set<std::string> keepers;
  for (const auto& [path, code] : Code()) {
    if (path == "lws/adapters/testing/promise.h") continue;
    const bool is_above_core = absl::StartsWith(path, "lws/adapters/") || absl::StartsWith(path, "examples/");
    if (!is_above_core || !(absl::StrContains(code, "romise") || absl::StrContains(code, "navailable"))) continue;
    EXPECT_FALSE(absl::StrContains(code, "groups are ready than promised")) << path << ": say kTooFewReady";
    // The floor, and the part of it that can be counted on.
    EXPECT_TRUE(Matches(code, R"([Rr]eplicas\w*(\(\))?\)? - \w*(\.|->)?\w*[Uu]navailable)").empty())
        << path << ": say PromiseFloor";
    EXPECT_TRUE(Matches(code, R"(std::min\([^;]*[Ff]loor[^;]*[Gg]uarantee)").empty())
        << path << ": say Promise::Grounded";
    // A variable of the name is the ledger, and no number beside it.
    for (const std::smatch& variable : Matches(code, R"((int|int32_t|int64_t|size_t) promise_?( =[^;]*)?;)")) {
      ADD_FAILURE() << path << ": a promise is kept in a number: " << variable.str();
    }
    if (absl::StrContains(code, "Promise") && !Matches(code, R"(\bPromise&? promise)").empty())
      keepers.insert(RoomOf(path));
  }
  EXPECT_EQ(absl::StrJoin(keepers, " "),
            "examples/lwsctl lws/adapters/testing/checker lws/adapters/testing/scenario lws/adapters/testing/swarm");
}

TEST(SinglePlacesTest, OnePlayerRunsTheEventsOverAllSimulations) {
  std::set<std::string> played;  // the kinds of simulations
  for (const auto& [path, code] : Code()) {
    const bool plays = absl::StartsWith(path, "lws/adapters/testing/") || absl::StartsWith(path, "examples/");
    if (!plays || !absl::StrContains(code, "imulation")) continue;
    // Only the player moves the clock of a simulation, by the function that it was given for it.
    for (const std::smatch& call :
         Matches(code, R"([sS]imulation\w*(\.cluster\(\))?(\.|->)(Advance|RunUntilQuiet)\()")) {
      const std::string before = StatementBefore(code, static_cast<size_t>(call.position()));
      EXPECT_TRUE(absl::StrContains(before, ".advance = [")) << path << ": let ScenarioPlay call " << call.str();
    }
    for (const std::smatch& member : Matches(code, R"(\n  (const )?(lws::)?((Disaggregated|Set)?Simulation) \w+_;)")) {
      EXPECT_FALSE(Matches(code, R"(\bScenarioPlay play_;)").empty()) << path << ": has a simulation and no player";
      played.insert(member[3]);
    }
  }
  EXPECT_EQ(absl::StrJoin(played, " "), "DisaggregatedSimulation SetSimulation Simulation");
}

// The data members of a struct: "RolloutPolicy rollout".
std::set<std::string> MembersOf(const std::string& body) {
  std::set<std::string> members;
  for (const std::smatch& member :
       Matches(body, R"(\n {2,4}(?:lws::)?((?:const )?[\w:<>]+(?: const)?\*? \w+)(?: = [^;()]*(?:\(\))?)?;)")) {
    members.insert(member[1]);
  }
  return members;
}

// The bodies of the structs and classes of a text by their names.
std::vector<std::pair<std::string, std::string>> TypesOf(const std::string& code) {
  std::vector<std::pair<std::string, std::string>> types;
  for (const std::smatch& begin : Matches(code, R"((?:struct|class) (\w+)[^;{(]*\{)")) {
    const size_t from = static_cast<size_t>(begin.position());
    const std::string indent(from - (code.rfind('\n', from) + 1), ' ');
    const size_t to = code.find(absl::StrCat("\n", indent, "};"), from);
    if (to != std::string::npos) types.emplace_back(begin[1], code.substr(from, to - from + 1));
  }
  return types;
}

struct TypeMembers {
  std::string path;
  std::string name;
  std::set<std::string> members;
};

// Every type of the library and of the programs.
std::vector<TypeMembers> AllTypes() {
  std::vector<TypeMembers> types;
  for (const auto& [path, code] : Code()) {
    for (const auto& [name, body] : TypesOf(code)) types.push_back({path, name, MembersOf(body)});
  }
  return types;
}

// Whether the code copies a field of this name between options or policies.
bool Copies(const std::string& code, const std::string& field) {
  if (!absl::StrContains(code, absl::StrCat(".", field, " = "))) return false;
  const std::string copy = absl::StrCat("(\\w+)\\.", field, " = ([\\w.>-]+)(\\.|->)", field, ";");
  const std::vector<std::smatch> copies = Matches(code, copy);
  return std::any_of(copies.begin(), copies.end(), [](const std::smatch& match) {
    return absl::StrContains(match.str(), "ptions") || absl::StrContains(match.str(), "polic");
  });
}

TEST(SinglePlacesTest, OptionsArePassedWhole) {
  EXPECT_TRUE(Copies("  simulation.rollout = options->rollout;", "rollout"));
  EXPECT_FALSE(Copies("  options.rollout = KeepBudget;", "rollout"));
  EXPECT_FALSE(Copies("  member.restarts = found->second.restarts;", "restarts"));
  EXPECT_EQ(MembersOf("struct A {\n  const B* b = nullptr;\n  int c;\n  int D() const;\n}"),
            (std::set<std::string>{"const B* b", "int c"}));
  const std::vector<TypeMembers> types = AllTypes();
  EXPECT_GT(types.size(), 500u);
  for (const char* name : {"SetReconcileOptions", "PodReconcileOptions", "DisaggregatedOptions"}) {
    const auto options =
        std::find_if(types.begin(), types.end(), [name](const TypeMembers& type) { return type.name == name; });
    ASSERT_NE(options, types.end()) << name;
    ASSERT_GE(options->members.size(), 2u) << name;
    // What a host keeps for a set, and what a caller from C made, own their policies. The options borrow from them.
    const auto translates = [](const std::string& path) {
      return absl::StartsWith(path, "lws/adapters/host/set_policies.") || path == "lws/adapters/c/policy.cc";
    };
    for (const TypeMembers& type : types) {
      std::vector<std::string> repeated;
      std::set_intersection(type.members.begin(), type.members.end(), options->members.begin(), options->members.end(),
                            std::back_inserter(repeated));
      EXPECT_TRUE(repeated.size() < 2 || type.name == name || translates(type.path))
          << type.path << ": " << type.name << " repeats fields of " << name << ": " << absl::StrJoin(repeated, ", ");
    }
    for (const std::string& member : options->members) {
      const std::string field = member.substr(member.rfind(' ') + 1);
      for (const auto& [path, code] : Code()) {
        EXPECT_TRUE(translates(path) || !Copies(code, field)) << path << " copies " << field << " of " << name;
      }
    }
  }
}

}  // namespace
}  // namespace lws
