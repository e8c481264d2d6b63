// Bytes that an older version wrote are read as what they meant. The golden files were written once and are never
// written again; a new field gets a new file. When this fails, a field's number or type was changed, which breaks every
// host that saved something.
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/c/fleet_state.pb.h"
#include "lws/adapters/host/kept_state.h"
#include "lws/adapters/host/kept_state.pb.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/plan/plan.h"
#include "lws/core/plan/plan.pb.h"
#include "lws/core/plan/plan_serialization.h"
#include "lws/core/plan/restart_memory.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "lws/rollout/controls.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// The bytes of a golden file. `today` is what is written now, to begin a file with.
std::string Golden(const std::string& name, const std::string& today) {
  std::ifstream file(absl::StrCat("tests/serialization/golden/", name, ".hex"));
  std::stringstream text;
  text << file.rdbuf();
  const std::string bytes = absl::HexStringToBytes(absl::StrReplaceAll(text.str(), {{"\n", ""}}));
  EXPECT_FALSE(bytes.empty()) << name << ": what is written now:\n" << absl::BytesToHexString(today);
  return bytes;
}

const absl::Time kNow = absl::FromUnixSeconds(1790000000);

Event SomeEvent() {
  Event event;
  event.after_action = 1;
  event.is_warning = true;
  event.reason = "FailedCreate";
  event.action = "Create";
  event.note = "Failed to create";
  event.regarding = {"LeaderWorkerSet", "default", "demo"};
  event.related = ObjectRef{"Pod", "default", "demo-0"};
  return event;
}

Plan SomePlan() {
  Plan plan;
  Action action;
  action.verb = Verb::kPatchStatus;
  action.api_version = "v1";
  action.target = {"Pod", "default", "demo-0"};
  action.object = ActionObject::Of({{"status", {{"phase", "Failed"}}}});
  action.propagation = Propagation::kForeground;
  action.uid = "u";
  action.resource_version = "12";
  action.conflict_is_retry = true;
  action.failure_event = SomeEvent();
  plan.actions = {action};
  plan.events = {SomeEvent()};
  plan.requeue_after = absl::Seconds(5);
  plan.revert_to = "5d9c8b7f66";
  plan.error = absl::InvalidArgumentError("broken");
  RolloutProgress progress;
  progress.revision_key = "k";
  progress.step = 2;
  progress.step_done = kNow;
  progress.ready_since = {{3, kNow}};
  progress.were_ready = {1, 2};
  progress.most_done = 7;
  progress.last_progress = kNow;
  progress.deadline_exceeded = true;
  plan.rollout_progress = std::make_shared<const RolloutProgress>(progress);
  RestartMemory memory;
  memory.revision_key = "k";
  memory.leader_uid = "l";
  memory.members = {{1, "w", 4}};
  memory.has_started = memory.owes_restart = memory.is_counted = memory.gave_up = true;
  memory.restarts = 3;
  memory.restarts_in_a_row = 2;
  memory.last_restart = kNow;
  plan.restart_memory = std::make_shared<const RestartMemory>(memory);
  return plan;
}

const Json& SomeSet() {
  static const Json& set = *new Json(Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "demo", "namespace": "default", "uid": "s", "generation": 2, "labels": {"a": "b"},
      "annotations": {"c": "d"}, "resourceVersion": "7"},
    "spec": {"replicas": 2, "startupPolicy": "LeaderCreated", "networkConfig": {"subdomainPolicy": "Shared"},
      "rolloutStrategy": {"type": "RollingUpdate",
        "rollingUpdateConfiguration": {"partition": 1, "maxUnavailable": 1, "maxSurge": "25%"}},
      "leaderWorkerTemplate": {"size": 2, "restartPolicy": "RecreateGroupOnPodRestart",
        "subGroupPolicy": {"subGroupPolicyType": "LeaderWorker", "subGroupSize": 1},
        "workerTemplate": {"spec": {"containers": [{"name": "main", "image": "demo:1"}]}}}},
    "status": {"conditions": [{"type": "Available", "status": "True", "observedGeneration": 2, "reason": "Ready",
      "message": "All", "lastTransitionTime": "2026-11-26T00:00:00Z"}], "replicas": 2, "readyReplicas": 1,
      "updatedReplicas": 1, "hpaPodSelector": "x=y", "observedGeneration": 2}})"));
  return set;
}

