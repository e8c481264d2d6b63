// The commands on a live cluster, against a Kubernetes in memory with the wire between them.
#include "examples/lwsctl/live/live_commands.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "examples/lwsctl/live/controls_edit.h"
#include "examples/lwsctl/live/live_api.h"
#include "examples/lwsctl/schema.h"
#include "gtest/gtest.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/json.h"
#include "lws/api/well_known.h"
#include "lws/core/revision/disaggregated_revision.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/fake_api_server.h"
#include "tests/kubernetes/wired_cluster.h"

namespace lwsctl {
namespace {

using lws::Json;

constexpr uint64_t kSeed = 20261126;

class LiveCommandsTest : public testing::Test {
 protected:
  LiveCommandsTest() {
    host_.client = &wired_.wire();
    host_.namespace_name = "n";
    host_.clock = [this] { return wired_.now(); };
    host_.wait_until = [this](absl::Time time) { wired_.Run(std::min(time - wired_.now(), absl::Milliseconds(10))); };
  }

  // "EXIT CODE\nOUTPUT"
  std::string Run(const std::vector<std::string>& words) {
    std::ostringstream out;
    testing::internal::CaptureStderr();
    const int code = RunLive([this](const std::string&, const std::string&) { return &host_; }, words, &out);
    return absl::StrCat(code, "\n", out.str(), testing::internal::GetCapturedStderr());
  }

  std::string UidOf(const std::string& pod) {
    const lws::SharedJson object = wired_.server().Get({"Pod", "n", pod});
    return object == nullptr ? "" : (*object)["metadata"].value("uid", "");
  }

