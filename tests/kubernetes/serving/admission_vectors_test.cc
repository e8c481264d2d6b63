// The webhooks over the vectors: together they do what admission does in one step.
#include <zlib.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/serving/admission_review.h"
#include "lws/api/admission_steps.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_table.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/serving/review.h"

namespace lws::internal {
namespace {

std::vector<Json> Vectors(const std::string& name) {
  const std::string path = absl::StrCat("tests/conformance/vectors/", name, ".jsonl.gz");
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return {};
  std::string text;
  std::vector<char> part(1 << 16);
  for (int size; (size = gzread(file, part.data(), static_cast<unsigned>(part.size()))) > 0;) {
    text.append(part.data(), static_cast<size_t>(size));
  }
  gzclose(file);
  std::vector<Json> vectors;
  for (const auto line : absl::StrSplit(text, '\n', absl::SkipEmpty())) vectors.push_back(Json::parse(line));
  return vectors;
}

// The set that the API server makes from a manifest before it calls the webhooks.
Json Prepared(const char* type, Json manifest) {
  std::vector<std::string> pruned;
  PrepareDocument(*FindTypeInfo(type), &manifest, &pruned);
  return manifest;
}

TEST(AdmissionVectorsTest, PodsComeOutAsTheVectorsHaveThem) {
  int admitted = 0;
  for (const Json& vector : Vectors("admit-pod")) {
    const Json& pod = vector["input"]["pod"];
    AdmissionOptions options;
    const bool uses_volcano = vector["input"].value("schedulerProvider", "") == "volcano";
    if (uses_volcano) options.scheduler_provider = SchedulerProvider::kVolcano;
    const AdmissionAnswer answer = ReviewAdmission(kMutatePodPath, ReviewText("CREATE", pod), options);
    ASSERT_EQ(answer.code, 200);
    const Json response = ResponseOf(answer.body);
    ASSERT_EQ(response["allowed"], vector["expect"].contains("pod")) << vector["name"];
    if (response["allowed"] != true) continue;
    ++admitted;
    EXPECT_EQ(pod.patch(PatchOf(response)), *AdmitPod(pod, options)) << vector["name"];
  }
  EXPECT_GT(admitted, 30);
}

TEST(AdmissionVectorsTest, SetsAreRefusedAsByAdmission) {
  int admitted = 0, refused = 0, undecodable = 0;
  for (const Json& vector : Vectors("admit-set")) {
    if (vector["kind"] != "admit-set") continue;
    const Json& manifest = vector["input"]["object"];
    const SetAdmission admission = AdmitSet(manifest);
    if (!manifest.is_object()) continue;
    const Json prepared = Prepared("LeaderWorkerSet", manifest);
    const Json defaulted = Patched(kMutateSetPath, ReviewText("CREATE", prepared), prepared);
    if (admission.stage == AdmissionStage::kDecode) {
      ++undecodable;
      EXPECT_TRUE(defaulted.is_null()) << vector["name"];
      continue;
    }
    // The API server itself finds errors of the schema and of metadata.
    if (admission.stage == AdmissionStage::kSchema) continue;
    const std::string verdict = Verdict(kValidateSetPath, ReviewText("CREATE", defaulted));
    const bool is_admitted = admission.stage == AdmissionStage::kAdmitted;
    EXPECT_EQ(verdict, is_admitted ? "allowed" : absl::StrCat("403 ", JoinFieldErrors(admission.errors)))
        << vector["name"];
    ++(is_admitted ? admitted : refused);
  }
  EXPECT_GT(admitted, 20);
  EXPECT_GT(refused, 5);
  EXPECT_GT(undecodable, 1);
}

TEST(AdmissionVectorsTest, DisaggregatedSetsAreRefusedAsByAdmission) {
  int admitted = 0, refused = 0;
  for (const Json& vector : Vectors("ds-admit")) {
    const Json& manifest = vector["input"]["object"];
    if (vector["kind"] != "ds-admit" || manifest.value("kind", "") != "DisaggregatedSet") continue;
    const DisaggregatedSetAdmission admission = AdmitDisaggregatedSet(manifest);
    const bool is_admitted = admission.stage == AdmissionStage::kAdmitted;
    if (!is_admitted && admission.stage != AdmissionStage::kValidation) continue;
    const Json prepared = Prepared("DisaggregatedSet", manifest);
    const AdmissionAnswer answer = ReviewAdmission(kValidateDisaggregatedSetPath, ReviewText("CREATE", prepared), {});
    const Json response = ResponseOf(answer.body);
    EXPECT_EQ(response["allowed"], is_admitted) << vector["name"];
    EXPECT_EQ(response.value("warnings", std::vector<std::string>()), admission.warnings) << vector["name"];
    if (!is_admitted) {
      EXPECT_EQ(response["status"]["message"], JoinFieldErrors(admission.errors)) << vector["name"];
    }
    ++(is_admitted ? admitted : refused);
  }
  EXPECT_GT(admitted, 10);
  EXPECT_GT(refused, 3);
}

}  // namespace
}  // namespace lws::internal
