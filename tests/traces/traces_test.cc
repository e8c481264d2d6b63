// Compares the simulated cluster with a real Kubernetes 1.36 at the same steps, by traces that record.py recorded.
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/adapters/simulation/simulation.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using simulation::ApiServer;
using simulation::DeleteOptions;
using simulation::Deletion;
using simulation::StoredObjectRef;

const ObjectRef kSet = {"StatefulSet", "n", "s"};

Json ReadTraces(const std::string& name) {
  std::ifstream file("tests/traces/" + name);
  return Json::parse(file, nullptr, false);
}

Json Base() {
  return Json::parse(R"({
    "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s", "namespace": "n"},
    "spec": {"serviceName": "s", "selector": {"matchLabels": {"app": "s"}},
             "template": {"metadata": {"labels": {"app": "s"}},
                          "spec": {"containers": [{"name": "c", "image": "i:1"}]}}}})");
}

class Replay {
 public:
  explicit Replay(bool max_unavailable) : simulation_(Options(max_unavailable)) {
    EXPECT_TRUE(simulation_.AddNode("node", {{"pods", "110"}}, {}).ok());
  }

  absl::Status Step(const Json& step) {
    absl::Status status;
    ApiServer& server = simulation_.server();
    if (step.contains("create")) {
      Json set = Base();
      set.merge_patch(step["create"]);
      status = server.Create(set).status();
    } else if (step.contains("patch")) {
      Json set = *server.Get(kSet);
      set.merge_patch(step["patch"]);
      status = server.Update(set).status();
    } else if (step.contains("deletePod")) {
      status = server.Delete({"Pod", "n", step["deletePod"].get<std::string>()}, {});
    } else {
      static const std::map<std::string, Deletion> kPropagations = {
          {"background", Deletion::kBackground}, {"foreground", Deletion::kForeground}, {"orphan", Deletion::kOrphan}};
      DeleteOptions options;
      options.propagation = kPropagations.at(step["delete"]);
      status = server.Delete(kSet, options);
    }
    simulation_.RunUntilQuiet(absl::Hours(1));
    return status;
  }

  // Shows the cluster in the form of record.py.
  Json Look() {
    std::map<std::string, int64_t> revisions;
    for (const SharedJson& revision : simulation_.server().List("ControllerRevision")) {
      revisions[(*revision)["metadata"]["name"]] = (*revision)["revision"];
    }
    std::set<int64_t> numbers;
    for (const auto& [name, number] : revisions) numbers.insert(number);
    Json seen = {{"pods", Json::object()}, {"revisions", numbers}};
    if (const SharedJson set = simulation_.server().Get(kSet); set != nullptr) {
      seen["status"] = (*set)["status"];
      for (const char* key : {"currentRevision", "updateRevision"}) {
        seen["status"][key] = revisions[seen["status"][key].get<std::string>()];
      }
    }
    std::set<std::string> uids;
    for (const SharedJson& pod : simulation_.server().List("Pod")) {
      const Json& metadata = (*pod)["metadata"];
      const std::string uid = metadata["uid"];
      uids.insert(uid);
      seen["pods"][metadata["name"].get<std::string>()] = {
          {"revision", revisions[metadata["labels"]["controller-revision-hash"].get<std::string>()]},
          {"phase", (*pod)["status"]["phase"]},
          {"new", uids_.count(uid) == 0},
          {"owned", metadata.contains("ownerReferences")}};
    }
    uids_ = uids;
    return seen;
  }

 private:
  static SimulationOptions Options(bool max_unavailable) {
    SimulationOptions options;
    options.statefulsets.max_unavailable = max_unavailable;
    return options;
  }

  Simulation simulation_;
  std::set<std::string> uids_;
};

class TracesTest : public testing::TestWithParam<const char*> {};