  std::string ImageOf(const std::string& set) {
    const Json live = *wired_.server().Get({lws::kKind, "n", set});
    return live["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0].value("image", "");
  }

  int Updated() {
    int updated = 0;
    for (const char* pod : {"a-0 two", "a-1 two", "a-2 two"}) updated += absl::StrContains(wired_.Shown("a"), pod);
    return updated;
  }

  std::string FileOf(Json manifest) {
    const std::string path = absl::StrCat(testing::TempDir(), "/set.json");
    std::ofstream(path) << manifest.dump();
    return path;
  }

  // A LeaderWorkerSet of the DisaggregatedSet.
  void CreateChild(const Json& set, const std::string& slice, const std::string& revision, const std::string& role,
                   int32_t replicas) {
    const std::string name = absl::StrCat("d-", slice, "-", revision, "-", role);
    Json child = {{"apiVersion", lws::kApiVersion},
                  {"kind", lws::kKind},
                  {"metadata", {{"name", name}, {"namespace", "n"}}},
                  {"spec", {{"replicas", replicas}}}};
    child["metadata"]["labels"] = {{lws::kDisaggregatedNameLabel, "d"},
                                   {lws::kSliceLabel, slice},
                                   {lws::kDisaggregatedRevisionLabel, revision},
                                   {lws::kRoleLabel, role}};
    child["metadata"]["ownerReferences"] = {{{"apiVersion", lws::kDisaggregatedSetApiVersion},
                                             {"kind", lws::kDisaggregatedSetKind},
                                             {"name", "d"},
                                             {"uid", set["metadata"]["uid"]},
                                             {"controller", true}}};
    child["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"] = {
        {{"name", "main"}, {"image", "one"}}};
    const auto created = wired_.server().Create(child);
    ASSERT_TRUE(created.ok()) << created.status();
  }

  lws::WiredCluster wired_{kSeed, {}};
  LiveHost host_;
};

// What is wrong with a document of maps with fixed keys, lists, texts and numbers; "" when it is as the schema says.
std::string WhyNot(const Json& value, const Json& schema) {
  if (schema.contains("enum")) {
    const Json& words = schema["enum"];
    const bool is_one = std::find(words.begin(), words.end(), value) != words.end();
    return is_one ? "" : absl::StrCat(value.dump(), " is none of ", words.dump());
  }
  const std::string type = schema.value("type", "");
  const bool is_of_type = type == "object"    ? value.is_object()
                          : type == "array"   ? value.is_array()
                          : type == "string"  ? value.is_string()
                          : type == "boolean" ? value.is_boolean()
                                              : type == "integer" && value.is_number_integer();
  if (!is_of_type) return absl::StrCat(value.dump(), " is not of type ", type);
  std::string wrong;
  if (value.is_object()) {
    for (const Json& key : schema["required"]) {
      if (!value.contains(key.get<std::string>())) return absl::StrCat("lacks ", key.get<std::string>());
    }
    for (const auto& [key, below] : value.items()) {
      if (!schema["properties"].contains(key)) return absl::StrCat("unknown key ", key);
      if (wrong.empty()) wrong = WhyNot(below, schema["properties"][key]);
    }
  }
  if (value.is_array()) {
    for (const Json& below : value) {
      if (wrong.empty()) wrong = WhyNot(below, schema["items"]);
    }
  }
  return wrong;
}

TEST_F(LiveCommandsTest, StatusIsATreeAndItsExitCodeTellsWhetherTheRolloutIsDone) {
  wired_.CreateSet("a", 2, "one");
  EXPECT_TRUE(absl::StartsWith(Run({"status", "a"}), "1\nLeaderWorkerSet n/a  under way: "));
  wired_.Run(absl::Minutes(3));
  const std::string done = Run({"status", "a"});
  EXPECT_TRUE(absl::StartsWith(done,
                               "0\nLeaderWorkerSet n/a  done: rolled out\n  2 of 2 groups ready, 2 updated, size 3\n"
                               "  group 0  ready, updated revision "))
      << done;
  EXPECT_TRUE(absl::StrContains(done, "\n    a-1-2  ready  on node-")) << done;
  const std::string json = Run({"status", "a", "-o", "json"});
  const Json document = Json::parse(json.substr(2));
  EXPECT_EQ(document["groups"][1]["pods"][2]["name"], "a-1-2");
  const Json schema = *SchemaNamed("status-output");
  EXPECT_EQ(WhyNot(document, schema), "");
  Json other = document;
  other["groups"][0]["pods"][1].erase("node");
  EXPECT_EQ(WhyNot(other, schema), "lacks node");
  other = document;
  other["rollout"] = "gone";
  EXPECT_EQ(WhyNot(other, schema), "\"gone\" is none of [\"under way\",\"done\",\"stalled\"]");
  EXPECT_TRUE(absl::StrContains(Run({"status", "other"}), "there is no LeaderWorkerSet n/other")) << "exit code 1";
  EXPECT_TRUE(absl::StrContains(Run({"status", "a", "-n", "elsewhere"}), "elsewhere/a"));
}

TEST_F(LiveCommandsTest, WatchEndsWithTheRolloutOrItsTimeout) {
  wired_.CreateSet("a", 3, "one");
  wired_.Run(absl::Minutes(3));
  wired_.SetImage("a", "two");
  EXPECT_TRUE(absl::StartsWith(Run({"status", "a", "--watch", "--timeout", "3s"}), "1\n"));
  const std::string watched = Run({"status", "a", "--watch"});
  EXPECT_TRUE(absl::StartsWith(watched, "0\n"));
  EXPECT_TRUE(absl::StrContains(watched, "former revision"));
  EXPECT_EQ(Updated(), 3);
  EXPECT_TRUE(absl::StartsWith(Run({"status", "a", "--timeout", "soon"}), "2\n"));
}

TEST_F(LiveCommandsTest, PauseHoldsARolloutAndResumeLetsItGoOn) {
  wired_.CreateSet("a", 3, "one", {{"lws-policies/rollout", "keep-budget"}});
  wired_.Run(absl::Minutes(3));
  EXPECT_EQ(Run({"resume", "a"}), "1\nlwsctl: the set is not paused\n");
  EXPECT_EQ(Run({"pause", "a"}), "0\nLeaderWorkerSet n/a  paused\n");
  EXPECT_EQ(Run({"pause", "a"}), "1\nlwsctl: the set is paused already\n");
  wired_.SetImage("a", "two");
  wired_.Run(absl::Minutes(10));
  EXPECT_EQ(Updated(), 0);
  EXPECT_TRUE(absl::StrContains(Run({"status", "a"}), "; paused\n"));
  EXPECT_EQ(Run({"resume", "a"}), "0\nLeaderWorkerSet n/a  goes on\n");
  wired_.Run(absl::Minutes(10));
  EXPECT_EQ(Updated(), 3);
}

TEST_F(LiveCommandsTest, PromoteApprovesTheNextCanaryStep) {
  wired_.CreateSet("a", 3, "one",
                   {{"lws-policies/rollout", "keep-budget"},
                    {"lws-policies/controls", R"({"steps": [{"groups": 1, "approval": true}], "minReady": "1s"})"}});
  wired_.Run(absl::Minutes(3));
  wired_.SetImage("a", "two");
  wired_.Run(absl::Minutes(10));
  EXPECT_EQ(Updated(), 1);
  EXPECT_EQ(Run({"promote", "a"}), "0\nLeaderWorkerSet n/a  1 of 1 canary steps approved\n");
  wired_.Run(absl::Minutes(10));
  EXPECT_EQ(Updated(), 3);
  EXPECT_EQ(Run({"promote", "a"}), "1\nlwsctl: all canary steps are approved already\n");
}

TEST_F(LiveCommandsTest, RestartRecreatesOneGroup) {
  wired_.CreateSet("a", 2, "one");
  wired_.Run(absl::Minutes(3));
  const std::string first = UidOf("a-0");
  const std::string second = UidOf("a-1");
  EXPECT_EQ(Run({"restart", "a", "1"}), "0\nLeaderWorkerSet n/a  group 1 is restarted\n");
  wired_.Run(absl::Minutes(3));
  EXPECT_EQ(UidOf("a-0"), first);
  EXPECT_NE(UidOf("a-1"), second);
  EXPECT_TRUE(absl::StartsWith(Run({"status", "a"}), "0\n"));
  EXPECT_TRUE(absl::StartsWith(Run({"restart", "a", "7"}), "2\n"));
  EXPECT_TRUE(absl::StrContains(Run({"restart", "a", "x"}), "GROUP is the index of a group"));
  EXPECT_TRUE(absl::StrContains(Run({"restart", "a"}), "usage: lwsctl restart NAME GROUP"));
}

TEST_F(LiveCommandsTest, UndoGivesAFormerTemplateBack) {
  wired_.CreateSet("a", 3, "one");
  wired_.Run(absl::Minutes(3));
  EXPECT_TRUE(absl::StrContains(Run({"undo", "a"}), "the set has no former revision"));
  EXPECT_EQ(Run({"undo", "a", "--to-revision", "1"}), "1\nlwsctl: the set has the template of that revision already\n");
  wired_.SetImage("a", "two");
  wired_.Run(absl::Seconds(5));
  EXPECT_TRUE(absl::StrContains(Run({"undo", "a", "--to-revision", "9"}), "the set has no revision 9"));
  EXPECT_TRUE(absl::StartsWith(Run({"undo", "a"}), "0\nLeaderWorkerSet n/a  has the template of revision 1 ("));
  EXPECT_EQ(ImageOf("a"), "one");
  wired_.Run(absl::Minutes(10));
  EXPECT_EQ(Updated(), 0);
  EXPECT_TRUE(absl::StartsWith(Run({"status", "a"}), "0\n"));
}

// A pass owns the revisions with the set's label that have no controller, too, such as those of a restored backup.
TEST_F(LiveCommandsTest, UndoFindsTheRevisionsThatAPassOwns) {
  wired_.CreateSet("a", 3, "one");
  wired_.Run(absl::Minutes(3));
  wired_.SetImage("a", "two");
  wired_.Run(absl::Seconds(5));
  for (const lws::SharedJson& object : wired_.server().List("ControllerRevision")) {
    if ((*object)["metadata"]["ownerReferences"][0]["kind"] != lws::kKind) continue;
    Json orphan = *object;
    orphan["metadata"].erase("ownerReferences");
    ASSERT_TRUE(wired_.server().Update(orphan).ok());
  }
  EXPECT_TRUE(absl::StartsWith(Run({"undo", "a", "--to-revision", "1"}),
                               "0\nLeaderWorkerSet n/a  has the template of revision 1 ("));
  EXPECT_EQ(ImageOf("a"), "one");
}

TEST_F(LiveCommandsTest, DiffTellsWhatAnEditWouldDoToEveryGroup) {
  wired_.CreateSet("a", 2, "one");
  wired_.Run(absl::Minutes(3));
  Json manifest = *wired_.server().Get({lws::kKind, "n", "a"});
  manifest.erase("status");
  wired_.Annotate("a", "kubectl.kubernetes.io/last-applied-configuration", "{}");
  EXPECT_EQ(Run({"diff", FileOf(manifest)}), "0\nLeaderWorkerSet n/a  nothing changes\n");
  manifest["spec"]["replicas"] = 1;
  manifest["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"] = "two";
  const std::string diff = Run({"diff", FileOf(manifest)});
  EXPECT_TRUE(absl::StartsWith(diff, "1\nLeaderWorkerSet n/a\n")) << diff;
  EXPECT_TRUE(absl::StrContains(diff, "containers[main].image: \"one\" -> \"two\"")) << diff;
  EXPECT_TRUE(absl::StrContains(diff, "  group 0  rolls; now ready, revision ")) << diff;
  EXPECT_TRUE(absl::StrContains(diff, "  group 1  is removed; now ready, revision ")) << diff;
  EXPECT_EQ(ImageOf("a"), "one") << "nothing is changed";
}

Json RoleOf(const char* name, const char* image) {
  const Json container = {{"name", "main"}, {"image", image}};
  return {{"name", name},
          {"spec",
           {{"replicas", 2},
            {"leaderWorkerTemplate", {{"size", 1}, {"workerTemplate", {{"spec", {{"containers", {container}}}}}}}}}}};
}

Json DisaggregatedManifest() {
  return {{"apiVersion", lws::kDisaggregatedSetApiVersion},
          {"kind", lws::kDisaggregatedSetKind},
          {"metadata", {{"name", "d"}, {"namespace", "n"}}},
          {"spec", {{"roles", {RoleOf("prefill", "one"), RoleOf("decode", "one")}}}}};
}

TEST_F(LiveCommandsTest, DiffOfADisaggregatedSetTellsWhatAnEditWouldDoToItsRoles) {
  Json manifest = DisaggregatedManifest();
  const lws::DisaggregatedSetAdmission admission = lws::AdmitDisaggregatedSet(manifest);
  ASSERT_NE(admission.set, nullptr);
  Json stored = lws::DisaggregatedSetToJson(*admission.set);
  stored["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = "{}";
  ASSERT_TRUE(wired_.server().Create(stored).ok());
  EXPECT_EQ(Run({"diff", FileOf(manifest)}), "0\nDisaggregatedSet n/d  nothing changes\n");
  const Json live = *wired_.server().Get({lws::kDisaggregatedSetKind, "n", "d"});
  const std::string now = lws::DisaggregatedRevisionKey(lws::DisaggregatedRevisionData(*admission.set));
  CreateChild(live, "0", "aaaaaaaa", "prefill", 1);
  CreateChild(live, "0", now, "prefill", 2);
  CreateChild(live, "0", now, "decode", 2);
  CreateChild(live, "3", now, "decode", 2);
  Json other = live;
  other["metadata"]["uid"] = "another";
  CreateChild(other, "0", "bbbbbbbb", "decode", 2);
  manifest["spec"]["roles"][0]["spec"]["replicas"] = 5;
  const std::string scaled = Run({"diff", FileOf(manifest)});
  const auto child = [](const std::string& slice, const std::string& revision, const std::string& role) {
    return absl::StrCat("  child    d-", slice, "-", revision, "-", role, "  ");
  };
  EXPECT_TRUE(absl::EndsWith(
      scaled, absl::StrCat(child("0", "aaaaaaaa", "prefill"), "is drained for revision ", now,
                           "; now 1 group, 0 ready\n", child("0", now, "decode"), "stays; now 2 groups, 0 ready\n",
                           child("0", now, "prefill"), "gets 3 groups; now 2 groups, 0 ready\n",
                           child("3", now, "decode"), "is deleted with its slice; now 2 groups, 0 ready\n")))
      << scaled;
  manifest["spec"]["roles"][0] = RoleOf("prefill", "two");
  const std::string diff = Run({"diff", FileOf(manifest)});
  EXPECT_TRUE(absl::StartsWith(diff, "1\nDisaggregatedSet n/d\n")) << diff;
  EXPECT_TRUE(absl::StrContains(diff, "containers[main].image: \"one\" -> \"two\"")) << diff;
  EXPECT_TRUE(absl::StrContains(diff, "  rolls    slice 0 decode: 2 groups, revision ")) << diff;
  manifest["metadata"]["name"] = "other";
  EXPECT_TRUE(absl::StartsWith(Run({"diff", FileOf(manifest)}), "2\n"));
}

TEST_F(LiveCommandsTest, ExplainReadsDisaggregatedSetsWithTheirChildren) {
  Json manifest = DisaggregatedManifest();
  const lws::DisaggregatedSetAdmission admission = lws::AdmitDisaggregatedSet(manifest);
  ASSERT_NE(admission.set, nullptr);
  ASSERT_TRUE(wired_.server().Create(lws::DisaggregatedSetToJson(*admission.set)).ok());
  const Json live = *wired_.server().Get({lws::kDisaggregatedSetKind, "n", "d"});
  const std::string now = lws::DisaggregatedRevisionKey(lws::DisaggregatedRevisionData(*admission.set));
  CreateChild(live, "0", now, "prefill", 2);
  testing::internal::CaptureStdout();
  EXPECT_EQ(Run({"explain", "--live", "d"}), "0\n");
  const std::string told = testing::internal::GetCapturedStdout();
  EXPECT_TRUE(absl::StrContains(told, "DisaggregatedSet n/d\n")) << told;
  EXPECT_TRUE(absl::StrContains(told, "prefill wants 2: 2 new (0 ready); decode wants 2: 0 new (0 ready)")) << told;
  EXPECT_TRUE(absl::StrContains(told, absl::StrCat("LeaderWorkerSet n/d-0-", now, "-prefill\n"))) << told;
}

TEST_F(LiveCommandsTest, ExplainReadsTheCluster) {
  wired_.CreateSet("a", 2, "one");
  wired_.CreateSet("b", 1, "one");
  wired_.Run(absl::Minutes(3));
  testing::internal::CaptureStdout();
  EXPECT_EQ(Run({"explain", "--live", "a"}), "0\n");
  const std::string told = testing::internal::GetCapturedStdout();
  EXPECT_TRUE(absl::StrContains(told, "LeaderWorkerSet n/a\n  state  at rest: 2 of 2 groups ready")) << told;
  EXPECT_FALSE(absl::StrContains(told, "n/b")) << told;
}

// The second step is under way. From its first step, the canary would wait with one group.
TEST_F(LiveCommandsTest, ExplainKnowsWhichCanaryStepsAreDone) {
  wired_.CreateSet(
      "a", 3, "one",
      {{"lws-policies/rollout", "keep-budget"},
       {"lws-policies/controls", R"({"steps": [{"groups": 1, "wait": "10m"}, {"groups": 2, "approval": true}]})"}});
  wired_.Run(absl::Minutes(3));
  wired_.SetImage("a", "two");
  wired_.Run(absl::Minutes(30));
  ASSERT_EQ(Updated(), 2);
  for (const bool may_read : {true, false}) {
    wired_.wire().faults().forbidden = may_read ? "" : "configmaps";
    testing::internal::CaptureStdout();
    EXPECT_EQ(Run({"explain", "--live", "a"}), "0\n");
    const std::string told = testing::internal::GetCapturedStdout();
    EXPECT_EQ(absl::StrContains(told, "partition 1, replicas 3"), may_read) << told;
  }
}

TEST_F(LiveCommandsTest, ExplainTellsWhichPolicyDecidesAboutAFailure) {
  wired_.CreateSet("a", 1, "one", {{"lws-policies/restarts", R"({"atMost": 2, "firstBackoff": "10m"})"}});
  wired_.Run(absl::Minutes(3));
  const struct {
    absl::Duration after;
    bool may_read;
    const char* wanted;
  } table[] = {
      {absl::Minutes(2), true, "state  at rest"},  // the first restart is over
      {absl::Minutes(1), true, "the next restart has to wait: by the restart policy of the set, "},
      {absl::Minutes(1), false, "open   what would be done: it depends on ConfigMap"},
      {absl::Minutes(20), true, "state  at rest"},
      {absl::Minutes(1), true,
       "no more restarts: the pods stay for inspection: by the restart policy of the set, after 2 of at most 2 "
       "restarts"},
  };
  for (const auto& row : table) {
    wired_.wire().faults().forbidden = "";
    wired_.kubelet().FailContainer("n", "a-0-1");
    wired_.Run(row.after);
    wired_.wire().faults().forbidden = row.may_read ? "" : "configmaps";
    testing::internal::CaptureStdout();
    EXPECT_EQ(Run({"explain", "--live", "a", "--all"}), "0\n");
    const std::string told = testing::internal::GetCapturedStdout();
    EXPECT_TRUE(absl::StrContains(told, row.wanted)) << row.wanted << "\n" << told;
  }
}

TEST_F(LiveCommandsTest, AServerThatDoesNotAnswerIsAnError) {
  lws::WireFaults faults;
  faults.lost_before = 1000;
  wired_.wire().faults() = faults;
  EXPECT_EQ(Run({"status", "a"}), "2\nlwsctl: the connection was lost\n");
}

TEST(ControlsEditTest, EverythingElseInTheAnnotationStays) {
  const struct {
    const char* text;
    ControlsEdit edit;
    const char* wanted;
  } table[] = {
      {"", ControlsEdit::kPause, R"({"paused":true})"},
      {R"({"minReady": "30s"})", ControlsEdit::kPause, R"({"minReady":"30s","paused":true})"},
      {R"({"paused": true, "minReady": "30s"})", ControlsEdit::kResume, R"({"minReady":"30s","paused":false})"},
      {R"({"steps": [{"groups": 1}, {"groups": 2}]})", ControlsEdit::kPromote,
       R"({"approvedSteps":1,"steps":[{"groups":1},{"groups":2}]})"},
      {R"({"steps": [{"groups": 1}, {"groups": 2}]})", ControlsEdit::kPromoteAll,
       R"({"approvedSteps":2,"steps":[{"groups":1},{"groups":2}]})"},
  };
  for (const auto& row : table) {
    const absl::StatusOr<std::string> edited = EditedControls(row.text, row.edit);
    ASSERT_TRUE(edited.ok()) << edited.status();
    EXPECT_EQ(*edited, row.wanted);
  }
  EXPECT_TRUE(absl::IsInvalidArgument(EditedControls("7", ControlsEdit::kPause).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(EditedControls(R"({"pause": true})", ControlsEdit::kPause).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(EditedControls("", ControlsEdit::kPromote).status()));
}

TEST(LiveWordsTest, TheWordsChooseTheLiveCommands) {
  EXPECT_TRUE(IsLive({"status", "a"}));
  EXPECT_TRUE(IsLive({"explain", "--live"}));
  EXPECT_FALSE(IsLive({"explain", "state.yaml"}));
  EXPECT_FALSE(IsLive({"simulate", "a"}));
  EXPECT_FALSE(IsLive({}));
}

}  // namespace
}  // namespace lwsctl
