// Compares the rules of pods, StatefulSets, claims and Services with the answers of a real Kubernetes 1.36, which
// record_validation.py recorded.
#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lws/api/claim_validation.h"
#include "lws/api/field_error.h"
#include "lws/api/pod_validation.h"
#include "lws/api/service_validation.h"
#include "lws/api/statefulset_validation.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

using Texts = std::vector<std::string>;

Json ReadTrace() {
  std::ifstream file("tests/traces/validation.json");
  return Json::parse(file, nullptr, false);
}

Json Part(const Json& object, const char* name) { return object.value(name, Json::object()); }

// The objects of a case, made like those of record_validation.py.
class Case {
 public:
  Case(const Json& trace, const Json& written) : bases_(trace["bases"]), live_(trace["live"]), case_(written) {}

  Json Pod() const {
    Json pod = bases_["Pod"];
    pod["spec"].merge_patch(Part(case_, "spec"));
    pod["metadata"].merge_patch(Part(case_, "metadata"));
    if (case_.contains("container")) pod["spec"]["containers"][0].merge_patch(case_["container"]);
    return pod;
  }

  Json StatefulSet() const {
    Json set = bases_["StatefulSet"];
    set["spec"]["template"]["spec"] = Pod()["spec"];
    set["spec"]["template"]["metadata"].merge_patch(Part(case_, "metadata"));
    set.merge_patch(Part(case_, "set"));
    return set;
  }

  FieldErrors Validate(const std::string& kind) const {
    if (kind == "Pod") return ValidatePod(Pod());
    if (kind == "admission") return PriorityErrors(Pod());
    if (kind == "StatefulSet") return ValidateStatefulSet(StatefulSet());
    if (kind == "PersistentVolumeClaim") return ValidateClaim(Patched(kind, "claim"));
    if (kind == "Service") return ValidateHeadlessService(Patched(kind, "service"));
    Json updated = live_;
    updated.merge_patch(case_["update"]);
    return ValidateStatefulSetUpdate(live_, updated);
  }

 private:
  Json Patched(const std::string& kind, const char* patch) const {
    Json object = bases_[kind];
    object.merge_patch(case_[patch]);
    return object;
  }

  const Json& bases_;
  const Json& live_;
  const Json& case_;
};

// The errors as the trace writes them. Admission names no field.
Texts TextsOf(const FieldErrors& errors, const std::string& kind) {
  const std::string prefix = kind == "admission" ? "Forbidden: " : "";
  Texts texts;
  for (const FieldError& error : errors) {
    const std::string text = kind == "admission" ? error.detail : error.ToString();
    EXPECT_EQ(text.rfind(prefix, 0), 0) << text;
    texts.push_back(text.substr(prefix.size()));
  }
  return texts;
}

TEST(ValidationTrace, TheRulesSayTheSame) {
  const Json trace = ReadTrace();
  ASSERT_TRUE(trace.is_object());
  ASSERT_GT(trace["cases"].size(), 360);
  for (const Json& written : trace["cases"]) {
    for (const auto& [kind, answer] : written["answers"].items()) {
      Texts expected = answer.get<Texts>();
      Texts said = TextsOf(Case(trace, written).Validate(kind), kind);
      if (written.value("anyOrder", false)) {
        std::sort(expected.begin(), expected.end());
        std::sort(said.begin(), said.end());
      }
      EXPECT_EQ(said, expected) << written["name"] << ", " << kind;
    }
  }
}

}  // namespace
}  // namespace lws::internal
