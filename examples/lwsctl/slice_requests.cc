#include "examples/lwsctl/slice_requests.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <iostream>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/field_error.h"
#include "lws/api/field_status.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/well_known.h"
#include "lws/core/disaggregated/desired_roles.h"
#include "lws/core/disaggregated/wanted_groups.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr size_t kRevisionDigits = 8;

// Whether this is the name of a child of the slice and role, of any revision.
bool IsChildName(const std::string& name, const lws::DisaggregatedSet& set, int32_t slice, const std::string& role) {
  const size_t behind = kRevisionDigits + 1 + role.size();  // "REVISION-ROLE"
  if (name.size() < behind) return false;
  const absl::string_view revision = absl::string_view(name).substr(name.size() - behind, kRevisionDigits);
  const bool is_revision =
      std::all_of(revision.begin(), revision.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
  const std::string& of = set.metadata().name();
  return is_revision && (name == lws::ChildName(of, slice, revision, role) ||
                         (slice == 0 && name == lws::LegacyChildName(of, revision, role)));
}

std::string PathOfRole(const lws::DisaggregatedSet& set, const lws::DisaggregatedRole& role) {
  return absl::StrCat(set.metadata().namespace_(), "/", set.metadata().name(), "/", role.name());
}

// The field of the annotation about topology which has this value; "" when there is none.
std::string AnnotationOf(const lws::LeaderWorkerSet& set, const std::string& level) {
  for (const char* key : {lws::kExclusiveTopologyAnnotation, lws::kSubGroupExclusiveTopologyAnnotation}) {
    const auto found = set.metadata().annotations().find(key);
    if (found != set.metadata().annotations().end() && found->second == level) {
      return absl::StrCat("metadata.annotations.", key);
    }
  }
  const lws::LeaderWorkerTemplate& group = set.spec().leader_worker_template();
  const std::vector<std::pair<const char*, lws::Json>> templates = {{"workerTemplate", lws::WorkerTemplate(group)},
                                                                    {"leaderTemplate", lws::LeaderTemplate(group)}};
  for (const auto& [field, pod_template] : templates) {
    lws::internal::JsonReader reader(pod_template);
    const lws::Json& annotations = reader.Object({"metadata", "annotations"});
    for (const char* key : {lws::kKueueRequiredTopology, lws::kKueuePreferredTopology, lws::kKueueSliceTopology}) {
      const auto found = annotations.find(key);
      if (found == annotations.end() || *found != level) continue;
      return absl::StrCat("spec.leaderWorkerTemplate.", field, ".metadata.annotations.", key);
    }
  }
  return "";
}

}  // namespace

std::string LevelOfPolicy(const lws::DisaggregatedSet& set) {
  const lws::PlacementPolicy& policy = set.spec().placement_policy();
  const bool is_exclusive = policy.type() == lws::kExclusiveSlice || policy.type() == lws::kExclusiveTopology;
  return is_exclusive ? policy.topology() : "";
}

int32_t SurgeOfRole(const lws::DisaggregatedRole& role) {
  const int32_t replicas = lws::IsExternalRole(role) ? 1 : lws::RoleSpecReplicas(role);
  // A new revision never has more groups than the role wants.
  return std::clamp(lws::RoleBudgetOf(role, replicas).surge, 0, replicas);
}

std::string PathOf(const lws::LeaderWorkerSet& set) {
  return absl::StrCat(set.metadata().namespace_(), "/", set.metadata().name());
}

std::string PathOf(const lws::Json& manifest) {
  lws::internal::JsonReader reader(manifest);
  return absl::StrCat(reader.Text({"metadata", "namespace"}), "/", reader.Text({"metadata", "name"}));
}

absl::StatusOr<lws::LeaderWorkerSet> WithSize(const lws::LeaderWorkerSet& set, const std::string& path,
                                              const NamedValues& sizes) {
  lws::LeaderWorkerSet resized = set;
  const std::string* const text = sizes.Find(path);
  if (text == nullptr) return resized;
  int size = 0;
  if (!absl::SimpleAtoi(*text, &size) || size < 1) {
    return absl::InvalidArgumentError(absl::StrCat("--size: \"", *text, "\" is not a number of pods"));
  }
  resized.mutable_spec()->mutable_leader_worker_template()->set_size(size);
  return resized;
}

absl::StatusOr<NamedValues> ReadValuesOf(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments,
                                         const std::string& flag) {
  absl::StatusOr<NamedValues> values = ReadNamedValues(arguments, flag);
  if (!values.ok()) return values;
  std::set<std::string> paths;
  for (const SetOfEitherKind& either : sets) {
    if (const auto* plain = std::get_if<SetManifest>(&either); plain != nullptr) {
      paths.insert(PathOf(*plain->object));
      continue;
    }
    const lws::DisaggregatedSet& set = *std::get<DisaggregatedManifest>(either).set;
    for (const lws::DisaggregatedRole& role : set.spec().roles()) paths.insert(PathOfRole(set, role));
  }
  absl::Status status = CheckNames(flag, *values, paths);
  if (!status.ok()) return status;
  return values;
}

