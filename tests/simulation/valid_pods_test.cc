// Law 1 of valid_pods.h.
#include "lws/adapters/simulation/kubernetes/valid_pods.h"

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lws/api/pod_validation.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

Json Pod() {
  return Json::parse(R"({
    "apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "s-0-1", "namespace": "n", "labels": {"a": "b"}, "annotations": {"k": "v"},
                 "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "s", "uid": "1",
                                      "controller": true}]},
    "spec": {"containers": [{"name": "c", "image": "i:1", "terminationMessagePolicy": "File",
                             "imagePullPolicy": "IfNotPresent",
                             "env": [{"name": "A", "value": "1"}, {"name": "B"}],
                             "resources": {"requests": {"cpu": "1"}}}],
             "initContainers": [{"name": "i", "image": "i:1", "terminationMessagePolicy": "File",
                                 "imagePullPolicy": "IfNotPresent", "env": [{"name": "A", "value": "1"}]}],
             "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "terminationGracePeriodSeconds": 30,
             "hostname": "s-0-1", "subdomain": "s", "volumes": [{"name": "v", "emptyDir": {}}]}})");
}

using Edit = std::function<void(Json*)>;

Edit Put(const std::string& pointer, const Json& value) {
  return [pointer, value](Json* pod) { (*pod)[Json::json_pointer(pointer)] = value; };
}

// What the pods of a template differ in, and what none may have.
const std::vector<Edit>& Edits() {
  static const std::vector<Edit>& edits = *new std::vector<Edit>({
      Put("/metadata/name", "s-0-2"),
      Put("/metadata/name", "s_0"),
      Put("/metadata/labels/a", "c"),
      Put("/metadata/labels/a", "-"),
      Put("/metadata/labels/a", 1),
      Put("/metadata/labels/_", "b"),
      Put("/metadata/annotations/k", "w"),
      Put("/metadata/annotations/k", "longer"),
      Put("/metadata/annotations/k", std::string(256 * 1024, 'v')),
      Put("/metadata/annotations/k", true),
      Put("/metadata/annotations/_", "v"),
      Put("/metadata/ownerReferences/0/name", "t"),
      Put("/metadata/ownerReferences/0/name", ""),
      Put("/metadata/ownerReferences/0/uid", "2"),
      Put("/metadata/ownerReferences/0/uid", nullptr),
      Put("/metadata/ownerReferences/0/kind", ""),
      Put("/metadata/ownerReferences/1", Json::parse(R"({"apiVersion": "v1", "kind": "K", "name": "k", "uid": "3",
             "controller": true})")),
      Put("/metadata/namespace", "n.m"),
      Put("/metadata/finalizers", Json::parse(R"(["f"])")),
      Put("/metadata/generateName", "S_"),
      Put("/spec/hostname", "s-0-2"),
      Put("/spec/hostname", ""),
      Put("/spec/hostname", "S_"),
      Put("/spec/hostname", 2),
      Put("/spec/subdomain", "other"),
      Put("/spec/subdomain", "other.one"),
      Put("/spec/containers/0/env/0/value", "2"),
      Put("/spec/containers/0/env/0/value", ""),
      Put("/spec/containers/0/env/0/value", 7),
      Put("/spec/containers/0/env/0/name", "1=2"),
      Put("/spec/containers/0/env/0/valueFrom", Json::parse(R"({"fieldRef": {"fieldPath": "metadata.name"}})")),
      Put("/spec/containers/0/image", ""),
      Put("/spec/containers/0/image", "i:2"),
      Put("/spec/initContainers/0/env/0/value", "2"),
      Put("/spec/restartPolicy", "Sometimes"),
      Put("/spec/terminationGracePeriodSeconds", 30.0),
      Put("/spec/terminationGracePeriodSeconds", -1),
      Put("/spec/nodeName", "node-0"),
      Put("/spec/schedulingGates", Json::parse(R"([{"name": "g"}])")),
      Put("/spec/volumes/0/name", "w"),
      Put("/spec/volumes/0", Json::parse(R"({"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": {
             "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}})")),
      Put("/spec", nullptr),
  });
  return edits;
}

void ExpectSame(const Json& pod, ValidPods* valid) {
  EXPECT_EQ(valid->Check(pod), internal::ValidatePod(pod)) << pod.dump();
}

TEST(ValidPodsTest, Law1APodIsAsValidAfterEveryOtherAsAlone) {
  ASSERT_TRUE(internal::ValidatePod(Pod()).empty());
  for (const Edit& edit : Edits()) {
    ValidPods valid;
    Json edited = Pod();
    edit(&edited);
    for (const Json& pod : {Pod(), edited, Pod(), edited}) ExpectSame(pod, &valid);
  }
}

TEST(ValidPodsTest, Law1RandomPods) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    ValidPods valid;
    for (int i = 0; i < 40; ++i) {
      Json pod = Pod();
      for (size_t edits = random() % 4; edits > 0 && pod["spec"].is_object(); --edits) {
        Edits()[random() % Edits().size()](&pod);
      }
      ExpectSame(pod, &valid);
    }
  }
}

}  // namespace
}  // namespace lws::simulation
