#include "lws/adapters/testing/scenario/scenario_size.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/api/json_reader.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// A larger number of pods counts as this one, so that sums of roles and their product with slices stay in range.
constexpr int64_t kCountable = std::numeric_limits<int32_t>::max();

// The pods of the groups of a LeaderWorkerSet, or of a role.
int64_t PodsOfGroups(const Json& set) {
  JsonReader reader(set);
  const int64_t groups = reader.Count({"spec", "replicas"}, 1);
  const int64_t size = reader.Count({"spec", "leaderWorkerTemplate", "size"}, 1);
  return std::min(kCountable, groups * size);
}

int64_t PodsOf(const Json& manifest) {
  if (!IsOfDisaggregatedSet(manifest)) return PodsOfGroups(manifest);
  JsonReader reader(manifest);
  int64_t pods = 0;
  for (const Json& role : reader.List({"spec", "roles"})) pods = std::min(kCountable, pods + PodsOfGroups(role));
  return pods * reader.Count({"spec", "slices"}, 1);
}

}  // namespace

std::vector<SetVersion> VersionsOfScenarioSet(const Scenario& scenario) {
  std::vector<SetVersion> versions = {{scenario.manifest, nullptr}};
  for (const ScenarioEvent& event : scenario.events) {
    if (event.patch == nullptr) continue;
    const absl::StatusOr<Json> patch = PatchOfSet(*versions.back().manifest, event);
    if (!patch.ok()) continue;
    Json edited = *versions.back().manifest;
    edited.merge_patch(*patch);
    versions.push_back({std::make_shared<const Json>(std::move(edited)), &event});
  }
  return versions;
}

absl::Status CheckScenarioSize(const Scenario& scenario, int64_t most, absl::string_view how) {
  for (const SetVersion& version : VersionsOfScenarioSet(scenario)) {
    const int64_t pods = PodsOf(*version.manifest);
    if (pods <= most) continue;
    const std::string text = absl::StrCat("a set of ", pods, " pods: at most ", most, " are simulated ", how);
    return version.edit == nullptr ? absl::InvalidArgumentError(text) : ScenarioEventError(*version.edit, text);
  }
  return absl::OkStatus();
}

}  // namespace lws::internal