absl::Status CheckLevelsOfAnnotations(const lws::LeaderWorkerSet& set, const lws::GroupRequest& request,
                                      const lws::Topology& topology) {
  std::vector<std::string> levels = request.exclusive_levels;
  if (request.closeness != lws::Closeness::kUnconstrained) levels.push_back(request.level);
  for (const lws::SubgroupLayer& layer : request.subgroups) levels.push_back(layer.level);
  for (const std::string& level : levels) {
    if (topology.LevelOf(level).has_value()) continue;
    const std::string annotation = AnnotationOf(set, level);
    if (annotation.empty()) continue;
    return lws::FieldStatus(
        "", annotation,
        absl::StrCat("\"", level, "\" is not one of --levels ", absl::StrJoin(topology.level_keys(), ",")));
  }
  return absl::OkStatus();
}

absl::Status CheckLevelsOfAnnotations(const lws::LeaderWorkerSet& set, const SliceOptions& options) {
  if (options.topology == nullptr) return absl::OkStatus();
  const absl::StatusOr<lws::GroupRequest> request = lws::GroupRequestFromSet(set, options.placement);
  return request.ok() ? CheckLevelsOfAnnotations(set, *request, *options.topology) : request.status();
}

absl::Status AddGroupsOf(const lws::LeaderWorkerSet& set, const std::string& path, int32_t count,
                         const SliceOptions& options, SliceRequests* slice) {
  const absl::StatusOr<lws::LeaderWorkerSet> resized = WithSize(set, path, options.sizes);
  if (!resized.ok()) return resized.status();
  const std::string name = path.substr(path.rfind('/') + 1);
  absl::Status status = slice->count.Add(name, count, resized->spec().leader_worker_template().size());
  if (!status.ok()) return status;
  for (int32_t index = 0; index < count; ++index) {
    absl::StatusOr<lws::GroupRequest> request = lws::GroupRequestFromSet(*resized, options.placement, index);
    if (!request.ok()) return request.status();
    slice->names.push_back(absl::StrCat(name, "-", index));
    slice->roles.push_back(name);
    slice->paths.push_back(path);
    slice->ids.push_back({request->namespace_name, set.metadata().name(), index});
    slice->requests.push_back(*std::move(request));
  }
  return absl::OkStatus();
}

namespace {

// The status about the LeaderWorkerSet of a role as one about the role.
absl::Status OfRole(int number, const std::string& name, const absl::Status& status) {
  if (lws::FieldOfStatus(status).empty()) return status;
  const bool is_of_spec = absl::StartsWith(lws::FieldOfStatus(status), "spec.");
  return lws::StatusWithPrefix(
      absl::StrCat("role ", name),
      is_of_spec ? lws::FieldStatusBelow(absl::StrCat("spec.roles[", number, "]"), status) : status);
}

}  // namespace

absl::StatusOr<SliceRequests> RequestsOfSlice(const lws::DisaggregatedSet& set, int32_t slice,
                                              const SliceOptions& options) {
  const absl::StatusOr<std::vector<lws::DesiredRole>> roles = lws::DesiredRoles(set, slice);
  if (!roles.ok()) return roles.status();
  SliceRequests requests;
  for (int number = 0; number < set.spec().roles_size(); ++number) {
    const lws::DisaggregatedRole& role = set.spec().roles(number);
    const lws::SetAdmission child = lws::AdmitSet(*(*roles)[static_cast<size_t>(number)].child);
    if (child.set == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("the LeaderWorkerSet of role ", role.name(),
                                                     " is invalid: ", lws::JoinFieldErrors(child.errors)));
    }
    const int64_t groups = int64_t{child.set->spec().replicas()} + (options.has_surge ? SurgeOfRole(role) : 0);
    if (groups > lws::kMaxGroupPods) {
      return absl::InvalidArgumentError(absl::StrCat("role ", role.name(), ": ", groups, " groups are too many"));
    }
    absl::Status status = CheckLevelsOfAnnotations(*child.set, options);
    if (status.ok()) {
      status = AddGroupsOf(*child.set, PathOfRole(set, role), static_cast<int32_t>(groups), options, &requests);
    }
    if (!status.ok()) return OfRole(number, role.name(), status);
  }
  return requests;
}

std::vector<lws::GroupId> KeepOtherRevisions(const std::map<lws::GroupId, lws::RunningGroup>& running,
                                             const lws::DisaggregatedSet& set, int32_t slice, SliceRequests* requests) {
  const std::set<lws::GroupId> own(requests->ids.begin(), requests->ids.end());
  std::vector<lws::GroupId> left;
  for (const lws::DisaggregatedRole& role : set.spec().roles()) {
    size_t group = 0;
    for (const auto& [id, nodes] : running) {
      if (id.namespace_name != set.metadata().namespace_() || own.count(id) > 0) continue;
      if (!IsChildName(id.set_name, set, slice, role.name())) continue;
      const auto is_open = [&](size_t i) {
        return requests->roles[i] == role.name() && running.count(requests->ids[i]) == 0;
      };
      while (group < requests->ids.size() && !is_open(group)) ++group;
      if (group < requests->ids.size()) {
        requests->ids[group++] = id;
      } else {
        left.push_back(id);
      }
    }
  }
  return left;
}

void WarnOfExternalRoles(const DisaggregatedManifest& manifest) {
  for (const lws::DisaggregatedRole& role : manifest.set->spec().roles()) {
    if (!lws::IsExternalRole(role)) continue;
    std::cerr << manifest.where << ": warning: role " << role.name()
              << " is External; it counts with the one group that a new scaler asks for\n";
  }
}

}  // namespace lwsctl
