#include "examples/lwsctl/slice_requests.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/field_error.h"
#include "lws/core/disaggregated/desired_roles.h"

namespace lwsctl {

std::string LevelOfPolicy(const lws::DisaggregatedSet& set) {
  const lws::PlacementPolicy& policy = set.spec().placement_policy();
  const bool is_exclusive = policy.type() == lws::kExclusiveSlice || policy.type() == lws::kExclusiveTopology;
  return is_exclusive ? policy.topology() : "";
}

absl::Status AddGroupsOf(const lws::LeaderWorkerSet& set, const std::string& name, int32_t count,
                         const lws::SetPlacement& placement, SliceRequests* slice) {
  for (int32_t index = 0; index < count; ++index) {
    absl::StatusOr<lws::GroupRequest> request = lws::GroupRequestFromSet(set, placement, index);
    if (!request.ok()) return request.status();
    slice->names.push_back(absl::StrCat(name, "-", index));
    slice->ids.push_back({request->namespace_name, set.metadata().name(), index});
    slice->requests.push_back(*std::move(request));
  }
  return absl::OkStatus();
}

absl::StatusOr<SliceRequests> RequestsOfSlice(const lws::DisaggregatedSet& set, int32_t slice,
                                              const lws::SetPlacement& placement) {
  const absl::StatusOr<std::vector<lws::DesiredRole>> roles = lws::DesiredRoles(set, slice);
  if (!roles.ok()) return roles.status();
  SliceRequests requests;
  for (int role = 0; role < set.spec().roles_size(); ++role) {
    const std::string& name = set.spec().roles(role).name();
    const lws::SetAdmission child = lws::AdmitSet(*(*roles)[static_cast<size_t>(role)].child);
    if (child.set == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("the LeaderWorkerSet of role ", name, " is invalid: ", lws::Join(child.errors)));
    }
    absl::Status status = AddGroupsOf(*child.set, name, child.set->spec().replicas(), placement, &requests);
    if (!status.ok()) return status;
  }
  return requests;
}

}  // namespace lwsctl
