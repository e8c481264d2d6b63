// Broken input: whatever stands in place of a value, the answer is an error or a documented decision, and never a
// crash.
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/admit_set.h"
#include "lws/api/manifest.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261125;
constexpr int kRounds = 20000;
constexpr int kDecisionRounds = 6000;  // each does about twenty times the work of the other rounds

Json Manifest() {
  return Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n", "uid": "u", "labels": {"a": "b"},
                 "annotations": {"leaderworkerset.sigs.k8s.io/exclusive-topology": "rack"},
                 "ownerReferences": [{"apiVersion": "v1", "kind": "A", "name": "o", "uid": "1"}]},
    "spec": {"replicas": 3, "startupPolicy": "LeaderReady", "networkConfig": {"subdomainPolicy": "Shared"},
      "rolloutStrategy": {"type": "RollingUpdate",
                          "rollingUpdateConfiguration": {"partition": 1, "maxUnavailable": "25%", "maxSurge": 1}},
      "leaderWorkerTemplate": {"size": 4, "restartPolicy": "RecreateGroupAfterStart",
        "subGroupPolicy": {"subGroupPolicyType": "LeaderWorker", "subGroupSize": 2},
        "volumeClaimTemplates": [{"metadata": {"name": "v"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}],
        "workerTemplate": {"metadata": {"labels": {"x": "y"}}, "spec": {
          "affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "rack"}]}},
          "overhead": {"cpu": "100m"},
          "initContainers": [{"name": "i", "restartPolicy": "Always", "resources": {"requests": {"cpu": 1}}}],
          "containers": [{"name": "c", "env": [{"name": "A", "value": "1"}], "ports": [{"containerPort": 80}],
                          "resources": {"limits": {"google.com/tpu": "4"}, "requests": {"cpu": "500m"}}}]}}}}})");
}

std::vector<Json> Objects() {
  return Json::parse(R"([
    {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s", "namespace": "n", "labels": {
       "leaderworkerset.sigs.k8s.io/name": "s", "leaderworkerset.sigs.k8s.io/template-revision-hash": "k"},
       "annotations": {"leaderworkerset.sigs.k8s.io/replicas": "3"}},
     "spec": {"replicas": 4, "updateStrategy": {"rollingUpdate": {"partition": 2}}}, "status": {"replicas": 4}},
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "s-0", "namespace": "n", "uid": "p", "labels": {
       "leaderworkerset.sigs.k8s.io/name": "s", "leaderworkerset.sigs.k8s.io/worker-index": "0",
       "leaderworkerset.sigs.k8s.io/group-index": "0", "leaderworkerset.sigs.k8s.io/template-revision-hash": "k"},
       "annotations": {"leaderworkerset.sigs.k8s.io/size": "4", "leaderworkerset.sigs.k8s.io/subgroup-size": "2"}},
     "spec": {"nodeName": "m", "subdomain": "s", "containers": [{"name": "c", "env": [{"name": "A"}],
       "resources": {"limits": {"google.com/tpu": "4"}}}]},
     "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [{"restartCount": 1}]}},
    {"apiVersion": "apps/v1", "kind": "ControllerRevision", "revision": 1,
     "metadata": {"name": "s-k-1", "namespace": "n", "labels": {
       "leaderworkerset.sigs.k8s.io/name": "s", "leaderworkerset.sigs.k8s.io/template-revision-hash": "k"}},
     "data": {"spec": {"leaderWorkerTemplate": {"$patch": "replace", "size": 2, "workerTemplate": {}}}}},
    {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "m", "labels": {"rack": "r"}}},
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "n"}}
  ])");
}

class Breaker {
 public:
  explicit Breaker(unsigned seed) : random_(seed) {}

  // Puts junk in some place of the document, at any depth.
  void Break(Json* document) {
    Json* place = document;
    while (place->is_structured() && !place->empty() && random_() % 6 != 0) {
      auto it = place->begin();
      std::advance(it, random_() % place->size());
      place = &*it;
    }
    *place = Junk();
  }

  size_t Draw(size_t count) { return random_() % count; }

