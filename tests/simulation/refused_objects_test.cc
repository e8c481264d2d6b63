// A simulated cluster refuses what Kubernetes refuses, and reports it: sets without a pod, edits that get stuck.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/simulation.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using Texts = std::vector<std::string>;

class World {
 public:
  World() : simulation_({}, {nullptr, [this](const Event& event) { events_.push_back(event); }, nullptr}) {
    for (int i = 0; i < 8; ++i) {
      EXPECT_TRUE(simulation_.AddNode(absl::StrCat("node-", i), {{"pods", "110"}, {"cpu", "64"}}, {}).ok());
    }
  }

  void Create(const Json& patch) {
    Json set = Json::parse(R"({
      "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
      "metadata": {"name": "s", "namespace": "n"},
      "spec": {"replicas": 2, "leaderWorkerTemplate": {"size": 2, "workerTemplate": {"spec": {
        "containers": [{"name": "c", "image": "i:1"}]}}}}})");
    set.merge_patch(patch);
    EXPECT_TRUE(simulation_.CreateSet(set).ok());
    Run();
  }

  void Edit(const Json& patch) {
    EXPECT_TRUE(simulation_.EditSet("n", "s", patch).ok());
    Run();
  }

  // A refused set is tried again for ever.
  void Run() { simulation_.RunUntilQuiet(absl::Minutes(5)); }

  // The distinct notes of warnings with this reason, and their objects.
  Texts Warnings(const std::string& reason) const {
    Texts notes;
    for (const Event& event : events_) {
      const std::string note = absl::StrCat(event.regarding.kind, ": ", event.note);
      const bool is_new = std::find(notes.begin(), notes.end(), note) == notes.end();
      if (event.is_warning && event.reason == reason && is_new) notes.push_back(note);
    }
    return notes;
  }

  size_t Count(const char* kind) { return simulation_.server().List(kind).size(); }
  SharedJson Get(const char* kind, const char* name) { return simulation_.server().Get({kind, "n", name}); }

 private:
  std::vector<Event> events_;
  Simulation simulation_;
};

Json Worker(const Json& pod_spec) {
  return {{"spec", {{"leaderWorkerTemplate", {{"workerTemplate", {{"spec", pod_spec}}}}}}}};
}

Json Claims(const char* size) {
  return {{"spec",
           {{"leaderWorkerTemplate",
             {{"volumeClaimTemplates", Json::array({{{"metadata", {{"name", "cache"}}},
                                                     {"spec",
                                                      {{"accessModes", Json::array({"ReadWriteOnce"})},
                                                       {"resources", {{"requests", {{"storage", size}}}}}}}}})}}}}}};
}

constexpr char kUnchangeable[] =
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
    "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are "
    "forbidden";

TEST(RefusedObjects, ATemplateThatIsNoGoodGetsNoPods) {
  World world;
  world.Create(Worker({{"restartPolicy", "Never"}}));
  EXPECT_EQ(world.Count("StatefulSet"), 0);
  EXPECT_EQ(world.Count("Pod"), 0);
  EXPECT_EQ(world.Warnings("FailedCreate"),
            Texts{"LeaderWorkerSet: Failed to create leader statefulset s: StatefulSet.apps \"s\" is invalid: "
                  "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\""});
}

TEST(RefusedObjects, AnEditMendsIt) {
  World world;
  world.Create(Worker({{"restartPolicy", "Never"}}));
  world.Edit(Worker({{"restartPolicy", "Always"}}));
  EXPECT_EQ(world.Count("StatefulSet"), 3);
  EXPECT_EQ(world.Count("Pod"), 4);
}

TEST(RefusedObjects, PodsAreRefusedOneByOne) {
  World world;
  world.Create(Worker({{"containers", Json::array({{{"name", "c"}, {"image", " "}}})}}));
  EXPECT_EQ(world.Count("StatefulSet"), 1);
  EXPECT_EQ(world.Count("Pod"), 0);
  // When pods are created in parallel, the first failure ends the attempt.
  EXPECT_EQ(world.Warnings("FailedCreate"),
            Texts{"StatefulSet: Create Pod s-0 in StatefulSet s failed error: Pod \"s-0\" is invalid: "
                  "spec.containers[0].image: Invalid value: \" \": must not have leading or trailing whitespace"});
}

TEST(RefusedObjects, WorkersAreRefusedBesideTheirLeader) {
  World world;
  Json patch = Worker({{"restartPolicy", "Never"}});
  patch["spec"]["leaderWorkerTemplate"]["leaderTemplate"]["spec"]["containers"] =
      Json::array({{{"name", "c"}, {"image", "i:1"}}});
  world.Create(patch);
  EXPECT_EQ(world.Count("StatefulSet"), 1);
  EXPECT_EQ(world.Count("Pod"), 2);
  const Texts told = world.Warnings("FailedCreate");
  ASSERT_EQ(told.size(), 2);
  EXPECT_EQ(told[0],
            "LeaderWorkerSet: Failed to create worker statefulset for leader pod s-0: "
            "StatefulSet.apps \"s-0\" is invalid: "
            "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"");
}

TEST(RefusedObjects, ClaimTemplatesCannotChange) {
  World world;
  world.Create(Claims("10Gi"));
  EXPECT_EQ(world.Count("Pod"), 4);
  const Json before = (*world.Get("StatefulSet", "s"))["spec"];
  world.Edit(Claims("20Gi"));
  EXPECT_EQ((*world.Get("StatefulSet", "s"))["spec"], before);
  EXPECT_EQ(
      world.Warnings("FailedUpdate"),
      Texts{absl::StrCat("LeaderWorkerSet: Failed to update leader statefulset s: StatefulSet.apps \"s\" is invalid: ",
                         kUnchangeable)});
  // Reverting the edit is possible.
  world.Edit(Claims("10Gi"));
  world.Edit(Worker({{"containers", Json::array({{{"name", "c"}, {"image", "i:2"}}})}}));
  EXPECT_EQ((*world.Get("Pod", "s-1-1"))["spec"]["containers"][0]["image"], "i:2");
}

TEST(RefusedObjects, APriorityNeedsItsClass) {
  World world;
  world.Create(Json::parse(R"({"spec": {"leaderWorkerTemplate": {"workerTemplate": {"spec": {"priority": 5}}}}})"));
  EXPECT_EQ(world.Count("Pod"), 0);
  const Texts warnings = world.Warnings("FailedCreate");
  ASSERT_FALSE(warnings.empty());
  EXPECT_TRUE(absl::StrContains(warnings[0],
                                "pods \"s-0\" is forbidden: the integer value of priority (5) must not be "
                                "provided in pod spec; priority admission controller computed 0"))
      << warnings[0];
}

TEST(RefusedObjects, ALongNameGetsNoPods) {
  World world;
  const std::string name(55, 'x');
  world.Create({{"metadata", {{"name", name}}}});
  EXPECT_EQ(world.Count("Pod"), 0);
  const Texts told = world.Warnings("FailedCreate");
  ASSERT_EQ(told.size(), 1);
  EXPECT_TRUE(absl::StrContains(told[0], "must be no more than 63 bytes")) << told[0];
}

}  // namespace
}  // namespace lws
