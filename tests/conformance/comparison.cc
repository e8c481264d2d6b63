#include "tests/conformance/comparison.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace conformance {
namespace {

constexpr size_t kDiffLimit = 12;

void Walk(const Json& expected, const Json& actual, const std::string& path, std::vector<std::string>* out) {
  if (expected == actual || out->size() >= kDiffLimit) return;
  if (expected.is_object() && actual.is_object()) {
    std::set<std::string> keys;
    for (auto it = expected.begin(); it != expected.end(); ++it) keys.insert(it.key());
    for (auto it = actual.begin(); it != actual.end(); ++it) keys.insert(it.key());
    for (const std::string& key : keys) {
      const std::string below = absl::StrCat(path, ".", key);
      if (out->size() >= kDiffLimit) return;
      if (!actual.contains(key))
        out->push_back(absl::StrCat(below, ": expected ", Short(expected[key]), ", got nothing"));
      else if (!expected.contains(key))
        out->push_back(absl::StrCat(below, ": expected nothing, got ", Short(actual[key])));
      else
        Walk(expected[key], actual[key], below, out);
    }
    return;
  }
  if (expected.is_array() && actual.is_array() && expected.size() == actual.size()) {
    for (size_t i = 0; i < expected.size(); ++i) Walk(expected[i], actual[i], absl::StrCat(path, "[", i, "]"), out);
    return;
  }
  out->push_back(absl::StrCat(path, ": expected ", Short(expected), ", got ", Short(actual)));
}

const char* StageName(AdmissionStage stage) {
  switch (stage) {
    case AdmissionStage::kAdmitted:
      return "admitted";
    case AdmissionStage::kDecode:
      return "decode";
    case AdmissionStage::kSchema:
      return "schema";
    case AdmissionStage::kValidation:
      return "admission";
  }
  return "";
}

}  // namespace

std::string Short(const Json& value) {
  std::string text = value.dump();
  if (text.size() > 300) text = absl::StrCat(text.substr(0, 300), "...");
  return text;
}

std::vector<std::string> Diff(const Json& expected, const Json& actual, const std::string& path) {
  std::vector<std::string> differences;
  Walk(expected, actual, path, &differences);
  return differences;
}

void CompareAdmission(const Admission& admission, Json admitted, const Json& expect, Comparison* result) {
  Json actual = std::move(admitted);
  Json wanted = expect;
  const std::string stage = expect.value("stage", "");
  if (!admission.warnings.empty()) actual["warnings"] = admission.warnings;
  if (admission.stage != AdmissionStage::kAdmitted) {
    actual["stage"] = StageName(admission.stage);
    std::vector<std::string> texts;
    std::set<std::string> fields;
    for (const FieldError& error : admission.errors) {
      texts.push_back(error.ToString());
      fields.insert(error.field);
    }
    actual["errors"] = texts;
    if (stage == "schema") {
      std::sort(texts.begin(), texts.end());
      std::sort(wanted["errors"].begin(), wanted["errors"].end());
      actual["fields"] = fields;
      result->has_texts = true;
      result->texts_equal = Json(texts) == wanted["errors"];
      if (!result->texts_equal) result->text_differences = Diff(wanted["errors"], texts, "expect.errors");
    }
  }
  if (stage == "decode" || stage == "schema") {
    wanted.erase("errors");
    actual.erase("errors");
  }
  result->differences = Diff(wanted, actual, "expect");
}

}  // namespace conformance
}  // namespace lws
