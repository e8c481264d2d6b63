// Junk in every field of good reviews, and reviews with bytes changed, cut and repeated: each one gets an answer that
// parses, and a patch that applies. Law 1 of admission_review.h.
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/serving/admission_review.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/serving/review.h"

namespace lws::internal {
namespace {

using Pointer = Json::json_pointer;

const Json& Template() {
  static const auto& pod = *new Json(Json::parse(R"({
    "metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}},
    "spec": {"subdomain": "s", "tolerations": [{"key": "k", "tolerationSeconds": 3}],
      "initContainers": [{"name": "init", "image": "i", "env": [{"name": "E", "value": "1"}]}],
      "containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 80}],
        "env": [{"name": "LWS_GROUP_SIZE", "value": "9"}, {"name": "TPU_PROCESS_PORT", "value": "8000"}],
        "resources": {"limits": {"google.com/tpu": "4", "cpu": "1"}}}]}
  })"));
  return pod;
}

Json Set() {
  Json set = Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n", "generation": 1, "finalizers": ["f"],
      "ownerReferences": [{"apiVersion": "v1", "kind": "K", "name": "o", "uid": "u"}],
      "annotations": {"leaderworkerset.sigs.k8s.io/subgroup-exclusive-topology": "rack"}},
    "spec": {"replicas": 2, "startupPolicy": "LeaderCreated",
      "rolloutStrategy": {"type": "RollingUpdate",
        "rollingUpdateConfiguration": {"partition": 0, "maxUnavailable": 1, "maxSurge": "10%"}},
      "leaderWorkerTemplate": {"size": 5, "restartPolicy": "Default",
        "subGroupPolicy": {"subGroupSize": 2, "subGroupPolicyType": "LeaderWorker"},
        "volumeClaimTemplates": [{"metadata": {"name": "v"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}],
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Delete"}}},
    "status": {"replicas": 2, "conditions": [{"type": "Available", "status": "True"}]}
  })");
  set["spec"]["leaderWorkerTemplate"]["workerTemplate"] = Template();
  set["spec"]["leaderWorkerTemplate"]["leaderTemplate"] = Template();
  return set;
}

Json Pod(const char* worker_index) {
  Json pod = Template();
  pod.merge_patch(Json::parse(R"({"apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "s-1-1", "namespace": "n",
      "labels": {"leaderworkerset.sigs.k8s.io/name": "s", "leaderworkerset.sigs.k8s.io/group-index": "1",
        "leaderworkerset.sigs.k8s.io/template-revision-hash": "k"},
      "annotations": {"leaderworkerset.sigs.k8s.io/size": "5", "leaderworkerset.sigs.k8s.io/leader-name": "s-1",
        "leaderworkerset.sigs.k8s.io/leader-requests-tpus": "true", "leaderworkerset.sigs.k8s.io/subgroup-size": "2",
        "leaderworkerset.sigs.k8s.io/subgroup-exclusive-topology": "rack",
        "leaderworkerset.sigs.k8s.io/exclusive-topology": "block"}},
    "spec": {"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []}}}})"));
  if (worker_index != nullptr) pod["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/worker-index"] = worker_index;
  return pod;
}

Json Roles() {
  Json set = {
      {"apiVersion", "disaggregatedset.x-k8s.io/v1"}, {"kind", "DisaggregatedSet"}, {"metadata", {{"name", "d"}}}};
  const Json role = {{"name", "prefill"},
                     {"scaling", {{"mode", "External"}}},
                     {"spec", Set()["spec"]},
                     {"metadata", {{"labels", {{"a", "b"}}}}}};
  set["spec"] = {{"slices", 1}, {"roles", {role, role}}, {"placementPolicy", {{"type", "None"}}}};
  return set;
}

struct Good {
  const char* path;
  std::string review;
};

std::vector<Good> GoodReviews() {
  return {
      {kMutateSetPath, ReviewText("CREATE", Set())},
      {kValidateSetPath, ReviewText("UPDATE", Set(), Set())},
      {kMutatePodPath, ReviewText("CREATE", Pod("0"))},
      {kMutatePodPath, ReviewText("CREATE", Pod(nullptr))},
      {kValidatePodPath, ReviewText("CREATE", Pod("0"))},
      {kValidateDisaggregatedSetPath, ReviewText("CREATE", Roles())},
  };
}

