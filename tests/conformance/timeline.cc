#include "tests/conformance/timeline.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/core/groups/group_state.h"
#include "lws/rollout/group_bits.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace conformance {
namespace {

using internal::ReadGroups;

constexpr char kNamespace[] = "default";
constexpr char kSet[] = "set";
constexpr int kMaxPasses = 200;

Json Manifest(const Json& input) {
  return {{"apiVersion", "leaderworkerset.x-k8s.io/v1"},
          {"kind", "LeaderWorkerSet"},
          {"metadata", {{"name", kSet}, {"namespace", kNamespace}}},
          {"spec",
           {{"replicas", input["replicas"]},
            {"leaderWorkerTemplate",
             {{"size", input["size"]},
              {"workerTemplate", {{"spec", {{"containers", Json::array({{{"name", "c"}, {"image", "i:1"}}})}}}}}}},
            {"rolloutStrategy",
             {{"type", "RollingUpdate"},
              {"rollingUpdateConfiguration",
               {{"maxSurge", input["maxSurge"]},
                {"maxUnavailable", input["maxUnavailable"]},
                {"partition", input.value("partition", 0)}}}}}}}};
}

Json ImagePatch(int version) {
  return {
      {"spec",
       {{"leaderWorkerTemplate",
         {{"workerTemplate",
           {{"spec", {{"containers", Json::array({{{"name", "c"}, {"image", absl::StrCat("i:", version)}}})}}}}}}}}}};
}

// The change of the vector's edit, as a merge patch.
Json EditPatch(const Json& edit, int* version) {
  Json patch = {{"spec", Json::object()}};
  if (edit.value("template", false)) patch = ImagePatch(++*version);
  if (edit.contains("replicas")) patch["spec"]["replicas"] = edit["replicas"];
  for (const char* key : {"partition", "maxSurge", "maxUnavailable"}) {
    if (edit.contains(key)) patch["spec"]["rolloutStrategy"]["rollingUpdateConfiguration"][key] = edit[key];
  }
  return patch;
}

Json Step(Simulation* simulation) {
  const SetObservation observation = simulation->fleet().ObserveWholeSet(kNamespace, kSet);
  const ObservedStatefulSet& leader = *observation.leader_statefulset;
  const GroupBits groups = ReadGroups(observation, leader.meta.revision_key).bits;
  // A group that nothing is seen of is one without bits.
  std::string seen = ToString(groups);
  seen.resize(static_cast<size_t>(std::max(0, leader.replicas)), '.');
  return Json::array({leader.partition, leader.replicas, std::move(seen)});
}

// Reconciles and settles until nothing changes.
void Rest(Simulation* simulation) {
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    if (simulation->RunSetPass(kNamespace, kSet).empty()) return;
    simulation->RunUntilQuiet(absl::InfiniteDuration());
  }
}

}  // namespace

Json RunTimeline(const Json& input) {
  SimulationOptions options;
  options.sets_by_hand = true;
  options.statefulsets.max_unavailable = true;
  Simulation simulation(options);
  Json steps = Json::array();
  absl::Status status = simulation.AddNode("node", {{"pods", "100000"}}, {});
  status.Update(simulation.CreateSet(Manifest(input)));
  Rest(&simulation);
  int version = 2;
  const auto edit = [&](const Json& patch) { status.Update(simulation.EditSet(kNamespace, kSet, patch)); };
  edit(ImagePatch(version));
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    bool edited = false;
    for (const Json& then : input.value("then", Json::array())) {
      if (then["after"] == pass) {
        edit(EditPatch(then, &version));
        edited = true;
      }
    }
    if (!status.ok()) return Json(std::string(status.message()));
    const Plan plan = simulation.RunSetPass(kNamespace, kSet);
    const Json step = Step(&simulation);
    const bool later_edits = [&] {
      for (const Json& then : input.value("then", Json::array())) {
        if (then["after"].get<int>() > pass) return true;
      }
      return false;
    }();
    if (plan.empty() && !edited && !later_edits) return steps;
    steps.push_back(step);
    simulation.RunUntilQuiet(absl::InfiniteDuration());
  }
  return steps;
}

}  // namespace conformance
}  // namespace lws
