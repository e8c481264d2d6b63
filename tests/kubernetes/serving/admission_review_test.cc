// What the webhooks answer: a table of reviews, and the laws of admission_review.h.
#include "lws/adapters/kubernetes/serving/admission_review.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/serving/go_decode_error.h"
#include "lws/api/field_table.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/serving/review.h"

namespace lws::internal {
namespace {

// A set as the API server sends it to the webhooks: with the schema's defaults and a merge patch.
Json Set(const Json& patch = Json::object()) {
  Json set = Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n", "managedFields": [{"manager": "kubectl"}]},
    "spec": {
      "replicas": 2, "startupPolicy": "LeaderCreated", "rolloutStrategy": {"type": "RollingUpdate"},
      "leaderWorkerTemplate": {"size": 2, "restartPolicy": "RecreateGroupOnPodRestart",
        "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i"}]}}}
    }
  })");
  set.merge_patch(patch);
  return set;
}

Json Pod(const Json& patch = Json::object()) {
  Json pod = Json::parse(R"({
    "apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "s-0-1", "namespace": "n",
      "labels": {"leaderworkerset.sigs.k8s.io/name": "s", "leaderworkerset.sigs.k8s.io/group-index": "0"},
      "annotations": {"leaderworkerset.sigs.k8s.io/size": "2"}},
    "spec": {"subdomain": "s", "containers": [{"name": "c", "image": "i"}]}
  })");
  pod.merge_patch(patch);
  return pod;
}

Json Roles(const Json& spec_patch = Json::object()) {
  Json set = Json::parse(R"({
    "apiVersion": "disaggregatedset.x-k8s.io/v1", "kind": "DisaggregatedSet", "metadata": {"name": "d"},
    "spec": {"slices": 1, "roles": [{"name": "prefill"}, {"name": "decode"}]}
  })");
  for (Json& role : set["spec"]["roles"]) role["spec"] = Set()["spec"];
  set["spec"].merge_patch(spec_patch);
  return set;
}

Json Rollout(const Json& configuration) {
  return {{"spec", {{"rolloutStrategy", {{"rollingUpdateConfiguration", configuration}}}}}};
}

Json Template(const Json& fields) { return {{"spec", {{"leaderWorkerTemplate", fields}}}}; }

TEST(AdmissionReviewTest, Law2DefaultsComeAsAPatch) {
  const Json patched = Patched(kMutateSetPath, ReviewText("CREATE", Set()), Set());
  EXPECT_EQ(patched["spec"]["networkConfig"]["subdomainPolicy"], "Shared");
  EXPECT_EQ(patched["spec"]["rolloutStrategy"]["rollingUpdateConfiguration"]["maxUnavailable"], 1);
  EXPECT_EQ(patched["metadata"]["managedFields"], Set()["metadata"]["managedFields"]);
  const AdmissionAnswer again = ReviewAdmission(kMutateSetPath, ReviewText("UPDATE", patched, patched), {});
  EXPECT_EQ(ResponseOf(again.body), Json({{"uid", "u-1"}, {"allowed", true}, {"status", {{"code", 200}}}}));
}

TEST(AdmissionReviewTest, Law2APodGetsWhatAdmitPodGivesIt) {
  const Json patched = Patched(kMutatePodPath, ReviewText("CREATE", Pod()), Pod());
  EXPECT_EQ(patched, *AdmitPod(Pod(), {}));
  EXPECT_EQ(patched["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/worker-index"], "1");
}

TEST(AdmissionReviewTest, Law2VolcanosPodsAreToldTheirGroup) {
  AdmissionOptions options;
  options.scheduler_provider = SchedulerProvider::kVolcano;
  const Json patch = PatchOf(ResponseOf(ReviewAdmission(kMutatePodPath, ReviewText("CREATE", Pod()), options).body));
  EXPECT_EQ(Pod().patch(patch), *AdmitPod(Pod(), options));
  EXPECT_NE(patch, PatchOf(ResponseOf(ReviewAdmission(kMutatePodPath, ReviewText("CREATE", Pod()), {}).body)));
}

TEST(AdmissionReviewTest, Law2PodsOfOthersHaveNoPatch) {
  const Json other = Pod({{"metadata", {{"labels", nullptr}}}});
  const AdmissionAnswer answer = ReviewAdmission(kMutatePodPath, ReviewText("CREATE", other), {});
  EXPECT_FALSE(ResponseOf(answer.body).contains("patch"));
}

TEST(AdmissionReviewTest, Law1TheVersionOfTheReviewIsEchoed) {
  Json review = Json::parse(ReviewText("CREATE", Set()));
  for (const char* version : {"admission.k8s.io/v1", "admission.k8s.io/v1beta1"}) {
    review["apiVersion"] = version;
    const AdmissionAnswer answer = ReviewAdmission(kValidateSetPath, review.dump(), {});
    EXPECT_EQ(answer.code, 200);
    EXPECT_EQ(Json::parse(answer.body)["apiVersion"], version);
    EXPECT_EQ(Json::parse(answer.body)["kind"], "AdmissionReview");
  }
}

