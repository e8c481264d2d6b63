// DisaggregatedSets and scalers: names, revisions, and the rule across roles in every small case. tests/conformance
// compares the admission of whole manifests with the reference.
#include "lws/api/disaggregated_set.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/disaggregated_validation.h"
#include "lws/api/field_error.h"
#include "lws/api/json.h"
#include "lws/core/revision/disaggregated_revision.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::CheckReplicasRule;

Json Role(const std::string& name, int replicas) {
  const Json containers = {{{"name", "c"}, {"image", "i"}}};
  return {{"name", name},
          {"spec",
           {{"replicas", replicas},
            {"rolloutStrategy", {{"type", "RollingUpdate"}}},
            {"leaderWorkerTemplate", {{"workerTemplate", {{"spec", {{"containers", containers}}}}}}}}}};
}

Json Manifest() {
  return {{"apiVersion", kDisaggregatedSetApiVersion},
          {"kind", kDisaggregatedSetKind},
          {"metadata", {{"name", "llm"}, {"namespace", "default"}}},
          {"spec", {{"roles", {Role("prefill", 3), Role("decode", 5)}}}}};
}

TEST(DisaggregatedNamesTest, SliceLabels) {
  const std::vector<std::pair<std::string, std::optional<int32_t>>> cases = {
      {"", 0},
      {"0", 0},
      {"3", 3},
      {"100", 100},
      {"00", std::nullopt},
      {"+1", std::nullopt},
      {"-1", std::nullopt},
      {" 1", std::nullopt},
      {"x", std::nullopt},
      {"2147483647", 2147483647},
      {"2147483648", std::nullopt},
  };
  for (const auto& [label, slice] : cases) EXPECT_EQ(SliceOfLabel(label), slice) << label;
}

TEST(DisaggregatedNamesTest, NamesOfObjects) {
  EXPECT_EQ(ChildName("llm", 2, "daf1923f", "prefill"), "llm-2-daf1923f-prefill");
  EXPECT_EQ(LegacyChildName("llm", "daf1923f", "prefill"), "llm-daf1923f-prefill");
  EXPECT_EQ(RoleServiceName("llm-2-daf1923f-prefill"), "llm-2-daf1923f-prefill-prv");
  EXPECT_EQ(RoleScalerName("llm", "decode"), "llm-decode");
  EXPECT_EQ(RoleAppName("llm", 2, "decode"), "llm-2-decode");
}

TEST(AdmitDisaggregatedSetTest, Law1AnAdmittedSetIsAdmittedAgain) {
  const DisaggregatedSetAdmission first = AdmitDisaggregatedSet(Manifest());
  ASSERT_EQ(JoinFieldErrors(first.errors), "");
  EXPECT_EQ(SpecSlices(*first.set), 1);
  EXPECT_EQ(RoleSpecReplicas(first.set->spec().roles(1)), 5);
  const Json stored = DisaggregatedSetToJson(*first.set);
  const DisaggregatedSetAdmission second = AdmitDisaggregatedSet(stored);
  ASSERT_EQ(JoinFieldErrors(second.errors), "");
  EXPECT_EQ(DisaggregatedSetToJson(*second.set), stored);
  const absl::StatusOr<DisaggregatedSet> read = DisaggregatedSetFromJson(stored);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(DisaggregatedSetToJson(*read), stored);
}

TEST(AdmitDisaggregatedSetTest, Law2BrokenDocumentsAreRefused) {
  for (const char* text : {"null", "[]", "3", "{}", R"({"metadata":3})", R"({"spec":null})", R"({"spec":{"roles":{}}})",
                           R"({"spec":{"roles":[null,null]}})", R"({"metadata":{"name":"a","namespace":"b"}})"}) {
    const Json document = Json::parse(text);
    const DisaggregatedSetAdmission set = AdmitDisaggregatedSet(document);
    EXPECT_NE(set.stage, AdmissionStage::kAdmitted) << text;
    EXPECT_EQ(set.set, nullptr) << text;
    EXPECT_FALSE(set.errors.empty()) << text;
    const RoleScalerAdmission scaler = AdmitRoleScaler(document);
    EXPECT_EQ(scaler.scaler == nullptr, !scaler.errors.empty()) << text;
  }
}

// Every value of the manifest in turn is another one.
TEST(AdmitDisaggregatedSetTest, Law2WhatIsRefusedHasErrorsAndNoObject) {
  int refused = 0;
  const Json manifest = Manifest();
  const Json leaves = manifest.flatten();
  for (const auto& [pointer, leaf] : leaves.items()) {
    for (Json::json_pointer place(pointer); !place.empty(); place = place.parent_pointer()) {
      for (const Json& value : {Json(), Json(-1), Json(""), Json("x y"), Json(true), Json::array(), Json::object()}) {
        Json changed = manifest;
        changed[place] = value;
        const DisaggregatedSetAdmission admission = AdmitDisaggregatedSet(changed);
        const bool is_admitted = admission.stage == AdmissionStage::kAdmitted;
        EXPECT_EQ(admission.errors.empty(), is_admitted) << place << " " << value;
        EXPECT_EQ(admission.set != nullptr, is_admitted) << place << " " << value;
        refused += !is_admitted;
      }
    }
  }
  EXPECT_GT(refused, 50);
}

