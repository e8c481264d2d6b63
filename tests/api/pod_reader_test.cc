// The quick reader of pods against the careful one. Law numbers are those of pod_reader.h.
#include "lws/api/pod_reader.h"

#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"
#include "lws/core/cluster_state.pb.h"
#include "lws/core/observed_serialization.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261125;
constexpr int kRounds = 20000;

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

std::string Text(const absl::StatusOr<ObservedPod>& pod) {
  return pod.ok() ? ToProto(*pod).DebugString() : std::string(pod.status().message());
}

// What the two make of a text.
void ExpectSame(PodReader* reader, const std::string& text, const std::string& where) {
  const absl::StatusOr<Json> document = ParseJson(text, "pod");
  const absl::StatusOr<ObservedPod> wanted =
      document.ok() ? ObservePod(*document) : absl::StatusOr<ObservedPod>(document.status());
  ObservedPod pod;
  const absl::Status status = reader->Read(text, &pod);
  const absl::StatusOr<ObservedPod> read = status.ok() ? absl::StatusOr<ObservedPod>(pod) : status;
  ASSERT_EQ(Text(read), Text(wanted)) << where << "\n" << text;
  if (status.ok()) {
    ASSERT_EQ(pod.meta.named_group, wanted->meta.named_group) << where;
  }
}

TEST(PodReaderTest, Law1AsTheCarefulReader) {
  PodReader reader;
  ExpectSame(&reader, Pod().dump(), "whole");
  ExpectSame(&reader, Pod().dump(2), "with white space");
  std::mt19937 random(kSeed);
  for (int round = 0; round < kRounds; ++round) {
    Json pod = Pod();
    for (size_t edits = 1 + random() % 3; edits > 0; --edits) {
      Json* place = &pod;
      while (place->is_structured() && !place->empty() && random() % 6 != 0) {
        place = &*std::next(place->begin(), static_cast<long>(random() % place->size()));
      }
      const std::vector<Json> values = {nullptr,       true,          3,         -1,       1.5,  "",
                                        "True",        "Ready",       "Pending", "\u00e9", "\n", "2",
                                        Json::array(), Json::object()};
      *place = values[random() % values.size()];
    }
    ExpectSame(&reader, pod.dump(), absl::StrCat("round ", round, ", seed ", kSeed));
    if (HasFatalFailure()) return;
  }
}

TEST(PodReaderTest, CutAndBrokenTexts) {
  PodReader reader;
  ObservedPod pod;
  const std::string whole = Pod().dump(1);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(reader.Read(whole.substr(0, size), &pod).ok()) << size;
  }
  std::mt19937 random(kSeed);
  for (int round = 0; round < kRounds; ++round) {
    std::string text = whole;
    for (size_t edits = 1 + random() % 3; edits > 0; --edits) {
      constexpr char kBytes[] = "{}[]:,\"\\ \n0-t\x80";
      text[random() % text.size()] = kBytes[random() % (sizeof(kBytes) - 1)];
    }
    // Law 2: a broken text may pass where nobody reads it.
    if (ParseJson(text, "pod").ok()) ExpectSame(&reader, text, absl::StrCat("round ", round, ", seed ", kSeed));
    if (HasFatalFailure()) return;
    reader.Read(text, &pod).IgnoreError();
  }
}

TEST(PodReaderTest, KeysTwiceEscapesAndTpus) {
  PodReader reader;
  for (const char* text : {
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
       }) {
    ExpectSame(&reader, text, "case");
  }
  ObservedPod pod;
  EXPECT_FALSE(reader.Read("", &pod).ok());
  EXPECT_FALSE(reader.Read("{", &pod).ok());
}

}  // namespace
}  // namespace lws
