// The quick readers of pods and StatefulSets against the careful ones: law 1 of pod_reader.h and statefulset_reader.h.
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"
#include "lws/api/pod_reader.h"
#include "lws/api/statefulset_reader.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/fuzz_check.h"

namespace {

bool SameMeta(const lws::ObservedMeta& a, const lws::ObservedMeta& b) {
  return a.namespace_name == b.namespace_name && a.name == b.name && a.uid == b.uid && a.set_name == b.set_name &&
         a.resource_version == b.resource_version && a.revision_key == b.revision_key &&
         a.group_index == b.group_index && a.terminating == b.terminating &&
         a.controller.has_value() == b.controller.has_value();
}

void ReadPod(absl::string_view text, const lws::Json& document) {
  lws::ObservedPod quick;
  lws::PodReader reader;
  const absl::Status status = reader.Read(text, &quick);
  const absl::StatusOr<lws::ObservedPod> careful = lws::ObservePod(document);
  FUZZ_CHECK(status == careful.status(), "law 1: pods are refused alike");
  if (!careful.ok()) return;
  FUZZ_CHECK(SameMeta(quick.meta, careful->meta), "law 1: pods have the same metadata");
  const bool is_same = quick.phase == careful->phase && quick.ready() == careful->ready() &&
                       quick.restarted == careful->restarted && quick.worker_index == careful->worker_index &&
                       quick.node_name == careful->node_name;
  FUZZ_CHECK(is_same, "law 1: pods are in the same state");
}

void ReadStatefulSet(absl::string_view text, const lws::Json& document) {
  lws::ObservedStatefulSet quick;
  lws::StatefulSetReader reader;
  const absl::Status status = reader.Read(text, &quick);
  const absl::StatusOr<lws::ObservedStatefulSet> careful = lws::ObserveStatefulSet(document);
  FUZZ_CHECK(status == careful.status(), "law 1: StatefulSets are refused alike");
  if (!careful.ok()) return;
  FUZZ_CHECK(SameMeta(quick.meta, careful->meta), "law 1: StatefulSets have the same metadata");
  const bool is_same = quick.replicas == careful->replicas && quick.partition == careful->partition &&
                       quick.status_replicas == careful->status_replicas &&
                       quick.available_replicas == careful->available_replicas;
  FUZZ_CHECK(is_same, "law 1: StatefulSets have the same numbers");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<lws::Json> document = lws::ParseJson(text, "object");
  if (!document.ok()) {
    // Law 2: only what a decision reads is checked, so the quick readers may accept it; they have to come back.
    lws::ObservedPod pod;
    lws::PodReader().Read(text, &pod).IgnoreError();
    lws::ObservedStatefulSet statefulset;
    lws::StatefulSetReader().Read(text, &statefulset).IgnoreError();
    return 0;
  }
  ReadPod(text, *document);
  ReadStatefulSet(text, *document);
  return 0;
}
