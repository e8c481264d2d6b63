#include "lws/placement/set_request.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/field_status.h"
#include "lws/api/json.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"
#include "lws/api/spec_counts.h"
#include "lws/api/strict_integer.h"
#include "lws/api/well_known.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/pod_rules.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::JsonReader;
using internal::ParseStrictInteger;

namespace {

using Texts = std::map<std::string, std::string>;

std::string NamespaceOf(const LeaderWorkerSet& set) {
  return set.metadata().namespace_().empty() ? "default" : set.metadata().namespace_();
}

// metadata.labels or metadata.annotations of a template. Values that are not texts are skipped: validation reports
// them.
Texts TextsOf(const Json& pod_template, const char* map) {
  Texts texts;
  JsonReader reader(pod_template);
  const Json& found = reader.Object({"metadata", map});
  for (auto it = found.begin(); it != found.end(); ++it) {
    if (it->is_string()) texts[it.key()] = it->get<std::string>();
  }
  return texts;
}

// A template with the name of its field, and whether its pods are leaders.
struct Template {
  const char* field;
  Json document;
  bool is_leader = false;
};

// The labels that the controller and admission will write. They tell workers from the leader, but not from each other.
Texts LabelsOf(const Template& pod_template, const LeaderWorkerSet& set, int64_t group_index) {
  Texts labels = TextsOf(pod_template.document, "labels");
  const std::string& name = set.metadata().name();
  labels[kNameLabel] = name;
  labels[kGroupIndexLabel] = absl::StrCat(group_index);
  labels[kGroupKeyLabel] = GroupKey(NamespaceOf(set), LeaderPodName(name, group_index));
  labels[kWorkerIndexLabel] = pod_template.is_leader ? "0" : "1";
  const LeaderWorkerTemplate& group = set.spec().leader_worker_template();
  const bool is_outside = pod_template.is_leader && group.sub_group_policy().type() == kSubGroupLeaderExcluded;
  // The real key is not known here. The group's key stands for it, because it differs from all keys of other
  // subgroups.
  if (group.has_sub_group_policy() && !is_outside) labels[kSubGroupKeyLabel] = labels[kGroupKeyLabel];
  return labels;
}

absl::StatusOr<PodShape> ShapeOfTemplate(const Template& pod_template, const LeaderWorkerSet& set, int64_t group_index,
                                         std::vector<std::string>* not_looked_at) {
  const Json& document = pod_template.document;
  const Json spec = document.is_object() ? document.value("spec", Json::object()) : Json::object();
  absl::StatusOr<PodShape> shape = PodShapeFromSpec(spec);
  absl::Status status = shape.status();
  if (status.ok()) {
    absl::StatusOr<PodRules> rules = ReadPodRules(NamespaceOf(set), LabelsOf(pod_template, set, group_index), spec);
    status = rules.status();
    if (rules.ok()) {
      for (const std::string& field : rules->not_looked_at) {
        const std::string text = absl::StrCat(field, " of ", pod_template.field);
        if (std::find(not_looked_at->begin(), not_looked_at->end(), text) == not_looked_at->end()) {
          not_looked_at->push_back(text);
        }
      }
      shape->rules = std::make_shared<const PodRules>(*std::move(rules));
    }
  }
  if (status.ok()) return shape;
  return absl::InvalidArgumentError(
      absl::StrCat("spec.leaderWorkerTemplate.", pod_template.field, ".spec: ", status.message()));
}

std::string TextOr(const Texts& texts, const char* key) {
  const auto found = texts.find(key);
  return found == texts.end() ? "" : found->second;
}

// Reads Kueue's annotations from the worker template, or from the leader's when there are no workers.
absl::Status AddKueueTopology(const Template& pod_template, const Template& leader, const SetPlacement& placement,
                              GroupRequest* request) {
  const bool is_told_subgroups = placement.subgroup_level.has_value() || !placement.layers.empty();
  // For Kueue, a leader with its own template is a separate pod set.
  const bool leader_is_apart = absl::string_view(leader.field) != pod_template.field;
  const Texts annotations = TextsOf(pod_template.document, "annotations");
  const std::string where = absl::StrCat("spec.leaderWorkerTemplate.", pod_template.field, ".metadata.annotations.");
  const std::string required = TextOr(annotations, kKueueRequiredTopology);
  const std::string preferred = TextOr(annotations, kKueuePreferredTopology);
  if (!required.empty() && !preferred.empty()) {
    return FieldStatus("", absl::StrCat(where, kKueueRequiredTopology),
                       absl::StrCat("excludes ", kKueuePreferredTopology, ", which is set too"));
  }
  const bool is_told_closeness = placement.closeness != Closeness::kUnconstrained;
  if (!is_told_closeness && !required.empty() && leader_is_apart && request->subgroups.empty() &&
      TextOr(TextsOf(leader.document, "annotations"), kKueueRequiredTopology).empty()) {
    request->subgroups.push_back({request->workers, required, false});
    request->subgroup_leader = SubgroupLeader::kOutside;
  } else if (!is_told_closeness && !(required + preferred).empty()) {
    request->closeness = required.empty() ? Closeness::kPreferred : Closeness::kRequired;
    request->level = required + preferred;
  }
  const std::string slice_level = TextOr(annotations, kKueueSliceTopology);
  if (slice_level.empty() || is_told_subgroups) return absl::OkStatus();
  const std::string slice_size = TextOr(annotations, kKueueSliceSize);
  const std::optional<int64_t> size = ParseStrictInteger(slice_size);
  const int64_t pods = request->workers + (leader_is_apart ? 0 : 1);
  const bool is_size = size.has_value() && *size > 0;
  if (!is_size || pods % *size != 0) {
    const char* const annotation = slice_size.empty() ? kKueueSliceTopology : kKueueSliceSize;
    const char* const problem = slice_size.empty() ? "needs kueue.x-k8s.io/podset-slice-size, which is missing"
                                : is_size          ? "does not divide the pods of its pod set"
                                                   : "is not a positive integer";
    const absl::string_view quote = slice_size.empty() ? "" : "\"";
    return FieldStatus("", where + annotation,
                       absl::StrCat(quote, slice_size, quote, slice_size.empty() ? "" : " ", problem));
  }
  request->subgroups.push_back({*size, slice_level, false});
  if (leader_is_apart) request->subgroup_leader = SubgroupLeader::kOutside;
  return absl::OkStatus();
}

// Lists Kueue's annotations of the leader's template that the request does not follow.
void AddUnkeptWishes(const Template& leader, const Template& worker, std::vector<std::string>* not_looked_at) {
  const Texts of_leader = TextsOf(leader.document, "annotations");
  const Texts of_workers = TextsOf(worker.document, "annotations");
  for (const char* key : {kKueueRequiredTopology, kKueuePreferredTopology, kKueueSliceTopology}) {
    const std::string wish = TextOr(of_leader, key);
    if (!wish.empty() && wish != TextOr(of_workers, key)) {
      not_looked_at->push_back(absl::StrCat(key, " of ", leader.field));
    }
  }
}

std::optional<std::string> Annotation(const LeaderWorkerSet& set, const char* key) {
  const auto found = set.metadata().annotations().find(key);
  if (found == set.metadata().annotations().end()) return std::nullopt;
  return found->second;
}

// Where the leader is, in subgroups of this size.
SubgroupLeader LeaderOf(const LeaderWorkerTemplate& group, int64_t size, int64_t workers) {
  if (group.sub_group_policy().type() == kSubGroupLeaderExcluded) return SubgroupLeader::kOutside;
  const bool divides = workers == 0 || (size > 0 && (workers + 1) % size == 0);
  return divides ? SubgroupLeader::kMember : SubgroupLeader::kExtra;
}

absl::Status AddSubgroups(const LeaderWorkerSet& set, const SetPlacement& placement, GroupRequest* request) {
  const LeaderWorkerTemplate& group = set.spec().leader_worker_template();
  if (!placement.layers.empty()) {
    request->subgroups = placement.layers;
    request->subgroup_leader = LeaderOf(group, placement.layers.front().size, request->workers);
    return absl::OkStatus();
  }
  const std::optional<std::string> exclusive = Annotation(set, kSubGroupExclusiveTopologyAnnotation);
  if (!group.has_sub_group_policy()) {
    if (!placement.subgroup_level.has_value() && !exclusive.has_value()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "spec.leaderWorkerTemplate.subGroupPolicy: missing, and subgroups are to be placed");
  }
  const SubGroupPolicy& policy = group.sub_group_policy();
  int64_t size = policy.sub_group_size();
  request->subgroup_leader = LeaderOf(group, size, request->workers);
  // A leader without workers is a subgroup of one pod.
  if (request->workers == 0) size = 1;
  if (placement.subgroup_level.has_value()) request->subgroups.push_back({size, *placement.subgroup_level, false});
  if (exclusive.has_value()) request->subgroups.push_back({size, *exclusive, true});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GroupRequest> GroupRequestFromSet(const LeaderWorkerSet& set, const SetPlacement& placement,
                                                 int64_t group_index) {
  const LeaderWorkerTemplate& group = set.spec().leader_worker_template();
  const bool has_own_template = group.has_leader_template();
  const Template workers{"workerTemplate", WorkerTemplate(group), false};
  const Template leaders{has_own_template ? "leaderTemplate" : "workerTemplate", LeaderTemplate(group), true};
  GroupRequest request;
  request.workers = int64_t{internal::SpecSize(set.spec())} - 1;
  absl::StatusOr<PodShape> worker = ShapeOfTemplate(workers, set, group_index, &request.not_looked_at);
  if (!worker.ok()) return worker.status();
  if (request.workers == 0) request.not_looked_at.clear();
  absl::StatusOr<PodShape> leader = ShapeOfTemplate(leaders, set, group_index, &request.not_looked_at);
  if (!leader.ok()) return leader.status();
  if (group.volume_claim_templates_size() > 0) request.not_looked_at.push_back("volumeClaimTemplates");
  request.worker = *std::move(worker);
  request.leader = *std::move(leader);
  request.namespace_name = NamespaceOf(set);
  request.closeness = placement.closeness;
  request.level = placement.level;
  request.preferred_within = placement.preferred_within;
  request.profile = placement.profile;
  request.keeps_empty = placement.keeps_empty;
  if (placement.exclusive_level.has_value()) request.exclusive_levels.push_back(*placement.exclusive_level);
  const std::optional<std::string> exclusive = Annotation(set, kExclusiveTopologyAnnotation);
  if (exclusive.has_value() && exclusive != placement.exclusive_level) request.exclusive_levels.push_back(*exclusive);
  absl::Status status = AddSubgroups(set, placement, &request);
  if (status.ok()) {
    status = AddKueueTopology(request.workers > 0 ? workers : leaders, leaders, placement, &request);
  }
  if (!status.ok()) return status;
  if (has_own_template && request.workers > 0) AddUnkeptWishes(leaders, workers, &request.not_looked_at);
  return request;
}

}  // namespace lws
