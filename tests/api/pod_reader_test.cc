// The laws of pod_reader.h.
#include "lws/api/pod_reader.h"

#include "gtest/gtest.h"
#include "lws/api/observed.h"
#include "nlohmann/json.hpp"
#include "tests/api/reader_differential.h"

namespace lws {
namespace {

Json Pod() {
  return Json::parse(R"({
    "apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "s-1-2", "namespace": "n", "uid": "11111111-2222-3333-4444-555555555555",
      "resourceVersion": "77", "creationTimestamp": "2026-01-01T00:00:00Z",
      "labels": {"leaderworkerset.sigs.k8s.io/name": "s", "leaderworkerset.sigs.k8s.io/group-index": "1",
        "leaderworkerset.sigs.k8s.io/worker-index": "2", "leaderworkerset.sigs.k8s.io/group-key": "k",
        "leaderworkerset.sigs.k8s.io/template-revision-hash": "6c5b8f7d9", "other": "label"},
      "annotations": {"leaderworkerset.sigs.k8s.io/leader-name": "s-1", "scheduling.k8s.io/group-name": "g"},
      "ownerReferences": [{"apiVersion": "v1", "kind": "A", "name": "a", "uid": "1"},
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "s-1", "uid": "2", "controller": true}]},
    "spec": {"nodeName": "m", "containers": [{"name": "c", "env": [{"name": "A", "value": "x y"}],
      "resources": {"limits": {"nvidia.com/gpu": "8"}}}]},
    "status": {"phase": "Running", "conditions": [{"type": "PodScheduled", "status": "True"},
        {"type": "Ready", "status": "True"}, {"type": "Ready", "status": "False"}],
      "containerStatuses": [{"name": "c", "restartCount": 0}, {"name": "d", "restartCount": 2}]}})");
}

TEST(PodReaderTest, Laws1And2AsTheCarefulReader) {
  CheckReader<PodReader, ObservedPod>(
      "pod", Pod(),
      {
          R"({"metadata": {"name": "a", "name": "b"}})",
          R"({"metadata": {"name": "a"}, "metadata": {"uid": "b"}})",
          R"({"metadata": {"n\u0061me": "a"}})",
          R"({"metadata": {"name": "a\/b"}})",
          R"({"spec": {"containers": [{"resources": {"limits": {"google.com/tpu": "4"}}}]}})",
          R"({"spec": {"containers": [{"resources": {"limits": {"google.com\/tpu": "4"}}}]}})",
          R"({"spec": {"containers": [{"resources": {"limits": {"google.com\u002ftpu": "4"}}}]}})",
          R"([])",
          R"("x")",
          R"({})",
          R"({"status": {"containerStatuses": [{"restartCount": 99999999999999999999}]}})",
          R"({"metadata": {"deletionTimestamp": null}})",
          R"({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}})",
      },
      ObservePod);
}

}  // namespace
}  // namespace lws