TEST(AdmissionReviewTest, Law4TheSameArgumentsGiveTheSameBytes) {
  const Json documents[] = {Set(), Pod(), Roles(), Json::object(), Json(3)};
  for (const std::string& path : WebhookPaths()) {
    for (const char* operation : {"CREATE", "UPDATE", "DELETE"}) {
      for (const Json& document : documents) {
        const std::string body = ReviewText(operation, document, document);
        const AdmissionAnswer first = ReviewAdmission(path, body, {});
        // The order of keys in a review means nothing, and neither does the answer's depend on calls in between.
        ReviewAdmission(path, ReviewText("CREATE", Set(Rollout({{"maxSurge", "30%"}}))), {});
        const AdmissionAnswer second = ReviewAdmission(path, body, {});
        EXPECT_EQ(first.code, second.code) << path;
        EXPECT_EQ(first.body, second.body) << path;
      }
    }
  }
}

TEST(AdmissionReviewTest, WarningsComeWithTheVerdict) {
  Json set = Roles();
  set["spec"]["roles"][0]["scaling"] = {{"mode", "External"}};
  const AdmissionAnswer answer = ReviewAdmission(kValidateDisaggregatedSetPath, ReviewText("CREATE", set), {});
  const Json response = ResponseOf(answer.body);
  EXPECT_EQ(response["allowed"], true);
  ASSERT_EQ(response["warnings"].size(), 1u) << answer.body;
  EXPECT_EQ(response["warnings"][0].get<std::string>().find("role \"prefill\" sets scaling.mode: External"), 0u);
}

struct Case {
  const char* about;
  const char* path;
  std::string review;
  std::string verdict;
};

constexpr char kUnavailable[] = "spec.rolloutStrategy.rollingUpdateConfiguration.maxUnavailable: Invalid value: ";

std::vector<Case> RefusedSets() {
  return {
      {"size 0", kValidateSetPath, ReviewText("CREATE", Set(Template({{"size", 0}}))),
       "403 spec.leaderWorkerTemplate.size: Invalid value: 0: size must be equal or greater than 1"},
      {"nothing may be away", kValidateSetPath,
       ReviewText("CREATE", Set(Rollout({{"maxUnavailable", 0}, {"maxSurge", 0}, {"partition", 0}}))),
       std::string("403 ") + kUnavailable + "0: must not be 0 when `maxSurge` is 0"},
      {"two errors", kValidateSetPath,
       ReviewText("CREATE", Set(Rollout({{"maxUnavailable", -1}, {"maxSurge", 1}, {"partition", -1}}))),
       std::string("403 [spec.rolloutStrategy.rollingUpdateConfiguration.partition: Invalid value: -1: must be greater "
                   "than or equal to 0, ") +
           kUnavailable + "-1: must be greater than or equal to 0]"},
      {"an update that adds subgroups", kValidateSetPath,
       ReviewText("UPDATE", Set(Template({{"subGroupPolicy", {{"subGroupSize", 1}}}})), Set()),
       "403 spec.leaderWorkerTemplate.SubGroupPolicy.subGroupSize: Invalid value: 1: cannot enable subGroupSize after "
       "the lws is already created"},
      {"an update that is none", kValidateSetPath, ReviewText("UPDATE", Set(), Set()), "allowed"},
      {"replicas as text", kMutateSetPath, ReviewText("CREATE", Set({{"spec", {{"replicas", "two"}}}})),
       "400 json: cannot unmarshal string into Go struct field LeaderWorkerSetSpec.spec.replicas of type int32"},
      {"the old set does not decode", kValidateSetPath,
       ReviewText("UPDATE", Set(), Set({{"metadata", {{"labels", 3}}}})),
       "400 json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type map[string]string"},
      {"a quantity", kValidateSetPath,
       ReviewText("CREATE", Set(Template({{"workerTemplate", {{"spec", {{"overhead", {{"cpu", "x"}}}}}}}}))),
       "400 spec.leaderWorkerTemplate.workerTemplate.spec.overhead.cpu: \"x\": quantities must match the regular "
       "expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
  };
}

std::vector<Case> OtherCases() {
  const Json no_size = {{"metadata", {{"annotations", nullptr}}}};
  const Json odd_size = {{"metadata", {{"annotations", {{"leaderworkerset.sigs.k8s.io/size", "two"}}}}}};
  return {
      {"a pod without its size", kMutatePodPath, ReviewText("CREATE", Pod(no_size)),
       "403 size annotation is unexpectedly missing for pod s-0-1"},
      {"a size that is no number", kMutatePodPath, ReviewText("CREATE", Pod(odd_size)),
       "403 Pod n/s-0-1: metadata.annotations.leaderworkerset.sigs.k8s.io/size: \"two\" is not an integer"},
      {"labels that are no map", kMutatePodPath, ReviewText("CREATE", Pod({{"metadata", {{"labels", 3}}}})),
       "400 Pod n/s-0-1: metadata.labels: 3 is not an object"},
      {"a pod at the validating webhook", kValidatePodPath, ReviewText("UPDATE", Pod(no_size), Pod()), "allowed"},
      {"a pod that is none", kValidatePodPath, ReviewText("CREATE", Pod({{"spec", "x"}})),
       "400 Pod n/s-0-1: spec: \"x\" is not an object"},
      {"roles", kValidateDisaggregatedSetPath, ReviewText("CREATE", Roles()), "allowed"},
      {"no topology", kValidateDisaggregatedSetPath,
       ReviewText("CREATE", Roles({{"placementPolicy", {{"type", "ExclusivePerReplica"}}}})),
       "403 spec.placementPolicy.topology: Required value: topology is required when type is not None"},
      {"roles that are none", kValidateDisaggregatedSetPath, ReviewText("CREATE", Roles({{"roles", "x"}})),
       "400 json: cannot unmarshal string into Go struct field DisaggregatedSetSpec.spec.roles of type "
       "[]v1.DisaggregatedRoleSpec"},
  };
}

std::vector<Case> ReviewCases() {
  return {
      {"a deletion", kValidateSetPath, ReviewText("DELETE", nullptr, Set(Template({{"size", 0}}))), "allowed"},
      {"a connection", kMutatePodPath, ReviewText("CONNECT", nullptr), "allowed"},
      {"no object", kMutateSetPath, ReviewText("CREATE", nullptr), "400 request.object: missing"},
      {"no old object", kValidateSetPath, ReviewText("UPDATE", Set()), "400 request.oldObject: missing"},
      {"an unknown path", "/convert", ReviewText("CREATE", Set()), "http 404"},
      {"no body", kMutatePodPath, "", "http 400"},
      {"no JSON", kMutatePodPath, "\x16\x03\x01", "http 400"},
      {"half a review", kMutatePodPath, ReviewText("CREATE", Pod()).substr(0, 100), "http 400"},
      {"a list", kMutatePodPath, "[]", "http 400"},
      {"another kind", kMutatePodPath, R"({"kind": "Pod", "apiVersion": "v1"})", "http 400"},
      {"another version", kMutatePodPath, R"({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v2"})",
       "http 400"},
      {"no request", kMutatePodPath, R"({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1"})", "http 400"},
      {"no uid", kMutatePodPath,
       R"({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {"operation": "CREATE"}})",
       "http 400"},
      {"no operation", kMutatePodPath,
       R"({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {"uid": "u"}})", "http 400"},
      {"too deep", kMutatePodPath, std::string(100000, '['), "http 400"},
  };
}

