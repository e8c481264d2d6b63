// The law of told_object.h: texts are read as their documents are, over random edits.
#include "lws/adapters/host/told_object.h"

#include <random>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/object_kind.h"
#include "lws/api/observed.h"
#include "lws/core/plan/plan.h"
#include "lws/core/pod/restart_policy.h"
#include "nlohmann/json.hpp"
#include "tests/api/reader_differential.h"

namespace lws::internal {
namespace {

constexpr int kRounds = 3000;

Json Pod() {
  return Json::parse(R"({"apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "vllm-0-1", "namespace": "n", "uid": "u", "resourceVersion": "7",
      "labels": {"leaderworkerset.sigs.k8s.io/name": "vllm", "leaderworkerset.sigs.k8s.io/group-index": "0",
                 "leaderworkerset.sigs.k8s.io/worker-index": "1",
                 "leaderworkerset.sigs.k8s.io/template-revision-hash": "6c5b8f7d9"}},
    "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "i"}]},
    "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
      "containerStatuses": [{"name": "c", "restartCount": 2, "lastState": {"terminated": {"exitCode": 137,
        "reason": "OOMKilled", "finishedAt": "2026-01-01T00:00:00Z"}}}]}})");
}

Json StatefulSet() {
  return Json::parse(R"({"apiVersion": "apps/v1", "kind": "StatefulSet",
    "metadata": {"name": "vllm-0", "namespace": "n", "uid": "u", "resourceVersion": "7",
      "labels": {"leaderworkerset.sigs.k8s.io/name": "vllm", "leaderworkerset.sigs.k8s.io/group-index": "0"},
      "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "vllm-0", "uid": "l", "controller": true}]},
    "spec": {"replicas": 1, "serviceName": "vllm"}, "status": {"replicas": 1, "availableReplicas": 1}})");
}

std::string Text(const std::optional<GroupMember>& member) {
  if (!member.has_value()) return "no member";
  std::string text = absl::StrCat(member->index, " ", member->uid, " ", member->restarts, " ",
                                  static_cast<int>(member->phase), " ", member->terminating);
  if (member->last_end.has_value()) absl::StrAppend(&text, " ", member->last_end->exit_code, member->last_end->reason);
  return text;
}

std::string Text(const ObservedObject& object) {
  if (const auto* pod = std::get_if<ObservedPod>(&object)) return lws::Text<ObservedPod>(*pod);
  if (const auto* set = std::get_if<ObservedStatefulSet>(&object)) return lws::Text<ObservedStatefulSet>(*set);
  if (const auto* set = std::get_if<LeaderWorkerSet>(&object)) return LeaderWorkerSetToJson(*set).dump();
  return absl::StrCat("another object, number ", object.index());
}

// Everything that was read, or the error.
std::string Text(const absl::StatusOr<ToldObject>& told) {
  if (!told.ok()) return absl::StrCat("error: ", told.status().message());
  return absl::StrCat(told->mark.ref.kind, " ", told->mark.ref.namespace_name, "/", told->mark.ref.name, " ",
                      told->mark.uid, " ", told->mark.resource_version, ", ", Text(told->member), ", ",
                      Text(told->observed));
}

Json WithoutKind(Json document) {
  document.erase("apiVersion");
  document.erase("kind");
  return document;
}

void CheckLaw1(ObjectKind kind, const Json& document, const std::string& where) {
  ToldReader reader;
  const std::string wanted = Text(ReadToldObject(document));
  EXPECT_EQ(Text(reader.Read(kind, document.dump())), wanted) << where << document;
  EXPECT_EQ(Text(reader.Read(kind, WithoutKind(document).dump())), wanted) << where << document;
}

TEST(ToldObjectTest, Law1ATextIsReadAsItsDocument) {
  const std::pair<ObjectKind, Json> documents[] = {
      {ObjectKind::kPod, Pod()},
      {ObjectKind::kStatefulSet, StatefulSet()},
      {ObjectKind::kLeaderWorkerSet, Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet", "metadata": {"name": "vllm", "namespace": "n", "resourceVersion": "7"},
        "spec": {"replicas": 2}})")},
      {ObjectKind::kService, Json::parse(R"({"apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "vllm", "namespace": "n"}})")},
      {ObjectKind::kNode, Json::parse(R"({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}})")},
      {ObjectKind::kControllerRevision, Json::parse(R"({"apiVersion": "apps/v1", "kind": "ControllerRevision",
        "metadata": {"name": "r", "namespace": "n"}, "revision": 3, "data": {}})")},
  };
  std::mt19937 random(kReaderSeed);
  for (const auto& [kind, document] : documents) {
    EXPECT_TRUE(ReadToldObject(document).ok()) << ReadToldObject(document).status();
    CheckLaw1(kind, document, "");
    for (int round = 0; round < kRounds; ++round) {
      Json edited = document;
      Edit(&random, &edited);
      // The reader is told the kind, which the document has to agree with.
      if (!edited.is_object() || edited["kind"] != document["kind"]) continue;
      if (edited["apiVersion"] != document["apiVersion"]) continue;
      CheckLaw1(kind, edited, absl::StrCat("seed ", kReaderSeed, ", round ", round, ": "));
      if (HasFailure()) return;
    }
  }
}

TEST(ToldObjectTest, Law1AFailingPodHasAMember) {
  Json pod = Pod();
  CheckLaw1(ObjectKind::kPod, pod, "restarted: ");
  EXPECT_EQ(Text(ReadToldObject(pod)->member).substr(0, 5), "1 u 2");
  pod["status"].erase("containerStatuses");
  EXPECT_FALSE(ReadToldObject(pod)->member.has_value());
  pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  CheckLaw1(ObjectKind::kPod, pod, "terminating: ");
  EXPECT_TRUE(ReadToldObject(pod)->member.has_value());
}

TEST(ToldObjectTest, ATextThatIsNoObjectIsAnError) {
  ToldReader reader;
  for (const char* text : {"", "[]", "{", "3", "null"}) {
    for (const ObjectKind kind : {ObjectKind::kPod, ObjectKind::kStatefulSet, ObjectKind::kNode}) {
      EXPECT_FALSE(reader.Read(kind, text).ok()) << text;
    }
  }
}

}  // namespace
}  // namespace lws::internal
