// Reads pods and worker StatefulSets from the bytes of a watch, with the quick readers and with the careful one.
#include <string>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"
#include "lws/api/pod_reader.h"
#include "lws/api/statefulset_reader.h"
#include "nlohmann/json.hpp"
#include "simdjson.h"

namespace lws {
namespace {

// A worker as an API server writes it, with some managed fields.
std::string PodText() {
  Json pod = Json::parse(R"({
    "apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "vllm-12-3", "generateName": "vllm-12-", "namespace": "inference",
      "uid": "5b0c6f0e-7c1d-4c58-9f55-0a9d7f1b2c3d", "resourceVersion": "1234567",
      "creationTimestamp": "2026-01-01T00:00:00Z",
      "labels": {"apps.kubernetes.io/pod-index": "3", "controller-revision-hash": "vllm-12-6d9f7c5b8",
        "leaderworkerset.sigs.k8s.io/name": "vllm", "leaderworkerset.sigs.k8s.io/group-index": "12",
        "leaderworkerset.sigs.k8s.io/worker-index": "3",
        "leaderworkerset.sigs.k8s.io/group-key": "689ce1b5864b5d9df1f5b5a8b0a1c0a1b2c3d4e5",
        "leaderworkerset.sigs.k8s.io/template-revision-hash": "6c5b8f7d9",
        "statefulset.kubernetes.io/pod-name": "vllm-12-3"},
      "annotations": {"leaderworkerset.sigs.k8s.io/leader-name": "vllm-12", "leaderworkerset.sigs.k8s.io/size": "8"},
      "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "vllm-12",
        "uid": "0d3f9f0e-1c1d-4c58-9f55-0a9d7f1b2c3d", "controller": true, "blockOwnerDeletion": true}]},
    "spec": {"nodeName": "gpu-node-0123", "restartPolicy": "Always", "schedulerName": "default-scheduler",
      "containers": [{"name": "vllm", "image": "vllm/vllm-openai:v0.8.5", "imagePullPolicy": "IfNotPresent",
        "env": [{"name": "LWS_LEADER_ADDRESS", "value": "vllm-12.vllm.inference"},
                {"name": "LWS_GROUP_SIZE", "value": "8"}, {"name": "LWS_WORKER_INDEX", "value": "3"}],
        "resources": {"limits": {"nvidia.com/gpu": "8"}, "requests": {"nvidia.com/gpu": "8"}}}]},
    "status": {"phase": "Running", "podIP": "10.0.0.1", "startTime": "2026-01-01T00:00:00Z",
      "conditions": [{"type": "Initialized", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"},
        {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"},
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
      "containerStatuses": [{"name": "vllm", "ready": true, "restartCount": 0, "image": "vllm/vllm-openai:v0.8.5",
        "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}]}})");
  return pod.dump();
}

void BM_ReadPod(benchmark::State& state) {
  const std::string text = PodText();
  PodReader reader;
  ObservedPod pod;
  if (!reader.Read(text, &pod).ok() || !pod.ready() || pod.meta.group_in_name != -1 || pod.worker_index != "3") {
    state.SkipWithError("the pod is not the one expected");
    return;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(reader.Read(text, &pod));
    benchmark::DoNotOptimize(pod);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_ReadPod);

// A lower bound for BM_ReadPod: simdjson finds where the values of the same text begin, and nothing is read.
void BM_FindValuesOfPod(benchmark::State& state) {
  const simdjson::padded_string text(PodText());
  simdjson::ondemand::parser parser;
  for (auto _ : state) {
    simdjson::ondemand::document document;
    if (parser.iterate(text).get(document) != simdjson::SUCCESS) state.SkipWithError("the pod does not read");
    benchmark::DoNotOptimize(document);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_FindValuesOfPod);

void BM_ReadPodWithCare(benchmark::State& state) {
  const std::string text = PodText();
  if (!ObservePod(*ParseJson(text, "pod")).ok()) {
    state.SkipWithError("the pod does not read");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(ObservePod(*ParseJson(text, "pod")));
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_ReadPodWithCare);

// A worker StatefulSet as an API server writes it.
std::string StatefulSetText() {
  Json statefulset = Json::parse(R"({
    "apiVersion": "apps/v1", "kind": "StatefulSet",
    "metadata": {"name": "vllm-12", "namespace": "inference", "uid": "0d3f9f0e-1c1d-4c58-9f55-0a9d7f1b2c3d",
      "resourceVersion": "1234567", "generation": 1, "creationTimestamp": "2026-01-01T00:00:00Z",
      "labels": {"leaderworkerset.sigs.k8s.io/name": "vllm", "leaderworkerset.sigs.k8s.io/group-index": "12",
        "leaderworkerset.sigs.k8s.io/group-key": "689ce1b5864b5d9df1f5b5a8b0a1c0a1b2c3d4e5",
        "leaderworkerset.sigs.k8s.io/template-revision-hash": "6c5b8f7d9"},
      "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "vllm-12",
        "uid": "5b0c6f0e-7c1d-4c58-9f55-0a9d7f1b2c3d", "controller": true, "blockOwnerDeletion": true}],
      "managedFields": [{"manager": "kube-controller-manager", "operation": "Update", "apiVersion": "apps/v1",
        "fieldsType": "FieldsV1", "fieldsV1": {"f:status": {"f:availableReplicas": {}, "f:replicas": {}}}}]},
    "spec": {"replicas": 7, "serviceName": "vllm", "podManagementPolicy": "Parallel", "ordinals": {"start": 1},
      "selector": {"matchLabels": {"leaderworkerset.sigs.k8s.io/name": "vllm"}},
      "template": {"metadata": {"labels": {"leaderworkerset.sigs.k8s.io/name": "vllm"}},
        "spec": {"containers": [{"name": "vllm", "image": "vllm/vllm-openai:v0.8.5",
          "resources": {"limits": {"nvidia.com/gpu": "8"}, "requests": {"nvidia.com/gpu": "8"}}}]}},
      "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}, "revisionHistoryLimit": 10},
    "status": {"observedGeneration": 1, "replicas": 7, "readyReplicas": 7, "currentReplicas": 7,
      "updatedReplicas": 7, "availableReplicas": 7, "currentRevision": "vllm-12-6d9f7c5b8",
      "updateRevision": "vllm-12-6d9f7c5b8", "collisionCount": 0}})");
  return statefulset.dump();
}

void BM_ReadStatefulSet(benchmark::State& state) {
  const std::string text = StatefulSetText();
  StatefulSetReader reader;
  ObservedStatefulSet statefulset;
  if (!reader.Read(text, &statefulset).ok() || statefulset.available_replicas != 7 ||
      statefulset.meta.group_in_name != 12 || statefulset.applied != nullptr) {
    state.SkipWithError("the StatefulSet is not the one expected");
    return;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(reader.Read(text, &statefulset));
    benchmark::DoNotOptimize(statefulset);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_ReadStatefulSet);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
