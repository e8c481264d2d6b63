#include "lws/placement/set_request.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"
#include "lws/placement/cluster_documents.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

absl::StatusOr<PodShape> ShapeOfTemplate(const Json& pod_template, absl::string_view field) {
  const Json spec = pod_template.is_object() ? pod_template.value("spec", Json::object()) : Json::object();
  absl::StatusOr<PodShape> shape = PodShapeFromSpec(spec);
  if (shape.ok()) return shape;
  return absl::InvalidArgumentError(
      absl::StrCat("spec.leaderWorkerTemplate.", field, ".spec: ", shape.status().message()));
}

std::optional<std::string> Annotation(const LeaderWorkerSet& set, const char* key) {
  const auto found = set.metadata().annotations().find(key);
  if (found == set.metadata().annotations().end()) return std::nullopt;
  return found->second;
}

absl::Status AddSubgroups(const LeaderWorkerSet& set, const SetPlacement& placement, GroupRequest* request) {
  const LeaderWorkerTemplate& group = set.spec().leader_worker_template();
  const std::optional<std::string> exclusive = Annotation(set, kSubGroupExclusiveTopologyAnnotation);
  if (!group.has_sub_group_policy()) {
    if (!placement.subgroup_level.has_value() && !exclusive.has_value()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "spec.leaderWorkerTemplate.subGroupPolicy: missing, and subgroups are to be placed");
  }
  const SubGroupPolicy& policy = group.sub_group_policy();
  const int64_t size = policy.sub_group_size();
  if (policy.type() == kSubGroupLeaderExcluded) {
    request->subgroup_leader = SubgroupLeader::kOutside;
  } else {
    const bool divides = size > 0 && (request->workers + 1) % size == 0;
    request->subgroup_leader = divides ? SubgroupLeader::kMember : SubgroupLeader::kExtra;
  }
  if (request->workers == 0) return absl::OkStatus();
  if (placement.subgroup_level.has_value()) request->subgroups.push_back({size, *placement.subgroup_level, false});
  if (exclusive.has_value()) request->subgroups.push_back({size, *exclusive, true});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GroupRequest> GroupRequestFromSet(const LeaderWorkerSet& set, const SetPlacement& placement) {
  const LeaderWorkerTemplate& group = set.spec().leader_worker_template();
  GroupRequest request;
  absl::StatusOr<PodShape> worker = ShapeOfTemplate(WorkerTemplate(group), "workerTemplate");
  if (!worker.ok()) return worker.status();
  absl::StatusOr<PodShape> leader =
      group.has_leader_template() ? ShapeOfTemplate(LeaderTemplate(group), "leaderTemplate") : worker;
  if (!leader.ok()) return leader.status();
  request.worker = *std::move(worker);
  request.leader = *std::move(leader);
  request.workers = (group.has_size() ? group.size() : 1) - 1;
  request.closeness = placement.closeness;
  request.level = placement.level;
  request.profile = placement.profile;
  if (placement.exclusive_level.has_value()) request.exclusive_levels.push_back(*placement.exclusive_level);
  const std::optional<std::string> exclusive = Annotation(set, kExclusiveTopologyAnnotation);
  if (exclusive.has_value() && exclusive != placement.exclusive_level) request.exclusive_levels.push_back(*exclusive);
  absl::Status status = AddSubgroups(set, placement, &request);
  if (!status.ok()) return status;
  return request;
}

}  // namespace lws