// The fault of the answer; "" for a good one.
std::string Fault(const char* path, const std::string& body) {
  AdmissionOptions options;
  options.scheduler_provider = SchedulerProvider::kVolcano;
  const AdmissionAnswer answer = ReviewAdmission(path, body, options);
  if (answer.code != 200 && answer.code != 400) return absl::StrCat("code ", answer.code);
  const Json response = ResponseOf(answer.body);
  if (!response.is_object() || !response.contains("allowed")) return "no response";
  if (response["allowed"] != (response["status"]["code"] == 200)) return "the verdict and its code disagree";
  if (answer.code == 400 && response["status"]["code"] != 400) return "allowed what does not read";
  const Json patch = PatchOf(response);
  if (!patch.is_array()) return "the patch does not read";
  if (patch.empty()) return "";
  const Json object = Json::parse(body)["request"]["object"];
  return object.patch(patch) == object ? "a patch that changes nothing" : "";
}

void AddPointers(const Json& value, const Pointer& at, std::vector<Pointer>* pointers) {
  pointers->push_back(at);
  if (value.is_object()) {
    for (auto it = value.begin(); it != value.end(); ++it) AddPointers(*it, at / it.key(), pointers);
  }
  if (value.is_array()) {
    for (size_t i = 0; i < value.size(); ++i) AddPointers(value[i], at / i, pointers);
  }
}

std::vector<Json> Junk() {
  Json deep = Json::array();
  for (int i = 0; i < 200; ++i) deep = Json::array({deep});
  return {nullptr,
          true,
          0,
          -1,
          2147483648,
          UINT64_MAX,
          INT64_MIN,
          0.5,
          1e300,
          "",
          "x",
          "99999999999999999999",
          "-0",
          std::string(3000, 'a'),
          "\n\"/~",
          Json::array(),
          Json::array({nullptr}),
          Json::array({1, "x", Json::object()}),
          Json::object(),
          Json{{"", ""}},
          Json{{"name", nullptr}},
          Json{{"a/b~c", {{"x", 1}}}},
          deep};
}

TEST(AdmissionJunkTest, EveryFieldHoldsEveryJunk) {
  const std::vector<Json> junk = Junk();
  int tried = 0;
  for (const Good& good : GoodReviews()) {
    ASSERT_EQ(Fault(good.path, good.review), "") << good.path;
    const Json review = Json::parse(good.review);
    std::vector<Pointer> pointers;
    AddPointers(review, Pointer(), &pointers);
    for (const Pointer& pointer : pointers) {
      for (const Json& value : junk) {
        Json changed = review;
        changed[pointer] = value;
        ++tried;
        ASSERT_EQ(Fault(good.path, changed.dump()), "") << good.path << " " << pointer.to_string() << " = " << value;
      }
    }
  }
  EXPECT_GT(tried, 10000);
}

// A review with a few bytes changed, taken out, repeated, or cut off.
std::string Mutated(std::string text, std::mt19937_64* random) {
  for (uint64_t left = 1 + (*random)() % 4; left > 0 && !text.empty(); --left) {
    const size_t at = (*random)() % text.size();
    const size_t size = std::min<size_t>(text.size() - at, 1 + (*random)() % 16);
    switch ((*random)() % 5) {
      case 0:
        text[at] = static_cast<char>((*random)());
        break;
      case 1:
        text.erase(at, size);
        break;
      case 2:
        text.insert((*random)() % text.size(), text.substr(at, size));
        break;
      case 3:
        text[at] = "{}[]\",:0123456789-eE\\untrfalse "[(*random)() % 31];
        break;
      case 4:
        text.resize(at);
        break;
    }
  }
  return text;
}

TEST(AdmissionJunkTest, ChangedBytesGetAnAnswer) {
  const std::vector<Good> reviews = GoodReviews();
  for (uint64_t seed = 1; seed <= 6000; ++seed) {
    std::mt19937_64 random(seed);
    const Good& good = reviews[seed % reviews.size()];
    ASSERT_EQ(Fault(good.path, Mutated(good.review, &random)), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace lws::internal
