#include "lws/core/reconcile/admit_pod.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/json_member.h"
#include "lws/api/json_reader.h"
#include "lws/api/pod_document.h"
#include "lws/api/pod_name.h"
#include "lws/api/pod_tpus.h"
#include "lws/api/strict_integer.h"
#include "lws/api/well_known.h"
#include "lws/placement/pod_facts.h"
#include "lws/placement/pods/exclusive_affinity.h"
#include "lws/placement/pods/subgroup.h"
#include "lws/placement/pods/tpu_environment.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::AddExclusiveAffinity;
using internal::AddTpuEnvironment;
using internal::AppendContainerEnv;
using internal::CheckPodShape;
using internal::ContainersOfPod;
using internal::DescribeJsonObject;
using internal::InitContainersOfPod;
using internal::kAnnotations;
using internal::kLabels;
using internal::ParseStrictInteger;
using internal::PodRequestsTpus;
using internal::PodText;
using internal::SetPodText;
using internal::SubGroupIndex;
using internal::SubGroupKey;
using internal::TextMemberOf;

namespace {

absl::Status NoInteger(const char* map, const char* key, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("metadata.", map, ".", key, ": \"", text, "\" is not an integer"));
}

absl::Status NoOrdinal(absl::string_view name) {
  return absl::InvalidArgumentError(absl::StrCat("metadata.name: \"", name, "\" does not end in -ORDINAL"));
}

std::string Name(const Json& pod) { return TextMemberOf(pod["metadata"], "name"); }

bool Has(const Json& pod, const char* map, const char* key) { return PodText(pod, map, key).has_value(); }

absl::Status AddExclusive(const char* annotation, const char* label, Json* pod) {
  const std::optional<std::string> topology = PodText(*pod, kAnnotations, annotation);
  if (!topology.has_value()) return absl::OkStatus();
  return AddExclusiveAffinity(label, PodText(*pod, kLabels, label).value_or(""), *topology, &(*pod)["spec"]);
}

// The leader's name according to the pod's labels.
std::string LeaderName(const Json& pod) {
  return absl::StrCat(*PodText(pod, kLabels, kNameLabel), "-", PodText(pod, kLabels, kGroupIndexLabel).value_or(""));
}

void SetSubGroup(absl::string_view leader_name, int64_t index, Json* pod) {
  const std::string text = absl::StrCat(index);
  SetPodText(kLabels, kSubGroupIndexLabel, text, pod);
  SetPodText(kLabels, kSubGroupKeyLabel, SubGroupKey(leader_name, text), pod);
}

// Whether somebody has already chosen the pod's subgroup with the label subgroup-index.
bool HasSubGroupIndex(const Json& pod) { return !PodText(pod, kLabels, kSubGroupIndexLabel).value_or("").empty(); }

absl::Status AdmitLeader(Json* pod) {
  const std::string name = Name(*pod);
  if (!Has(*pod, kLabels, kGroupIndexLabel)) {
    const std::optional<PodName> parsed = ParsePodName(name);
    if (!parsed.has_value()) return NoOrdinal(name);
    SetPodText(kLabels, kGroupIndexLabel, absl::StrCat(parsed->ordinal), pod);
  }
  if (PodText(*pod, kAnnotations, kSubdomainPolicyAnnotation) == kSubdomainUniquePerReplica) {
    (*pod)["spec"]["subdomain"] = name;
  }
  if (!Has(*pod, kLabels, kGroupKeyLabel)) {
    SetPodText(kLabels, kGroupKeyLabel, GroupKey(TextMemberOf((*pod)["metadata"], "namespace"), name), pod);
  }
  absl::Status status = AddExclusive(kExclusiveTopologyAnnotation, kGroupKeyLabel, pod);
  if (!status.ok()) return status;
  const bool excluded = PodText(*pod, kAnnotations, kSubGroupPolicyTypeAnnotation) == kSubGroupLeaderExcluded;
  if (!Has(*pod, kAnnotations, kSubGroupSizeAnnotation) || excluded || HasSubGroupIndex(*pod)) return absl::OkStatus();
  SetSubGroup(name, 0, pod);
  return AddExclusive(kSubGroupExclusiveTopologyAnnotation, kSubGroupKeyLabel, pod);
}

absl::Status AdmitWorker(int64_t size, Json* pod) {
  const std::string name = Name(*pod);
  const std::optional<PodName> parsed = ParsePodName(name);
  if (!parsed.has_value()) return NoOrdinal(name);
  SetPodText(kLabels, kWorkerIndexLabel, absl::StrCat(parsed->ordinal), pod);
  const std::optional<std::string> text = PodText(*pod, kAnnotations, kSubGroupSizeAnnotation);
  if (!text.has_value() || HasSubGroupIndex(*pod)) return absl::OkStatus();
  const std::optional<int64_t> sub_group_size = ParseStrictInteger(*text);
  if (!sub_group_size.has_value()) return NoInteger(kAnnotations, kSubGroupSizeAnnotation, *text);
  if (*sub_group_size == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("metadata.annotations.", kSubGroupSizeAnnotation, ": must not be 0"));
  }
  SetSubGroup(PodText(*pod, kAnnotations, kLeaderNameAnnotation).value_or(""),
              SubGroupIndex(parsed->ordinal, size, *sub_group_size), pod);
  return AddExclusive(kSubGroupExclusiveTopologyAnnotation, kSubGroupKeyLabel, pod);
}

