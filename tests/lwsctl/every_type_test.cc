// Every value of every example becomes a value of every other type, and goes through every command that takes the file:
// none aborts, none shows the words of a library, and an error names the file. Texts become some that would move the
// cursor and begin lines of their own: none does.
#include <cctype>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/live/live_api.h"
#include "examples/lwsctl/live/live_commands.h"
#include "examples/lwsctl/printable_output.h"
#include "gtest/gtest.h"
#include "lws/api/manifest.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;

constexpr char kVllm[] = "examples/manifests/vllm.yaml";
constexpr char kNodes[] = "examples/clusters/gpu-nodes.yaml";
constexpr char kPods[] = "examples/clusters/gpu-pods.yaml";
constexpr char kRoles[] = "examples/lwsctl/golden/disaggregated/";
constexpr char kLevels[] = "example.com/block,example.com/rack,kubernetes.io/hostname";

constexpr char kHostile[] = "x\x1b[2J\xc2\x9b\xe2\x80\xae\nFAKE: line";

// What is running, for the moment of an abort.
char running[4096];

void SayWhatRan(int signal) {
  std::fprintf(stderr, "signal %d in: %s\n", signal, running);
  std::_Exit(1);
}

using Command = std::function<int(const std::vector<std::string>&)>;

struct CommandLine {
  const char* name;
  Command command;
  std::vector<std::string> words;  // FILE stands for the changed file
};

// Two files need no cluster.
int Diff(const std::vector<std::string>& words) {
  std::vector<std::string> all = {"diff"};
  all.insert(all.end(), words.begin(), words.end());
  const auto no_cluster = [](const std::string&, const std::string&) -> absl::StatusOr<const LiveHost*> {
    return absl::InternalError("diff of two files asks for a cluster");
  };
  return RunLive(no_cluster, all, &std::cout);
}