ClusterSnapshot SomeCluster() {
  ClusterSnapshot cluster;
  const char* objects[] = {
      R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "demo-0", "namespace": "default", "uid": "p",
          "labels": {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/group-index": "0",
            "leaderworkerset.sigs.k8s.io/worker-index": "0"}},
          "spec": {"nodeName": "n0", "containers": []},
          "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})",
      R"({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "demo", "namespace": "default",
          "uid": "t", "labels": {"leaderworkerset.sigs.k8s.io/name": "demo"},
          "annotations": {"leaderworkerset.sigs.k8s.io/replicas": "2"}},
          "spec": {"replicas": 2, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}},
          "status": {"replicas": 2, "availableReplicas": 1}})",
      R"({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "demo", "namespace": "default", "uid": "v"}})",
      R"({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n0", "labels": {"rack": "r0"}}})",
  };
  EXPECT_TRUE(cluster.Add(SomeSet()).ok());
  for (const char* object : objects) EXPECT_TRUE(cluster.Add(Json::parse(object)).ok()) << object;
  return cluster;
}

TEST(OldBytesTest, APlanWithAllThatIsKept) {
  PlanProto proto;
  ASSERT_TRUE(proto.ParseFromString(Golden("plan", PlanToProto(SomePlan()).SerializeAsString())));
  const absl::StatusOr<Plan> plan = PlanFromProto(proto);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_TRUE(*plan == SomePlan()) << ToString(*plan);
}

TEST(OldBytesTest, ACluster) {
  const ClusterSnapshot cluster = SomeCluster();
  ClusterStateProto proto;
  ASSERT_TRUE(proto.ParseFromString(Golden("cluster_state", cluster.Save().SerializeAsString())));
  ClusterSnapshot read;
  ASSERT_TRUE(read.Load(proto).ok());
  EXPECT_EQ(read.PodNames(), cluster.PodNames());
  const Plan plan = ReconcileSet(cluster.ObserveSet("default", "demo"), kNow);
  EXPECT_FALSE(plan.empty());
  EXPECT_TRUE(ReconcileSet(read.ObserveSet("default", "demo"), kNow) == plan);
  EXPECT_EQ(read.ObservePod("default", "demo-0").pod->node_name, "n0");
}

// What ACluster's file has not.
TEST(OldBytesTest, RevisionsPodGroupsAndWorkers) {
  ClusterSnapshot cluster;
  const char* objects[] = {
      R"({"apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": {"name": "demo-k", "namespace": "default",
          "uid": "r", "labels": {"leaderworkerset.sigs.k8s.io/name": "demo",
            "leaderworkerset.sigs.k8s.io/template-revision-hash": "k"}}, "revision": 3, "data": {"spec": {}}})",
      R"({"apiVersion": "scheduling.volcano.sh/v1beta1", "kind": "PodGroup",
          "metadata": {"name": "demo-0-k", "namespace": "default", "uid": "g"}})",
      R"({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "demo-0", "namespace": "default",
          "uid": "w", "resourceVersion": "5", "deletionTimestamp": "2026-11-26T00:00:00Z",
          "labels": {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/group-index": "0",
            "leaderworkerset.sigs.k8s.io/template-revision-hash": "k"},
          "ownerReferences": [{"kind": "Pod", "name": "demo-0", "uid": "p", "controller": true}]},
          "spec": {"replicas": 1, "updateStrategy": {"type": "OnDelete"}},
          "status": {"replicas": 1, "availableReplicas": 1, "currentRevision": "a", "updateRevision": "b"}})",
      R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "demo-0-1", "namespace": "default", "uid": "q",
          "labels": {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/group-index": "0",
            "leaderworkerset.sigs.k8s.io/worker-index": "1", "leaderworkerset.sigs.k8s.io/group-key": "key",
            "leaderworkerset.sigs.k8s.io/template-revision-hash": "k"},
          "annotations": {"leaderworkerset.sigs.k8s.io/leader-name": "demo-0"},
          "ownerReferences": [{"kind": "StatefulSet", "name": "demo-0", "uid": "w", "controller": true}]},
          "status": {"phase": "Failed", "containerStatuses": [{"restartCount": 2}]}})",
  };
  for (const char* object : objects) ASSERT_TRUE(cluster.Add(Json::parse(object)).ok()) << object;
  ClusterStateProto proto;
  const std::string today = cluster.Save().SerializeAsString();
  ASSERT_TRUE(proto.ParseFromString(Golden("cluster_state_2", today)));
  ClusterSnapshot read;
  ASSERT_TRUE(read.Load(proto).ok());
  EXPECT_EQ(read.Save().SerializeAsString(), today);
  EXPECT_EQ(proto.revisions(0).number(), 3);
  EXPECT_EQ(proto.pod_groups(0).name(), "demo-0-k");
  EXPECT_EQ(proto.statefulsets(0).meta().controller().uid(), "p");
  EXPECT_TRUE(proto.statefulsets(0).on_delete() && proto.statefulsets(0).meta().terminating());
  EXPECT_EQ(proto.pods(0).phase(), ObservedPodProto::FAILED);
  EXPECT_TRUE(proto.pods(0).restarted());
}