TEST(AdmissionReviewTest, Law3Verdicts) {
  for (const std::vector<Case>& cases : {RefusedSets(), OtherCases(), ReviewCases()}) {
    for (const Case& c : cases) EXPECT_EQ(Verdict(c.path, c.review), c.verdict) << c.about;
  }
}

TEST(AdmissionReviewTest, ABodyThatIsNoReviewStillGetsOne) {
  const AdmissionAnswer answer = ReviewAdmission(kMutatePodPath, "[]", {});
  EXPECT_EQ(answer.code, 400);
  EXPECT_EQ(ResponseOf(answer.body),
            Json::parse(R"({"allowed": false, "uid": "", "status": {"code": 400, "reason": "BadRequest",
                            "message": "the body is not an AdmissionReview"}})"));
}

TEST(GoDecodeErrorTest, WordsOfGo) {
  const TypeInfo& type = *FindTypeInfo("LeaderWorkerSet");
  const struct {
    const char* document;
    const char* error;
  } cases[] = {
      {R"("x")", "json: cannot unmarshal string into Go value of type v1.LeaderWorkerSet"},
      {R"({"spec": 3})",
       "json: cannot unmarshal number into Go struct field LeaderWorkerSet.spec of type "
       "v1.LeaderWorkerSetSpec"},
      {R"({"spec": {"replicas": 2.5}})",
       "json: cannot unmarshal number 2.5 into Go struct field LeaderWorkerSetSpec.spec.replicas of type int32"},
      {R"({"spec": {"replicas": 3000000000}})",
       "json: cannot unmarshal number 3000000000 into Go struct field LeaderWorkerSetSpec.spec.replicas of type int32"},
      {R"({"spec": {"leaderWorkerTemplate": {"workerTemplate": {"spec": {"containers": [{}, {"name": {}}]}}}}})",
       "json: cannot unmarshal object into Go struct field "
       "Container.spec.leaderWorkerTemplate.workerTemplate.spec.containers.name of type string"},
      {R"({"metadata": {"labels": {"a": true}}})",
       "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string"},
      {R"({"metadata": {"finalizers": {}}})",
       "json: cannot unmarshal object into Go struct field ObjectMeta.metadata.finalizers of type []string"},
      {R"({"spec": {"replicas": 2.0, "startupPolicy": null, "unknown": {}}, "metadata": {"labels": null}})", ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(GoDecodeError(type, Json::parse(c.document)).value_or(""), c.error) << c.document;
  }
}

}  // namespace
}  // namespace lws::internal
