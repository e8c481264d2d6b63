// The laws of default_document.h, over every choice of the fields that defaulting looks at.
#include "lws/api/default_document.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// A set in whose templates there are fields that no type knows.
Json Manifest() {
  return Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "unknown": {"b": 1, "a": [null]},
    "metadata": {"name": "s", "namespace": "n", "managedFields": [{"manager": "kubectl"}]},
    "spec": {"leaderWorkerTemplate": {
      "workerTemplate": {"spec": {"other": 7, "containers": [{"name": "c", "image": "i", "strange": true}]}}}}
  })");
}

// A way to write one field, or to leave it out.
struct Field {
  const char* pointer;
  std::vector<Json> values;  // null leaves it out
};

const std::vector<Field>& Fields() {
  static const auto& fields = *new std::vector<Field>{
      {"/spec/replicas", {nullptr, 0, 3}},
      {"/spec/leaderWorkerTemplate/size", {nullptr, 2}},
      {"/spec/leaderWorkerTemplate/restartPolicy", {nullptr, "None", "Default", "RecreateGroupOnPodRestart"}},
      {"/spec/rolloutStrategy", {nullptr, {{"type", "RollingUpdate"}}}},
      {"/spec/rolloutStrategy/rollingUpdateConfiguration", {nullptr, {{"partition", 1}, {"maxSurge", "20%"}}}},
      {"/spec/networkConfig", {nullptr, Json::object(), {{"subdomainPolicy", "UniquePerReplica"}}}},
  };
  return fields;
}

// Every document of the universe.
std::vector<Json> Documents() {
  std::vector<Json> documents = {Manifest()};
  for (const Field& field : Fields()) {
    std::vector<Json> next;
    for (const Json& document : documents) {
      for (const Json& value : field.values) {
        next.push_back(document);
        if (!value.is_null()) next.back()[Json::json_pointer(field.pointer)] = value;
      }
    }
    documents = std::move(next);
  }
  return documents;
}

struct Defaulted {
  bool is_changed = false;
  Json document;
};

Defaulted Default(const Json& document) {
  absl::StatusOr<LeaderWorkerSet> set = LeaderWorkerSetFromJson(document);
  EXPECT_TRUE(set.ok()) << set.status();
  if (!set.ok()) return {};
  Defaulted result = {false, document};
  result.is_changed = DefaultDocument(&*set, &result.document);
  return result;
}

// Whether `whole` has all that `part` has. `path` says where not.
bool Has(const Json& whole, const Json& part, std::string* path) {
  if (part.is_object() && whole.is_object()) {
    for (const auto& [key, value] : part.items()) {
      if (whole.contains(key) && Has(whole[key], value, path)) continue;
      *path = absl::StrCat(key, "/", *path);
      return false;
    }
    return true;
  }
  if (part.is_array() && whole.is_array() && part.size() == whole.size()) {
    for (size_t i = 0; i < part.size(); ++i) {
      if (!Has(whole[i], part[i], path)) return false;
    }
    return true;
  }
  return whole == part;
}

// The document without what defaulting may change.
Json WithoutChoices(Json document) {
  for (const Field& field : Fields()) {
    const Json::json_pointer pointer(field.pointer);
    if (document.contains(pointer)) document[pointer.parent_pointer()].erase(pointer.back());
  }
  return document;
}

TEST(DefaultDocumentTest, Laws1To3OverEveryChoiceOfFields) {
  int unchanged = 0;
  for (const Json& document : Documents()) {
    const Defaulted once = Default(document);
    const std::string where = document["spec"].dump();
    // Law 1.
    if (!once.is_changed) {
      ++unchanged;
      EXPECT_EQ(once.document.dump(), document.dump());
    }
    // Law 2.
    std::string path;
    if (once.is_changed) {
      EXPECT_NE(once.document, document) << where;
      const Json written = LeaderWorkerSetToJson(*LeaderWorkerSetFromJson(once.document));
      EXPECT_TRUE(Has(once.document, written, &path)) << "not written: " << path << " in " << where;
    }
    EXPECT_TRUE(Has(once.document, WithoutChoices(document), &path)) << "lost: " << path << " in " << where;
    // Law 3.
    const Defaulted twice = Default(once.document);
    EXPECT_FALSE(twice.is_changed) << where;
    EXPECT_EQ(twice.document.dump(), once.document.dump()) << where;
  }
  EXPECT_EQ(Documents().size(), 3u * 2 * 4 * 2 * 2 * 3);
  EXPECT_GT(unchanged, 0);
}

// Law 2: the absent fields of a document that changes.
TEST(DefaultDocumentTest, Law2AbsentFieldsGetTheirWrittenForm) {
  const Json after = Default(Manifest()).document;
  EXPECT_TRUE(after["metadata"].contains("creationTimestamp") || !after["metadata"].is_null());
  EXPECT_EQ(after["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["resources"],
            Json::object());
  EXPECT_EQ(after["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["strange"], true);
}

}  // namespace
}  // namespace lws::internal