 private:
  Json Junk() {
    switch (random_() % 18) {
      case 0:
        return nullptr;
      case 1:
        return -1;
      case 2:
        return INT64_MAX;
      case 3:
        return 1.5;
      case 4:
        return 1e300;
      case 5:
        return "";
      case 6:
        return "99999999999999999999%";
      case 7:
        return Json::array();
      case 8:
        return Json::array({nullptr, 1, "x"});
      case 9:
        return Json::object();
      case 10:
        return Json{{"", nullptr}, {"x", {1}}};
      case 11:
        return true;
      case 14:
        return INT64_MIN;
      case 15:
        return INT32_MAX;
      case 17:
        return INT32_MIN;
      case 16:
        return "2147483647";
      case 12:
        return std::string(1000, 'x');
      default:
        return "\xc3\xa9<&\n";
    }
  }

  std::mt19937 random_;
};

TEST(BadInputTest, AdmissionOfSets) {
  Breaker breaker(kSeed);
  int refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    Json manifest = Manifest();
    for (size_t i = 0; i <= breaker.Draw(2); ++i) breaker.Break(&manifest);
    const SetAdmission admission = AdmitSet(manifest);
    ASSERT_EQ(admission.set == nullptr, !admission.errors.empty()) << "round " << round << ", seed " << kSeed;
    refused += admission.set == nullptr;
  }
  EXPECT_GT(refused, kRounds / 4);
}

TEST(BadInputTest, DecisionsAndPods) {
  Breaker breaker(kSeed);
  int errors = 0;
  for (int round = 0; round < kDecisionRounds; ++round) {
    std::vector<Json> objects = Objects();
    objects.push_back(Manifest());
    breaker.Break(&objects[breaker.Draw(objects.size())]);
    ClusterSnapshot cluster;
    Fleet fleet;
    for (const Json& object : objects) {
      const bool added = cluster.Add(object).ok();
      ASSERT_EQ(fleet.Add(object).ok(), added);
      errors += !added;
    }
    const SetObservation set = cluster.ObserveSet("n", "s");
    const Plan plan = ReconcileSet(set, absl::UnixEpoch());
    errors += !plan.error.ok();
    ASSERT_TRUE(ReconcileSet(fleet.ObserveSet("n", "s"), absl::UnixEpoch()) == plan) << "round " << round;
    PodReconcileOptions options;
    options.scheduler_provider = SchedulerProvider::kVolcano;
    errors += !ReconcilePod(cluster.ObservePod("n", "s-0"), absl::UnixEpoch(), options).error.ok();
    errors += !AdmitPod(objects[1], {}).ok();
  }
  EXPECT_GT(errors, kDecisionRounds / 20);
}

TEST(BadInputTest, BytesThatAreNoManifest) {
  std::mt19937 random(kSeed);
  const std::string text = "a: &x {b: 'c'}\nd: [*x, 1]\n---\n{\"k\": [1, 2.5, \"\\u00e9\"]}\n";
  for (int round = 0; round < kRounds; ++round) {
    std::string broken = text;
    for (int i = 0; i < 4; ++i) broken[random() % broken.size()] = static_cast<char>(random() % 256);
    ReadManifest(broken, "f").status().IgnoreError();
  }
  EXPECT_EQ(ReadManifest("a: &a [*a]", "f").status().message(), "f:1: anchor 'a' value contains itself");
}

TEST(BadInputTest, NestingIsBounded) {
  std::string dashes;
  for (int i = 0; i < 100000; ++i) dashes += "- ";
  EXPECT_FALSE(ReadManifest(dashes, "f").ok());
  EXPECT_FALSE(ReadManifest(std::string(100000, '['), "f").ok());
  EXPECT_FALSE(ReadManifest(std::string(100000, '{'), "f").ok());
}

TEST(BadInputTest, ATemplateOfAMegabyte) {
  Json manifest = Manifest();
  manifest["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["args"] =
      Json::array({std::string(1 << 20, 'x')});
  ASSERT_NE(AdmitSet(manifest).set, nullptr);
}

}  // namespace
}  // namespace lws
