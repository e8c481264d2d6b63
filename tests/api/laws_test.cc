// The laws of small headers of lws/api that have no test of their own.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/defaulting.h"
#include "lws/api/field_table.h"
#include "lws/api/int_or_percent.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/proto_json.h"
#include "lws/api/revision_key.h"
#include "lws/api/typed_json.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::ApplyAdmissionDefaults;
using internal::ApplySchemaDefaults;
using internal::DropNullFields;
using internal::FindTypeInfo;
using internal::ProtoFromJson;
using internal::ProtoToJson;
using internal::PruneUnknownFields;
using internal::ReadTypedJson;
using internal::TypeInfo;

int32_t Scaled(const IntOrPercent& value, int32_t total, Rounding rounding) {
  const auto scaled = value.Scale(total, rounding);
  EXPECT_TRUE(scaled.ok()) << scaled.status();
  return scaled.value_or(-1);
}

TEST(IntOrPercentTest, Law1AnIntScalesToItself) {
  for (const int32_t number : {-3, 0, 1, 7, INT32_MAX}) {
    for (const int32_t total : {0, 1, 10}) EXPECT_EQ(Scaled(IntOrPercent::Int(number), total, Rounding::kUp), number);
  }
}

TEST(IntOrPercentTest, Laws2And3OverSmallTotals) {
  for (int32_t total = 0; total <= 40; ++total) {
    int32_t before = 0;
    for (int percent = 0; percent <= 100; ++percent) {
      const IntOrPercent value = IntOrPercent::Text(absl::StrCat(percent, "%"));
      const int32_t down = Scaled(value, total, Rounding::kDown);
      const int32_t up = Scaled(value, total, Rounding::kUp);
      EXPECT_GE(down, before) << "law 2: " << percent << "% of " << total;
      EXPECT_TRUE(up == down || up == down + 1) << "law 3: " << percent << "% of " << total;
      EXPECT_LE(down, Scaled(value, total + 1, Rounding::kDown)) << "law 2: " << percent << "% of " << total;
      before = down;
    }
    EXPECT_EQ(Scaled(IntOrPercent::Text("0%"), total, Rounding::kUp), 0) << "law 2";
    EXPECT_EQ(Scaled(IntOrPercent::Text("100%"), total, Rounding::kDown), total) << "law 2";
  }
}

TEST(RevisionKeyTest, Law1EqualDataEqualKey) {
  EXPECT_EQ(RevisionKey("{\"a\":1}"), RevisionKey(std::string("{\"a\":1}")));
  EXPECT_NE(RevisionKey("{\"a\":1}"), RevisionKey("{\"a\":2}"));
}

// Manifests with and without fields that are defaulted, pruned or read in another form.
std::vector<Json> Manifests() {
  std::vector<Json> manifests;
  for (const char* spec : {
           R"({"leaderWorkerTemplate": {"workerTemplate": {"spec": {"containers": [{"name": "a", "image": "i"}]}}}})",
           R"({"replicas": 3, "startupPolicy": "LeaderReady", "leaderWorkerTemplate": {"size": 4,
               "restartPolicy": "Default", "workerTemplate": {"spec": {"containers": [
                 {"name": "a", "image": "i", "resources": {"limits": {"cpu": "0.5"}}}]}}}})",
           R"({"rolloutStrategy": {"type": "RollingUpdate", "rollingUpdateConfiguration": {"maxSurge": "50%"}},
               "leaderWorkerTemplate": {"subGroupPolicy": {"subGroupSize": 2}, "size": 4, "workerTemplate":
                 {"spec": {"containers": [{"name": "a", "image": "i"}]}}}})",
       }) {
    Json manifest = {{"apiVersion", "leaderworkerset.x-k8s.io/v1"}, {"kind", "LeaderWorkerSet"}};
    manifest["metadata"] = {{"name", "s"}, {"namespace", "default"}};
    manifest["spec"] = Json::parse(spec);
    manifests.push_back(manifest);
  }
  return manifests;
}

TEST(DefaultingTest, Laws1And2DefaultsAreIdempotentAndKeepWhatWasGiven) {
  for (const Json& manifest : Manifests()) {
    const auto set = LeaderWorkerSetFromJson(manifest);
    ASSERT_TRUE(set.ok()) << set.status();
    LeaderWorkerSet once = *set;
    ApplyAdmissionDefaults(&once);
    LeaderWorkerSet twice = once;
    ApplyAdmissionDefaults(&twice);
    EXPECT_EQ(LeaderWorkerSetToJson(once), LeaderWorkerSetToJson(twice)) << "law 1: " << manifest;
    // Law 2: merging the given manifest over the result changes only the restart policy Default.
    Json given = LeaderWorkerSetToJson(*set);
    Json merged = LeaderWorkerSetToJson(once);
    Json& group = given["spec"]["leaderWorkerTemplate"];
    if (group.value("restartPolicy", "") == "Default") group.erase("restartPolicy");
    if (given["spec"].value("startupPolicy", "") == "") given["spec"].erase("startupPolicy");
    Json& strategy = given["spec"]["rolloutStrategy"];
    if (strategy.is_object() && strategy.value("type", "") == "") strategy.erase("type");
    merged.merge_patch(given);
    EXPECT_EQ(merged, LeaderWorkerSetToJson(once)) << "law 2: " << manifest;
  }
}

TEST(TypedJsonTest, Laws1To3ReadingAgainChangesNothing) {
  const TypeInfo& type = *FindTypeInfo("LeaderWorkerSet");
  for (Json manifest : Manifests()) {
    manifest["spec"]["unknownField"] = 1;
    manifest["metadata"]["annotations"] = nullptr;
    const auto once = ReadTypedJson(type, manifest, "");
    ASSERT_TRUE(once.ok()) << once.status();
    const auto twice = ReadTypedJson(type, *once, "");
    ASSERT_TRUE(twice.ok()) << twice.status();
    EXPECT_EQ(*once, *twice) << "law 1";
    EXPECT_FALSE((*once)["spec"].contains("unknownField")) << "law 2";
    EXPECT_FALSE((*once)["metadata"].contains("annotations")) << "law 2";
    Json pruned = manifest;
    std::vector<std::string> names;
    PruneUnknownFields(type, "", &pruned, &names);
    EXPECT_EQ(names.size(), 1) << "law 3";
    DropNullFields(type, &pruned);
    ApplySchemaDefaults(type, &pruned);
    Json again = pruned;
    PruneUnknownFields(type, "", &again, &names);
    DropNullFields(type, &again);
    ApplySchemaDefaults(type, &again);
    EXPECT_EQ(pruned, again) << "law 3";
    EXPECT_EQ(names.size(), 1) << "law 3";
  }
}

TEST(ProtoJsonTest, Law1WhatWasReadComesBack) {
  const TypeInfo& type = *FindTypeInfo("NetworkConfig");
  for (const char* text : {R"({"subdomainPolicy": "Shared"})", R"({"subdomainPolicy": "UniquePerReplica"})", "{}"}) {
    const auto read = ReadTypedJson(type, Json::parse(text), "");
    ASSERT_TRUE(read.ok()) << read.status();
    NetworkConfig config;
    ASSERT_TRUE(ProtoFromJson(*read, &config).ok()) << "law 1: " << text;
    EXPECT_EQ(*ReadTypedJson(type, ProtoToJson(config), ""), *read) << "law 1: " << text;
  }
}

}  // namespace
}  // namespace lws
