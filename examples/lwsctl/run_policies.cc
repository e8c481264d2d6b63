#include "examples/lwsctl/run_policies.h"

#include <iostream>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/input.h"
#include "lws/api/field_status.h"
#include "lws/api/field_value.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/printable_text.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr const char* kAnnotations[] = {lws::kRolloutAnnotation, lws::kControlsAnnotation, lws::kRestartsAnnotation,
                                        lws::kSchedulerAnnotation};

// The keys of policies among the annotations of an edit.
std::vector<std::string> EditedPolicies(const lws::ScenarioEvent& event) {
  std::vector<std::string> keys;
  if (event.kind != lws::ScenarioEvent::Kind::kEdit || event.patch == nullptr) return keys;
  const lws::FieldValue edit(*event.patch, "edit");
  for (const char* key : kAnnotations) {
    if (edit["metadata"]["annotations"].json().contains(key)) keys.emplace_back(key);
  }
  return keys;
}

std::string RolloutName(const lws::LeaderWorkerSet& set, const GivenPolicies& given) {
  if (!given.rollout.empty()) return given.rollout;
  const auto found = set.metadata().annotations().find(lws::kRolloutAnnotation);
  return found == set.metadata().annotations().end() ? "reference" : found->second;
}

}  // namespace

void RunPolicies::Use(lws::ScenarioRunOptions* options) const {
  options->sets = lws::SetOptionsOf(of_set);
  options->pods = lws::PodOptionsOf(of_set);
}

absl::StatusOr<RunPolicies> ReadRunPolicies(const std::string& where, const lws::Scenario& scenario,
                                            const GivenPolicies& given) {
  const absl::StatusOr<lws::LeaderWorkerSet> set = lws::LeaderWorkerSetFromJson(*scenario.manifest);
  if (!set.ok()) return lws::StatusWithPrefix(where, set.status());
  absl::StatusOr<lws::SetPolicies> annotated = lws::SetPoliciesFromAnnotations({})(*set);
  if (!annotated.ok()) return lws::StatusWithPrefix(where, annotated.status());
  const absl::StatusOr<lws::NamedRolloutPolicy> rollout = ReadPolicy(RolloutName(*set, given));
  if (!rollout.ok()) return rollout.status();
  RunPolicies policies = {*rollout, *std::move(annotated)};
  lws::ChooseRolloutPolicy(rollout->policy, &policies.of_set);
  if (scenario.controls.has_value()) {
    policies.of_set.controls = std::make_shared<const lws::RolloutControls>(*scenario.controls);
  }
  if (scenario.restarts.has_value()) {
    policies.of_set.restarts = std::make_shared<const lws::RestartPolicy>(*scenario.restarts);
  }
  if (given.scheduler_provider.has_value()) policies.of_set.scheduler_provider = *given.scheduler_provider;
  return policies;
}

void TellAnnotations(const std::string& where, const lws::Scenario& scenario, const GivenPolicies& given) {
  const lws::FieldValue set(*scenario.manifest, "");
  const bool is_overruled[] = {!given.rollout.empty(), scenario.controls.has_value(), scenario.restarts.has_value(),
                               given.scheduler_provider.has_value()};
  std::vector<std::string> told;
  for (size_t i = 0; i < std::size(kAnnotations); ++i) {
    const lws::FieldValue annotation = set["metadata"]["annotations"][kAnnotations[i]];
    if (is_overruled[i] || !annotation.exists()) continue;
    told.push_back(absl::StrCat(kAnnotations[i], ": ", lws::PrintableText(annotation.Text())));
  }
  if (!told.empty()) {
    std::cerr << "lwsctl: " << where << ": the set's annotations choose " << absl::StrJoin(told, ", ") << "\n";
  }
  for (const lws::ScenarioEvent& event : scenario.events) {
    for (const std::string& key : EditedPolicies(event)) {
      std::cerr << "lwsctl: " << where << ": an edit changes " << key
                << ", but a simulation keeps the policies that it began with\n";
    }
  }
}

}  // namespace lwsctl
