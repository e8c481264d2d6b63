// Documents of LeaderWorkerSets in the namespace n, with groups of three pods.
#ifndef LWS_TESTS_HOST_SET_DOCUMENTS_H_
#define LWS_TESTS_HOST_SET_DOCUMENTS_H_

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/admit_set.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "nlohmann/json.hpp"

namespace lws {

inline Json Manifest(const std::string& name, int replicas, const std::string& image,
                     Json annotations = Json::object()) {
  Json manifest = Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"namespace": "n"},
    "spec": {"leaderWorkerTemplate": {"size": 3, "restartPolicy": "RecreateGroupOnPodRestart",
      "workerTemplate": {"spec": {"containers": [{"name": "main"}]}}}}})");
  manifest["metadata"]["name"] = name;
  manifest["metadata"]["annotations"] = std::move(annotations);
  manifest["spec"]["replicas"] = replicas;
  manifest["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"] = image;
  return manifest;
}

inline Json Admitted(const Json& manifest) {
  const SetAdmission admission = AdmitSet(manifest);
  EXPECT_EQ(admission.stage, AdmissionStage::kAdmitted);
  return LeaderWorkerSetToJson(*admission.set);
}

// As a watch tells it.
inline Json SetAtVersion(const std::string& name, int replicas, const std::string& version) {
  Json set = Admitted(Manifest(name, replicas, "one"));
  set["metadata"]["uid"] = absl::StrCat("uid-of-", name);
  set["metadata"]["resourceVersion"] = version;
  return set;
}

}  // namespace lws

#endif  // LWS_TESTS_HOST_SET_DOCUMENTS_H_