TEST(OldBytesTest, AWholeFleet) {
  FleetStateProto wanted;
  ObservedNodeProto& node = *wanted.mutable_objects()->add_nodes();
  node.set_name("n0");
  (*node.mutable_labels())["rack"] = "r0";
  KeptStateProto::Set& kept = *wanted.mutable_kept()->add_sets();
  kept.set_namespace_("default");
  kept.set_name("demo");
  kept.set_uid("s");
  FleetStateProto::RestartedPod& pod = *wanted.add_restarted_pods();
  pod.set_namespace_("default");
  pod.set_name("demo-0-1");
  pod.set_uid("p");
  pod.set_worker_index(1);
  pod.set_restarts(3);
  pod.mutable_last_end()->set_exit_code(137);
  pod.mutable_last_end()->set_reason("OOMKilled");
  FleetStateProto read;
  ASSERT_TRUE(read.ParseFromString(Golden("fleet_state", wanted.SerializeAsString())));
  EXPECT_EQ(read.SerializeAsString(), wanted.SerializeAsString());
}

TEST(OldBytesTest, MessagesSayTheirVersion) {
  EXPECT_EQ(LeaderWorkerSet().GetTypeName(), "lws.v1.LeaderWorkerSet");
  EXPECT_EQ(DisaggregatedSet().GetTypeName(), "lws.v1.DisaggregatedSet");
  EXPECT_EQ(FleetStateProto().GetTypeName(), "lws.v1.FleetStateProto");
  EXPECT_EQ(KeptStateProto().GetTypeName(), "lws.v1.KeptStateProto");
  EXPECT_EQ(PlanProto().GetTypeName(), "lws.v1.PlanProto");
  EXPECT_EQ(ClusterStateProto().GetTypeName(), "lws.v1.ClusterStateProto");
  // The version is inline: both names are of one type.
  static_assert(std::is_same_v<PlanProto, v1::PlanProto>);
}

TEST(OldBytesTest, ASet) {
  LeaderWorkerSet set;
  ASSERT_TRUE(
      set.ParseFromString(Golden("leader_worker_set", LeaderWorkerSetFromJson(SomeSet())->SerializeAsString())));
  EXPECT_EQ(LeaderWorkerSetToJson(set), LeaderWorkerSetToJson(*LeaderWorkerSetFromJson(SomeSet())));
}

TEST(OldBytesTest, ADisaggregatedSet) {
  Json document = {{"apiVersion", "disaggregatedset.x-k8s.io/v1"},
                   {"kind", "DisaggregatedSet"},
                   {"metadata", {{"name", "llm"}, {"namespace", "default"}, {"uid", "d"}}}};
  document["spec"]["slices"] = 2;
  document["spec"]["roles"] = Json::array({{{"name", "prefill"}, {"spec", SomeSet()["spec"]}}});
  const absl::StatusOr<DisaggregatedSet> wanted = DisaggregatedSetFromJson(document);
  ASSERT_TRUE(wanted.ok()) << wanted.status();
  DisaggregatedSet set;
  ASSERT_TRUE(set.ParseFromString(Golden("disaggregated_set", wanted->SerializeAsString())));
  EXPECT_EQ(DisaggregatedSetToJson(set), DisaggregatedSetToJson(*wanted));
}

TEST(OldBytesTest, WhatAHostKeeps) {
  KeptState kept;
  kept.KeepOfSet(*LeaderWorkerSetFromJson(SomeSet()), SomePlan());
  const absl::StatusOr<KeptState> read = KeptState::Load(Golden("kept_state", kept.Save()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->Save(), kept.Save());
}

}  // namespace
}  // namespace lws