std::vector<CommandLine> CommandsOfManifests() {
  return {
      {"validate", RunValidate, {"FILE"}},
      {"validate --strict", RunValidate, {"--strict", "FILE"}},
      {"validate -o json", RunValidate, {"-o", "json", "FILE"}},
      {"validate --old", RunValidate, {"--old", kVllm, "FILE"}},
      {"validate of an old", RunValidate, {"--old", "FILE", kVllm}},
      {"render", RunRender, {"FILE"}},
      {"render --pods", RunRender, {"--pods", "--groups", "0", "--scheduler-provider", "volcano", "FILE"}},
      {"explain", RunExplain, {"--complete", "FILE"}},
      {"place", RunPlace, {"FILE", "--nodes", kNodes, "--levels", kLevels, "--required", "example.com/block"}},
      {"capacity", RunCapacity, {"FILE", "--nodes", kNodes, "--levels", kLevels}},
      {"simulate", RunSimulate, {"FILE"}},
      {"simulate -o json", RunSimulate, {"-o", "json", "--scheduler-provider", "volcano", "FILE"}},
      {"compare", RunCompare, {"FILE"}},
      {"check", RunCheck, {"FILE"}},
      {"diff", Diff, {kVllm, "FILE"}},
      {"diff of an old", Diff, {"FILE", kVllm}},
      {"defragment",
       RunDefragment,
       {"FILE", "--nodes", kNodes, "--levels", kLevels, "--pods", kPods, "--empty", "example.com/rack"}},
  };
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<Json> ReadDocuments(const std::string& text) {
  const absl::StatusOr<std::vector<lws::ManifestObject>> objects = lws::ReadManifest(text, "example");
  std::vector<Json> documents;
  for (const lws::ManifestObject& object : *objects) documents.push_back(object.object.Unpack());
  return documents;
}

// Replaces each value below `value` by other values, one at a time.
class Changer {
 public:
  explicit Changer(std::function<void(const std::string& path, const Json& changed)> use) : use_(std::move(use)) {}

  void Change(const std::string& path, Json* value) {
    const Json original = *value;
    for (const Json& other : {Json(), Json(true), Json(7), Json(-1.5), Json("x"), Json::array(), Json::object(),
                              Json::array({1}), Json::array({nullptr})}) {
      if (other.type() == original.type()) continue;
      *value = other;
      use_(path, other);
    }
    if (original.is_string()) {
      *value = kHostile;
      use_(path, *value);
    }
    *value = original;
    if (!value->is_structured()) return;
    for (auto it = value->begin(); it != value->end(); ++it) {
      Change(absl::StrCat(path, "/", value->is_object() ? it.key() : std::to_string(it - value->begin())), &*it);
    }
  }

 private:
  std::function<void(const std::string&, const Json&)> use_;
};

// Runs a command and captures its output.
struct Caught {
  int code = 0;
  std::string output;
  std::string errors;
};

Caught Run(const CommandLine& line, const std::string& file) {
  std::vector<std::string> words = line.words;
  for (std::string& word : words) word = absl::StrReplaceAll(word, {{"FILE", file}});
  std::ostringstream output;
  std::ostringstream errors;
  std::streambuf* const cout = std::cout.rdbuf(output.rdbuf());
  std::streambuf* const cerr = std::cerr.rdbuf(errors.rdbuf());
  int code = 0;
  {
    const PrintableOutput printable_output(&std::cout);
    const PrintableOutput printable_errors(&std::cerr);
    code = line.command(words);
  }
  std::cout.rdbuf(cout);
  std::cerr.rdbuf(cerr);
  return {code, output.str(), errors.str()};
}

// Runs all changes of the documents through all commands.
void TryAll(std::vector<Json> documents, const std::vector<CommandLine>& lines) {
  const std::string file = absl::StrCat(std::getenv("TEST_TMPDIR"), "/changed.json");
  int runs = 0;
  int refused = 0;
  Changer changer([&](const std::string& path, const Json& changed) {
    {
      std::ofstream out(file);
      for (const Json& document : documents) out << document << "\n";
    }
    for (const CommandLine& line : lines) {
      std::snprintf(running, sizeof(running), "%s with %s = %s", line.name, path.c_str(), changed.dump().c_str());
      const Caught caught = Run(line, file);
      ++runs;
      refused += caught.code != 0;
      const std::string all = caught.output + caught.errors;
      ASSERT_TRUE(caught.code >= 0 && caught.code <= 2) << running << "\n" << all;
      for (const char* words : {"exception", "yaml-cpp", "bad conversion", "type_error", "out_of_range"}) {
        ASSERT_FALSE(absl::StrContains(all, words)) << running << "\n" << all;
      }
      ASSERT_FALSE(absl::StrContains(all, "\nFAKE")) << running << "\n" << all;
      ASSERT_EQ(all.find_first_of("\x1b\x7f\r"), std::string::npos) << running << "\n" << all;
      ASSERT_FALSE(absl::StrContains(all, "\xc2\x9b") || absl::StrContains(all, "\xe2\x80\xae")) << running;
      // Progress is told there, too, and a level comes from the flags as well.
      if (caught.errors.empty() || absl::StrContains(caught.errors, "seeds of")) continue;
      if (absl::StrContains(caught.errors, "is no level of the topology")) continue;
      if (absl::StrContains(caught.errors, "--groups")) continue;
      if (absl::StrContains(caught.errors, "these are two sets")) continue;
      if (absl::StrContains(caught.errors, "a DisaggregatedSet does not take this flag")) continue;
      EXPECT_TRUE(absl::StrContains(caught.errors, "changed.json:")) << running << "\n" << all;
    }
  });
  for (size_t i = 0; i < documents.size(); ++i) changer.Change(absl::StrCat(i), &documents[i]);
  // If few changes were noticed, the commands would not read their input.
  EXPECT_GT(refused, runs / 8) << runs;
  std::cout << runs << " runs, " << refused << " refused\n";
}

class EveryTypeTest : public testing::Test {
 protected:
  void SetUp() override { std::signal(SIGABRT, SayWhatRan); }
};

class ManifestsTest : public EveryTypeTest, public testing::WithParamInterface<const char*> {};

TEST_P(ManifestsTest, OfEveryType) {
  // A million groups would take too long, and two slices twice as long as one. With few groups, every line of the file
  // is read in the same way.
  const std::string text = absl::StrReplaceAll(
      ReadText(absl::StrCat("examples/manifests/", GetParam())),
      {{"1000000", "4"}, {"maxUnavailable: 1000", "maxUnavailable: 1"}, {"slices: 2", "slices: 1"}});
  TryAll(ReadDocuments(text), CommandsOfManifests());
}

INSTANTIATE_TEST_SUITE_P(Examples, ManifestsTest,
                         testing::Values("vllm.yaml", "sglang-subgroups.yaml", "tpu.yaml", "volume-claims.yaml",
                                         "million-groups.yaml", "disaggregated.yaml"));

class ScenariosTest : public EveryTypeTest, public testing::WithParamInterface<const char*> {};

TEST_P(ScenariosTest, OfEveryType) {
  const std::string text = absl::StrReplaceAll(ReadText(absl::StrCat("examples/scenarios/", GetParam())),
                                               {{"6000", "6"}, {"fleet-4999-3", "vllm-3-1"}});
  TryAll(ReadDocuments(text), {{"simulate", RunSimulate, {"--scenario", "FILE", kVllm}},
                               {"compare", RunCompare, {"--scenario", "FILE", kVllm}}});
}

INSTANTIATE_TEST_SUITE_P(Examples, ScenariosTest,
                         testing::Values("bad-image.yaml", "canary.yaml", "lost-node.yaml", "scale-and-fail.yaml"));

class TestFilesTest : public EveryTypeTest, public testing::WithParamInterface<const char*> {};

TEST_P(TestFilesTest, OfEveryType) {
  char* const here = realpath(".", nullptr);
  // One seed shows as much as ten.
  const std::string text =
      absl::StrReplaceAll(ReadText(absl::StrCat("examples/scenarios/tests/", GetParam())),
                          {{"../../", absl::StrCat(here, "/examples/")}, {"seeds: 1-", "seeds: 1 #"}});
  std::free(here);
  TryAll(ReadDocuments(text), {{"test", lwsctl::RunTest, {"FILE"}}});
}

INSTANTIATE_TEST_SUITE_P(Examples, TestFilesTest,
                         testing::Values("bad-image.yaml", "canary-and-restarts.yaml", "keeps-promise.yaml",
                                         "node-lost-in-update.yaml", "reference-breaks-promise.yaml",
                                         "roles-keep-their-budgets.yaml"));

std::string OfRoles(const char* file) { return absl::StrCat(kRoles, file); }

TEST_F(EveryTypeTest, ScenariosOfRoles) {
  const std::string set = OfRoles("small.yaml");
  TryAll(ReadDocuments(ReadText(OfRoles("scenario.yaml"))), {{"simulate", RunSimulate, {"--scenario", "FILE", set}},
                                                             {"compare", RunCompare, {"--scenario", "FILE", set}}});
}

TEST_F(EveryTypeTest, StatesOfRoles) {
  TryAll(ReadDocuments(ReadText(OfRoles("state.yaml"))),
         {{"explain", RunExplain, {"--now", "2026-01-01T00:00:00Z", "FILE"}},
          {"explain --complete", RunExplain, {"--complete", "--all", "--now", "2026-01-01T00:00:00Z", "FILE"}}});
}

// The first objects of a file. The others are similar.
std::vector<Json> First(std::vector<Json> documents, size_t count) {
  if (documents.size() > count) documents.resize(count);
  return documents;
}

TEST_F(EveryTypeTest, Nodes) {
  TryAll(First(ReadDocuments(ReadText(kNodes)), 2),
         {{"place", RunPlace, {kVllm, "--nodes", "FILE", "--levels", kLevels}},
          {"capacity", RunCapacity, {kVllm, "--nodes", "FILE", "--levels", kLevels}},
          {"capacity of slices",
           RunCapacity,
           {OfRoles("anywhere.yaml"), "--nodes", "FILE", "--levels", kLevels, "--groups", "surge"}},
          {"explain", RunExplain, {"FILE"}}});
}

// The file that the tests change.
std::string ChangedFile() { return absl::StrCat(std::getenv("TEST_TMPDIR"), "/changed.json"); }

// A file beside the changed one, which may name it.
std::string WriteBeside(const std::string& name, const std::string& text) {
  const std::string path = absl::StrCat(std::getenv("TEST_TMPDIR"), "/", name);
  std::ofstream(path) << text;
  return path;
}

TEST_F(EveryTypeTest, NodesOfScenarios) {
  const std::string scenario = WriteBeside("scenario.yaml", absl::StrCat("{nodes: ", ChangedFile(), ", events: []}"));
  TryAll(First(ReadDocuments(ReadText(kNodes)), 2), {{"simulate", RunSimulate, {"--scenario", scenario, kVllm}}});
}

TEST_F(EveryTypeTest, NodeObjectsInScenarios) {
  Json scenario = {{"events", Json::array()}, {"for", "1m"}};
  scenario["nodes"] = First(ReadDocuments(ReadText(kNodes)), 2);
  TryAll({scenario}, {{"simulate", RunSimulate, {"--scenario", "FILE", kVllm}}});
}

TEST_F(EveryTypeTest, ManifestsOfTests) {
  const std::string test =
      WriteBeside("test.yaml", absl::StrCat("{manifest: ", ChangedFile(), ", expect: {lowestReady: promised}}"));
  TryAll(ReadDocuments(ReadText(kVllm)), {{"test", lwsctl::RunTest, {test}}});
}

TEST_F(EveryTypeTest, SetsInsideOtherObjects) {
  TryAll(ReadDocuments(ReadText("tests/lwsctl/reading/in-app-wrapper.yaml")),
         {{"validate", RunValidate, {"FILE"}}, {"validate -o json", RunValidate, {"-o", "json", "FILE"}}});
}

TEST_F(EveryTypeTest, Pods) {
  TryAll(First(ReadDocuments(ReadText("examples/clusters/gpu-pods.yaml")), 2),
         {{"place", RunPlace, {kVllm, "--nodes", kNodes, "--levels", kLevels, "--pods", "FILE"}},
          {"capacity", RunCapacity, {kVllm, "--nodes", kNodes, "--levels", kLevels, "--pods", "FILE"}},
          {"defragment",
           RunDefragment,
           {kVllm, "--nodes", kNodes, "--levels", kLevels, "--pods", "FILE", "--empty", "example.com/rack"}},
          {"explain", RunExplain, {"FILE"}}});
}

TEST_F(EveryTypeTest, States) {
  TryAll(ReadDocuments(ReadText("examples/lwsctl/golden/state.yaml")),
         {{"explain", RunExplain, {"--now", "2026-01-01T00:00:00Z", "FILE"}},
          {"explain -o json", RunExplain, {"-o", "json", "--now", "2026-01-01T00:00:00Z", "FILE"}},
          {"explain --complete", RunExplain, {"--complete", "--all", "--now", "2026-01-01T00:00:00Z", "FILE"}},
          {"place --pods", RunPlace, {kVllm, "--nodes", kNodes, "--levels", kLevels, "--pods", "FILE"}}});
}

// A state with every field that explain reads.
constexpr char kWholeState[] = R"json([
  {"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
   "metadata": {"name": "s", "namespace": "n", "uid": "u", "creationTimestamp": "2026-01-01T00:00:00Z",
                "generation": 1, "labels": {"a": "b"}, "annotations": {"a": "b"}},
   "spec": {"replicas": 1, "leaderWorkerTemplate": {"size": 1, "workerTemplate": {"spec": {"containers":
            [{"name": "c", "image": "c:1"}]}}}},
   "status": {"replicas": 1}},
  {"apiVersion": "apps/v1", "kind": "StatefulSet",
   "metadata": {"name": "s", "namespace": "n", "uid": "u", "resourceVersion": "1",
                "ownerReferences": [{"kind": "LeaderWorkerSet", "name": "s", "uid": "u", "controller": true}]},
   "spec": {"replicas": 1, "serviceName": "s", "selector": {}, "updateStrategy": {"type": "RollingUpdate",
            "rollingUpdate": {"partition": 0}}, "template": {"metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [{"name": "c", "image": "c:1"}]}}},
   "status": {"replicas": 1, "availableReplicas": 1, "currentRevision": "a", "updateRevision": "a"}},
  {"apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": {"name": "s-1", "namespace": "n"},
   "revision": 1, "data": {}},
  {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "n"}, "spec": {}, "status": {}},
  {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a", "labels": {"a": "b"}},
   "spec": {"unschedulable": true, "taints": [{"key": "a", "value": "b", "effect": "NoSchedule"}]},
   "status": {"allocatable": {"pods": "1"}, "conditions": [{"type": "Ready", "status": "True"}]}},
  {"apiVersion": "v1", "kind": "Pod",
   "metadata": {"name": "s-0", "namespace": "n", "deletionTimestamp": "2026-01-01T00:00:00Z",
                "labels": {"leaderworkerset.sigs.k8s.io/name": "s"}},
   "spec": {"nodeName": "a", "priority": 1, "schedulingGates": [{"name": "g"}],
            "readinessGates": [{"conditionType": "g"}], "containers": [{"name": "c", "image": "c:1",
            "resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "1"}}}]},
   "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "False", "reason": "r", "message": "m",
                                                  "lastTransitionTime": "2026-01-01T00:00:00Z"}],
              "containerStatuses": [{"name": "c", "restartCount": 1, "ready": false, "started": true,
                "state": {"waiting": {"reason": "r", "message": "m"}},
                "lastState": {"terminated": {"exitCode": 1, "reason": "r", "finishedAt": "2026-01-01T00:00:00Z"}}}],
              "initContainerStatuses": [{"name": "i", "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}]}}
])json";

// Values that one type never has in place of another: a quantity may be a number, and times are texts, too.
bool IsOfAnotherType(const Json& written, const Json& other, const std::string& path) {
  if (other.is_null()) return false;
  const bool is_quantity = absl::StrContains(path, "/cpu") || absl::StrContains(path, "/pods");
  if (is_quantity || absl::StrContains(path, "/kind") || absl::StrContains(path, "/apiVersion")) return false;
  return written.type() != other.type() && !(written.is_number() && other == 7);
}

// Whether an object is known without the field. An item of a list cannot be null.
bool MayBeAbsent(const std::string& path) {
  const bool is_item = std::isdigit(static_cast<unsigned char>(path.back())) != 0;
  return !is_item && path != "/metadata" && path != "/metadata/name" && path != "/kind" && path != "/apiVersion";
}

// A state whose fields all have their types is read. One of another type is an error that names it, and a null is an
// absent field, unless it is a name.
TEST_F(EveryTypeTest, StatesAreReadByTheirTypes) {
  std::vector<Json> documents = Json::parse(kWholeState).get<std::vector<Json>>();
  const std::string file = ChangedFile();
  const CommandLine line = {"explain", RunExplain, {"--complete", "--now", "2026-01-01T00:00:00Z", "FILE"}};
  const auto run = [&] {
    std::ofstream out(file);
    for (const Json& document : documents) out << document << "\n";
    out.close();
    return lwsctl::Run(line, file);
  };
  ASSERT_EQ(run().code, 0) << run().errors;
  for (Json& document : documents) {
    const Json fields = document.flatten();
    for (const auto& [path, written] : fields.items()) {
      for (Json::json_pointer at(path); !at.empty(); at.pop_back()) {
        const Json original = document[at];
        for (const Json& other : {Json(), Json(true), Json(7), Json("x"), Json::array({1}), Json::object()}) {
          document[at] = other;
          const Caught caught = run();
          const std::string shown = absl::StrCat(document["kind"].dump(), " ", at.to_string(), " = ", other.dump());
          const bool is_named = absl::StrContains(caught.errors, at.back()) ||
                                std::isdigit(static_cast<unsigned char>(at.back()[0])) != 0;
          if (IsOfAnotherType(original, other, path)) {
            EXPECT_TRUE(caught.code == 2 && is_named) << shown << ": " << caught.code << " " << caught.errors;
          } else if (other.is_null() && MayBeAbsent(at.to_string())) {
            EXPECT_NE(caught.code, 2) << shown << ": " << caught.errors;
          }
        }
        document[at] = original;
      }
    }
  }
}

TEST_F(EveryTypeTest, SwarmCases) {
  TryAll(ReadDocuments(ReadText("examples/lwsctl/golden/swarm-reference.txt")), {{"swarm", RunSwarm, {"FILE"}}});
}

}  // namespace
}  // namespace lwsctl
