#include "examples/lwsctl/scenario_test_file.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/scenario.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;

constexpr uint64_t kMostSeeds = 1000000;

absl::Status Wrong(absl::string_view key, const Json& value) {
  return absl::InvalidArgumentError(absl::StrCat(key, ": ", value.dump(), " is not understood"));
}

// 7, or "1-20".
absl::StatusOr<std::vector<uint64_t>> ReadSeeds(const Json& value) {
  if (value.is_number_unsigned()) return std::vector<uint64_t>{value.get<uint64_t>()};
  if (!value.is_string()) return Wrong("seeds", value);
  const std::vector<std::string> ends = absl::StrSplit(value.get<std::string>(), '-');
  uint64_t first = 0;
  uint64_t last = 0;
  const bool is_range = ends.size() == 2 && absl::SimpleAtoi(ends[0], &first) && absl::SimpleAtoi(ends[1], &last);
  if (!is_range || first > last || last - first >= kMostSeeds) return Wrong("seeds", value);
  std::vector<uint64_t> seeds;
  for (uint64_t seed = first; seed <= last; ++seed) seeds.push_back(seed);
  return seeds;
}

// true, or {faults: 2}.
absl::Status ReadExhaustive(const Json& value, std::optional<int32_t>* faults) {
  if (value.is_boolean()) {
    if (value.get<bool>()) *faults = 1;
    return absl::OkStatus();
  }
  if (!value.is_object() || !value.value("faults", Json()).is_number_integer()) return Wrong("exhaustive", value);
  *faults = value["faults"].get<int32_t>();
  return absl::OkStatus();
}

// The set in the file, or in the one that it names, beside it.
absl::StatusOr<Json> ReadSetOf(const std::string& path, const Json& document) {
  if (document.contains("set")) return WithNamespace(document["set"]);
  const Json name = document.value("manifest", Json());
  if (!name.is_string()) return absl::InvalidArgumentError("neither manifest nor set is there");
  const size_t slash = path.rfind('/');
  return ReadSet(absl::StrCat(slash == std::string::npos ? "" : path.substr(0, slash + 1), name.get<std::string>()));
}

absl::StatusOr<ScenarioTestFile> ReadDocument(const std::string& path, const Json& document) {
  for (const auto& [key, value] : document.items()) {
    static constexpr const char* kKnown[] = {
        "manifest", "set",    "policy", "seeds",  "exhaustive", "maxUnavailableStatefulSet", "controls", "restarts",
        "expect",   "events", "nodes",  "images", "for"};
    bool is_known = false;
    for (const char* known : kKnown) is_known |= key == known;
    if (!is_known) return Wrong(key, value);
  }
  ScenarioTestFile file;
  const absl::StatusOr<Json> set = ReadSetOf(path, document);
  if (!set.ok()) return set.status();
  absl::StatusOr<lws::Scenario> scenario = lws::ReadScenario(*set, document);
  if (!scenario.ok()) return scenario.status();
  file.scenario = *std::move(scenario);
  const absl::StatusOr<lws::Expectations> expected = lws::ReadExpectations(document.value("expect", Json::object()));
  if (!expected.ok()) return expected.status();
  file.expected = *expected;
  absl::StatusOr<std::vector<uint64_t>> seeds = ReadSeeds(document.value("seeds", Json(1u)));
  if (!seeds.ok()) return seeds.status();
  file.seeds = *std::move(seeds);
  file.policy = document.value("policy", "reference");
  file.max_unavailable_statefulset = document.value("maxUnavailableStatefulSet", false);
  absl::Status status = ReadExhaustive(document.value("exhaustive", Json(false)), &file.exhaustive_faults);
  if (!status.ok()) return status;
  return file;
}

}  // namespace

absl::StatusOr<ScenarioTestFile> ReadScenarioTestFile(const std::string& path) {
  const absl::StatusOr<Json> document = ReadScenarioDocument(path);
  if (!document.ok()) return document.status();
  try {
    absl::StatusOr<ScenarioTestFile> file = ReadDocument(path, *document);
    if (file.ok()) return file;
    return absl::Status(file.status().code(), absl::StrCat(path, ": ", file.status().message()));
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", error.what()));
  }
}

}  // namespace lwsctl