// Too many items is said by no vector.
TEST(AdmitDisaggregatedSetTest, TooManyRoles) {
  Json manifest = Manifest();
  for (int i = 0; i < 9; ++i) manifest["spec"]["roles"].push_back(Role(std::string(1, static_cast<char>('a' + i)), 1));
  EXPECT_EQ(AdmitDisaggregatedSet(manifest).errors[0].ToString(),
            "spec.roles: Too many: 11: must have at most 10 items");
}

TEST(AdmitDisaggregatedSetTest, UpdateKeepsStatusAndCountsGenerations) {
  DisaggregatedSet old_set = *AdmitDisaggregatedSet(Manifest()).set;
  old_set.mutable_metadata()->set_generation(4);
  old_set.mutable_metadata()->set_resource_version("7");
  old_set.mutable_status()->set_observed_generation(3);
  Json manifest = DisaggregatedSetToJson(old_set);
  const DisaggregatedSetAdmission unchanged = AdmitDisaggregatedSetUpdate(old_set, manifest);
  ASSERT_EQ(JoinFieldErrors(unchanged.errors), "");
  EXPECT_EQ(unchanged.set->metadata().generation(), 4);
  manifest["spec"]["slices"] = 2;
  manifest["status"] = Json::object();
  const DisaggregatedSetAdmission admission = AdmitDisaggregatedSetUpdate(old_set, manifest);
  ASSERT_EQ(JoinFieldErrors(admission.errors), "");
  EXPECT_EQ(admission.set->metadata().generation(), 5);
  EXPECT_EQ(admission.set->status().observed_generation(), 3);
}

// Law 1 of disaggregated_revision.h.
TEST(DisaggregatedRevisionTest, WhatMakesARevision) {
  const auto key = [](const Json& manifest) {
    const DisaggregatedSetAdmission admission = AdmitDisaggregatedSet(manifest);
    return admission.set == nullptr ? JoinFieldErrors(admission.errors)
                                    : DisaggregatedRevisionKey(DisaggregatedRevisionData(*admission.set));
  };
  const std::string before = key(Manifest());
  const auto changed = [&](const char* pointer, Json value) {
    Json manifest = Manifest();
    manifest[Json::json_pointer(pointer)] = std::move(value);
    return key(manifest) != before;
  };
  EXPECT_FALSE(changed("/spec/roles/0/spec/replicas", 9));
  EXPECT_FALSE(changed("/spec/slices", 2));
  EXPECT_FALSE(changed("/spec/roles/0/scaling/mode", "External"));
  EXPECT_FALSE(changed("/spec/roles/0/metadata/labels/a", "b"));
  EXPECT_FALSE(changed("/spec/roles/0/spec/startupPolicy", "LeaderReady"));
  EXPECT_FALSE(changed("/spec/roles/0/spec/rolloutStrategy/rollingUpdateConfiguration/maxSurge", 3));
  EXPECT_FALSE(changed("/spec/placementPolicy", {{"type", "ExclusiveSlice"}, {"topology", "rack"}}));
  EXPECT_TRUE(changed("/spec/roles/0/name", "encode"));
  EXPECT_TRUE(changed("/spec/roles/1/spec/leaderWorkerTemplate/size", 2));
  EXPECT_TRUE(changed("/spec/roles", {Role("decode", 5), Role("prefill", 3)}));
}

// --- The rule across roles, compared with its text.

enum class Spec { kAbsent, kNoReplicas, kZero, kPositive };

// True, false, or nullopt for an error, combined as the rule's language combines them.
std::optional<bool> AllByTheBook(const std::vector<Spec>& roles, bool positive) {
  bool has_error = false;
  for (const Spec role : roles) {
    if (role == Spec::kAbsent) {
      has_error = true;
    } else if ((role == Spec::kPositive) != positive) {
      return false;
    }
  }
  return has_error ? std::nullopt : std::optional<bool>(true);
}

std::string RuleByTheBook(const std::vector<Spec>& roles) {
  const std::optional<bool> zero = AllByTheBook(roles, false), positive = AllByTheBook(roles, true);
  if (zero.value_or(false) || positive.value_or(false)) return "kept";
  return zero.has_value() && positive.has_value() ? "broken" : "no such key";
}

TEST(ReplicasRuleTest, EveryThreeRoles) {
  for (int number = 0; number < 4 * 4 * 4; ++number) {
    std::vector<Spec> kinds;
    Json spec = {{"roles", Json::array()}};
    // A role with a scaler does not count, whatever its spec says.
    spec["roles"].push_back({{"name", "x"}, {"scaling", {{"mode", "External"}}}});
    for (int rest = number, i = 0; i < 3; rest /= 4, ++i) {
      kinds.push_back(static_cast<Spec>(rest % 4));
      Json role = {{"name", std::string(1, static_cast<char>('a' + i))}};
      if (kinds.back() != Spec::kAbsent) role["spec"] = Json::object();
      if (kinds.back() == Spec::kZero) role["spec"]["replicas"] = 0;
      if (kinds.back() == Spec::kPositive) role["spec"]["replicas"] = 2;
      spec["roles"].push_back(role);
    }
    const std::optional<FieldError> error = CheckReplicasRule(spec);
    std::string said = "kept";
    if (error.has_value()) said = absl::StrContains(error->detail, "no such key") ? "no such key" : "broken";
    EXPECT_EQ(said, RuleByTheBook(kinds)) << spec;
  }
}

}  // namespace
}  // namespace lws
