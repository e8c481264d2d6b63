// The simulated cluster does what a real Kubernetes 1.36 did at the same steps: traces recorded by record.py.
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/simulation.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

const ObjectKey kSet = {"StatefulSet", "n", "s"};

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

  // As record.py looks at a cluster.
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

INSTANTIATE_TEST_SUITE_P(StatefulSets, TracesTest,
                         testing::Values("statefulset-feature-off.json", "statefulset-feature-on.json"));

}  // namespace
}  // namespace lws
