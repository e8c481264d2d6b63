// The objects that the examples of headers use, under the names in the examples.
#ifndef LWS_TESTS_HEADERS_EXAMPLE_OBJECTS_H_
#define LWS_TESTS_HEADERS_EXAMPLE_OBJECTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.pb.h"
#include "lws/rollout/keep_role_budgets.h"
#include "nlohmann/json.hpp"

namespace lws {

inline Json ExampleManifest() {
  return Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "vllm", "namespace": "default", "uid": "00000000-0000-4000-8000-000000000001"},
    "spec": {"replicas": 4, "leaderWorkerTemplate": {"size": 2,
      "workerTemplate": {"spec": {"containers": [{"name": "main", "image": "vllm:1"}]}}}}})");
}

// The leader of group 0, as its StatefulSet creates it.
inline Json ExamplePod() {
  return Json::parse(R"({
    "apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "vllm-0", "namespace": "default", "uid": "00000000-0000-4000-8000-000000000002",
      "labels": {"leaderworkerset.sigs.k8s.io/name": "vllm", "leaderworkerset.sigs.k8s.io/worker-index": "0",
                 "leaderworkerset.sigs.k8s.io/group-index": "0",
                 "leaderworkerset.sigs.k8s.io/template-revision-hash": "6c5b8f7d9"},
      "annotations": {"leaderworkerset.sigs.k8s.io/size": "2"}},
    "spec": {"containers": [{"name": "main", "image": "vllm:1",
                             "resources": {"requests": {"cpu": "1500m", "nvidia.com/gpu": "8"}}}]},
    "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})");
}

// Two racks, r1 and r2, of three nodes each, n1 to n6, with eight GPUs.
inline std::vector<Json> ExampleNodes() {
  std::vector<Json> nodes;
  for (int i = 0; i < 6; ++i) {
    Json node = {{"apiVersion", "v1"}, {"kind", "Node"}};
    node["metadata"]["name"] = "n" + std::to_string(i + 1);
    node["metadata"]["labels"] = {{"cloud/rack", i < 3 ? "r1" : "r2"},
                                  {"kubernetes.io/hostname", "n" + std::to_string(i + 1)}};
    node["status"]["allocatable"] = {{"cpu", "64"}, {"pods", "110"}, {"nvidia.com/gpu", "8"}};
    node["status"]["conditions"] = Json::array({{{"type", "Ready"}, {"status", "True"}}});
    nodes.push_back(std::move(node));
  }
  return nodes;
}

// A DisaggregatedSet with the two roles prefill and decode.
inline Json ExampleRoleManifest() {
  Json manifest = {{"apiVersion", "disaggregatedset.x-k8s.io/v1"}, {"kind", "DisaggregatedSet"}};
  manifest["metadata"] = {{"name", "llm"}, {"namespace", "default"}, {"uid", "u"}};
  for (const char* name : {"prefill", "decode"}) {
    manifest["spec"]["roles"].push_back({{"name", name}, {"spec", ExampleManifest()["spec"]}});
  }
  return manifest;
}

class HeaderExamples : public testing::Test {
 protected:
  HeaderExamples() {
    SetAdmission admission = AdmitSet(manifest);
    set = *admission.set;
    observation.set = &set;
    for (const Json& node : ExampleNodes()) shared_nodes.push_back(std::make_shared<const Json>(node));
    shared_pods.push_back(std::make_shared<const Json>(pod));
  }

  Json manifest = ExampleManifest();
  Json pod = ExamplePod();
  std::string manifest_text = manifest.dump();
  std::string pod_text = pod.dump();
  std::vector<SharedJson> shared_nodes;
  std::vector<SharedJson> shared_pods;
  std::vector<Json> objects = {manifest, pod};
  Json document = Json::parse(R"({"spec": {"ports": [{"name": "http"}]}, "controls": {"minReady": "30s"}})");
  LeaderWorkerSet set;
  SetObservation observation;
  PodObservation pod_observation;
  absl::Time now = absl::UnixEpoch();
};

// For the headers of DisaggregatedSets, in whose examples `set` is one.
class RoleExamples : public HeaderExamples {
 protected:
  RoleExamples() { observation.set = &set; }

  DisaggregatedSet set = *AdmitDisaggregatedSet(ExampleRoleManifest()).set;
  DisaggregatedObservation observation;
};

}  // namespace lws

#endif  // LWS_TESTS_HEADERS_EXAMPLE_OBJECTS_H_
