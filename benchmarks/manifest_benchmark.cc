// Files of objects in kubectl's form: how fast they are read, and how much memory the documents take. Each benchmark
// first checks what it read.
#include <malloc.h>
#include <yaml.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "lws/api/manifest.h"
#include "lws/api/yaml_text.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr int kPods = 2000;

// A worker pod of a running set, without managed fields.
Json Pod(int group) {
  Json pod = Json::parse(R"({
    "apiVersion": "v1", "kind": "Pod",
    "metadata": {"generateName": "vllm-12-", "namespace": "inference",
      "uid": "5b0c6f0e-7c1d-4c58-9f55-0a9d7f1b2c3d", "resourceVersion": "1234567",
      "creationTimestamp": "2026-01-01T00:00:00Z",
      "labels": {"apps.kubernetes.io/pod-index": "3", "controller-revision-hash": "vllm-12-6d9f7c5b8",
        "leaderworkerset.sigs.k8s.io/name": "vllm", "leaderworkerset.sigs.k8s.io/worker-index": "3",
        "leaderworkerset.sigs.k8s.io/group-key": "689ce1b5864b5d9df1f5b5a8b0a1c0a1b2c3d4e5",
        "leaderworkerset.sigs.k8s.io/template-revision-hash": "6c5b8f7d9"},
      "annotations": {"leaderworkerset.sigs.k8s.io/leader-name": "vllm-12", "leaderworkerset.sigs.k8s.io/size": "8"},
      "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "vllm-12",
        "uid": "0d3f9f0e-1c1d-4c58-9f55-0a9d7f1b2c3d", "controller": true, "blockOwnerDeletion": true}]},
    "spec": {"nodeName": "gpu-node-0123", "restartPolicy": "Always", "schedulerName": "default-scheduler",
      "containers": [{"name": "vllm", "image": "vllm/vllm-openai:v0.8.5", "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c", "bash /vllm-workspace/examples/serve.sh worker --leader $LWS_LEADER_ADDRESS"],
        "env": [{"name": "LWS_LEADER_ADDRESS", "value": "vllm-12.vllm.inference"},
                {"name": "LWS_GROUP_SIZE", "value": "8"}, {"name": "LWS_WORKER_INDEX", "value": "3"}],
        "resources": {"limits": {"nvidia.com/gpu": "8"}, "requests": {"nvidia.com/gpu": "8"}},
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}],
      "tolerations": [{"effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "operator": "Exists",
        "tolerationSeconds": 300}]
}
, "status" : {
  "phase": "Running", "podIP": "10.0.0.1", "startTime": "2026-01-01T00:00:00Z",
      "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"},
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
      "containerStatuses": [{"name": "vllm", "ready": true, "restartCount": 0, "image": "vllm/vllm-openai:v0.8.5",
        "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}]
}
})");
  pod["metadata"]["name"] = absl::StrCat("vllm-", group, "-3");
  return pod;
}

Json PodList() {
  Json list = {{"apiVersion", "v1"}, {"kind", "List"}, {"items", Json::array()}};
  for (int i = 0; i < kPods; ++i) list["items"].push_back(Pod(i));
  return list;
}

// Unpacks one document after the other, as a host does.
bool IsRight(const std::vector<ManifestObject>& objects) {
  if (objects.size() != kPods) return false;
  for (int i = 0; i < kPods; ++i) {
    if (objects[static_cast<size_t>(i)].object.Unpack() != Pod(i)) return false;
  }
  return true;
}

int64_t MemoryInUse() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
}

// Reads the text repeatedly. Counts the memory of the text and its documents, per byte of text. The peak, which is
// higher, is held by tests/api/manifest_memory_test.cc.
void ReadText(const std::string& text, benchmark::State& state) {
  const int64_t before = MemoryInUse();
  absl::StatusOr<std::vector<ManifestObject>> objects = ReadManifest(text, "pods");
  const double taken = static_cast<double>(MemoryInUse() - before) / static_cast<double>(text.size()) + 1;
  if (!objects.ok() || !IsRight(*objects)) return state.SkipWithError("the pods are not those expected");
  if (taken > 6) return state.SkipWithError("the documents take too much memory");
  objects->clear();
  for (auto _ : state) benchmark::DoNotOptimize(ReadManifest(text, "pods"));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
  state.counters["bytes_a_byte"] = taken;
}

void BM_ReadManifestJson(benchmark::State& state) { ReadText(PodList().dump(4), state); }
BENCHMARK(BM_ReadManifestJson)->Unit(benchmark::kMillisecond);

// YAML takes half as many bytes for the same documents.
void BM_ReadManifestYaml(benchmark::State& state) { ReadText(ToYaml(PodList()), state); }
BENCHMARK(BM_ReadManifestYaml)->Unit(benchmark::kMillisecond);

// The same with every object unpacked, as it is when a host looks at all of them.
void BM_ReadAndUnpackYaml(benchmark::State& state) {
  const std::string text = ToYaml(PodList());
  for (auto _ : state) {
    const absl::StatusOr<std::vector<ManifestObject>> objects = ReadManifest(text, "pods");
    if (!objects.ok()) return state.SkipWithError("the pods do not read");
    for (const ManifestObject& object : *objects) benchmark::DoNotOptimize(object.object.Unpack());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_ReadAndUnpackYaml)->Unit(benchmark::kMillisecond);

// The seconds that libyaml takes for its events alone; 0 for a text that does not parse.
double SecondsOfLibyaml(const std::string& text) {
  const std::clock_t begin = std::clock();
  yaml_parser_t parser;
  yaml_parser_initialize(&parser);
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  bool is_read = true;
  for (bool is_end = false; is_read && !is_end;) {
    yaml_event_t event;
    is_read = yaml_parser_parse(&parser, &event) != 0;
    if (!is_read) break;
    is_end = event.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
  return is_read ? static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC : 0;
}

// The floor of the YAML reader is libyaml, of which Kubernetes' reader is a port. One reads after the other, so that
// both meet the same machine. The fastest times count.
void BM_ReadManifestYamlAgainstLibyaml(benchmark::State& state) {
  const std::string text = ToYaml(PodList());
  double floor = 1e9;
  double ours = 1e9;
  for (auto _ : state) {
    const double libyaml = SecondsOfLibyaml(text);
    const std::clock_t begin = std::clock();
    if (libyaml == 0 || !ReadManifest(text, "pods").ok()) return state.SkipWithError("the pods do not read");
    ours = std::min(ours, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    floor = std::min(floor, libyaml);
  }
  const double size = static_cast<double>(text.size()) / 1e6;
  state.counters["libyaml_mb_a_s"] = size / floor;
  state.counters["mb_a_s"] = size / ours;
  state.counters["times_libyaml"] = ours / floor;
  if (ours > 1.6 * floor) state.SkipWithError("the reader takes more than 1.6 times the time of libyaml alone");
}
BENCHMARK(BM_ReadManifestYamlAgainstLibyaml)->Iterations(30)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