TEST_P(TracesTest, TheSimulationDoesTheSame) {
  const Json traces = ReadTraces(GetParam());
  ASSERT_TRUE(traces.is_array());
  ASSERT_GT(traces.size(), 5);
  for (const Json& trace : traces) {
    Replay replay(trace["maxUnavailableFeature"]);
    int number = 0;
    for (const Json& step : trace["steps"]) {
      const absl::Status status = replay.Step(step);
      ASSERT_TRUE(status.ok()) << status;
      EXPECT_EQ(replay.Look(), step["expect"]) << trace["name"] << ", step " << number;
      ++number;
    }
  }
}

TEST(ServerSideApplyTrace, TheSimulationDoesTheSame) {
  Simulation simulation({});
  int number = 0;
  for (const Json& step : ReadTraces("server-side-apply.json")) {
    const Json& expect = step["expect"];
    Json object = step["object"];
    object["metadata"]["namespace"] = "n";
    const absl::StatusOr<simulation::SharedObject> applied =
        simulation.server().Apply(object, step["manager"].get<std::string>(), step["force"]);
    EXPECT_EQ(!applied.ok(), expect["refused"]) << "step " << number << ": " << applied.status();
    const Json& live = *simulation.server().Get(kSet);
    const Json& metadata = live["metadata"];
    EXPECT_EQ(metadata.value("labels", Json::object()), expect["labels"]) << "step " << number;
    EXPECT_EQ(metadata.value("annotations", Json::object()), expect["annotations"]) << "step " << number;
    EXPECT_EQ(live["spec"]["replicas"], expect["replicas"]) << "step " << number;
    EXPECT_EQ(metadata["generation"], expect["generation"]) << "step " << number;
    Json containers = Json::array();
    for (const Json& container : live["spec"]["template"]["spec"]["containers"]) {
      Json shown = container;
      for (const char* key : {"terminationMessagePath", "terminationMessagePolicy", "imagePullPolicy"})
        shown.erase(key);
      containers.push_back(shown);
    }
    EXPECT_EQ(containers, expect["containers"]) << "step " << number;
    Json managed = Json::object();
    for (const Json& entry : metadata["managedFields"]) {
      managed[entry["manager"].get<std::string>()] = entry["fieldsV1"];
    }
    EXPECT_EQ(managed, expect["managedFields"]) << "step " << number;
    ++number;
  }
  EXPECT_GT(number, 5);
}

TEST(SchedulingTrace, TheSimulationDoesTheSame) {
  Simulation simulation({});
  for (int i = 0; i < 2; ++i) {
    const std::string rack = i == 0 ? "r0" : "r1";
    ASSERT_TRUE(simulation
                    .AddNode("node-" + std::to_string(i), {{"cpu", "64"}, {"pods", "110"}, {"nvidia.com/gpu", "8"}},
                             {{"rack", rack}, {"number", i == 0 ? "3" : "7"}})
                    .ok());
  }
  int pods = 0;
  for (const Json& step : ReadTraces("scheduling.json")) {
    if (step.contains("taint")) {
      Json node = *simulation.server().Get({"Node", "", step["taint"].get<std::string>()});
      node["spec"]["taints"] = Json::array({{{"key", "t"}, {"value", "x"}, {"effect", "NoSchedule"}}});
      ASSERT_TRUE(simulation.server().Update(node).ok());
      continue;
    }
    Json pod = step["pod"];
    pod["metadata"]["namespace"] = "n";
    const absl::Status created = simulation.server().Create(pod).status();
    ASSERT_TRUE(created.ok()) << created;
    simulation.Settle();
    EXPECT_EQ((*simulation.server().Get(StoredObjectRef(pod)))["spec"].value("nodeName", ""), step["node"])
        << pod["metadata"]["name"];
    ++pods;
  }
  EXPECT_GT(pods, 15);
}

INSTANTIATE_TEST_SUITE_P(StatefulSets, TracesTest,
                         testing::Values("statefulset-feature-off.json", "statefulset-feature-on.json"));

}  // namespace
}  // namespace lws
