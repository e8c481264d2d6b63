// Admission of sets: what the API server says of numbers in quantities, and of updates of a set that is being deleted.
#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/manifest.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// A set in which the defaults of admission find nothing to do, unless `default_policy`. Then they write the whole
// object again, with every quantity as a text.
Json Set(const std::string& cpu, bool default_policy = false) {
  const std::string text = R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
      "metadata": {"name": "s", "namespace": "n", "uid": "u", "resourceVersion": "1"},
      "spec": {"replicas": 2, "startupPolicy": "LeaderCreated", "networkConfig": {"subdomainPolicy": "Shared"},
        "rolloutStrategy": {"type": "RollingUpdate",
                            "rollingUpdateConfiguration": {"partition": 0, "maxUnavailable": 1, "maxSurge": 0}},
        "leaderWorkerTemplate": {"size": 2, "restartPolicy": "POLICY",
          "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i",
                                                      "resources": {"limits": {"cpu": CPU}}}]}}}}})";
  std::string filled = text;
  filled.replace(filled.find("CPU"), 3, cpu);
  filled.replace(filled.find("POLICY"), 6, default_policy ? "Default" : "None");
  const absl::StatusOr<std::vector<ManifestObject>> objects = ReadManifest(filled, "set.json");
  EXPECT_TRUE(objects.ok()) << objects.status();
  return objects.ok() && !objects->empty() ? (*objects)[0].object.Unpack() : Json();
}

LeaderWorkerSet Stored(const std::string& cpu) {
  const SetAdmission admission = AdmitSet(Set(cpu));
  EXPECT_NE(admission.set, nullptr) << JoinFieldErrors(admission.errors);
  return admission.set == nullptr ? LeaderWorkerSet() : *admission.set;
}

constexpr char kPath[] = "/spec/leaderWorkerTemplate/workerTemplate/spec/containers/0/resources/limits/cpu";
constexpr char kField[] = "spec.leaderWorkerTemplate.workerTemplate.spec.containers[0].resources.limits.cpu";

// The quantity as it is stored, or that the schema refuses it.
std::string Cpu(const SetAdmission& admission) {
  if (admission.set != nullptr) return LeaderWorkerSetToJson(*admission.set).at(Json::json_pointer(kPath));
  const bool is_it = std::any_of(admission.errors.begin(), admission.errors.end(),
                                 [](const FieldError& error) { return error.field == kField; });
  return admission.stage == AdmissionStage::kSchema && is_it ? "refused" : JoinFieldErrors(admission.errors);
}

// The schema wants an integer or a text. It sees the object as it was sent, unless admission wrote it again.
TEST(Admission, AFractionWithoutQuotesIsASchemaErrorOnCreateAndUpdate) {
  EXPECT_EQ(Cpu(AdmitSet(Set(R"("0.5")"))), "500m");
  EXPECT_EQ(Cpu(AdmitSet(Set("0.5"))), "refused");
  EXPECT_EQ(Cpu(AdmitSet(Set("0.5", true))), "500m");
  for (const char* stored : {R"("1")", R"("0.5")", R"("500m")"}) {
    EXPECT_EQ(Cpu(AdmitSetUpdate(Stored(stored), Set("0.5"))), "refused") << stored;
    EXPECT_EQ(Cpu(AdmitSetUpdate(Stored(stored), Set(R"("0.5")"))), "500m") << stored;
  }
}

// The API server holds a number that is no int64 as a float, and writes it in its fewest digits.
TEST(Admission, NumbersBeyond63BitsAreWrittenAsTheApiServerDoes) {
  const struct {
    const char* sent;
    const char* stored;
  } cases[] = {
      {"9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "9223372036854776k"},
      {"18446744073709551615", "18446744073709552k"},
      {"18446744073709551616", "18446744073709552k"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"-9223372036854775809", "-9223372036854776k"},
      {"123456789012345678901", "123456789012345680k"},
      {"1e3", "1k"},
      {"1e-5", "10u"},
      {"0.0000015", "1500n"},
      {"9007199254740993.0", "9007199254740992"},
      {"1152921504606846977.0", "1152921504606847k"},
      {"2.0", "2"},
      {"-1.5", "-1500m"},
  };
  for (const auto& [sent, stored] : cases) EXPECT_EQ(Cpu(AdmitSet(Set(sent, true))), stored) << sent;
}

TEST(Admission, AnUpdateOfASetThatIsBeingDeletedKeepsItsDeletion) {
  LeaderWorkerSet stored = Stored(R"("1")");
  stored.mutable_metadata()->set_deletion_timestamp("2026-01-01T00:00:00Z");
  stored.mutable_metadata()->set_deletion_grace_period_seconds(0);
  Json sent = Set(R"("1")");
  for (const char* time : {"", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"}) {
    if (*time != '\0') sent["metadata"]["deletionTimestamp"] = time;
    const SetAdmission admission = AdmitSetUpdate(stored, sent);
    ASSERT_NE(admission.set, nullptr) << time << ": " << JoinFieldErrors(admission.errors);
    EXPECT_EQ(admission.set->metadata().deletion_timestamp(), "2026-01-01T00:00:00Z") << time;
    EXPECT_EQ(admission.set->metadata().deletion_grace_period_seconds(), 0) << time;
  }
  sent["metadata"]["deletionGracePeriodSeconds"] = 30;
  EXPECT_EQ(JoinFieldErrors(AdmitSetUpdate(stored, sent).errors),
            "metadata.deletionGracePeriodSeconds: Invalid value: 30: field is immutable");
  Json alive = Set(R"("1")");
  alive["metadata"]["deletionTimestamp"] = "2027-01-01T00:00:00Z";
  EXPECT_EQ(JoinFieldErrors(AdmitSetUpdate(Stored(R"("1")"), alive).errors),
            R"(metadata.deletionTimestamp: Invalid value: "2027-01-01T00:00:00Z": field is immutable)");
}

}  // namespace
}  // namespace lws
