// The law of open_api_schema.h, against a plain validator of OpenAPI schemas that knows nothing of the field table.
#include "lws/api/open_api_schema.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lws/api/field_error.h"
#include "lws/api/field_table.h"
#include "lws/api/json.h"
#include "lws/api/schema_validation.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr unsigned kSeed = 20261126;
constexpr int kRounds = 8000;

bool IsWhole(const Json& value) { return value.is_number() && std::trunc(value.get<double>()) == value.get<double>(); }

bool HasType(const Json& schema, const Json& value) {
  if (schema.value("x-kubernetes-int-or-string", false)) return value.is_string() || IsWhole(value);
  const std::string type = schema["type"];
  if (type == "integer") return IsWhole(value);
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  // The field table takes any JSON for what the schema preserves, since the next reader of the raw value judges it.
  if (schema.value("x-kubernetes-preserve-unknown-fields", false)) return !value.is_null();
  return value.is_object();
}

bool IsInRange(const Json& schema, double number) {
  const std::string format = schema.value("format", "");
  if (format == "int32" && (number < -0x1p31 || number >= 0x1p31)) return false;
  if (format == "int64" && (number < -0x1p63 || number >= 0x1p63)) return false;
  return number >= schema.value("minimum", -HUGE_VAL) && number <= schema.value("maximum", HUGE_VAL);
}

bool Matches(const std::string& text, const std::string& pattern) {
  static auto& compiled = *new std::map<std::string, std::regex>;
  const auto found = compiled.try_emplace(pattern, pattern, std::regex::ECMAScript).first;
  return std::regex_search(text, found->second);
}

size_t Characters(const std::string& text) {
  size_t count = 0;
  for (const char c : text) count += (c & 0xc0) != 0x80;
  return count;
}

bool Accepts(const Json& schema, const Json& value);

bool AcceptsList(const Json& schema, const Json& list) {
  if (list.size() < schema.value("minItems", size_t{0}) || list.size() > schema.value("maxItems", SIZE_MAX)) {
    return false;
  }
  std::set<Json> keys;
  for (const Json& element : list) {
    if (!Accepts(schema["items"], element)) return false;
    const std::string list_type = schema.value("x-kubernetes-list-type", "atomic");
    Json key = Json::object();
    if (list_type == "set") key = element;
    if (list_type == "map") {
      for (const std::string name : schema["x-kubernetes-list-map-keys"]) {
        if (element.contains(name)) key[name] = element[name];
      }
    }
    if (list_type != "atomic" && !keys.insert(key).second) return false;
  }
  return true;
}

bool AcceptsObject(const Json& schema, const Json& object) {
  for (const std::string name : schema.value("required", Json::array())) {
    if (!object.contains(name)) return false;
  }
  for (const auto& [name, value] : object.items()) {
    const bool is_known = schema.contains("properties") && schema["properties"].contains(name);
    if (is_known && !Accepts(schema["properties"][name], value)) return false;
    if (schema.contains("additionalProperties") && !Accepts(schema["additionalProperties"], value)) return false;
  }
  return true;
}

bool Accepts(const Json& schema, const Json& value) {
  if (!HasType(schema, value)) return false;
  if (schema.contains("enum") && schema["enum"].count(value) == 0) {
    bool is_listed = false;
    for (const Json& choice : schema["enum"]) is_listed = is_listed || choice == value;
    if (!is_listed) return false;
  }
  if (value.is_number()) return IsInRange(schema, value.get<double>());
  if (value.is_string()) {
    const std::string text = value;
    const size_t length = Characters(text);
    return length >= schema.value("minLength", size_t{0}) && length <= schema.value("maxLength", SIZE_MAX) &&
           (!schema.contains("pattern") || Matches(text, schema["pattern"]));
  }
  if (value.is_array() && schema.contains("items")) return AcceptsList(schema, value);
  if (value.is_object()) return AcceptsObject(schema, value);
  return true;
}

