#include "examples/lwsctl/scenario_test_file.h"

#include <limits>
#include <set>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/field_status.h"
#include "lws/api/json_reader.h"
#include "lws/api/near_word.h"
#include "lws/api/strict_reader.h"
#include "lws/rollout/policies.h"
#include "lws/rollout/role_policies.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;

constexpr uint64_t kMostSeeds = 1000000;
constexpr int32_t kMostFaults = 3;

// 7, or "1-20".
std::vector<uint64_t> ReadSeeds(lws::StrictReader* reader) {
  const Json* value = reader->Find("seeds");
  if (value == nullptr) return {1};
  if (!value->is_string()) return {reader->Unsigned("seeds", std::numeric_limits<uint64_t>::max(), 1)};
  const std::vector<std::string> ends = absl::StrSplit(value->get<std::string>(), '-');
  uint64_t first = 0;
  uint64_t last = 0;
  const bool is_read = absl::SimpleAtoi(ends.front(), &first) && absl::SimpleAtoi(ends.back(), &last);
  if (!is_read || ends.size() > 2 || first > last || last - first >= kMostSeeds) {
    reader->FailValue("seeds", "neither a number nor a range such as 1-20", *value);
    return {1};
  }
  std::vector<uint64_t> seeds;
  for (uint64_t i = 0; i <= last - first; ++i) seeds.push_back(first + i);
  return seeds;
}

// true, or {faults: 2}.
std::optional<int32_t> ReadExhaustive(lws::StrictReader* reader) {
  const Json* value = reader->Find("exhaustive");
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>() ? std::optional<int32_t>(1) : std::nullopt;
  lws::StrictReader exhaustive = reader->Map("exhaustive");
  const int32_t faults = exhaustive.Number("faults", {0, kMostFaults}, 1);
  exhaustive.Finish();
  return faults;
}

std::string ReadPolicyName(lws::StrictReader* reader) {
  if (!reader->Has("policy")) return "";
  const std::string name = reader->Text("policy", "");
  if (reader->ok() && lws::FindRolloutPolicy(name) == nullptr) {
    reader->FailValue("policy", absl::StrCat("none of ", absl::StrJoin(PolicyNames(), ", ")), *reader->Find("policy"));
  }
  return name;
}

Json ManifestOf(const SetOfEitherKind& set) {
  const auto* roles = std::get_if<DisaggregatedManifest>(&set);
  return roles != nullptr ? lws::DisaggregatedSetToJson(*roles->set) : *std::get<SetManifest>(set).object;
}

// The set in the file itself, or in a file that it names, relative to it.
absl::StatusOr<Json> ReadSetOf(const InputFile& file, lws::StrictReader* reader, UnknownFields unknown) {
  const Json* set = reader->Find("set");
  const std::string manifest = reader->Text("manifest", "");
  if (set != nullptr && lws::IsOfDisaggregatedSet(*set)) {
    return absl::InvalidArgumentError(absl::StrCat(
        file.Where(file.objects[0], "set"), ": set: a DisaggregatedSet is in a file of its own, which manifest names"));
  }
  if (set != nullptr) return CheckSet(file, file.objects[0], "set", *set, unknown);
  if (!reader->ok()) return absl::InvalidArgumentError("");
  if (manifest.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(file.Where(file.objects[0]), ": manifest and set are both missing"));
  }
  const size_t slash = file.name.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : file.name.substr(0, slash + 1);
  const absl::StatusOr<SetOfEitherKind> read =
      ReadSetOfEitherKind(absl::StartsWith(manifest, "/") ? manifest : absl::StrCat(folder, manifest), unknown);
  if (read.ok()) return ManifestOf(*read);
  if (!absl::IsNotFound(read.status())) return read.status();
  return lws::StatusWithPrefix(file.Where(file.objects[0], "manifest"), read.status());
}

// A role that the set does not have would never be ready.
void CheckRoles(const Json& set, const lws::RoleExpectations& expected, lws::StrictReader* expect) {
  std::set<std::string> roles;
  for (const Json& role : lws::internal::JsonReader(set).List({"spec", "roles"})) {
    roles.insert(lws::internal::JsonReader(role).Text({"name"}));
  }
  for (const auto& [role, least] : expected.ready) {
    if (roles.count(role) > 0) continue;
    expect->Fail(absl::StrCat("ready.", role),
                 absl::StrCat("the set has no such role; its roles are ", absl::StrJoin(roles, ", "),
                              lws::internal::DidYouMean(role, {roles.begin(), roles.end()})));
  }
}

// Whether one of these keys asks for something: {finishes: false} does not.
bool AsksForSomething(const Json& expect) {
  for (const auto& [key, value] : expect.items()) {
    const bool asks_nothing = value.is_null() || value == false || (value.is_object() && value.empty());
    if (!asks_nothing) return true;
  }
  return false;
}

// A test that nothing can fail says nothing. An exhaustive one always checks the promise.
void CheckExpectations(const ScenarioTestFile& file, lws::StrictReader* reader) {
  if (!reader->ok() || file.exhaustive_faults.has_value()) return;
  const Json* expect = reader->Find("expect");
  if (expect == nullptr) return reader->Fail("expect", "missing: a test says what it expects");
  if (!AsksForSomething(*expect)) reader->Fail("expect", "nothing is expected, so the test cannot fail");
}

}  // namespace

absl::StatusOr<ScenarioTestFile> ReadScenarioTestFile(const std::string& path, UnknownFields unknown) {
  absl::StatusOr<InputFile> document = ReadScenarioDocument(path, FileKind::kTest);
  if (!document.ok()) return document.status();
  const lws::ManifestObject& object = document->objects[0];
  lws::ReadProblem problem;
  const Json written = object.object.Unpack();
  lws::StrictReader reader(written, "", &problem);
  const absl::StatusOr<Json> set = ReadSetOf(*document, &reader, unknown);
  if (!problem.status.ok()) return document->Locate(object, problem.status);
  if (!set.ok()) return set.status();
  ScenarioTestFile file;
  file.scenario = lws::ReadScenario(*set, &reader);
  lws::StrictReader expect = reader.Map("expect");
  file.seeds = ReadSeeds(&reader);
  if (lws::IsOfDisaggregatedSet(*set)) {
    file.role_expected = lws::ReadRoleExpectations(&expect);
    CheckRoles(*set, file.role_expected, &expect);
    file.role_policy = reader.Text("rolePolicy", "reference");
    const bool is_known = lws::FindRolePolicy(file.role_policy) != nullptr;
    if (reader.ok() && !is_known)
      reader.Fail("rolePolicy", absl::StrCat("none of ", absl::StrJoin(RolePolicyNames(), ", ")));
  } else {
    file.expected = lws::ReadExpectations(&expect);
    file.policy = ReadPolicyName(&reader);
    file.max_unavailable_statefulset = reader.Flag("maxUnavailableStatefulSet", false);
    file.exhaustive_faults = ReadExhaustive(&reader);
  }
  reader.Finish();
  CheckExpectations(file, &reader);
  if (!problem.status.ok()) return document->Locate(object, problem.status);
  file.file = *std::move(document);
  return file;
}

}  // namespace lwsctl
