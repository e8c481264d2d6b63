#include "lws/adapters/host/set_policies.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/host/policy_documents.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"
#include "lws/rollout/policies.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

absl::Status Unknown(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not known"));
}

absl::Status SetRollout(const std::string& text, SetPolicies* policies) {
  const NamedRolloutPolicy* named = FindRolloutPolicy(text);
  if (named == nullptr) return Unknown(text);
  ChooseRolloutPolicy(named->policy, policies);
  return absl::OkStatus();
}

// Reads the JSON of an annotation.
template <typename T>
absl::Status SetDocument(const std::string& text, absl::StatusOr<T> (*read)(const Json&),
                         std::shared_ptr<const T>* policy) {
  const absl::StatusOr<Json> document = ParseJson(text, "text");
  if (!document.ok()) return document.status();
  absl::StatusOr<T> value = read(*document);
  if (value.ok()) *policy = std::make_shared<const T>(*std::move(value));
  return value.status();
}

absl::Status SetScheduler(const std::string& text, SetPolicies* policies) {
  if (text != "none" && text != kVolcanoName) return Unknown(text);
  policies->scheduler_provider = text == "none" ? SchedulerProvider::kNone : SchedulerProvider::kVolcano;
  return absl::OkStatus();
}

absl::Status SetAnnotation(const char* key, const std::string& text, SetPolicies* policies) {
  if (key == kRolloutAnnotation) return SetRollout(text, policies);
  if (key == kControlsAnnotation) return SetDocument(text, ReadRolloutControls, &policies->controls);
  if (key == kRestartsAnnotation) return SetDocument(text, ReadRestartPolicy, &policies->restarts);
  return SetScheduler(text, policies);
}

}  // namespace

void ChooseRolloutPolicy(RolloutPolicy rollout, SetPolicies* policies) {
  const SetReconcileOptions options = ReconcileOptionsFor(std::move(rollout));
  policies->rollout = options.rollout;
  policies->former_revisions = options.former_revisions;
}

SetReconcileOptions SetOptionsOf(const SetPolicies& policies) {
  SetReconcileOptions options;
  options.rollout = policies.rollout;
  options.controls = policies.controls.get();
  options.former_revisions = policies.former_revisions;
  return options;
}

PodReconcileOptions PodOptionsOf(const SetPolicies& policies) {
  PodReconcileOptions options;
  options.scheduler_provider = policies.scheduler_provider;
  options.waits_for_former_pod_group = policies.waits_for_former_pod_group;
  options.restarts = policies.restarts.get();
  return options;
}

SetPolicies BorrowedPolicies(const SetReconcileOptions& sets, const PodReconcileOptions& pods) {
  SetPolicies policies;
  policies.rollout = sets.rollout;
  policies.controls = std::shared_ptr<const RolloutControls>(std::shared_ptr<void>(), sets.controls);
  policies.former_revisions = sets.former_revisions;
  policies.scheduler_provider = pods.scheduler_provider;
  policies.waits_for_former_pod_group = pods.waits_for_former_pod_group;
  policies.restarts = std::shared_ptr<const RestartPolicy>(std::shared_ptr<void>(), pods.restarts);
  return policies;
}

PolicySource SamePoliciesForEverySet(SetPolicies policies) {
  return [policies = std::move(policies)](const LeaderWorkerSet&) -> absl::StatusOr<SetPolicies> { return policies; };
}

PolicySource SetPoliciesFromAnnotations(SetPolicies otherwise) {
  return [otherwise = std::move(otherwise)](const LeaderWorkerSet& set) -> absl::StatusOr<SetPolicies> {
    SetPolicies policies = otherwise;
    const auto& annotations = set.metadata().annotations();
    for (const char* key : {kRolloutAnnotation, kControlsAnnotation, kRestartsAnnotation, kSchedulerAnnotation}) {
      const auto found = annotations.find(key);
      if (found == annotations.end()) continue;
      const absl::Status status = SetAnnotation(key, found->second, &policies);
      if (status.ok()) continue;
      return absl::InvalidArgumentError(absl::StrCat(kKind, " ", set.metadata().namespace_(), "/",
                                                     set.metadata().name(), ": metadata.annotations.", key, ": ",
                                                     status.message()));
    }
    return policies;
  };
}

}  // namespace lws
