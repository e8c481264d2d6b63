// Why pods wait: the rows of the table, and pods that do not parse.
#include "lws/core/pod/pod_wait.h"

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1767225600);  // 2026-01-01T00:00:00Z

struct Row {
  const char* pod;
  PodWait reason;
  const char* text;
};

const std::vector<Row>& Rows() {
  static const auto& rows = *new std::vector<Row>{
      {R"({"metadata": {"deletionTimestamp": "2025-12-31T23:59:00Z"}})", PodWait::kEnd, "is being deleted"},
      {R"({"status": {"phase": "Failed"}})", PodWait::kEnded, "has ended as Failed"},
      {R"({"spec": {"nodeName": "n"},
           "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})",
       PodWait::kNothing, ""},
      {R"({"spec": {"schedulingGates": [{"name": "a/b"}, {"name": "c"}]}})", PodWait::kSchedulingGates,
       "waiting for its scheduling gates (a/b, c)"},
      {R"({"spec": {"containers": [{"resources": {"limits": {"nvidia.com/gpu": 6}}},
                                   {"resources": {"requests": {"nvidia.com/gpu": "2"}}}]},
           "status": {"conditions": [{"type": "PodScheduled", "status": "False",
             "message": "0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: 0/3 nodes"}]}})",
       PodWait::kNode, "waiting for node (no node has 8 nvidia.com/gpu free)"},
      {R"({"status": {"conditions": [{"type": "PodScheduled", "status": "False",
             "message": "0/1 nodes are available: 1 Too many pods."}]}})",
       PodWait::kNode, "waiting for node (no node has place for another pod)"},
      {R"({"spec": {"containers": [{"resources": {"requests": {"cpu": "1500m"}}}]},
           "status": {"conditions": [{"type": "PodScheduled", "status": "False",
             "message": "0/3 nodes are available: 1 taint, 2 insufficient cpu"}]}})",
       PodWait::kNode,
       "waiting for node (0/3 nodes are available: 1 taint, 2 insufficient cpu; it asks for 1500m cpu)"},
      {R"({"spec": {"containers": [{"resources": {"requests": {"cpu": "2", "memory": "1Gi"}}}]},
           "status": {"conditions": [{"type": "PodScheduled", "status": "False",
             "message": "0/3 nodes are available: 3 Insufficient cpu, 2 Insufficient memory, 1 Too many pods."}]}})",
       PodWait::kNode, "waiting for node (no node has 2 cpu free and 1Gi memory free and place for another pod)"},
      {R"({"status": {"conditions": [{"type": "PodScheduled", "status": "False",
             "message": "0/4 nodes are available: 4 Insufficient nvidia.com/gpu."}]}})",
       PodWait::kNode, "waiting for node (no node has enough nvidia.com/gpu free)"},
      {R"({"status": {"conditions": [{"type": "PodScheduled", "status": "False",
             "message": "the gang is not whole"}]}})",
       PodWait::kNode, "waiting for node (the gang is not whole)"},
      {R"({"metadata": {}})", PodWait::kScheduler, "waiting for the scheduler"},
      {R"({"spec": {"nodeName": "n"}, "status": {"initContainerStatuses": [
             {"name": "a", "ready": true}, {"name": "b", "state": {"running": {}}}]}})",
       PodWait::kInitContainer, "waiting for init container b"},
      {R"({"spec": {"nodeName": "n", "containers": [{"name": "m", "image": "main:2"}]},
           "status": {"containerStatuses": [{"name": "m", "state": {"waiting": {"reason": "ImagePullBackOff"}}}]}})",
       PodWait::kImage, "waiting for image main:2 (ImagePullBackOff)"},
      {R"({"spec": {"nodeName": "n"}, "status": {"phase": "Running", "containerStatuses": [
             {"name": "m", "restartCount": 5, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}})",
       PodWait::kContainer, "waiting for container m (CrashLoopBackOff, restarted 5 times)"},
      {R"({"spec": {"nodeName": "n", "readinessGates": [{"conditionType": "x/up"}]},
           "status": {"phase": "Running", "conditions": [{"type": "ContainersReady", "status": "True"}]}})",
       PodWait::kReadinessGate, "waiting for readiness gate x/up"},
      {R"({"spec": {"nodeName": "n"}, "status": {"phase": "Running", "conditions": [
             {"type": "Ready", "status": "False", "lastTransitionTime": "2025-12-31T23:59:00Z"}]}})",
       PodWait::kReady, "not ready for 1m"},
      {R"({"spec": {"nodeName": "n"}, "status": {"phase": "Running"}})", PodWait::kReady, "not ready"},
      {R"({"status": {"phase": "Running"}})", PodWait::kReady, "not ready"},
      {R"({"spec": {"nodeName": "n"}, "status": {"containerStatuses": [
             {"name": "m", "state": {"waiting": {"reason": "ContainerCreating"}}}]}})",
       PodWait::kStart, "its containers are about to start"},
  };
  return rows;
}

TEST(PodWaitTest, TheTable) {
  for (const Row& row : Rows()) {
    const PodWaiting waiting = WhyPodWaits(Json::parse(row.pod), kNow);
    EXPECT_EQ(waiting.text, row.text) << row.pod;
    EXPECT_EQ(waiting.reason, row.reason) << row.pod << ": " << PodWaitName(waiting.reason);
  }
}

// Replaces every value of the pod by values of every other type, one at a time.
void ForEachWrongType(Json* place, const Json* whole) {
  for (const char* wrong : {"null", "true", "-1", "\"a\"", "[1]", "{\"a\": 1}"}) {
    const Json kept = *place;
    *place = Json::parse(wrong);
    WhyPodWaits(*whole, kNow);
    *place = kept;
  }
  if (!place->is_structured()) return;
  for (Json& child : *place) ForEachWrongType(&child, whole);
}

TEST(PodWaitTest, ValuesOfAnotherTypeCountAsAbsent) {
  for (const Row& row : Rows()) {
    Json pod = Json::parse(row.pod);
    ForEachWrongType(&pod, &pod);
    EXPECT_EQ(pod, Json::parse(row.pod));
  }
  EXPECT_EQ(WhyPodWaits(Json(3), kNow).reason, PodWait::kScheduler);
}

}  // namespace
}  // namespace lws