// Puts the variables of `added` first, then the container's own, without those names and without repetitions.
void PutFirst(const std::vector<std::pair<std::string, std::string>>& added, Json* container) {
  Json& env = (*container)["env"];
  Json own = std::exchange(env, Json::array());
  if (!own.is_array()) own = Json::array();
  for (const auto& [name, value] : added) AppendContainerEnv(name, value, container);
  if (own.empty()) return;
  std::set<std::string> seen;
  for (const auto& [name, value] : added) seen.insert(name);
  for (Json& variable : own) {
    if (seen.insert(TextMemberOf(variable, "name")).second) env.push_back(std::move(variable));
  }
}

absl::Status AddGroupEnvironment(Json* pod) {
  const std::optional<std::string> group_index = PodText(*pod, kLabels, kGroupIndexLabel);
  const std::optional<std::string> worker_index = PodText(*pod, kLabels, kWorkerIndexLabel);
  if (!group_index.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("metadata.labels.", kGroupIndexLabel, ": missing"));
  }
  const Json& metadata = (*pod)["metadata"];
  const std::string address = absl::StrCat(LeaderName(*pod), ".", TextMemberOf((*pod)["spec"], "subdomain"), ".",
                                           TextMemberOf(metadata, "namespace"));
  const std::vector<std::pair<std::string, std::string>> added = {
      {kLeaderAddressEnv, address},
      {kGroupSizeEnv, *PodText(*pod, kAnnotations, kSizeAnnotation)},
      {kWorkerIndexEnv, worker_index.value_or("")},
  };
  for (Json* container : ContainersOfPod(pod)) PutFirst(added, container);
  for (Json* container : InitContainersOfPod(pod)) PutFirst(added, container);
  return absl::OkStatus();
}

void BindToPlace(const PlacedGroups& placed, Json* pod) {
  const std::optional<int64_t> group = ParseStrictInteger(PodText(*pod, kLabels, kGroupIndexLabel).value_or(""));
  const std::optional<int64_t> rank = ParseStrictInteger(PodText(*pod, kLabels, kWorkerIndexLabel).value_or(""));
  if (!group.has_value() || !rank.has_value()) return;
  placed.Bind({TextMemberOf((*pod)["metadata"], "namespace"), *PodText(*pod, kLabels, kNameLabel), *group}, *rank,
              &(*pod)["spec"]);
}

// A pod that names its node runs there, and may have no gate.
void AddPlaceGate(Json* pod) {
  Json& spec = (*pod)["spec"];
  if (!TextMemberOf(spec, "nodeName").empty()) return;
  if (PodWaitsForPlace(*pod)) return;
  Json& gates = spec["schedulingGates"];
  if (!gates.is_array()) gates = Json::array();
  gates.push_back({{"name", kPlaceGate}});
}

absl::Status Admit(const AdmissionOptions& options, Json* pod) {
  const std::optional<std::string> size_text = PodText(*pod, kAnnotations, kSizeAnnotation);
  if (!size_text.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("metadata.annotations.", kSizeAnnotation, ": missing"));
  }
  const std::optional<int64_t> size = ParseStrictInteger(*size_text);
  if (!size.has_value()) return NoInteger(kAnnotations, kSizeAnnotation, *size_text);
  const bool is_leader = PodText(*pod, kLabels, kWorkerIndexLabel) == "0";
  absl::Status status = is_leader ? AdmitLeader(pod) : AdmitWorker(*size, pod);
  if (!status.ok()) return status;
  if (options.scheduler_provider == SchedulerProvider::kVolcano) {
    SetPodText(kAnnotations, kPodGroupNameAnnotation,
               PodGroupName(LeaderName(*pod), PodText(*pod, kLabels, kRevisionLabel).value_or("")), pod);
  }
  if (PodRequestsTpus((*pod)["spec"])) status = AddTpuEnvironment(*size, pod);
  if (!status.ok()) return status;
  if (options.placed != nullptr) BindToPlace(*options.placed, pod);
  if (options.waits_for_place) AddPlaceGate(pod);
  return AddGroupEnvironment(pod);
}

}  // namespace

absl::StatusOr<Json> AdmitPod(Json pod, const AdmissionOptions& options) {
  absl::Status status = CheckPodShape(pod);
  if (!status.ok()) return status;
  if (!Has(pod, kLabels, kNameLabel)) return pod;
  if (!pod.contains("spec") || pod["spec"].is_null()) pod["spec"] = Json::object();
  status = Admit(options, &pod);
  if (!status.ok()) {
    return absl::Status(status.code(), absl::StrCat(DescribeJsonObject(pod), ": ", status.message()));
  }
  return pod;
}

}  // namespace lws
