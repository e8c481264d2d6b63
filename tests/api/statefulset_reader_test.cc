// The laws of statefulset_reader.h.
#include "lws/api/statefulset_reader.h"

#include "gtest/gtest.h"
#include "lws/api/observed.h"
#include "nlohmann/json.hpp"
#include "tests/api/reader_differential.h"

namespace lws {
namespace {

Json StatefulSet() {
  return Json::parse(R"({
    "apiVersion": "apps/v1", "kind": "StatefulSet",
    "metadata": {"name": "s-1", "namespace": "n", "uid": "11111111-2222-3333-4444-555555555555",
      "resourceVersion": "77", "annotations": {"leaderworkerset.sigs.k8s.io/replicas": "4", "other": "x"},
      "labels": {"leaderworkerset.sigs.k8s.io/name": "s", "leaderworkerset.sigs.k8s.io/group-index": "1",
        "leaderworkerset.sigs.k8s.io/template-revision-hash": "6c5b8f7d9"},
      "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "s-1", "uid": "2", "controller": true}],
      "managedFields": [{"manager": "kube-controller-manager", "operation": "Update", "fieldsType": "FieldsV1",
        "fieldsV1": {"f:status": {"f:replicas": {}}}}]},
    "spec": {"replicas": 7, "serviceName": "s", "template": {"spec": {"containers": [{"name": "c"}]}},
      "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0, "maxUnavailable": 1}}},
    "status": {"replicas": 7, "readyReplicas": 6, "availableReplicas": 6, "currentRevision": "s-1-a",
      "updateRevision": "s-1-b"}})");
}

TEST(StatefulSetReaderTest, Laws1And2AsTheCarefulReader) {
  CheckReader<StatefulSetReader, ObservedStatefulSet>(
      "statefulset", StatefulSet(),
      {
          R"({})",
          R"([])",
          R"({"spec": {"replicas": 1, "replicas": 2}})",
          R"({"spec": {"replicas": 2147483647}})",
          R"({"spec": {"replicas": 2147483648}})",
          R"({"spec": {"updateStrategy": {"rollingUpdate": {"partition": -1}}}})",
          R"({"spec": {"updateStrategy": {"rollingUpdate": null}}})",
          R"({"metadata": {"name": "s", "namespace": "n", "managedFields": [{"manager": "lws", "operation": "Apply",
              "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]}, "spec": {"replicas": 3}})",
          R"({"metadata": {"managedFields": [{"manager": "l\u0077s", "operation": "Apply"}]}})",
      },
      ObserveStatefulSet);
}

}  // namespace
}  // namespace lws