Json Group() {
  return Json::parse(R"({"replicas": 2, "startupPolicy": "LeaderCreated",
    "rolloutStrategy": {"type": "RollingUpdate",
      "rollingUpdateConfiguration": {"partition": 1, "maxSurge": "20%", "maxUnavailable": 1}},
    "networkConfig": {"subdomainPolicy": "Shared"},
    "leaderWorkerTemplate": {"size": 3, "restartPolicy": "None", "subGroupPolicy": {"subGroupSize": 2},
      "workerTemplate": {"metadata": {"labels": {"a": "b"}},
        "spec": {"nodeSelector": {"zone": "z"}, "tolerations": [{"key": "k", "tolerationSeconds": 3}],
          "containers": [
            {"name": "c", "image": "i", "ports": [{"containerPort": 80}, {"containerPort": 81, "protocol": "UDP"}],
             "env": [{"name": "n", "value": "v"},
                     {"name": "m", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
             "resources": {"limits": {"cpu": "1500m", "nvidia.com/gpu": 8}},
             "readinessProbe": {"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 5}},
            {"name": "d", "image": "j"}],
          "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]}}}})");
}

Json Document(const std::string& kind) {
  Json document = {{"kind", kind}, {"metadata", {{"name", "a"}}}};
  if (kind == "LeaderWorkerSet") document["spec"] = Group();
  if (kind == "DisaggregatedSet") {
    document["spec"]["slices"] = 1;
    for (const char* name : {"prefill", "decode"}) {
      document["spec"]["roles"].push_back({{"name", name}, {"spec", Group()}});
    }
  }
  if (kind == "LeaderWorkerSet") {
    document["status"] = Json::parse(R"({"replicas": 2, "conditions": [{"type": "Available", "status": "True",
      "reason": "R", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}]})");
  }
  return document;
}

// Replaces, removes or repeats a value somewhere in the document.
void Edit(std::mt19937* random, Json* document) {
  Json* parent = nullptr;
  Json* place = document;
  while (place->is_structured() && !place->empty() && (parent == nullptr || (*random)() % 8 != 0)) {
    parent = place;
    place = &*std::next(place->begin(), static_cast<long>((*random)() % place->size()));
  }
  if ((*random)() % 4 == 0 && parent->is_object()) {
    const Json gone = *place;
    for (auto it = parent->begin(); it != parent->end(); ++it) {
      if (&*it != place) continue;
      parent->erase(it);
      return;
    }
  }
  if ((*random)() % 4 == 0 && parent->is_array()) return parent->push_back(Json(*place));
  const std::vector<Json> values = {nullptr,
                                    true,
                                    0,
                                    -1,
                                    1,
                                    3,
                                    1.5,
                                    2.0,
                                    99999999999,
                                    1e30,
                                    "",
                                    "None",
                                    "2",
                                    "5Mi",
                                    "20%",
                                    "a b",
                                    "\u00e9",
                                    "RollingUpdate",
                                    "0",
                                    "Always",
                                    65536,
                                    "-1",
                                    "x",
                                    Json::array(),
                                    Json::object(),
                                    "UDP"};
  *place = values[(*random)() % values.size()];
}

TEST(OpenApiSchemaTest, Law1ValidateSchemaAndTheSchemaAcceptTheSameDocuments) {
  std::mt19937 random(kSeed);
  for (const std::string kind : {"LeaderWorkerSet", "DisaggregatedSet"}) {
    const TypeInfo& type = *FindTypeInfo(kind);
    const Json schema = OpenApiSchema(type);
    const Json good = Document(kind);
    ASSERT_TRUE(Accepts(schema, good)) << kind;
    ASSERT_EQ(JoinFieldErrors(ValidateSchema(type, good, "")), "") << kind;
    int accepted = 0;
    for (int round = 0; round < kRounds; ++round) {
      Json document = good;
      for (size_t edits = 1 + random() % 2; edits > 0; --edits) Edit(&random, &document);
      if (!document.is_object()) continue;
      const FieldErrors errors = ValidateSchema(type, document, "");
      const bool is_accepted = Accepts(schema, document);
      accepted += is_accepted;
      ASSERT_EQ(errors.empty(), is_accepted)
          << "seed " << kSeed << ", round " << round << ": " << JoinFieldErrors(errors) << "\n"
          << document.dump(1);
    }
    EXPECT_GT(accepted, kRounds / 20) << kind;
    EXPECT_LT(accepted, kRounds * 19 / 20) << kind;
  }
}

TEST(OpenApiSchemaTest, PrunedFieldsAreLeftOut) {
  for (const char* kind : {"LeaderWorkerSet", "DisaggregatedSet", "Container"}) {
    const Json schema = OpenApiSchema(*FindTypeInfo(kind));
    for (const FieldInfo& field : *FindTypeInfo(kind)) {
      EXPECT_EQ(schema["properties"].contains(field.name), !field.pruned) << kind << " " << field.name;
    }
  }
}

}  // namespace
}  // namespace lws::internal
